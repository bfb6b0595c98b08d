"""SQL as Spark writes it, whatever the settings of the session that reads it."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from cartjury.tools.engine.sql import Sql

# What settings of a session give a meaning inside quotes: the quote itself, escapes, and ${variables}.
CHARGED = re.compile(r"(['\\$])")


class SparkSql(Sql):
    """What Spark writes differently."""

    def quoted(self, column: str) -> str:
        """Write a column name."""
        return "`" + column.replace("`", "``") + "`"

    def text(self, value: str) -> str:
        """Write a text; characters that some sessions read otherwise by their code."""
        parts = [f"char({ord(p)})" if CHARGED.match(p) else f"'{p}'" for p in CHARGED.split(value) if p]
        return parts[0] if len(parts) == 1 else f"concat({', '.join(parts)})" if parts else "''"

    def number(self, value: float) -> str:
        """Write a double."""
        return f"{float(value)!r}D" if value >= 0 else f"({float(value)!r}D)"

    def days(self, later: date, column: str) -> str:
        """Whole calendar days from the dates of a column to a date."""
        return f"datediff({self.day(later)}, {column})"

    def pick(self, items: Sequence[str], position: str) -> str:
        """One of several expressions by its position, counted from 1."""
        return f"element_at(array({', '.join(items)}), {position})"

    def as_text(self, column: str) -> str:
        """Turn the values of a column into text."""
        return f"CAST({column} AS STRING)"

    def total(self, whole: str) -> str:
        """Sum whole numbers exactly, also where the sum no longer fits into 64 bits.

        Upper and lower bits are summed by themselves: decimals would cost several times as much.
        """
        high, low = f"shiftright(CAST({whole} AS BIGINT), 30)", f"CAST({whole} AS BIGINT) & {2**30 - 1}L"
        return f"CAST(sum({high}) AS DECIMAL(28, 0)) * {2**30} + sum({low})"


SPARK: Final = SparkSql()
