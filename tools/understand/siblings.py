"""Segments that lie side by side: their rules differ in one dimension only. What a merge may mean is offered so."""

import itertools
from collections.abc import Sequence

from cartjury.data.records import Segment, SegmentPlan
from cartjury.tools.boxes import in_else

Sides = tuple[frozenset[str], ...]  # the levels of each dimension


def pairs(plan: SegmentPlan, among: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pairs of siblings among some segments."""
    sides = {s.id: _sides(plan, s) for s in plan.segments}
    return [(a, b) for a, b in itertools.combinations(sorted(among), 2) if _beside(sides[a], sides[b])]


def siblings(plan: SegmentPlan, segment: str) -> list[str]:
    """Return the siblings of a segment."""
    every = [s.id for s in plan.segments]
    return [b if a == segment else a for a, b in pairs(plan, every) if segment in {a, b}]


def _sides(plan: SegmentPlan, segment: Segment) -> Sides:
    boxes = [b for b in segment.boxes if not in_else(plan.dimensions, b.levels)]
    return tuple(frozenset(levels) for levels in zip(*(b.levels for b in boxes), strict=True))


def _beside(a: Sides, b: Sides) -> bool:
    return bool(a and b) and sum(x != y for x, y in zip(a, b, strict=True)) == 1
