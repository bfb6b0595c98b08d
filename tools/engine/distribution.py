"""How the known values of a column are distributed over the users: exact order statistics and counts.

The distinct values with their running count are tabulated once, and every question after that reads
the small table. (The engine's own quantile functions hold all values for each question, and its
interpolation differs from numpy's in the last bit.)
"""

from collections.abc import Sequence
from typing import NamedTuple

import duckdb

from cartjury.tools.engine.duck import literal, one, quoted


class Distribution(NamedTuple):
    """The tabulated values of one column.

    Attributes:
        known: users with a value.
        users: all users.
    """

    connection: duckdb.DuckDBPyConnection
    table: str
    known: int
    users: int

    @property
    def missing(self) -> float:
        """Share of the users without a value."""
        return 1 - self.known / self.users if self.users else 0.0

    def smallest(self, positions: Sequence[int]) -> tuple[float, ...]:
        """Return the k-th smallest values, for each k of `positions` (0: the smallest)."""
        if not positions:
            return ()
        asked = ", ".join(f"min(value) FILTER (upto > {position})" for position in positions)
        return one(self.connection, f"SELECT {asked} FROM {self.table}")

    def below(self, cuts: Sequence[float]) -> tuple[int, ...]:
        """Count the users whose value is under each cut."""
        if not cuts:
            return ()
        asked = ", ".join(f"coalesce(max(upto) FILTER (value < {literal(float(cut))}), 0)" for cut in cuts)
        return one(self.connection, f"SELECT {asked} FROM {self.table}")


def distribution(connection: duckdb.DuckDBPyConnection, relation: str, column: str, users: int) -> Distribution:
    """Tabulate a column of a relation.

    Args:
        connection: an open engine; the table lives as long as it.
        relation: SQL relation of the users.
        column: a numeric column of it.
        users: rows of the relation.
    """
    table = quoted(f"values of {column}")
    value = f"CAST({quoted(column)} AS DOUBLE)"
    known = f"SELECT {value} AS value, count(*) AS users FROM {relation} WHERE {value} IS NOT NULL GROUP BY value"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS "
        f"SELECT value, CAST(sum(users) OVER (ORDER BY value) AS BIGINT) AS upto FROM ({known})"
    )
    (count,) = one(connection, f"SELECT coalesce(max(upto), 0) FROM {table}")
    return Distribution(connection, table, count, users)
