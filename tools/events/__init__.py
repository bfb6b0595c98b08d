"""Event logs to carts: views, carts and purchases of many users become one row for each who abandoned a cart."""
