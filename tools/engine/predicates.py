"""Each segment's own predicate, spelled out in SQL that depends on no other segment.

A `CASE` would hide overlaps behind its order and an `ELSE` would hide gaps; a predicate that stands
alone hides neither. It is made from the bounds of the segment's boxes and from nothing else, so it
is a second source beside the labelling, which counts the cuts below a value.
"""

import itertools
from collections.abc import Callable, Iterator

from cartjury.data.records import Box, Dimension, Segment, SegmentPlan
from cartjury.tools.engine.blocks import MISSING, Axis, Block, joined, runs, shortest


def quoted(column: str) -> str:
    """Return a column name as an SQL identifier in double quotes."""
    return '"' + column.replace('"', '""') + '"'


def predicate(plan: SegmentPlan, segment: Segment, quote: Callable[[str], str] = quoted) -> str:
    """Spell out who is in a segment, in SQL, alone and without regard to the other segments.

    Args:
        plan: gives the dimensions and their bounds.
        segment: one of the plan's segments; ELSE is spelled out like any other.
        quote: how a column is written; by default in double quotes, as DuckDB reads it.

    Returns:
        A condition over the plan's feature columns (`days_since_abandonment` counts as one) that is
        TRUE exactly for the segment's users. It expects missing values as NULL, never as NaN: NaN
        is above every cut in most databases. The same plan gives the same text.
    """
    axes = _axes(plan.dimensions, segment)
    disjoint = joined(list(_blocks(plan.dimensions, axes, segment.boxes)))
    if not disjoint:
        return "FALSE"
    terms = [term for block in shortest(axes, disjoint) for term in _terms(axes, block, quote)]
    if not all(terms):
        return "TRUE"
    return " AND ".join(terms[0]) if len(terms) == 1 else " OR ".join(map(_in_parentheses, terms))


def columns_of(plan: SegmentPlan) -> tuple[str, ...]:
    """Return the columns that a plan's predicates may mention: dimensions first, then local features, by name."""
    local = {i.column for segment in plan.segments for box in segment.boxes for i in box.where}
    return tuple(dict.fromkeys((*(d.column for d in plan.dimensions), *sorted(local))))


def _axes(dimensions: tuple[Dimension, ...], segment: Segment) -> list[Axis]:
    bounds: dict[str, set[float]] = {}
    for dimension in dimensions:
        bounds.setdefault(dimension.column, set()).update(dimension.cuts)
    local = sorted((i for box in segment.boxes for i in box.where), key=lambda i: i.column)
    for interval in local:
        bounds.setdefault(interval.column, set()).update(b for b in (interval.lower, interval.upper) if b is not None)
    return [Axis(column, tuple(sorted(map(float, found)))) for column, found in bounds.items()]


def _blocks(dimensions: tuple[Dimension, ...], axes: list[Axis], boxes: tuple[Box, ...]) -> Iterator[Block]:
    """The boxes that are not empty, each as one set of parts an axis; all conditions on a column must hold."""
    by_column = {axis.column: axis for axis in axes}
    levels = [_level_parts(dimension, by_column[dimension.column]) for dimension in dimensions]
    for box in boxes:
        parts = {axis.column: axis.full for axis in axes}
        for dimension, held, name in zip(dimensions, levels, box.levels, strict=True):
            parts[dimension.column] &= held[name]
        for interval in box.where:
            known = by_column[interval.column].between(interval.lower, interval.upper)
            parts[interval.column] &= known | (MISSING if interval.unknown else 0)
        if all(parts.values()):
            yield tuple(parts.values())


def _level_parts(dimension: Dimension, axis: Axis) -> dict[str, int]:
    return {
        level.name: MISSING if level.is_unknown else axis.between(level.lower, level.upper)
        for level in dimension.levels
    }


def _terms(axes: list[Axis], block: Block, quote: Callable[[str], str]) -> list[list[str]]:
    """Write a block as terms to join by OR, each of conditions to join by AND; none where every value will do."""
    by_axis = [
        [[f"{quote(axis.column)} {condition}" for condition in way] for way in _ways(axis, parts)]
        for axis, parts in zip(axes, block, strict=True)
        if parts != axis.full
    ]
    if len(by_axis) == 1:
        return by_axis[0]
    sides = (ways[0] if len(ways) == 1 else ["(" + " OR ".join(map(_in_parentheses, ways)) + ")"] for ways in by_axis)
    return [list(itertools.chain(*sides))]


def _ways(axis: Axis, parts: int) -> list[list[str]]:
    """Alternatives for one column, each made of conditions that hold together."""
    if parts == axis.full ^ MISSING:
        return [["IS NOT NULL"]]
    ways = [list(_bounds(axis, first, last)) for first, last in runs(parts >> 1)]
    return [*ways, ["IS NULL"]] if parts & MISSING else ways


def _bounds(axis: Axis, first: int, last: int) -> Iterator[str]:
    # repr is the shortest text that reads back as the same double, in Python and in the databases.
    if first > 0:
        yield f">= {axis.bounds[first - 1]!r}"
    if last < len(axis.bounds):
        yield f"< {axis.bounds[last]!r}"


def _in_parentheses(conditions: list[str]) -> str:
    return conditions[0] if len(conditions) == 1 else "(" + " AND ".join(conditions) + ")"
