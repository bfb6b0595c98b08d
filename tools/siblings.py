"""Groups of cells on their way through the size policy, and which of them are siblings.

Siblings have the same levels in all dimensions but one and neighbouring levels there, so that the two
together are a rule one can still say. They are found in an index by "all levels but one", which keeps
a plan of hundreds of cells instant.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

Levels = tuple[int, ...]  # a cell as positions of its levels: 0 is Unknown, then from the lowest


class Group(NamedTuple):
    """A segment on its way through the size policy.

    Attributes:
        number: that of the id, since S99 comes before S100.
        cells: at least one.
    """

    number: int
    id: str
    cells: frozenset[Levels]
    users: int

    def joined(self, other: "Group") -> "Group":
        """Return both together, under the lower id."""
        keeper = self if self.number < other.number else other
        return keeper._replace(cells=self.cells | other.cells, users=self.users + other.users)


class Sibling(NamedTuple):
    """A neighbour in one dimension. They sort by preference: has users, last dimension, fewer users, lower level."""

    empty: bool
    steps_from_last: int
    users: int
    level: int
    group: Group


class Groups:
    """All groups by id, and by the shape that they share with their siblings."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self.by_id: dict[str, Group] = {}
        self._keys: dict[str, list[tuple[int, Levels]]] = {}
        self._levels: dict[str, Levels] = {}  # one bit mask a dimension
        self._alike: dict[tuple[int, Levels], set[str]] = defaultdict(set)
        self._found: dict[str, list[Sibling]] = {}  # only a change among those alike makes it stale
        for group in groups:
            self._add(group)

    def join(self, one: Group, other: Group) -> None:
        """Replace two groups by both together."""
        for group in (one, other):
            del self.by_id[group.id]
            for key in self._keys.pop(group.id):
                self._alike[key].remove(group.id)
                self._forget(key)
        self._add(one.joined(other))

    def siblings(self, group: Group) -> list[Sibling]:
        """Return the neighbours that make a product of level sets with the group, best first."""
        if group.id not in self._found:
            self._found[group.id] = sorted(self._search(group))
        return self._found[group.id]

    def _search(self, group: Group) -> Iterator[Sibling]:
        own = self._levels[group.id]
        for dimension, rest in self._keys[group.id]:
            for key in self._alike[dimension, rest]:
                theirs = self._levels[key][dimension]
                if own[dimension] & (theirs << 1 | theirs >> 1) and key != group.id:
                    found = self.by_id[key]
                    yield Sibling(not found.users, len(own) - dimension, found.users, theirs & -theirs, found)

    def _forget(self, key: tuple[int, Levels]) -> None:
        for alike in self._alike[key]:
            self._found.pop(alike, None)

    def _add(self, group: Group) -> None:
        levels = tuple(sum(1 << level for level in set(of_cells)) for of_cells in zip(*group.cells, strict=True))
        # What is no product of level sets has no siblings: joining it would make the rule harder to say.
        is_product = math.prod(mask.bit_count() for mask in levels) == len(group.cells)
        keys = [(d, levels[:d] + levels[d + 1 :]) for d in range(len(levels))] if is_product else []
        self.by_id[group.id], self._levels[group.id], self._keys[group.id] = group, levels, keys
        self._found.pop(group.id, None)
        for key in keys:
            self._alike[key].add(group.id)
            self._forget(key)
