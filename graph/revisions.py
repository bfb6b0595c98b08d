"""The revisions of a thread: the way through them, and where each keeps its files.

runs/x/                     revision 1, as the run published it
runs/x/revisions/0002/      revision 2, a whole folder of results
runs/x/revisions/history.json
runs/x/.work/standing.json  what stands at revision 1: what undo goes back to
runs/x/.work/revisions/0002/standing.json
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from cartjury.data.edit_records import Redo, Reset, Undo
from cartjury.data.errors import EditError, InputError
from cartjury.data.journal import JOURNAL
from cartjury.data.revision_records import History, Journey, Revision, Standing
from cartjury.data.step_records import MergeStep, NameStep, PartStep, ResolvedEdit, SplitStep, UnnameStep
from cartjury.graph.folders import STANDING, make_folder, make_work
from cartjury.graph.state import Run
from cartjury.tools.publish import retract, write_atomically

FOLDER: Final = "revisions"
HISTORY: Final = "history.json"


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


def new_run(base: Run, taken: Sequence[int]) -> tuple[int, Run]:
    """Make the folders of a further revision, under a number that nobody has used, in this thread or a fork of it."""
    folder, work = Path(base.folder) / FOLDER, Path(base.work) / FOLDER
    number = max([*taken, *(int(p.name) for p in folder.glob("*") if p.name.isdecimal())]) + 1
    while not make_folder(folder / f"{number:04d}"):
        number += 1
    make_folder(work / f"{number:04d}")
    names = (str(parent / f"{number:04d}") for parent in (folder, work))
    return number, Run(**dict(zip(("folder", "work"), names, strict=True)), id=f"{base.id}-{number:04d}")


def has_standing(run: Run) -> bool:
    """Whether a first revision was published there."""
    return (Path(run.work) / STANDING).is_file()


def beside(run: Run) -> Run:
    """Make a folder beside that of a run, for the same steps gone through again from an old checkpoint."""
    number = 2
    while not make_folder(Path(f"{run.folder}-{number}")):
        number += 1
    folder = Path(f"{run.folder}-{number}")
    work = make_work(folder)
    said = Path(run.work) / JOURNAL
    if said.is_file():  # what the jury of these steps said is part of the results
        shutil.copyfile(said, work / JOURNAL)
    return Run(id=folder.resolve().name, folder=str(folder), work=str(work))


def run_of(revision: Revision, base: Run) -> Run:
    """Where a revision keeps its files."""
    name = base.id if revision.number == 1 else f"{base.id}-{revision.number:04d}"
    return Run(id=name, folder=revision.folder, work=revision.work)


def base_run(history: History) -> Run:
    """Where the first revision keeps its files, and below which all others do."""
    first = history.revisions[0]
    return Run(id=Path(first.folder).resolve().name, folder=first.folder, work=first.work)


def keep(standing: Standing, history: History) -> None:
    """Write down what stands at the current revision, then the history, once there is more to it than the run."""
    write_atomically(Path(history.current.work) / STANDING, standing.model_dump_json())
    if len(history.revisions) > 1:
        tell(history)


def clear(run: Run) -> None:
    """Take away the revisions of an earlier thread in the folder of a run that has just published anew."""
    top = Path(run.folder) / FOLDER
    (top / HISTORY).unlink(missing_ok=True)
    for folder in (*(f for f in sorted(top.glob("*")) if f.name.isdecimal()), top):
        retract(folder, keep=())
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def tell(history: History) -> None:
    """Write the history into the folder of the run."""
    folder = Path(base_run(history).folder) / FOLDER
    folder.mkdir(exist_ok=True)
    write_atomically(folder / HISTORY, history.to_json())


def standing_at(revision: Revision) -> Standing:
    """What stands at a revision.

    Raises:
        InputError: its file is gone, or is not what was written.
    """
    path = Path(revision.work) / STANDING
    try:
        found = Standing.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise InputError(f"revision {revision.number} cannot be gone back to: {path} is missing or changed") from error
    if found.plan.plan_hash != revision.plan_hash:
        raise InputError(f"revision {revision.number} cannot be gone back to: {path} holds another plan")
    return found


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
