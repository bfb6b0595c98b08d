"""The size policy: merge what is too small, split what is too large, and say why, step by step."""

from collections.abc import Mapping, Sequence
from typing import Final

from cartjury.data.errors import InputError
from cartjury.data.records import Box, Dimension, LogEntry, Segment, SegmentPlan, SizePolicy
from cartjury.tools.merge import merge_small
from cartjury.tools.merge_down import merge_down
from cartjury.tools.rules import rule_text, simplify
from cartjury.tools.siblings import Group
from cartjury.tools.split import Histogram, Sized, check_count, split_large

Counts = Mapping[tuple[str, ...], int]  # users by cell, levels in the plan's order; a cell left out has none

DEFAULT_MIN: Final = 500
DEFAULT_MAX: Final = 20_000
FEW_DIMENSIONS: Final = 3  # up to here merging sibling by sibling is all there is
SEED_SEGMENTS: Final = 12  # beyond this many default maxima the default would do nothing but split


def default_policy(universe_size: int, min_size: int | None, max_size: int | None) -> SizePolicy:
    """Fill in and check the limits of a run.

    Args:
        universe_size: users.
        min_size: None takes 500, or 2 % of the universe where that is smaller, at least 1.
        max_size: None takes 20,000, or no maximum where the universe is larger than 12 times that.

    Raises:
        InputError: a limit below 1, a minimum above the universe or above the maximum.
    """
    for option, given in (("min", min_size), ("max", max_size)):
        if given is not None and given < 1:
            raise InputError(f"{option} size {given:,} is less than 1: give --{option}-size a whole number from 1")
    if min_size is not None and min_size > universe_size:
        raise InputError(f"min size {min_size:,} is more than the universe of {universe_size:,} users")
    least = max(1, min(DEFAULT_MIN, universe_size // 50)) if min_size is None else min_size
    default_max = None if universe_size > SEED_SEGMENTS * DEFAULT_MAX else DEFAULT_MAX
    most = default_max if max_size is None else max_size
    if most is not None and least > most:
        hint = ""
        if min_size is None or max_size is None:
            hint = f"; {'min' if min_size is None else 'max'} size is the default: give both options"
        raise InputError(f"min size {least:,} is more than max size {most:,}{hint}")
    return SizePolicy(min_size=least, max_size=most)


def apply_size_policy(plan: SegmentPlan, counts: Counts, histogram: Histogram) -> SegmentPlan:
    """Merge and split the segments of a plan of whole cells, as its size policy asks.

    Segments under the minimum and empty ones merge to a fixpoint first; where that leaves some of more than three
    dimensions under the minimum, the cells are merged from the first dimension down instead. Then one pass splits what
    is over the maximum; nothing is merged after it. ELSE is exempt: it is neither merged nor split.

    Args:
        plan: with its first segments, none of them narrowed by local intervals.
        counts: users of every cell.
        histogram: sorted (value, users) pairs of a segment in a feature column.

    Returns:
        The plan with the new segments by id, their rules, and a log entry for every step and for every
        segment that still breaks a limit.

    Raises:
        InputError: more than 60 segments are left.
        ValueError: the plan has local intervals, or a count belongs to no cell.
    """
    policy, dimensions = plan.size_policy, plan.dimensions
    groups = {segment.id: _group(dimensions, segment, counts) for segment in plan.segments}
    if sum(group.users for group in groups.values()) != sum(counts.values()):
        raise ValueError("a count belongs to no cell of the plan")
    exempt = [Sized(segment, groups[segment.id].users) for segment in plan.segments if segment.is_else]
    regular = [groups[segment.id] for segment in plan.segments if not segment.is_else]
    merged, merge_log = _merge(regular, policy, [d.name for d in dimensions])
    check_count(len(merged) + len(exempt), policy, because_of_splits=False)
    before = {segment.id: segment for segment in plan.segments}
    sized = [Sized(_segment(dimensions, before[group.id], group), group.users) for group in merged]
    next_number = 1 + max(group.number for group in groups.values())
    parts, split_log = split_large(dimensions, _by_id([*sized, *exempt]), policy, histogram, next_number)
    keep_log = tuple(_keep_else(else_, policy) for else_ in exempt if 0 < else_.users < policy.min_size)
    return plan.with_changes(
        segments=tuple(sorted(parts, key=_number)),
        log=(*plan.log, *merge_log, *keep_log, *split_log),
    )


def _merge(
    groups: Sequence[Group], policy: SizePolicy, names: Sequence[str]
) -> tuple[tuple[Group, ...], tuple[LogEntry, ...]]:
    siblings = merge_small(groups, policy, names)
    if len(names) <= FEW_DIMENSIONS or not any(group.users < policy.min_size for group in siblings[0]):
        return siblings
    down = merge_down(groups, policy, names)
    return down if down and all(_fits(group, policy) for group in down[0]) else siblings


def _fits(group: Group, policy: SizePolicy) -> bool:
    """Whether a group has the minimum, and was not merged over the maximum."""
    too_large = policy.max_size is not None and group.users > policy.max_size
    return group.users >= policy.min_size and not (too_large and len(group.cells) > 1)


def _group(dimensions: Sequence[Dimension], segment: Segment, counts: Counts) -> Group:
    if any(box.where for box in segment.boxes):
        raise ValueError(f"{segment.id} has local intervals: its users cannot be counted by cell")
    positions = [{name: i for i, name in enumerate(d.level_names)} for d in dimensions]
    cells = [box.levels for box in segment.boxes]
    found = frozenset(tuple(p[name] for p, name in zip(positions, cell, strict=True)) for cell in cells)
    return Group(_number(segment), segment.id, found, sum(counts.get(cell, 0) for cell in cells))


def _segment(dimensions: Sequence[Dimension], before: Segment, group: Group) -> Segment:
    """Return the segment as it was where nothing joined it, else a new one that nobody has named yet."""
    if len(group.cells) == len(before.boxes):
        return before
    names = [d.level_names for d in dimensions]
    cells = (tuple(n[level] for n, level in zip(names, cell, strict=True)) for cell in group.cells)
    boxes = simplify(dimensions, (Box(levels=cell) for cell in cells))
    return Segment(id=group.id, boxes=boxes, rule=rule_text(dimensions, boxes))


def _by_id(segments: Sequence[Sized]) -> list[Sized]:
    return sorted(segments, key=lambda sized: _number(sized.segment))


def _number(segment: Segment) -> int:
    return int(segment.id[1:])


def _keep_else(sized: Sized, policy: SizePolicy) -> LogEntry:
    return LogEntry(
        action="keep",
        segments=(sized.segment.id,),
        sizes=(sized.users,),
        reason=f"{sized.segment.id} (ELSE) has {sized.users:,} users, under the minimum of {policy.min_size:,}, "
        "and stays: it holds whoever has a value missing and is never merged",
    )
