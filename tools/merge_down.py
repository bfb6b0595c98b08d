"""Segments of many dimensions, cut from the first dimension down, so that none is too small.

Merging sibling by sibling, as `merge.py` does, finds the most segments while there are few dimensions. With many, the
groups soon have shapes that no other group matches, and what is too small stays so. Cutting from the top avoids that:

    everybody -> neighbouring levels of the first dimension, joined until each part has the minimum
              -> each part by the second dimension, likewise -> ... -> a part that no dimension can cut is a segment

Each segment is a product of level sets: a rule without an "or". The first dimensions stay apart the longest.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cartjury.data.records import LogEntry, SizePolicy
from cartjury.tools.siblings import Group, Levels

Run = tuple[int, ...]  # neighbouring levels of one dimension


def merge_down(
    groups: Sequence[Group], policy: SizePolicy, names: Sequence[str]
) -> tuple[tuple[Group, ...], tuple[LogEntry, ...]] | None:
    """Merge cells into segments of at least the minimum, unless all users together are fewer.

    Args:
        groups: the cells of a plan, one a group, ELSE not among them.
        policy: its minimum decides; a segment over the maximum is left to the splits.
        names: of the dimensions, for the reasons.

    Returns:
        The groups by id, and an entry for each cell that joined another, the id that stays first; None where
        the groups are not all the cells of a product.
    """
    owners = {cell: group for group in groups for cell in group.cells}
    levels = [sorted(set(of_cells)) for of_cells in zip(*owners, strict=True)]
    if not len(groups) == len(owners) == math.prod(map(len, levels)):
        return None
    users = {cell: group.users for cell, group in owners.items()}
    parts = [[owners[cell] for cell in part] for part in _cut(users, 0, len(levels), policy.min_size)]
    found = [(_joined(part), part) for part in parts]
    found.sort(key=lambda pair: pair[0].number)
    log = (entry for group, part in found for entry in _entries(group, part, policy, names))
    return tuple(group for group, _ in found), tuple(log)


def _cut(users: Mapping[Levels, int], dimension: int, dimensions: int, least: int) -> Iterator[list[Levels]]:
    """Cut some cells by a dimension and those after it."""
    if dimension == dimensions:
        yield list(users)
        return
    sizes: dict[int, int] = {}
    for cell, count in users.items():
        sizes[cell[dimension]] = sizes.get(cell[dimension], 0) + count
    for run in _runs(sizes, least):
        yield from _cut({c: n for c, n in users.items() if c[dimension] in run}, dimension + 1, dimensions, least)


def _runs(sizes: Mapping[int, int], least: int) -> list[Run]:
    """Join levels until each run has the minimum: the smallest first, with the smaller neighbour, else the lower."""
    runs: list[tuple[Run, int]] = [((level,), sizes[level]) for level in sorted(sizes)]
    while len(runs) > 1 and min(count for _, count in runs) < least:
        at = min(range(len(runs)), key=lambda i: (runs[i][1], i))
        near = min((i for i in (at - 1, at + 1) if 0 <= i < len(runs)), key=lambda i: (runs[i][1], i))
        first = min(at, near)
        both = (runs[first][0] + runs[first + 1][0], runs[first][1] + runs[first + 1][1])
        runs[first : first + 2] = [both]
    return [run for run, _ in runs]


def _joined(part: Iterable[Group]) -> Group:
    first, *others = _by_number(part)
    for other in others:
        first = first.joined(other)
    return first


def _entries(group: Group, part: Iterable[Group], policy: SizePolicy, names: Sequence[str]) -> Iterator[LogEntry]:
    levels = [set(of_cells) for of_cells in zip(*group.cells, strict=True)]
    over = ", ".join(name for name, held in zip(names, levels, strict=True) if len(held) > 1)
    first, *others = _by_number(part)
    for other in others:
        yield LogEntry(
            action="merge",
            segments=(first.id, other.id),
            sizes=(first.users, other.users),
            reason=f"{other.id} joined {first.id}, which is not cut by {over}: "
            f"a part would have fewer users than the minimum of {policy.min_size:,}",
        )
        first = first.joined(other)


def _by_number(part: Iterable[Group]) -> list[Group]:
    return sorted(part, key=lambda group: group.number)
