"""DuckDB as the engine, and the SQL made from a plan."""
