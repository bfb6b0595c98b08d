"""Plans built by hand, random plans, and who belongs where according to their boxes."""

import itertools
from collections.abc import Iterable, Mapping

from hypothesis import strategies as st

from cartjury.data.records import (
    ELSE,
    UNKNOWN,
    Box,
    Comparison,
    Dimension,
    Interval,
    Segment,
    SegmentPlan,
    SizePolicy,
)
from cartjury.tools.engine.predicates import predicate

Row = Mapping[str, float | None]
AOV = Dimension(name="AOV", column="avg_order_value", cuts=(45.0, 120.0))
ENGAGEMENT = Dimension(name="Engagement", column="engagement_score", cuts=(0.6,))
PROFIT = Dimension(name="Profit", column="profitability_score", cuts=(0.7,))


def plan_of(
    dimensions: Iterable[Dimension],
    groups: Iterable[Iterable[Box]],
    *,
    names: Mapping[str, str] | None = None,
    conditions: tuple[Comparison, ...] = (),
) -> SegmentPlan:
    """A plan with one segment a group of boxes, numbered from S01; a rule of missing values only is ELSE."""
    segments = []
    for number, boxes in enumerate(groups, start=1):
        segment_id, found = f"S{number:02d}", tuple(boxes)
        rule = ELSE if all(UNKNOWN in box.levels for box in found) else " | ".join(map(str, found))
        segments.append(Segment(id=segment_id, boxes=found, rule=rule, name=(names or {}).get(segment_id, "")))
    return SegmentPlan(
        dimensions=tuple(dimensions),
        segments=tuple(segments),
        size_policy=SizePolicy(min_size=1),
        filter=conditions,
    )


def cells(dimensions: Iterable[Dimension]) -> list[tuple[str, ...]]:
    return list(itertools.product(*(d.level_names for d in dimensions)))


def twelve(*, names: Mapping[str, str] | None = None, conditions: tuple[Comparison, ...] = ()) -> SegmentPlan:
    """The twelve cells of AOV x Engagement x Profit, a segment each, and ELSE as S13."""
    dimensions = (AOV, ENGAGEMENT, PROFIT)
    known = [[Box(levels=c)] for c in cells(dimensions) if UNKNOWN not in c]
    missing = [Box(levels=c) for c in cells(dimensions) if UNKNOWN in c]
    return plan_of(dimensions, [*known, missing], names=names, conditions=conditions)


def predicates_of(plan: SegmentPlan) -> dict[str, str]:
    return {segment.id: predicate(plan, segment) for segment in plan.segments}


def halves(column: str, cut: float, *, unknown_above: bool = False) -> tuple[Interval, Interval]:
    """The two sides of a local split."""
    below = Interval(column=column, upper=cut, unknown=not unknown_above)
    return below, Interval(column=column, lower=cut, unknown=unknown_above)


def owners(plan: SegmentPlan, rows: Iterable[Row]) -> list[list[str]]:
    """For every row the ids of the segments that have a box around it, from the bounds of levels and intervals."""
    sides = {
        (d.name, level.name): Interval(column=d.column, lower=0.0, upper=0.0, unknown=True)
        if level.is_unknown
        else Interval(column=d.column, lower=level.lower, upper=level.upper)
        for d in plan.dimensions
        for level in d.levels
    }
    boxes = [
        (s.id, [*(sides[d.name, name] for d, name in zip(plan.dimensions, box.levels, strict=True)), *box.where])
        for s in plan.segments
        for box in s.boxes
    ]
    return [[i for i, sides in boxes if all(side.holds(row[side.column]) for side in sides)] for row in rows]


def critical_rows(plan: SegmentPlan) -> list[dict[str, float | None]]:
    """Every combination of cut points, values below them and missing values."""
    cuts: dict[str, set[float]] = {d.column: set(d.cuts) for d in plan.dimensions}
    for interval in (i for s in plan.segments for b in s.boxes for i in b.where):
        found = cuts.setdefault(interval.column, set())
        found.update(b for b in (interval.lower, interval.upper) if b is not None)
    axes = [[None, *sorted({v for cut in found for v in (cut - 0.25, cut)}), 99.0] for found in cuts.values()]
    return [dict(zip(cuts, values, strict=True)) for values in itertools.product(*axes)]


@st.composite
def plans(draw: st.DrawFn) -> SegmentPlan:
    """Random cuts, cells grouped at random, some of them split on further features."""
    dimensions = tuple(
        Dimension(name=f"D{i}", column=f"d{i}", cuts=cuts)
        for i, cuts in enumerate(draw(st.lists(st.sampled_from([(5.0,), (-1.5, 2.0), (0.1, 7.0, 9.5)]), max_size=2)))
    )
    pieces: list[Box] = []
    for levels in cells(dimensions):
        parts: list[tuple[Interval, ...]] = [()]
        for column in draw(st.sampled_from(([], [], [], ["x"], ["y"], ["x", "y"]))):
            sides = halves(column, draw(st.sampled_from([1.0, 4.0])), unknown_above=draw(st.booleans()))
            parts = [(*parts[0], sides[0]), (*parts[0], sides[1]), *parts[1:]]
        pieces += [Box(levels=levels, where=where) for where in parts]
    owner = draw(st.lists(st.integers(0, 5), min_size=len(pieces), max_size=len(pieces)))
    groups = [[p for p, o in zip(pieces, owner, strict=True) if o == number] for number in range(6)]
    return plan_of(dimensions, [group for group in groups if group])
