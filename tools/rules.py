"""The rule text made from boxes, the first segments, and what a rule says of each feature."""

import math
from collections.abc import Sequence
from typing import Final

from cartjury.data.contract import CONTRACT, DERIVED
from cartjury.data.errors import InputError
from cartjury.data.jury_records import Trait
from cartjury.data.records import ELSE, UNKNOWN, Box, Dimension, Interval, Segment, SegmentPlan
from cartjury.tools.boxes import Cell, Product, all_cells, else_boxes, in_else, products, simplify

__all__ = ["NEVER_MISSING", "else_boxes", "initial_segments", "is_else", "rule_text", "short", "simplify", "traits"]

MAX_CELLS: Final = 500  # before merging; what has more is not merged into segments that a person would choose

_REQUIRED = {c.name for c in CONTRACT if not c.nullable}
NEVER_MISSING: Final = frozenset(_REQUIRED | {name for name, source in DERIVED.items() if source in _REQUIRED})


def rule_text(dimensions: Sequence[Dimension], boxes: Sequence[Box]) -> str:
    """Write the rule of a set of boxes.

    Returns:
        `AOV_High & Profit_High`, `AOV_{Low,Medium}`, `... & sessions_last_30d >= 4`, `(A) | (B)` where
        no single product fits, `ELSE`, or `ALL`. A dimension with all its levels is not mentioned; where
        its missing values belong to ELSE, "all" means all known levels.
    """
    texts = [" & ".join(_conditions(dimensions, p)) or "ALL" for p in products(dimensions, boxes)]
    return texts[0] if len(texts) == 1 else " | ".join(f"({text})" for text in texts)


def is_else(dimensions: Sequence[Dimension], boxes: Sequence[Box]) -> bool:
    """Whether the boxes are exactly those of ELSE."""
    found = products(dimensions, boxes)
    return len(found) == 1 and found[0].is_else and not found[0].where


def initial_segments(dimensions: Sequence[Dimension]) -> tuple[Segment, ...]:
    """Make one segment of every cell, in canonical order (S01 has the highest levels), and ELSE last.

    Raises:
        InputError: the dimensions make more cells than ids.
    """
    check_cells(dimensions)
    cells = (cell for cell in all_cells(dimensions) if not in_else(dimensions, cell))
    groups: list[tuple[Box, ...]] = [(Box(levels=cell),) for cell in cells]
    groups += [beyond] if (beyond := else_boxes(dimensions)) else []
    return tuple(
        Segment(id=f"S{number:02d}", boxes=boxes, rule=rule_text(dimensions, boxes))
        for number, boxes in enumerate(groups, start=1)
    )


def check_cells(dimensions: Sequence[Dimension]) -> None:
    """Refuse more cells than can be merged sensibly; Unknown counts where it is crossed with the others.

    Raises:
        InputError: it shows how the cells come about, and what to change.
    """
    levels = {d.name: len(d.level_names) - (d.unknown == "else") for d in dimensions}
    if (count := math.prod(levels.values())) <= MAX_CELLS:
        return
    crossed = [d.name for d in dimensions if d.unknown == "level"]
    unknown = f" (with Unknown: at least 5 % have no value of {', '.join(crossed)})" if crossed else ""
    most = max(dimensions, key=lambda d: len(d.cuts))
    fewer = f"fewer levels (--dimension {most.column}:q0.5 makes two) or " if len(most.cuts) > 1 else ""
    raise InputError(
        f"the {len(dimensions)} dimensions make {count:,} cells, more than {MAX_CELLS}: "
        f"{' x '.join(f'{name} {n}' for name, n in levels.items())}{unknown}; "
        f"use {fewer}fewer dimensions (--dimension {dimensions[-1].column}:off)"
    )


def traits(plan: SegmentPlan, segment: Segment) -> tuple[Trait, ...]:
    """Say what a segment's rule says of each dimension and of each column of its local splits.

    Returns:
        One trait a dimension in the plan's order, then one a local column; none for ELSE.
    """
    if segment.is_else:
        return ()
    found = []
    for position, dimension in enumerate(plan.dimensions):
        inside = {box.levels[position] for box in segment.boxes}
        names = dimension.level_names
        if dimension.unknown == "else" and UNKNOWN not in inside:
            names = names[1:]
        levels = tuple(name for name in names if name in inside)
        found.append(Trait(label=dimension.name, column=dimension.column, levels=levels, of=names))
    columns = sorted({i.column for box in segment.boxes for i in box.where})
    return (*found, *(_local_trait(plan, segment, column) for column in columns))


def short(value: float) -> str:
    """Write a number as short as it can be read back: 85, not 85.0."""
    return repr(float(value)).removesuffix(".0")


def _local_trait(plan: SegmentPlan, segment: Segment, column: str) -> Trait:
    """Place a segment among the parts into which the plan cuts a column within the same cells."""
    cuts: dict[Cell, set[float]] = {box.levels: set() for box in segment.boxes}
    for box in (b for s in plan.segments for b in s.boxes if b.levels in cuts):
        bounds = (b for i in box.where if i.column == column for b in (i.lower, i.upper))
        cuts[box.levels].update(b for b in bounds if b is not None)
    names = ("Low", "Medium", "High") if max(map(len, cuts.values())) > 1 else ("Low", "High")
    inside: set[str] = set()
    for box in segment.boxes:
        starts = [-math.inf, *sorted(cuts[box.levels])]
        holding = [i for i in box.where if i.column == column]
        for part, start in enumerate(starts):
            if all(i.holds(start) for i in holding):
                here = "Low" if part == 0 else "High" if part == len(starts) - 1 else "Medium"
                inside |= {here} if len(starts) > 1 else set(names)
    return Trait(label=column, column=column, levels=tuple(n for n in names if n in inside), of=names)


def _conditions(dimensions: Sequence[Dimension], product: Product) -> list[str]:
    said = [ELSE] if product.is_else else []
    for dimension, names in zip(dimensions, product.levels, strict=True):
        if names:
            said.append(f"{dimension.name}_{names[0] if len(names) == 1 else '{' + ','.join(names) + '}'}")
    return [*said, *map(_interval_text, product.where)]


def _interval_text(interval: Interval) -> str:
    column = interval.column
    if interval.lower is not None and interval.lower == interval.upper:
        return f"{column} missing"
    parts = [] if interval.lower is None else [f"{column} >= {short(interval.lower)}"]
    parts += [] if interval.upper is None else [f"{column} < {short(interval.upper)}"]
    text = " & ".join(parts) or f"{column} known"
    return f"({text} or {column} missing)" if interval.unknown and column not in NEVER_MISSING else text
