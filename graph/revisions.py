"""Where the revisions of a thread keep their files (tools/history.py: the way through them).

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

from cartjury.data.errors import InputError
from cartjury.data.journal import JOURNAL
from cartjury.data.revision_records import History, Revision, Standing
from cartjury.graph.folders import STANDING, make_folder, make_work
from cartjury.graph.state import Run
from cartjury.tools.publish import retract, write_atomically

FOLDER: Final = "revisions"
HISTORY: Final = "history.json"


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
