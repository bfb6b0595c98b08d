"""What steps do to a plan that change its dimensions."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from cartjury.data.records import UNKNOWN, Box, Dimension, LogEntry, SegmentPlan
from cartjury.data.step_records import CrossStep, DropStep, RelevelStep
from cartjury.tools.boxes import in_else
from cartjury.tools.editing.lookup import new_ids, number_of
from cartjury.tools.editing.remake import refuse_two_locks, regrouped
from cartjury.tools.editing.rows import Row, rows_of

Boxes = dict[str, list[Box]]


def relevel(plan: SegmentPlan, step: RelevelStep) -> SegmentPlan:
    """Cut a dimension otherwise.

    With as many levels as before all boxes stay, and users move. Else: a row of cells that one segment holds stays
    whole. In the others every level becomes a segment of its own: a level whose name there was before goes on as the
    segment that held it, the first one that asks for it; what is new gets a new id.

    Raises:
        EditError: a locked segment would be gone.
    """
    place = place_of(plan, step.dimension.name)
    old, new = plan.dimensions[place], step.dimension
    dimensions = (*plan.dimensions[:place], new, *plan.dimensions[place + 1 :])
    provenance = step.provenance or plan.provenance
    if old.level_names == new.level_names:
        return plan.with_changes(dimensions=dimensions, provenance=provenance)
    boxes: Boxes = {s.id: [b for b in s.boxes if b.levels[place] == UNKNOWN] for s in plan.segments}
    groups: dict[tuple[int, tuple[str, ...]], list[Box]] = defaultdict(list)
    for row in rows_of(plan, place, old.level_names[1:]).rows:
        for rank, level in enumerate(new.level_names[1:]):
            box = Box(levels=row.cell(place, level), where=row.where)
            if row.is_whole:
                boxes[row.owners[old.level_names[1]]].append(box)
            else:
                groups[rank, _source(row, level)].append(box)
    _deal_out(boxes, groups, step.next_id)
    gone = tuple(i for i in boxes if not boxes[i])
    entry = LogEntry(action="merge" if gone else "split", segments=gone, reason=step.reason)
    kept = _priorities(plan, new.name, new.level_names)
    return regrouped(plan.with_changes(priorities=kept, provenance=provenance), boxes, log=entry, dimensions=dimensions)


def cross(plan: SegmentPlan, step: CrossStep) -> SegmentPlan:
    """Cross all segments with a new dimension; users without a value join ELSE where they are too few for a level."""
    new, ids = step.dimension, _ids_from(step.next_id)
    dimensions = (*plan.dimensions, new)
    levels = (*new.level_names[1:], *([UNKNOWN] if new.unknown == "level" else []))
    boxes: Boxes = {s.id: [] for s in plan.segments}
    beyond: list[Box] = []
    for segment in plan.segments:
        if segment.is_else:
            boxes[segment.id] += [_with(b, level) for b in segment.boxes for level in new.level_names]
            continue
        for level in levels:
            at = segment.id if level == levels[0] else next(ids)
            boxes.setdefault(at, []).extend(_with(b, level) for b in segment.boxes)
        beyond += [_with(b, UNKNOWN) for b in segment.boxes] if new.unknown == "else" else []
    if beyond:
        boxes.setdefault(_else_owner(plan) or next(ids), []).extend(beyond)
    made = tuple(i for i in boxes if i not in {s.id for s in plan.segments})
    entry = LogEntry(action="split", segments=made, reason=step.reason)
    provenance = step.provenance or plan.provenance
    return regrouped(plan.with_changes(provenance=provenance), boxes, log=entry, dimensions=dimensions)


def drop(plan: SegmentPlan, step: DropStep) -> SegmentPlan:
    """Take a dimension away; of the segments that held a row of cells the lowest id keeps it.

    Raises:
        EditError: two locked segments would become one, or a locked one would be gone.
    """
    place = place_of(plan, step.dimension)
    old = plan.dimensions[place]
    dimensions = (*plan.dimensions[:place], *plan.dimensions[place + 1 :])
    boxes: Boxes = {s.id: [] for s in plan.segments}
    heirs: dict[str, str] = {}
    for row in rows_of(plan, place, crossed_levels(old)).rows:
        first = min(row.owners.values(), key=number_of)
        boxes[first].append(Box(levels=row.rest, where=row.where))
        heirs |= {i: first for i in row.owners.values() if i != first}
    _check_locks(plan, boxes, heirs)
    gone = tuple(i for i in boxes if not boxes[i])
    entry = LogEntry(action="merge", segments=gone, reason=step.reason)
    kept = _priorities(plan, old.name, ())
    return regrouped(plan.with_changes(priorities=kept), boxes, log=entry, dimensions=dimensions, heirs=heirs)


def crossed_levels(dimension: Dimension) -> tuple[str, ...]:
    """The levels that are crossed with the other dimensions: all, or those that are known."""
    return dimension.level_names[dimension.unknown == "else" :]


def place_of(plan: SegmentPlan, name: str) -> int:
    """Return where a dimension stands in the plan, by its name."""
    return [d.name for d in plan.dimensions].index(name)


def _source(row: Row, level: str) -> tuple[str, ...]:
    return (row.owners[level],) if level in row.owners else tuple(row.owners.values())


def _deal_out(boxes: Boxes, groups: Mapping[tuple[int, tuple[str, ...]], list[Box]], next_id: int) -> None:
    """Give each group, lowest level first, the id of the one segment it comes from, if that is free, or a new one."""
    ids, claimed = _ids_from(next_id), set()
    for (_, source), found in sorted(groups.items(), key=lambda item: item[0][0]):
        heir = source[0] if len(source) == 1 and source[0] not in claimed else next(ids)
        claimed.add(heir)
        boxes.setdefault(heir, []).extend(found)


def _else_owner(plan: SegmentPlan) -> str | None:
    """The segment that holds users with a value missing that is too rarely missing to be a level."""
    owners = [s.id for s in plan.segments if any(in_else(plan.dimensions, b.levels) for b in s.boxes)]
    return min(owners, key=number_of, default=None)


def _check_locks(plan: SegmentPlan, boxes: Boxes, heirs: Mapping[str, str]) -> None:
    for first in set(heirs.values()):
        gone = [i for i, heir in heirs.items() if heir == first and not boxes[i]]
        refuse_two_locks([plan.segment(i) for i in sorted([first, *gone], key=number_of)], plan.locks)


def _priorities(plan: SegmentPlan, name: str, levels: Sequence[str]) -> dict[str, dict[str, float]]:
    """The priorities that are left where a dimension has these levels only."""
    left = {d: {k: v for k, v in of.items() if d != name or k in levels} for d, of in plan.priorities.items()}
    return {d: of for d, of in left.items() if of}


def _with(box: Box, level: str) -> Box:
    return Box(levels=(*box.levels, level), where=box.where)


def _ids_from(number: int) -> Iterator[str]:
    while True:
        yield new_ids(number, 1)[0]
        number += 1
