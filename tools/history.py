"""The way through the revisions of a thread: on, back and forth again. Pure functions; nothing is written here."""

from cartjury.data.edit_records import Redo, Reset, Undo
from cartjury.data.errors import EditError
from cartjury.data.revision_records import History, Journey, Revision
from cartjury.data.step_records import MergeStep, NameStep, PartStep, ResolvedEdit, SplitStep, UnnameStep


def begun(revision: Revision) -> History:
    """The history of a thread that has just published its first plan."""
    return History(revisions=(revision,), way=(revision.number,), journeys=(_journey("made", revision),))


def gone_on(history: History, revision: Revision) -> History:
    """The history with a further revision, made from the current one; what could be redone no longer can."""
    way = (*history.way[: history.position + 1], revision.number)
    return History(
        revisions=(*history.revisions, revision),
        way=way,
        position=len(way) - 1,
        journeys=(*history.journeys, _journey("made", revision)),
    )


def gone_to(history: History, wish: Undo | Redo | Reset, by: str, at: str) -> History:
    """The history after an undo, a redo or a reset.

    Raises:
        EditError: there is nothing to go to.
    """
    way, position = history.way, history.position
    if isinstance(wish, Reset):
        way = (*way[: position + 1], _existing(history, wish.revision))
        position = len(way) - 1
    else:
        position += -wish.steps if isinstance(wish, Undo) else wish.steps
        _check_reach(history, wish, position)
    moved = history.model_copy(update={"way": way, "position": position})
    journey = Journey(what=wish.kind, revision=moved.current.number, by=by, at=at)
    return moved.model_copy(update={"journeys": (*history.journeys, journey)})


def turned_down(history: History, by: str, at: str, reason: str) -> History:
    """The history after a preview was rejected: nothing moves, but it is told."""
    journey = Journey(what="rejected", revision=history.current.number, by=by, at=at, reason=reason)
    return history.model_copy(update={"journeys": (*history.journeys, journey)})


def recent(history: History | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What was done last, newest first: the kind of edit, and the segments that came of it."""
    found = []
    revision = history.current if history else None
    while history and revision and revision.parent:
        found += [(edit.edit.kind, came_of(edit)) for edit in reversed(revision.edits)]
        revision = history.revision(revision.parent)
    return tuple(found)


def came_of(edit: ResolvedEdit) -> tuple[str, ...]:
    """The segments that an edit made, named or asked new names for; those that its last steps left."""
    found: list[str] = []
    for step in edit.steps:
        match step:
            case NameStep():
                found.append(step.segment)
            case MergeStep():
                found = [i for i in found if i not in step.segments] + [step.segments[0]]
            case SplitStep() | PartStep():
                found = [i for i in found if i != step.segment] + list(step.ids)
            case UnnameStep():
                found += step.segments
            case _ if hasattr(step, "segments"):
                found += step.segments
    return tuple(dict.fromkeys(found))


def _journey(what: str, revision: Revision) -> Journey:
    return Journey.model_validate({"what": what, "revision": revision.number, "by": revision.by, "at": revision.at})


def _existing(history: History, number: int) -> int:
    try:
        return history.revision(number).number
    except KeyError:
        known = ", ".join(str(r.number) for r in history.revisions)
        raise EditError(f"there is no revision {number} in this thread, only {known}") from None


def _check_reach(history: History, wish: Undo | Redo, position: int) -> None:
    if 0 <= position < len(history.way):
        return
    there = history.position if isinstance(wish, Undo) else len(history.way) - 1 - history.position
    what = "undone" if isinstance(wish, Undo) else "redone"
    if not there:
        raise EditError(f"there is nothing that could be {what}: this is revision {history.current.number}")
    raise EditError(f"only {there} step{'s' * (there != 1)} can be {what}, not {wish.steps}")
