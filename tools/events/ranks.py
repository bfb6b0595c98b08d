"""Percentile ranks over all users of a log, exact and the same bits on every machine."""

from collections.abc import Sequence

from cartjury.tools.engine.duck import quoted


def twice_rank(table: str, column: str) -> str:
    """SQL of `(v, twice)`: for each value of a column, twice the average rank of the rows that have it.

    Ranks count from 1 at the smallest value; equal values share the average of theirs. Twice that is a whole number:
    2 x rows below + rows that are equal + 1. A NULL has no rank.
    """
    v = quoted(column)
    # One row a value, so that the running sum is over distinct values, not over users.
    return (
        f"(SELECT v, CAST(2 * (sum(same) OVER (ORDER BY v ROWS UNBOUNDED PRECEDING) - same) + same + 1 AS BIGINT) "
        f"AS twice FROM (SELECT {v} AS v, count(*) AS same FROM {table} WHERE {v} IS NOT NULL GROUP BY {v}))"
    )


def mean_percentile(ranks: Sequence[str], users: str) -> str:
    """SQL of the mean of percentile ranks, each rank / users, from their doubles: one division of whole numbers."""
    return f"CAST({' + '.join(ranks)} AS DOUBLE) / CAST({2 * len(ranks)} * {users} AS DOUBLE)"
