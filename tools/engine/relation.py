"""SQL over the checked rows: the universe and its features, and which segment each user is in.

This is the one place that turns a plan into labels. It works by level numbers, so the certificate,
which evaluates the predicates of `predicates.py`, checks it from the outside.
"""

import itertools
from collections.abc import Sequence
from datetime import date

from cartjury.data.contract import DERIVED
from cartjury.data.records import Box, Comparison, Dimension, Interval, SegmentPlan
from cartjury.data.run_records import Dataset, Universe
from cartjury.tools.engine.duck import literal, quoted


def rows(dataset: Dataset) -> str:
    """SQL relation of the checked rows, in the input's order."""
    return f"read_parquet({literal(dataset.path)})"


def window(as_of: date, window_days: int) -> str:
    """SQL condition: the cart was abandoned in the window, in whole calendar days."""
    return f"cart_abandoned_date BETWEEN DATE '{window_start(as_of, window_days)}' AND DATE '{as_of}'"


def window_start(as_of: date, window_days: int) -> date:
    """Return the first day of the window."""
    return date.fromordinal(max(1, as_of.toordinal() - window_days))


def passes(conditions: Sequence[Comparison]) -> str:
    """SQL condition of a plan's filter; a missing value passes none."""
    return " AND ".join(map(_passes, conditions)) or "true"


def _passes(condition: Comparison) -> str:
    column = quoted(condition.column)
    # A text is compared as a text whatever type the column has in the file; dates of the contract as dates.
    if isinstance(condition.value, str) and condition.column not in DERIVED.values():
        column = f"CAST({column} AS VARCHAR)"
    return f"coalesce({column} {condition.op} {literal(condition.value)}, false)"


def features(dataset: Dataset, as_of: date) -> str:
    """SQL relation of the checked rows with the derived features beside their columns."""
    derived = ", ".join(f"DATE '{as_of}' - {column} AS {name}" for name, column in DERIVED.items())
    return f"(SELECT *, {derived} FROM {rows(dataset)})"


def users(dataset: Dataset, universe: Universe, conditions: Sequence[Comparison]) -> str:
    """SQL relation of the universe, in the input's order."""
    inside = f"{window(universe.as_of, universe.window_days)} AND {passes(conditions)}"
    return f"(SELECT * FROM {features(dataset, universe.as_of)} WHERE {inside})"


def level_number(dimension: Dimension) -> str:
    """SQL of a level's position in `dimension.level_names`: 0 is Unknown, 1 the lowest."""
    column = quoted(dimension.column)
    cases = " ".join(f"WHEN {column} < {literal(cut)} THEN {i}" for i, cut in enumerate(dimension.cuts, start=1))
    return f"CASE WHEN {column} IS NULL THEN 0 {cases} ELSE {len(dimension.cuts) + 1} END"


def cell_number(dimensions: Sequence[Dimension]) -> str:
    """SQL of a cell's position in the product of all level names, the last dimension running fastest."""
    number = "0"
    for dimension in dimensions:
        number = f"({number} * {len(dimension.level_names)} + {level_number(dimension)})"
    return number


def cells(dimensions: Sequence[Dimension]) -> list[tuple[str, ...]]:
    """All cells in the order of `cell_number`."""
    return list(itertools.product(*(d.level_names for d in dimensions)))


def segment_number(plan: SegmentPlan) -> str:
    """SQL of a user's segment as its position in `plan.segments`, counted from 1.

    Cells that one segment owns are looked up; cells that local intervals divide are decided by them.
    """
    owner: dict[tuple[str, ...], int] = {}
    local: list[tuple[tuple[str, ...], Box, int]] = []
    for position, segment in enumerate(plan.segments, start=1):
        for box in segment.boxes:
            if box.where:
                local.append((box.levels, box, position))
            else:
                owner[box.levels] = position
    order = cells(plan.dimensions)
    table = "[" + ", ".join(str(owner.get(cell, 0)) for cell in order) + "]"
    looked_up = f"{table}[{cell_number(plan.dimensions)} + 1]"
    if not local:
        return looked_up
    number = {cell: i for i, cell in enumerate(order)}
    cases = " ".join(
        f"WHEN {cell_number(plan.dimensions)} = {number[levels]} AND {_inside(box.where)} THEN {position}"
        for levels, box, position in local
    )
    return f"CASE {cases} ELSE {looked_up} END"


def in_boxes(dimensions: Sequence[Dimension], boxes: Sequence[Box]) -> str:
    """SQL condition: the user is in one of the boxes."""
    number = {cell: i for i, cell in enumerate(cells(dimensions))}
    by_where: dict[tuple[Interval, ...], list[str]] = {}
    for box in boxes:
        by_where.setdefault(box.where, []).append(str(number[box.levels]))
    found = [
        " AND ".join([f"{cell_number(dimensions)} IN ({', '.join(numbers)})", *map(_within, where)])
        for where, numbers in by_where.items()
    ]
    return " OR ".join(f"({condition})" for condition in found)


def _inside(intervals: Sequence[Interval]) -> str:
    return " AND ".join(_within(i) for i in intervals)


def _within(interval: Interval) -> str:
    column = quoted(interval.column)
    bounds = [f"{column} >= {literal(interval.lower)}"] if interval.lower is not None else []
    bounds += [f"{column} < {literal(interval.upper)}"] if interval.upper is not None else []
    known = " AND ".join(bounds) or "true"
    return (
        f"coalesce({known}, {str(interval.unknown).lower()})"
        if bounds
        else f"({column} IS NOT NULL OR {interval.unknown})"
    )
