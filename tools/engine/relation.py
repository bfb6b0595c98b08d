"""SQL over the checked rows: the universe and its features, and which segment each user is in.

This is the one place that turns a plan into labels. It works by level numbers, so the certificate,
which evaluates the predicates of `predicates.py`, checks it from the outside.
"""

import itertools
from collections.abc import Sequence
from datetime import date

from cartjury.data.contract import DERIVED
from cartjury.data.records import Box, Comparison, Dimension, Interval, SegmentPlan
from cartjury.data.run_records import Universe
from cartjury.tools.engine.sql import Sql


def window(sql: Sql, as_of: date, window_days: int) -> str:
    """SQL condition: the cart was abandoned in the window, in whole calendar days."""
    return f"cart_abandoned_date BETWEEN {sql.day(window_start(as_of, window_days))} AND {sql.day(as_of)}"


def window_start(as_of: date, window_days: int) -> date:
    """Return the first day of the window."""
    return date.fromordinal(max(1, as_of.toordinal() - window_days))


def passes(sql: Sql, conditions: Sequence[Comparison]) -> str:
    """SQL condition of a plan's filter; a missing value passes none."""
    return " AND ".join(_passes(sql, condition) for condition in conditions) or "true"


def _passes(sql: Sql, condition: Comparison) -> str:
    column = sql.quoted(condition.column)
    # A text is compared as a text whatever type the column has in the file; dates of the contract as dates.
    if isinstance(condition.value, str) and condition.column not in DERIVED.values():
        column = sql.as_text(column)
    return f"coalesce({column} {condition.op} {sql.literal(condition.value)}, false)"


def features(sql: Sql, rows: str, as_of: date) -> str:
    """SQL relation of the checked rows with the derived features beside their columns."""
    derived = ", ".join(f"{sql.days(as_of, column)} AS {name}" for name, column in DERIVED.items())
    return f"(SELECT *, {derived} FROM {rows})"


def users(sql: Sql, rows: str, universe: Universe, conditions: Sequence[Comparison]) -> str:
    """SQL relation of the universe, in the order of the rows."""
    inside = f"{window(sql, universe.as_of, universe.window_days)} AND {passes(sql, conditions)}"
    return f"(SELECT * FROM {features(sql, rows, universe.as_of)} WHERE {inside})"


def level_number(sql: Sql, dimension: Dimension) -> str:
    """SQL of a level's position in `dimension.level_names`: 0 is Unknown, 1 the lowest."""
    column = sql.quoted(dimension.column)
    cases = " ".join(f"WHEN {column} < {sql.number(cut)} THEN {i}" for i, cut in enumerate(dimension.cuts, start=1))
    return f"CASE WHEN {column} IS NULL THEN 0 {cases} ELSE {len(dimension.cuts) + 1} END"


def cell_number(sql: Sql, dimensions: Sequence[Dimension]) -> str:
    """SQL of a cell's position in the product of all level names, the last dimension running fastest."""
    number = "0"
    for dimension in dimensions:
        number = f"({number} * {len(dimension.level_names)} + {level_number(sql, dimension)})"
    return number


def cells(dimensions: Sequence[Dimension]) -> list[tuple[str, ...]]:
    """All cells in the order of `cell_number`."""
    return list(itertools.product(*(d.level_names for d in dimensions)))


def segment_number(sql: Sql, plan: SegmentPlan) -> str:
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
    cell = cell_number(sql, plan.dimensions)
    looked_up = sql.pick([str(owner.get(levels, 0)) for levels in order], f"{cell} + 1")
    if not local:
        return looked_up
    number = {levels: i for i, levels in enumerate(order)}
    cases = " ".join(
        f"WHEN {cell} = {number[levels]} AND {_inside(sql, box.where)} THEN {position}"
        for levels, box, position in local
    )
    return f"CASE {cases} ELSE {looked_up} END"


def in_boxes(sql: Sql, dimensions: Sequence[Dimension], boxes: Sequence[Box]) -> str:
    """SQL condition: the user is in one of the boxes."""
    number = {cell: i for i, cell in enumerate(cells(dimensions))}
    by_where: dict[tuple[Interval, ...], list[str]] = {}
    for box in boxes:
        by_where.setdefault(box.where, []).append(str(number[box.levels]))
    found = [
        " AND ".join([f"{cell_number(sql, dimensions)} IN ({', '.join(numbers)})", _inside(sql, where)])
        for where, numbers in by_where.items()
    ]
    return " OR ".join(f"({condition})" for condition in found)


def _inside(sql: Sql, intervals: Sequence[Interval]) -> str:
    return " AND ".join(_within(sql, i) for i in intervals) or "true"


def _within(sql: Sql, interval: Interval) -> str:
    column = sql.quoted(interval.column)
    bounds = [f"{column} >= {sql.number(interval.lower)}"] if interval.lower is not None else []
    bounds += [f"{column} < {sql.number(interval.upper)}"] if interval.upper is not None else []
    known = " AND ".join(bounds) or "true"
    return (
        f"coalesce({known}, {str(interval.unknown).lower()})"
        if bounds
        else f"({column} IS NOT NULL OR {interval.unknown})"
    )
