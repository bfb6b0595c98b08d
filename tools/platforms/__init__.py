"""Exports of shop platforms as carts: recognised by their headers, personal columns left unread."""
