"""Aggregates of every segment: the only thing about users that leaves the engine.

Sums are fixed-point integers, so a mean has the same bits whatever the order, the threads or the
engine. A percentile rank comes from 10,000 bins: one pass, tiny in memory.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cartjury.data.records import Segment, SegmentPlan
from cartjury.data.run_records import SegmentProfile
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.relation import cell_number, cells, in_boxes
from cartjury.tools.engine.sql import Sql

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
CONVERSION = "coalesce(engagement_score, {zero}) * ({one} / (1 + days_since_abandonment))"


def profile_segments(carts: Carts, plan: SegmentPlan) -> tuple[SegmentProfile, ...]:
    """Measure every segment of a plan, in the plan's order; empty ones too.

    Besides the features, `means` holds `conversion` (engagement times urgency) and the mean percentile
    ranks `conversion_rank` and `profitability_rank` in the universe, all on 0-1.
    """
    further = [d.column for d in plan.dimensions if d.column not in SCALES]
    scales = {**SCALES, **dict.fromkeys(further, MONEY)}
    relation = _labelled(carts, plan)
    parts = _parts(carts, relation, plan, scales)
    conversion = _mean_ranks(carts, relation, "conversion")
    profitability = _mean_ranks(carts, relation, "profitability_score")
    return tuple(
        SegmentProfile(
            segment_id=segment.id,
            users=(size := sum(part.users for part in parts[i])),
            share=size / carts.universe.size,
            means={
                **{column: _mean(parts[i], column, scale) for column, scale in scales.items()},
                "conversion_rank": conversion.get(i),
                "profitability_rank": profitability.get(i),
            },
            known={column: sum(part.known[column] for part in parts[i]) for column in scales},
            level_shares=_level_shares(parts[i], plan, size),
        )
        for i, segment in enumerate(plan.segments, start=1)
    )


def cell_counts(carts: Carts, plan: SegmentPlan) -> dict[tuple[str, ...], int]:
    """Count the users of every populated cell."""
    number = cell_number(carts.sql, plan.dimensions)
    counted = carts.engine.aggregate(
        f"SELECT cell, count(*) FROM (SELECT {number} AS cell FROM {carts.users(plan.filter)}) GROUP BY cell"
    )
    order = cells(plan.dimensions)
    return {order[number]: count for number, count in sorted(counted)}


def feature_histogram(carts: Carts, plan: SegmentPlan, segment: Segment, column: str) -> list[tuple[float, int]]:
    """Count a segment's users by the value of a feature that is never missing, lowest value first."""
    counted = carts.engine.aggregate(
        f"SELECT value, count(*) FROM (SELECT {carts.sql.quoted(column)} AS value FROM {carts.users(plan.filter)} "
        f"WHERE {in_boxes(carts.sql, plan.dimensions, segment.boxes)}) GROUP BY value"
    )
    return sorted((float(value), count) for value, count in counted)


def _labelled(carts: Carts, plan: SegmentPlan) -> str:
    conversion = CONVERSION.format(zero=carts.sql.number(0.0), one=carts.sql.number(1.0))
    return (
        f"(SELECT *, {carts.engine.assign(plan)} AS segment, {cell_number(carts.sql, plan.dimensions)} AS cell, "
        f"{conversion} AS conversion FROM {carts.users(plan.filter)})"
    )


class Part(NamedTuple):
    """The users of a segment in one cell: how many, how many with a value and the fixed-point sum by column."""

    levels: tuple[str, ...]
    users: int
    known: Mapping[str, int]
    total: Mapping[str, int]


def _parts(carts: Carts, relation: str, plan: SegmentPlan, scales: Mapping[str, int]) -> Mapping[int, list[Part]]:
    """Measure the parts of every segment, by segment number."""
    sql = carts.sql
    asked = ", ".join(f"count({sql.quoted(c)}), {sql.total(_fixed(sql, c, scale))}" for c, scale in scales.items())
    query = f"SELECT segment, cell, count(*), {asked} FROM {relation} GROUP BY segment, cell"
    order = cells(plan.dimensions)
    parts: dict[int, list[Part]] = defaultdict(list)
    for segment, cell, count, *pairs in sorted(carts.engine.aggregate(query)):
        known = dict(zip(scales, pairs[::2], strict=True))
        total = {column: int(value or 0) for column, value in zip(scales, pairs[1::2], strict=True)}
        parts[segment].append(Part(order[cell], count, known, total))
    return parts


def _mean(parts: Sequence[Part], column: str, scale: int) -> float | None:
    known = sum(part.known[column] for part in parts)
    return sum(part.total[column] for part in parts) / (scale * known) if known else None


def _level_shares(parts: Sequence[Part], plan: SegmentPlan, users: int) -> dict[str, dict[str, float]]:
    """Share of a segment's users in each of its levels, by dimension."""
    shares: dict[str, dict[str, float]] = {}
    for i, dimension in enumerate(plan.dimensions):
        counts: Counter[str] = Counter()
        for part in parts:
            counts[part.levels[i]] += part.users
        shares[dimension.name] = {level: count / users for level, count in counts.items()}
    return shares


def _fixed(sql: Sql, column: str, scale: int) -> str:
    if scale == WHOLE:
        return sql.quoted(column)
    return f"CAST(floor({sql.quoted(column)} * {sql.number(scale)} + {sql.number(0.5)}) AS BIGINT)"


def _mean_ranks(carts: Carts, relation: str, column: str) -> dict[int, float]:
    """Mean percentile rank of a segment's known values, by segment number.

    rank = (users in lower bins + half of those in the same bin) / n, doubled here to stay whole.
    """
    number = f"least(CAST(floor({column} * {carts.sql.number(BINS)}) AS INTEGER), {BINS - 1})"
    # Windows over the counts, not a join with them: some engines would read the users for each side of it.
    rows = carts.engine.aggregate(
        f"WITH h AS (SELECT segment, {number} AS bin, count(*) AS users "
        f"FROM {relation} WHERE {column} IS NOT NULL GROUP BY segment, {number}), "
        f"r AS (SELECT segment, users, 2 * sum(users) OVER (ORDER BY bin) - sum(users) OVER (PARTITION BY bin) "
        f"AS doubled, sum(users) OVER () AS n FROM h) "
        f"SELECT segment, sum(users * doubled), sum(users), any_value(n) FROM r GROUP BY segment"
    )
    return {segment: int(total) / (2 * int(n) * int(count)) for segment, total, count, n in rows}
