"""A plan seen along one dimension: rows of cells that differ in its level only, and who holds each of them.

A row is a cell of the other dimensions, perhaps narrowed by local intervals where those are the same at every level.
Where they are not, no row can carry them on: they end, and the lowest id that held a part of a cell stands for it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cartjury.data.records import Interval, SegmentPlan
from cartjury.tools.boxes import Cell
from cartjury.tools.editing.lookup import number_of

Where = tuple[Interval, ...]


class Row(NamedTuple):
    """A row of cells.

    Attributes:
        rest: the levels of all other dimensions.
        where: local intervals, the same at every level.
        owners: the segment that holds it, by level.
    """

    rest: Cell
    where: Where
    owners: Mapping[str, str]

    @property
    def is_whole(self) -> bool:
        """Whether one segment holds all of it."""
        return len(set(self.owners.values())) == 1

    def cell(self, place: int, level: str) -> Cell:
        """The cell of the row at a level of a dimension that stands at this place."""
        return (*self.rest[:place], level, *self.rest[place:])


class Rows(NamedTuple):
    """All rows, and the ids of the segments whose local intervals end."""

    rows: tuple[Row, ...]
    ended: tuple[str, ...]


def rows_of(plan: SegmentPlan, place: int, levels: Sequence[str]) -> Rows:
    """See a plan along the dimension at this place, as far as these levels of it go."""
    held: dict[Cell, dict[str, dict[Where, str]]] = defaultdict(lambda: {level: {} for level in levels})
    for segment in plan.segments:
        for box in segment.boxes:
            level = box.levels[place]
            if level in levels:
                held[(*box.levels[:place], *box.levels[place + 1 :])][level][box.where] = segment.id
    found: list[Row] = []
    ended: set[str] = set()
    for rest, by_level in held.items():
        wheres = {frozenset(parts) for parts in by_level.values()}
        if len(wheres) == 1:
            found += [Row(rest, w, {level: by_level[level][w] for level in levels}) for w in by_level[levels[0]]]
        else:
            ended |= {i for parts in by_level.values() if len(parts) > 1 for i in parts.values()}
            lowest = {level: min(by_level[level].values(), key=number_of) for level in levels}
            found.append(Row(rest, (), lowest))
    return Rows(tuple(found), tuple(sorted(ended, key=number_of)))
