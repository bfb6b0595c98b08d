"""Exact quantiles: the engine finds order statistics, Python interpolates between them as numpy does.

Engines interpolate in their own order of operations and differ in the last bit; two order statistics
and numpy's own formula give numpy's own bits, whatever the engine and the number of threads.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

import duckdb

from cartjury.tools.engine.duck import literal, one, quoted


def bracket(share: float, n: int) -> tuple[int, int, float]:
    """Return the two order statistics (counted from 0) around a quantile, and the weight of the second.

    This is definition 7 of Hyndman & Fan (1996), numpy's `linear`.
    """
    position = (n - 1) * share
    lower = math.floor(position)
    return lower, min(lower + 1, n - 1), position - lower


def interpolate(low: float, high: float, weight: float) -> float:
    """Interpolate linearly as numpy does, from the nearer end, so that the bits agree."""
    if weight >= 0.5:
        return high - (high - low) * (1 - weight)
    return low + (high - low) * weight


def order_statistics(
    connection: duckdb.DuckDBPyConnection, relation: str, wanted: Mapping[str, Iterable[int]], known: Mapping[str, int]
) -> dict[str, dict[int, float]]:
    """Return the k-th smallest known values of some columns.

    Args:
        connection: an open engine.
        relation: SQL relation of the users.
        wanted: positions by column, counted from 0.
        known: users with a value, by column.
    """
    positions = {column: sorted(set(found)) for column, found in wanted.items() if known[column]}
    if not positions:
        return {}
    asked = [
        # (k + 0.5) / n lies in the middle of the k-th value's share, so rounding cannot pick a neighbour.
        f"quantile_disc({quoted(c)}, [{', '.join(literal((k + 0.5) / known[c]) for k in found)}])"
        for c, found in positions.items()
    ]
    row = one(connection, f"SELECT {', '.join(asked)} FROM {relation}")
    return {
        column: dict(zip(found, (float(v) for v in values), strict=True))
        for (column, found), values in zip(positions.items(), row, strict=True)
    }


def users_below(
    connection: duckdb.DuckDBPyConnection, relation: str, cuts: Mapping[str, Sequence[float]]
) -> dict[tuple[str, float], int]:
    """Return how many users have a known value under each cut, by (column, cut)."""
    asked = [(column, cut) for column, found in cuts.items() for cut in dict.fromkeys(found)]
    if not asked:
        return {}
    counts = ", ".join(f"count(*) FILTER ({quoted(column)} < {literal(cut)})" for column, cut in asked)
    return dict(zip(asked, one(connection, f"SELECT {counts} FROM {relation}"), strict=True))
