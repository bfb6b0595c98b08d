"""Segments with other boxes: who keeps id and name, and what becomes of locks."""

from collections.abc import Iterable, Mapping, Sequence

from cartjury.data.errors import EditError
from cartjury.data.records import Box, Dimension, LogEntry, Segment, SegmentPlan
from cartjury.tools.editing.lookup import number_of
from cartjury.tools.editing.wording import called, listed
from cartjury.tools.rules import rule_text, simplify


def made(dimensions: Sequence[Dimension], segment_id: str, boxes: Iterable[Box]) -> Segment:
    """Make a segment that nobody has named yet."""
    found = simplify(dimensions, boxes)
    return Segment(id=segment_id, boxes=found, rule=rule_text(dimensions, found))


def named_like(segment: Segment, other: Segment) -> Segment:
    """Give a segment another one's name and its origin."""
    return segment.model_copy(update={"name": other.name, "named_by": other.named_by})


def regrouped(
    plan: SegmentPlan,
    boxes: Mapping[str, Sequence[Box]],
    *,
    log: LogEntry,
    dimensions: Sequence[Dimension] | None = None,
    heirs: Mapping[str, str] | None = None,
) -> SegmentPlan:
    """Return the plan with the boxes dealt out anew.

    A segment whose rule reads as before keeps its name, and so does a locked one; the others lose theirs.

    Args:
        plan: before.
        boxes: by id; an id of the plan that has none is gone, ids that the plan does not have are new.
        log: what to note.
        dimensions: of the boxes, where they are others than the plan's.
        heirs: where a locked segment goes into another one: the id under which its name and lock stay.

    Raises:
        EditError: a locked segment would be gone.
    """
    chosen = plan.dimensions if dimensions is None else tuple(dimensions)
    before = {s.id: s for s in plan.segments}
    moved = {i: heir for i, heir in (heirs or {}).items() if i in plan.locks and not boxes.get(i)}
    lost = [before[i] for i in plan.locks if not boxes.get(i) and i not in moved]
    if lost:
        ids = listed(s.id for s in lost)
        raise EditError(f"{listed(map(called, lost))} would be gone, and a locked name stays: unlock {ids} first")
    locks = {moved.get(i, i) for i in plan.locks}
    sources = {heir: before[i] for i, heir in moved.items()}

    def segment_of(segment_id: str) -> Segment:
        old = before.get(segment_id)
        if old and dimensions is None and boxes[segment_id] is old.boxes:
            return old  # its boxes have their form already: a plan of hundreds of cells stays quick
        segment = made(chosen, segment_id, boxes[segment_id])
        kept = old if old and (segment_id in plan.locks or segment.rule == old.rule) else None
        source = sources.get(segment_id, kept)
        return named_like(segment, source) if source else segment

    return plan.with_changes(
        dimensions=chosen,
        segments=tuple(segment_of(i) for i in sorted((i for i in boxes if boxes[i]), key=number_of)),
        locks=tuple(sorted(locks, key=number_of)),
        log=(*plan.log, log),
    )


def refuse_two_locks(segments: Sequence[Segment], locks: Iterable[str]) -> None:
    """Refuse to make one segment of two whose names are locked.

    Raises:
        EditError: it names them and says what to do.
    """
    locked = [s for s in segments if s.id in set(locks)]
    if len(locked) > 1:
        raise EditError(
            f"{listed(map(called, locked))} are locked, and one segment can keep only one name: "
            f"unlock {listed((s.id for s in locked), 'or')} first"
        )
