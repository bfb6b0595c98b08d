"""Segments that are too small join their nearest sibling, and empty ones always do.

A sibling has the same levels in all dimensions but one and a neighbouring level there, so that the two
together are a rule one can still say. Siblings are found in an index by "all levels but one", which
keeps a plan of hundreds of cells instant.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cartjury.data.records import LogEntry, SizePolicy

Levels = tuple[int, ...]  # a cell as positions of its levels: 0 is Unknown, then from the lowest


class Group(NamedTuple):
    """A segment on its way through the size policy: an id, its cells and its users."""

    id: str
    cells: frozenset[Levels]
    users: int

    @property
    def number(self) -> int:
        """The id as a number: S99 comes before S100."""
        return int(self.id[1:])

    def joined(self, other: "Group") -> "Group":
        """Return both together, under the lower id."""
        keeper = min(self, other, key=lambda group: group.number)
        return Group(keeper.id, self.cells | other.cells, self.users + other.users)


class Sibling(NamedTuple):
    """A neighbour in one dimension. Siblings sort by preference: last dimension, fewer users, lower level."""

    steps_from_last: int
    users: int
    level: int
    group: Group


class _Step(NamedTuple):
    group: Group
    other: Group
    reason: str


class _Groups:
    """All groups by id, and by the shape that they share with their siblings."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self.by_id: dict[str, Group] = {}
        self._keys: dict[str, list[tuple[int, Levels]]] = {}
        self._levels: dict[str, Levels] = {}  # one bit mask a dimension
        self._alike: dict[tuple[int, Levels], set[str]] = defaultdict(set)
        for group in groups:
            self._add(group)

    def join(self, one: Group, other: Group) -> None:
        for group in (one, other):
            del self.by_id[group.id]
            for key in self._keys.pop(group.id):
                self._alike[key].remove(group.id)
        self._add(one.joined(other))

    def siblings(self, group: Group) -> Iterator[Sibling]:
        own = self._levels[group.id]
        for dimension, rest in self._keys[group.id]:
            for key in self._alike[dimension, rest]:
                theirs = self._levels[key][dimension]
                if own[dimension] & (theirs << 1 | theirs >> 1) and key != group.id:
                    found = self.by_id[key]
                    yield Sibling(len(own) - dimension, found.users, theirs & -theirs, found)

    def _add(self, group: Group) -> None:
        levels = tuple(sum(1 << level for level in set(of_cells)) for of_cells in zip(*group.cells, strict=True))
        # What is no product of level sets has no siblings: joining it would make the rule harder to say.
        is_product = math.prod(mask.bit_count() for mask in levels) == len(group.cells)
        keys = [(d, levels[:d] + levels[d + 1 :]) for d in range(len(levels))] if is_product else []
        self.by_id[group.id], self._levels[group.id], self._keys[group.id] = group, levels, keys
        for key in keys:
            self._alike[key].add(group.id)


def merge_small(
    groups: Iterable[Group], policy: SizePolicy, names: Sequence[str]
) -> tuple[tuple[Group, ...], tuple[LogEntry, ...]]:
    """Merge to a fixpoint, smallest first (ties: lowest id).

    The nearest sibling is the one in the last dimension that has any; there the one with fewer users,
    then the lower level. Nothing grows over the maximum. A group without users joins a sibling with
    users before one without, whatever the limits (it adds nobody); when no sibling is left it joins the
    group with the nearest cell. So where anybody is in, no empty group remains.

    Args:
        groups: disjoint groups, ELSE not among them.
        policy: limits in users.
        names: of the dimensions, for the reasons.

    Returns:
        The groups by id, and an entry for each merge (the id that stays first) and for each group that
        stays under the minimum.
    """
    state = _Groups(groups)
    log = []
    while (step := _next_step(state, policy, names)) is not None:
        first, second = sorted((step.group, step.other), key=lambda group: group.number)
        sizes = (first.users, second.users)
        log.append(LogEntry(action="merge", segments=(first.id, second.id), sizes=sizes, reason=step.reason))
        state.join(first, second)
    merged = tuple(sorted(state.by_id.values(), key=lambda group: group.number))
    small = (group for group in merged if group.users < policy.min_size)
    log += [
        LogEntry(action="keep", segments=(g.id,), sizes=(g.users,), reason=_why_small(state, g, policy)) for g in small
    ]
    return merged, tuple(log)


def _next_step(state: _Groups, policy: SizePolicy, names: Sequence[str]) -> _Step | None:
    small = [group for group in state.by_id.values() if group.users < policy.min_size]
    small.sort(key=lambda group: (group.users, group.number))
    empty = [group for group in small if not group.users]
    for with_users in (True, False):
        for group in empty:
            found = min((s for s in state.siblings(group) if (s.users > 0) == with_users), default=None)
            if found:
                return _Step(group, found.group, f"{group.id} has no users: joined {_sibling(found, names)}")
    limit = math.inf if policy.max_size is None else policy.max_size
    for group in small[len(empty) :]:
        found = min((s for s in state.siblings(group) if s.users + group.users <= limit), default=None)
        if found:
            why = f"{group.id} has {_users(group)}, under the minimum of {policy.min_size:,}"
            return _Step(group, found.group, f"{why}: joined {_sibling(found, names)}")
    return _join_nearest(state, empty[0]) if empty and len(state.by_id) > 1 else None


def _join_nearest(state: _Groups, group: Group) -> _Step:
    others = [other for other in state.by_id.values() if other.id != group.id]
    others = [other for other in others if other.users] or others
    nearest = min(others, key=lambda other: (_distance(group, other), other.users, min(other.cells)))
    return _Step(group, nearest, f"{group.id} has no users and no sibling: joined {nearest.id}, the nearest segment")


def _distance(one: Group, other: Group) -> tuple[int, Levels]:
    """Fewest level steps between two cells, those in the first dimensions weighing more among equals."""
    return min(
        (sum(steps), steps)
        for a in one.cells
        for b in other.cells
        for steps in [tuple(abs(x - y) for x, y in zip(a, b, strict=True))]
    )


def _sibling(sibling: Sibling, names: Sequence[str]) -> str:
    return f"{sibling.group.id}, its nearest sibling (they differ in {names[-sibling.steps_from_last]} only)"


def _why_small(state: _Groups, group: Group, policy: SizePolicy) -> str:
    why = f"{group.id} has {_users(group)}, under the minimum of {policy.min_size:,}, and stays"
    blocked = sorted(sibling.group.id for sibling in state.siblings(group))
    if blocked and policy.max_size is not None:
        return f"{why}: joining {' or '.join(blocked)} would go over the maximum of {policy.max_size:,}"
    return f"{why}: no sibling is left that it could join"


def _users(group: Group) -> str:
    return f"{group.users:,} user{'' if group.users == 1 else 's'}"
