"""SQL as DuckDB writes it; an engine that writes something differently overrides that one thing.

Every measurement is written once, in the SQL that the engines share, with these few words for the rest.
"""

from collections.abc import Sequence
from datetime import date


class Sql:
    """How an engine writes what the engines do not agree on."""

    def quoted(self, column: str) -> str:
        """Write a column name."""
        return '"' + column.replace('"', '""') + '"'

    def text(self, value: str) -> str:
        """Write a text."""
        return "'" + value.replace("'", "''") + "'"

    def number(self, value: float) -> str:
        """Write a double by the shortest text that reads back to the same bits; a bare 0.1 may be a decimal."""
        return f"CAST({float(value)!r} AS DOUBLE)"

    def literal(self, value: str | float) -> str:
        """Write a text or a double."""
        return self.text(value) if isinstance(value, str) else self.number(value)

    def day(self, value: date) -> str:
        """Write a date."""
        return f"DATE '{value}'"

    def days(self, later: date, column: str) -> str:
        """Whole calendar days from the dates of a column to a date."""
        return f"{self.day(later)} - {column}"

    def pick(self, items: Sequence[str], position: str) -> str:
        """One of several expressions by its position, counted from 1."""
        return f"[{', '.join(items)}][{position}]"

    def as_text(self, column: str) -> str:
        """Turn the values of a column into text."""
        return f"CAST({column} AS VARCHAR)"

    def total(self, whole: str) -> str:
        """Sum whole numbers exactly, also where the sum no longer fits into 64 bits."""
        return f"sum({whole})"  # a HUGEINT here
