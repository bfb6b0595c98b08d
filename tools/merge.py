"""Segments that are too small join their nearest sibling, and empty ones always join something."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from cartjury.data.records import LogEntry, SizePolicy
from cartjury.tools.siblings import Group, Groups, Levels, Sibling


class _Step(NamedTuple):
    group: Group
    other: Group
    reason: str


class _Allowed(NamedTuple):
    """What must not be merged although it is small."""

    may_move: Callable[[Group], bool]
    may_join: Callable[[Group, Group], bool]

    def siblings(self, state: Groups, group: Group) -> list[Sibling]:
        return [s for s in state.siblings(group) if self.may_join(group, s.group)]


def merge_small(
    groups: Iterable[Group],
    policy: SizePolicy,
    names: Sequence[str],
    may_move: Callable[[Group], bool] = lambda _: True,
    may_join: Callable[[Group, Group], bool] = lambda *_: True,
) -> tuple[tuple[Group, ...], tuple[LogEntry, ...]]:
    """Merge to a fixpoint, smallest first (ties: lowest id).

    The nearest sibling is the one in the last dimension that has any; there the one with fewer users,
    then the lower level. Nothing grows over the maximum. Groups without users come first, those with a
    sibling in the last dimension before the others: each joins a sibling with users, else one without,
    whatever the limits (it adds nobody); when no sibling is left, the group with the nearest cell. So
    where anybody is in, no empty group remains.

    Args:
        groups: disjoint groups, ELSE not among them.
        policy: limits in users.
        names: of the dimensions, for the reasons.
        may_move: whether a small group may be merged on its own account; others are only joined into.
        may_join: whether two groups may become one.

    Returns:
        The groups by id, and an entry for each merge (the id that stays first) and for each group that
        stays under the minimum.
    """
    state, allowed = Groups(groups), _Allowed(may_move, may_join)
    log = []
    while (step := _next_step(state, policy, names, allowed)) is not None:
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


def _next_step(state: Groups, policy: SizePolicy, names: Sequence[str], allowed: _Allowed) -> _Step | None:
    small = [group for group in state.by_id.values() if group.users < policy.min_size and allowed.may_move(group)]
    small.sort(key=lambda group: (group.users, group.number))
    empty = [group for group in small if not group.users]
    if step := _fill_empty(state, empty, names, allowed):
        return step
    limit = math.inf if policy.max_size is None else policy.max_size
    for group in small[len(empty) :]:
        found = next((s for s in allowed.siblings(state, group) if s.users + group.users <= limit), None)
        if found:
            why = f"{group.id} has {_users(group)}, under the minimum of {policy.min_size:,}"
            return _Step(group, found.group, f"{why}: {_joining(group, found.group, _sibling(found, names))}")
    return next((step for group in empty if (step := _join_nearest(state, group, allowed))), None)


def _fill_empty(state: Groups, empty: Iterable[Group], names: Sequence[str], allowed: _Allowed) -> _Step | None:
    """Join the empty group that has the best kind of sibling, among several the one with the lowest id.

    One dimension after the other keeps the shapes alike: with ids alone in charge, three times as many
    empty groups end up without a sibling.
    """
    best: tuple[Group, Sibling] | None = None
    for group in empty:
        siblings = allowed.siblings(state, group)
        if siblings and (best is None or siblings[0][:2] < best[1][:2]):
            best = group, siblings[0]
    if best is None:
        return None
    group, found = best
    return _Step(group, found.group, f"{group.id} has no users: {_joining(group, found.group, _sibling(found, names))}")


def _join_nearest(state: Groups, group: Group, allowed: _Allowed) -> _Step | None:
    others = [other for other in state.by_id.values() if other.id != group.id and allowed.may_join(group, other)]
    others = [other for other in others if other.users] or others
    if not others:
        return None
    owner = {cell: other for other in others for cell in other.cells}
    unseen = {cell for other in state.by_id.values() for cell in other.cells} - group.cells
    ring: set[Levels] = set(group.cells)
    while ring and not (met := {owner[cell] for cell in ring if cell in owner}):
        ring = {cell for old in ring for cell in _around(old)} & unseen
        unseen -= ring
    # Cells that are no group's may lie between: then all are candidates.
    nearest = min(met or others, key=lambda other: (_distance(group, other), other.users, min(other.cells)))
    joins = _joining(group, nearest, "the nearest segment")
    return _Step(group, nearest, f"{group.id} has no users and no sibling: {joins}")


def _around(cell: Levels) -> Iterator[Levels]:
    for d, level in enumerate(cell):
        yield (*cell[:d], level - 1, *cell[d + 1 :])
        yield (*cell[:d], level + 1, *cell[d + 1 :])


def _distance(one: Group, other: Group) -> tuple[int, Levels]:
    """Fewest level steps between two cells, those in the first dimensions weighing more among equals."""
    return min(
        (sum(steps), steps)
        for a in one.cells
        for b in other.cells
        for steps in [tuple(abs(x - y) for x, y in zip(a, b, strict=True))]
    )


def joining(other: str, which: str = "", *, comes: bool) -> str:
    """Say which of two joins the other, as the end of a sentence about a small one: the lower id stays.

    Args:
        other: id of what was found for the small one.
        which: what it is to the small one.
        comes: whether the other comes to the small one, whose id is lower.
    """
    beside = f"{other}, {which}" if which else other
    return f"{beside}{',' * bool(which)} joined it" if comes else f"joined {beside}"


def _joining(group: Group, other: Group, which: str) -> str:
    return joining(other.id, which, comes=group.number < other.number)


def _sibling(sibling: Sibling, names: Sequence[str]) -> str:
    return f"its nearest sibling (they differ in {names[-sibling.steps_from_last]} only)"


def _why_small(state: Groups, group: Group, policy: SizePolicy) -> str:
    why = f"{group.id} has {_users(group)}, under the minimum of {policy.min_size:,}, and stays"
    blocked = [sibling.group.id for sibling in state.siblings(group)]
    if blocked and policy.max_size is not None:
        return f"{why}: joining {' or '.join(blocked)} would go over the maximum of {policy.max_size:,}"
    return f"{why}: no sibling is left that it could join"


def _users(group: Group) -> str:
    return f"{group.users:,} user{'' if group.users == 1 else 's'}"
