"""What merges, splits and parts do to a plan."""

import itertools

from cartjury.data.records import Box, Interval, LogEntry, SegmentPlan
from cartjury.data.step_records import MergeStep, PartStep, SplitStep
from cartjury.tools.editing.remake import refuse_two_locks, regrouped


def merge(plan: SegmentPlan, step: MergeStep) -> SegmentPlan:
    """Make one segment of several; a locked name stays, under the id that stays.

    Raises:
        EditError: two of them are locked.
    """
    first, *others = step.segments
    found = [plan.segment(i) for i in step.segments]
    refuse_two_locks(found, plan.locks)
    boxes = {s.id: s.boxes for s in plan.segments if s.id not in others}
    boxes[first] = tuple(box for s in found for box in s.boxes)
    entry = LogEntry(action="merge", segments=step.segments, sizes=step.sizes, reason=step.reason)
    return regrouped(plan, boxes, log=entry, heirs=dict.fromkeys(others, first))


def split(plan: SegmentPlan, step: SplitStep) -> SegmentPlan:
    """Cut a segment by a column; missing values go with the lowest part."""
    sides = [
        Interval(column=step.column, lower=lower, upper=upper, unknown=lower is None)
        for lower, upper in itertools.pairwise((None, *step.cuts, None))
    ]
    old = plan.segment(step.segment).boxes
    parts = [tuple(Box(levels=b.levels, where=(*b.where, side)) for b in old) for side in sides]
    return _parted(plan, step, parts)


def part(plan: SegmentPlan, step: PartStep) -> SegmentPlan:
    """Part a segment by the levels of a dimension."""
    place = [d.name for d in plan.dimensions].index(step.dimension)
    old = plan.segment(step.segment).boxes
    return _parted(plan, step, [tuple(b for b in old if b.levels[place] in levels) for levels in step.parts])


def _parted(plan: SegmentPlan, step: SplitStep | PartStep, parts: list[tuple[Box, ...]]) -> SegmentPlan:
    boxes = {s.id: s.boxes for s in plan.segments} | dict(zip(step.ids, parts, strict=True))
    entry = LogEntry(action="split", segments=step.ids, sizes=step.sizes, reason=step.reason)
    return regrouped(plan, boxes, log=entry)
