"""Sets of boxes in their canonical form, and as few products of level sets as cover them.

Equal sets of users give equal boxes, however they came about: that is what lets a merge of the two
halves of a split give back the plan to the byte.
"""

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cartjury.data.records import UNKNOWN, Box, Dimension, Interval

Cell = tuple[str, ...]  # one level of every dimension, in the plan's order
Where = Mapping[str, Interval]  # local intervals by column


class Product(NamedTuple):
    """A set of levels in every dimension, perhaps narrowed by local intervals.

    Attributes:
        levels: by dimension, its levels, lowest first; empty where the product has them all.
        where: local intervals, by column.
        is_else: these are all the cells of ELSE; `levels` says nothing then.
    """

    levels: tuple[Cell, ...]
    where: tuple[Interval, ...] = ()
    is_else: bool = False


def else_boxes(dimensions: Sequence[Dimension]) -> tuple[Box, ...]:
    """Return all cells with a value missing that is too rarely missing to be a level, in canonical order."""
    return tuple(Box(levels=cell) for cell in all_cells(dimensions) if in_else(dimensions, cell))


def simplify(dimensions: Sequence[Dimension], boxes: Iterable[Box]) -> tuple[Box, ...]:
    """Bring disjoint boxes into the one form that depends on nothing but the users they hold.

    Cells come in canonical order: first dimension slowest, highest level first, Unknown last. Within a
    cell the columns of local intervals are taken alphabetically; a column is cut only where what lies
    on the two sides differs, so parts that touch are joined and intervals that hold everything vanish.
    """
    by_cell: dict[Cell, list[Where]] = defaultdict(list)
    for box in boxes:
        where = intersect(box.where)
        if where is not None:
            by_cell[box.levels].append(where)
    ranks = [{name: rank for rank, name in enumerate(_downwards(d))} for d in dimensions]
    ordered = sorted(by_cell, key=lambda cell: [rank[name] for rank, name in zip(ranks, cell, strict=True)])
    return tuple(
        Box(levels=cell, where=where)
        for cell in ordered
        for where in _slices(by_cell[cell], sorted({column for where in by_cell[cell] for column in where}))
    )


def intersect(intervals: Iterable[Interval]) -> Where | None:
    """Return what satisfies all intervals, one interval a column; None where nothing can."""
    where: dict[str, Interval] = {}
    for new in intervals:
        old = where.get(new.column, Interval(column=new.column, unknown=True))
        lower = max((b for b in (old.lower, new.lower) if b is not None), default=None)
        upper = min((b for b in (old.upper, new.upper) if b is not None), default=None)
        unknown = old.unknown and new.unknown
        if lower is not None and upper is not None and lower >= upper:
            if not unknown:
                return None
            lower = upper = 0.0  # the form of an interval that holds missing values only
        where[new.column] = Interval(column=new.column, lower=lower, upper=upper, unknown=unknown)
    return where


def products(dimensions: Sequence[Dimension], boxes: Iterable[Box]) -> tuple[Product, ...]:
    """Cover boxes with disjoint products of level sets, as few as a greedy search finds, ELSE last."""
    by_where: dict[tuple[Interval, ...], list[Cell]] = defaultdict(list)
    for box in simplify(dimensions, boxes):
        by_where[box.where].append(box.levels)
    everything = math.prod(len(d.level_names) for d in dimensions)
    beyond_all = everything - math.prod(len(d.level_names) - (d.unknown == "else") for d in dimensions)
    found: list[Product] = []
    for where, cells in by_where.items():
        known = [cell for cell in cells if not in_else(dimensions, cell)]
        beyond = [cell for cell in cells if in_else(dimensions, cell)]
        if len(cells) == everything:
            found.append(Product(tuple(() for _ in dimensions), where))
            continue
        found += [Product(_said(dimensions, sets), where) for sets in _cover(dimensions, known)]
        if beyond and len(beyond) == beyond_all:
            found.append(Product(tuple(() for _ in dimensions), where, is_else=True))
        else:
            found += [Product(_said(dimensions, sets), where) for sets in _cover(dimensions, beyond)]
    return tuple(found)


def _downwards(dimension: Dimension) -> Cell:
    unknown, *known = dimension.level_names
    return (*reversed(known), unknown)


def all_cells(dimensions: Sequence[Dimension]) -> Iterator[Cell]:
    """Yield all cells in canonical order: first dimension slowest, highest level first, Unknown last."""
    return itertools.product(*map(_downwards, dimensions))


def in_else(dimensions: Sequence[Dimension], cell: Cell) -> bool:
    """Whether a value is missing in the cell that is too rarely missing to be a level."""
    return any(name == UNKNOWN and d.unknown == "else" for d, name in zip(dimensions, cell, strict=True))


def _slices(wheres: Sequence[Where], columns: Sequence[str]) -> list[tuple[Interval, ...]]:
    """Cut the first column where the cross-section changes, and each cross-section likewise."""
    if not columns:
        return [()] if wheres else []
    column, rest = columns[0], columns[1:]

    def section(value: float | None) -> list[tuple[Interval, ...]]:
        return _slices([w for w in wheres if column not in w or w[column].holds(value)], rest)

    held = [w[column] for w in wheres if column in w]
    starts = sorted({b for i in held for b in (i.lower, i.upper) if b is not None})
    runs = [(start, section(start)) for start in (-math.inf, *starts)]
    runs = [run for i, run in enumerate(runs) if i == 0 or run[1] != runs[i - 1][1]]
    ends = [*(start for start, _ in runs[1:]), math.inf]
    missing = section(None)
    found = []
    for (start, inner), end in zip(runs, ends, strict=True):
        with_missing, missing = inner == missing, [] if inner == missing else missing
        if with_missing and len(runs) == 1:
            return inner
        bounds = (None if math.isinf(start) else start, None if math.isinf(end) else end)
        interval = Interval(column=column, lower=bounds[0], upper=bounds[1], unknown=with_missing)
        found += [(interval, *where) for where in inner]
    only_missing = Interval(column=column, lower=0, upper=0, unknown=True)
    return found + [(only_missing, *where) for where in missing]


def _cover(dimensions: Sequence[Dimension], cells: Sequence[Cell]) -> Iterator[tuple[Cell, ...]]:
    """Take the first cell that is left and grow it, by every dimension first in turn; keep the largest."""
    left, count = set(cells), len(dimensions)
    orders = [[(first - step) % count for step in range(count)] for first in reversed(range(count))] or [[]]
    for start in cells:
        if start in left:
            grown = [_grow(dimensions, start, order, left) for order in orders]
            best = max(grown, key=lambda sets: math.prod(map(len, sets)))
            left -= set(itertools.product(*best))
            yield best


def _grow(
    dimensions: Sequence[Dimension], start: Cell, order: Sequence[int], left: set[Cell]
) -> tuple[tuple[str, ...], ...]:
    sets = [(name,) for name in start]
    for d in order:
        wider = [
            name
            for name in dimensions[d].level_names
            if left.issuperset(itertools.product(*sets[:d], (name,), *sets[d + 1 :]))
        ]
        sets[d] = tuple(wider)  # type: ignore[assignment] # it starts with one name and grows
    return tuple(sets)


def _said(dimensions: Sequence[Dimension], sets: Sequence[Cell]) -> tuple[Cell, ...]:
    """Blank the dimensions of which a product says nothing."""
    beyond = any(UNKNOWN in names and d.unknown == "else" for d, names in zip(dimensions, sets, strict=True))
    silent = [len(d.level_names) - (d.unknown == "else" and not beyond) for d in dimensions]
    return tuple(() if len(names) == full else names for names, full in zip(sets, silent, strict=True))
