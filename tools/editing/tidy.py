"""The size policy once more, over the segments that an edit made: what is too small or empty joins another."""

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from cartjury.data.records import Box, LogEntry, Segment, SegmentPlan
from cartjury.data.step_records import MergeStep, SplitStep
from cartjury.tools.boxes import products
from cartjury.tools.editing.drafts import Draft
from cartjury.tools.editing.lookup import new_ids, next_number, number_of
from cartjury.tools.editing.wording import called, users
from cartjury.tools.merge import joining, merge_small
from cartjury.tools.rules import rule_text, short, simplify
from cartjury.tools.siblings import Group, Levels
from cartjury.tools.split import Histogram, find_cut

Rules = frozenset[str]
Pairs = set[tuple[str, str]]


def merged(draft: Draft, settled: Rules = frozenset()) -> Draft:
    """Merge what is under the minimum and what is empty, but ELSE.

    Two segments that are both locked stay apart, and a note says so.

    Args:
        draft: with the users of every segment.
        settled: rules of segments that are only joined into, never merged on their own account.
    """
    kept_apart: Pairs = set()
    draft = _locals_joined(draft, settled, kept_apart)
    draft = _cells_joined(draft, settled, kept_apart)
    return draft._replace(notes=(*draft.notes, *_apart_notes(draft, kept_apart)))


def split_up(draft: Draft, histogram: Callable[[SegmentPlan], Histogram]) -> Draft:
    """Cut what is over the maximum in two, and the parts again, as a run does; ELSE stays whole."""
    policy = draft.plan.size_policy
    waiting = [s.id for s in reversed(draft.plan.segments) if not s.is_else]
    while waiting and policy.max_size is not None:
        segment = draft.plan.segment(waiting.pop())
        count = draft.sizes[segment.id]
        cut = find_cut(segment, histogram(draft.plan), policy.min_size) if count > policy.max_size else None
        if cut is None:
            continue
        (upper,) = new_ids(next_number(draft.plan), 1)
        step = SplitStep(
            segment=segment.id,
            column=cut.column,
            cuts=(cut.value,),
            ids=(segment.id, upper),
            sizes=(cut.below, cut.above),
            reason=f"{segment.id} has {users(count)}, over the maximum of {policy.max_size:,}: split at {cut.column} "
            f"{short(cut.value)}, nearest its median of {short(cut.median)}",
        )
        draft = draft.then(step)
        waiting += [upper, segment.id]
    return draft


class _Join(NamedTuple):
    """A way for a small segment to go; the best sorts first."""

    rules: int
    empty: bool
    users: int
    number: int
    segment: Segment


def _locals_joined(draft: Draft, settled: Rules, kept_apart: Pairs) -> Draft:
    """Let small segments with local intervals join what makes one product with them, smallest first."""
    tried: set[str] = set()
    while (found := _smallest_local(draft, settled, tried)) is not None:
        way = min(_ways(draft, found, kept_apart), default=None)
        if way is None:
            tried.add(found.rule)
            continue
        first, second = sorted((found, way.segment), key=lambda s: number_of(s.id))
        count = draft.sizes[found.id]
        why = f"under the minimum of {draft.plan.size_policy.min_size:,}" if count else "which is nobody"
        draft = draft.then(
            MergeStep(
                segments=(first.id, second.id),
                sizes=(draft.sizes[first.id], draft.sizes[second.id]),
                reason=f"{found.id} has {users(count)}, {why}: {joining(way.segment.id, comes=found is first)}",
            )
        )
    return draft


def _smallest_local(draft: Draft, settled: Rules, tried: set[str]) -> Segment | None:
    small = (
        s
        for s in draft.plan.segments
        if any(b.where for b in s.boxes)
        and draft.sizes[s.id] < draft.plan.size_policy.min_size
        and s.rule not in settled
        and s.rule not in tried
    )
    return min(small, key=lambda s: (draft.sizes[s.id], number_of(s.id)), default=None)


def _ways(draft: Draft, segment: Segment, kept_apart: Pairs) -> Iterator[_Join]:
    """What a segment can join: one product with it, and if it is empty and there is no such thing, anything."""
    plan, count = draft.plan, draft.sizes[segment.id]
    most = plan.size_policy.max_size
    others = [s for s in plan.segments if s.id != segment.id and not s.is_else]
    near = [s for s in others if _may_be_one(segment, s) and _rules(plan, segment, s) == 1]
    for other in near or ([] if count else others):
        theirs = draft.sizes[other.id]
        if segment.id in plan.locks and other.id in plan.locks:
            kept_apart.add((segment.id, other.id))
        elif not count or most is None or count + theirs <= most:
            yield _Join(_rules(plan, segment, other), not theirs, theirs, number_of(other.id), other)


def _may_be_one(segment: Segment, other: Segment) -> bool:
    """Whether two segments can be one product at all: they differ in their cells or in their intervals, not in both."""
    same_cells = {b.levels for b in segment.boxes} == {b.levels for b in other.boxes}
    return same_cells or {b.where for b in segment.boxes} == {b.where for b in other.boxes}


def _rules(plan: SegmentPlan, segment: Segment, other: Segment) -> int:
    return len(products(plan.dimensions, (*segment.boxes, *other.boxes)))


def _cells_joined(draft: Draft, settled: Rules, kept_apart: Pairs) -> Draft:
    """Let small segments of whole cells join their nearest siblings, as a run does."""
    plan = draft.plan
    whole = [s for s in plan.segments if not s.is_else and not any(b.where for b in s.boxes)]
    groups = {s.id: _group(plan, s, draft.sizes[s.id]) for s in whole}
    locked = {cell: i for i, g in groups.items() if i in plan.locks for cell in g.cells}

    @functools.cache
    def rule(cells: frozenset[Levels]) -> str:
        names = [d.level_names for d in plan.dimensions]
        boxes = (Box(levels=tuple(n[level] for n, level in zip(names, cell, strict=True))) for cell in cells)
        return rule_text(plan.dimensions, simplify(plan.dimensions, boxes))

    def may_join(one: Group, other: Group) -> bool:
        mine, theirs = ({locked[c] for c in g.cells if c in locked} for g in (one, other))
        if mine and theirs:
            kept_apart.update((a, b) for a in mine for b in theirs)
        return not (mine and theirs)

    found, log = merge_small(
        groups.values(),
        plan.size_policy,
        [d.name for d in plan.dimensions],
        may_move=lambda group: not settled or rule(group.cells) not in settled,
        may_join=may_join,
    )
    for group in found:
        ids = tuple(s.id for s in whole if groups[s.id].cells <= group.cells)
        if len(ids) > 1:
            sizes = tuple(draft.sizes[i] for i in ids)
            draft = draft.then(MergeStep(segments=ids, sizes=sizes, reason=_why(ids, log)))
    return draft


def _why(ids: tuple[str, ...], log: Sequence[LogEntry]) -> str:
    """Why these became one, in the words of each merge that led there."""
    return "; ".join(entry.reason for entry in log if entry.action == "merge" and entry.segments[0] in ids)


def _group(plan: SegmentPlan, segment: Segment, count: int) -> Group:
    positions = [{name: i for i, name in enumerate(d.level_names)} for d in plan.dimensions]
    cells: frozenset[Levels] = frozenset(
        tuple(p[name] for p, name in zip(positions, box.levels, strict=True)) for box in segment.boxes
    )
    return Group(number_of(segment.id), segment.id, cells, count)


def _apart_notes(draft: Draft, kept_apart: Pairs) -> Iterator[str]:
    left = {s.id: s for s in draft.plan.segments if s.id in draft.plan.locks}
    least = draft.plan.size_policy.min_size
    pairs = {tuple(sorted(pair, key=number_of)) for pair in kept_apart}
    for one, other in sorted(pairs):
        small = [i for i in (one, other) if i in left and other in left and draft.sizes.get(i, least) < least]
        if small:
            names = f"{called(left[one])} and {called(left[other])}"
            count = f"{small[0]} has {users(draft.sizes[small[0]])} only"
            yield f"{names} are both locked, so they stay apart, though {count}: unlock one, and say the minimum again"
