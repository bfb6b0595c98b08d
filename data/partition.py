"""Whether segments are a partition: checked whenever a plan is made, so that holding one is holding a MECE one."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence

from cartjury.data.rule_records import Box, Dimension, Interval, Segment


def check_unique(what: str, values: Iterable[str]) -> None:
    """Check that no value occurs twice; ValueError names the one that does."""
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"the {what} {value} occurs twice")
        seen.add(value)


def check_partition(dimensions: Sequence[Dimension], segments: Sequence[Segment]) -> None:
    """Check that every cell is covered once: by one whole box, or by boxes whose local intervals partition it.

    Raises:
        ValueError: a gap, an overlap or a box that is no cell; it names the box.
    """
    owners: dict[tuple[str, ...], list[tuple[str, Box]]] = defaultdict(list)
    for segment in segments:
        for box in segment.boxes:
            owners[box.levels].append((segment.id, box))
    cells = set(itertools.product(*(d.level_names for d in dimensions)))
    for levels, found in owners.items():
        if levels not in cells:
            raise ValueError(f"box {found[0][1]} of {found[0][0]} is no cell of the plan's dimensions")
    for cell in sorted(cells):
        if cell not in owners:
            raise ValueError(f"no segment covers the box {Box(levels=cell)}")
        _check_cell(owners[cell])


def _check_cell(found: list[tuple[str, Box]]) -> None:
    intervals = [i for _, box in found for i in box.where]
    columns = sorted({i.column for i in intervals})
    axes = [_witnesses(i for i in intervals if i.column == column) for column in columns]
    for point in itertools.product(*axes):
        values = dict(zip(columns, point, strict=True))
        inside = [(sid, box) for sid, box in found if all(i.holds(values[i.column]) for i in box.where)]
        if len(inside) != 1:
            where = f"{Box(levels=found[0][1].levels)}" + (f" at {values}" if values else "")
            what = "no segment covers" if not inside else f"{' and '.join(s for s, _ in inside)} overlap in"
            raise ValueError(f"{what} the box {where}")


def _witnesses(intervals: Iterable[Interval]) -> list[float | None]:
    """One value for each part of the line that the bounds cut it into, and None for missing."""
    bounds = sorted({b for i in intervals for b in (i.lower, i.upper) if b is not None})
    return [None, bounds[0] - 1, *bounds] if bounds else [None, 0.0]
