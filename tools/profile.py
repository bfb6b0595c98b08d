"""Aggregates of every segment: the only thing about users that leaves the engine.

Sums are fixed-point integers, so a mean has the same bits whatever the order, the threads or the
engine. A percentile rank comes from 10,000 bins: one pass, tiny in memory.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from cartjury.data.records import Segment, SegmentPlan
from cartjury.data.run_records import Dataset, SegmentProfile, Universe
from cartjury.tools.engine.duck import connect, literal, quoted
from cartjury.tools.engine.relation import cell_number, cells, in_boxes, segment_number, users

MONEY, SHARES, WHOLE = 1_000_000, 1_000_000_000, 1  # units of the fixed-point sums
SCALES = {
    "avg_order_value": MONEY,
    "engagement_score": SHARES,
    "profitability_score": SHARES,
    "sessions_last_30d": WHOLE,
    "num_cart_items": WHOLE,
    "days_since_abandonment": WHOLE,
    "days_since_last_order": WHOLE,
    "conversion": SHARES,
}
BINS = 10_000
# Engagement times urgency; nobody's engagement is guessed, so a missing one counts as none.
CONVERSION = "coalesce(engagement_score, 0.0::DOUBLE) * (1.0::DOUBLE / (1 + days_since_abandonment))"


def profile_segments(
    dataset: Dataset, universe: Universe, plan: SegmentPlan, memory_limit: str | None = None
) -> tuple[SegmentProfile, ...]:
    """Measure every segment of a plan, in the plan's order; empty ones too.

    Besides the features, `means` holds `conversion` (engagement times urgency) and the mean percentile
    ranks `conversion_rank` and `profitability_rank` in the universe, all on 0-1.
    """
    with connect(Path(dataset.path).parent, memory_limit) as connection:
        relation = _labelled(dataset, universe, plan)
        further = [d.column for d in plan.dimensions if d.column not in SCALES]
        scales = {**SCALES, **dict.fromkeys(further, MONEY)}
        sums = _sums(connection, relation, scales)
        ranks = {
            "conversion_rank": _mean_ranks(connection, relation, "conversion"),
            "profitability_rank": _mean_ranks(connection, relation, "profitability_score"),
        }
        levels = _level_counts(connection, relation, plan)
    return tuple(
        _profile(segment.id, sums.get(i), {k: r.get(i) for k, r in ranks.items()}, scales, levels.get(i, {}), universe)
        for i, segment in enumerate(plan.segments, start=1)
    )


def cell_counts(
    dataset: Dataset, universe: Universe, plan: SegmentPlan, memory_limit: str | None = None
) -> dict[tuple[str, ...], int]:
    """Count the users of every populated cell."""
    with connect(Path(dataset.path).parent, memory_limit) as connection:
        query = (
            f"SELECT {cell_number(plan.dimensions)} AS cell, count(*) "
            f"FROM {users(dataset, universe, plan.filter)} GROUP BY cell ORDER BY cell"
        )
        order = cells(plan.dimensions)
        return {order[number]: count for number, count in connection.execute(query).fetchall()}


def feature_histogram(
    dataset: Dataset, universe: Universe, plan: SegmentPlan, segment: Segment, column: str
) -> list[tuple[float, int]]:
    """Count a segment's users by the value of a feature that is never missing, lowest value first."""
    query = (
        f"SELECT {quoted(column)} AS value, count(*) FROM {users(dataset, universe, plan.filter)} "
        f"WHERE {in_boxes(plan.dimensions, segment.boxes)} GROUP BY value ORDER BY value"
    )
    with connect(Path(dataset.path).parent) as connection:
        return [(float(value), count) for value, count in connection.execute(query).fetchall()]


def _labelled(dataset: Dataset, universe: Universe, plan: SegmentPlan) -> str:
    return (
        f"(SELECT *, {segment_number(plan)} AS segment, {cell_number(plan.dimensions)} AS cell, "
        f"{CONVERSION} AS conversion FROM {users(dataset, universe, plan.filter)})"
    )


def _sums(
    connection: duckdb.DuckDBPyConnection, relation: str, scales: Mapping[str, int]
) -> dict[int, dict[str, tuple[int, int]]]:
    """By segment number: users under the key "", and (known users, fixed-point sum) by column."""
    asked = ", ".join(f"count({quoted(c)}), sum({_fixed(c, scale)})" for c, scale in scales.items())
    rows = connection.execute(f"SELECT segment, count(*), {asked} FROM {relation} GROUP BY segment").fetchall()
    result = {}
    for number, count, *pairs in rows:
        by_column = {c: (pairs[2 * i], int(pairs[2 * i + 1] or 0)) for i, c in enumerate(scales)}
        result[number] = {"": (count, 0), **by_column}
    return result


def _fixed(column: str, scale: int) -> str:
    if scale == WHOLE:
        return quoted(column)
    return f"CAST(floor({quoted(column)} * {literal(float(scale))} + 0.5) AS BIGINT)"


def _mean_ranks(connection: duckdb.DuckDBPyConnection, relation: str, column: str) -> dict[int, float]:
    """Mean percentile rank of a segment's known values, by segment number.

    rank = (users in lower bins + half of those in the same bin) / n, doubled here to stay whole.
    """
    number = f"least(CAST(floor({column} * {literal(float(BINS))}) AS INTEGER), {BINS - 1})"
    rows = connection.execute(
        f"WITH h AS (SELECT segment, {number} AS bin, count(*) AS users FROM {relation} WHERE {column} IS NOT NULL GROUP BY ALL), "
        f"b AS (SELECT bin, sum(users) AS users FROM h GROUP BY bin), "
        f"r AS (SELECT bin, 2 * sum(users) OVER (ORDER BY bin) - users AS doubled, sum(users) OVER () AS n FROM b) "
        f"SELECT segment, sum(h.users * r.doubled), sum(h.users), any_value(n) "
        f"FROM h JOIN r USING (bin) GROUP BY segment"
    ).fetchall()
    return {segment: int(total) / (2 * int(n) * int(count)) for segment, total, count, n in rows}


def _level_counts(
    connection: duckdb.DuckDBPyConnection, relation: str, plan: SegmentPlan
) -> dict[int, dict[str, dict[str, int]]]:
    """Users by segment number, dimension and level."""
    order = cells(plan.dimensions)
    result: dict[int, dict[str, dict[str, int]]] = {}
    query = f"SELECT segment, cell, count(*) FROM {relation} GROUP BY segment, cell ORDER BY segment, cell"
    for segment, cell, count in connection.execute(query).fetchall():
        for dimension, level in zip(plan.dimensions, order[cell], strict=True):
            levels = result.setdefault(segment, {}).setdefault(dimension.name, {})
            levels[level] = levels.get(level, 0) + count
    return result


def _profile(
    segment_id: str,
    sums: dict[str, tuple[int, int]] | None,
    ranks: dict[str, float | None],
    scales: Mapping[str, int],
    levels: Mapping[str, Mapping[str, int]],
    universe: Universe,
) -> SegmentProfile:
    count = sums[""][0] if sums else 0
    known: dict[str, int] = {c: sums[c][0] if sums else 0 for c in scales}
    means: dict[str, Any] = {c: sums[c][1] / (scales[c] * known[c]) if sums and known[c] else None for c in scales}
    return SegmentProfile(
        segment_id=segment_id,
        users=count,
        share=count / universe.size,
        means={**means, **ranks},
        known=known,
        level_shares={d: {level: n / count for level, n in found.items()} for d, found in levels.items()},
    )
