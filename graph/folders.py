"""Which folders a run reads and writes, and which a client of the server may name."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from dotenv import dotenv_values

from cartjury.data.errors import BusyError, InputError
from cartjury.data.journal import JOURNAL
from cartjury.data.options import Options
from cartjury.data.places import is_url
from cartjury.graph.state import Input, JuryState, Run, State

ROOTS = "CARTJURY_DATA_ROOTS"
STANDING = "standing.json"  # in a working folder: what stands at a revision
BEFORE = ".work.before"  # the working folder of the run before, until the new one has succeeded
WORK = ".work"  # inside a run's folder: checked rows, checkpoints, drafts


# Files that a run writes. An input of one of these names, in the folder of the results, would be lost.
RESULTS = frozenset(
    {
        *(f"{stem}.{kind}" for stem in ("mock_cart_abandoners", "cart_abandoners") for kind in ("csv", "parquet")),
        *("mece_strategy.csv", "plan.json", "segments.sql", "jury.jsonl", "verdicts.json", "certificate.json"),
        *("report.html", "manifest.json", "rejected_rows.csv"),
    }
)


def data_roots() -> tuple[Path, ...]:
    """Folders that a client of the server may name: CARTJURY_DATA_ROOTS (also from .env), else ./inputs; and ./runs."""
    given = os.environ.get(ROOTS) or dotenv_values(".env").get(ROOTS) or ""
    roots = [Path(p) for p in given.split(os.pathsep) if p] or [Path("inputs")]
    return tuple(root.resolve() for root in (*roots, Path("runs")))


def new_run_folder() -> Path:
    """Name a fresh folder: the time, so that runs sort, and a few random characters, so that two never meet."""
    return Path("runs") / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def open_run(given: Input) -> Run:
    """Make the folders of a run.

    Raises:
        InputError: the folder cannot be made, or the results would overwrite the input.
    """
    folder = Path(given.options.out) if given.options.out else new_run_folder()
    if given.input_path:
        spare_input(given.input_path, folder)
    if given.replay:
        spare_record(Path(given.replay), folder)
    work = make_work(folder)
    for left in (JOURNAL, STANDING):  # of an earlier run in this folder; what models told it is no answer to this one
        (work / left).unlink(missing_ok=True)
    return Run(id=folder.resolve().name, folder=str(folder), work=str(work))


def make_work(folder: Path) -> Path:
    """Make the folder of a run and, inside, the one for its working files.

    Raises:
        InputError: a file is in the way, or nothing can be written here.
    """
    work = folder / WORK
    try:
        work.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot write results to {folder}: {error.strerror}") from error
    if not os.access(work, os.W_OK):
        raise InputError(f"cannot write results to {folder}: it is read-only for this user")
    return work


def make_folder(path: Path) -> bool:
    """Make a folder that nobody has made before; False where somebody has.

    Raises:
        InputError: nothing can be written here.
    """
    try:
        path.mkdir(parents=True)
    except FileExistsError:
        return False
    except OSError as error:
        raise InputError(f"cannot write to {path}: {error.strerror}") from error
    return True


@contextmanager
def fresh_work(folder: Path) -> Iterator[Path]:
    """Open the working folder of a new run; after bad input or ctrl-C all is as it was.

    Raises:
        InputError: nothing can be written here.
        BusyError: somebody else is at the run that is in this folder.
    """
    work, before, fresh = folder / WORK, folder / BEFORE, not folder.exists()
    had = work.exists()
    make_work(folder)
    with locked(folder):
        shutil.rmtree(before, ignore_errors=True)
        if had:
            work.rename(before)
        try:
            yield make_work(folder)
        except (InputError, KeyboardInterrupt):
            shutil.rmtree(work, ignore_errors=True)
            if had:
                before.rename(work)
            if fresh and not any(folder.iterdir()):
                folder.rmdir()
            raise
        shutil.rmtree(before, ignore_errors=True)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Be the only one at a run, over all processes of this machine. The folder itself holds the lock.

    Raises:
        BusyError: somebody else is at it.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise BusyError(f"somebody else is working on {folder} right now: wait until that has ended") from None
    else:
        yield
    finally:
        os.close(handle)  # and with it the lock


def spare_runs(given: Input) -> None:
    """Refuse an order that would write where another run has written: for those who share a server.

    Raises:
        InputError: the folder is not a fresh one.
    """
    if not given.options.out:
        return
    folder = Path(given.options.out)
    inside = any((parent / WORK).exists() for parent in folder.parents) or WORK in folder.parts
    used = (folder / "manifest.json").exists() or (
        folder.exists() and not (folder / WORK).exists() and any(folder.iterdir())
    )
    if inside or used:
        raise InputError(f"{folder} is not a fresh folder: leave `out` out, or name one that is not there yet")


def spare_input(place: Path | str, folder: Path) -> None:
    """Refuse to lose the input: results that have its name, or working files that are wiped.

    Raises:
        InputError: the input lies where the run writes.
    """
    file, results = Path(place).resolve(), folder.resolve()
    if is_url(str(place)):
        return
    if file.is_dir() and results.is_relative_to(file):
        raise InputError(f"the results would lie inside {place}, among the carts: choose another --out than {folder}")
    if file.is_relative_to(results / WORK) or (file.parent == results and file.name in RESULTS):
        raise InputError(f"{place} would be overwritten by the results of this run: choose another --out than {folder}")


def spare_record(record: Path, folder: Path) -> None:
    """Refuse to write a replay over the run that it repeats.

    Raises:
        InputError: they are one folder.
    """
    if record.resolve() == folder.resolve():
        raise InputError(f"{record} would be overwritten by its own replay: choose another --out")


def confine_state(state: State, roots: tuple[Path, ...] | None) -> None:
    """Refuse a state that names a path outside the roots; None trusts the caller (command line, notebook).

    Raises:
        InputError: see `confine`.
    """
    run, dataset = state.run, state.dataset
    rows = dataset.path if dataset else None
    if roots is not None:
        _confine_engine(state.options, (state.input_path, rows))
    kept = (place for r in (state.history.revisions if state.history else ()) for place in (r.folder, r.work))
    _confine_all((state.input_path, state.replay, state.options.out, rows, *kept), run, roots)


def confine_jury(state: JuryState, roots: tuple[Path, ...] | None) -> None:
    """Refuse a jury that would read or write outside the roots; None trusts the caller.

    Raises:
        InputError: see `confine`.
    """
    _confine_all((state.replay, state.options.out), state.run, roots)


def _confine_engine(options: Options, places: Iterable[str | None]) -> None:
    """Refuse what an engine would read or write elsewhere: other machines, URLs, and patterns that may leave a folder.

    Raises:
        InputError: see above.
    """
    if options.spark_master or options.users_out:
        raise InputError("spark_master and users_out cannot be set through this server")
    for place in filter(None, places):
        is_pattern = any(c in place for c in "*?[{\\") and (options.engine == "spark" or not Path(place).exists())
        if is_url(place) or is_pattern:
            raise InputError(f"{place} is no plain path, which is all that this server reads")


def _confine_all(paths: Iterable[str | None], run: Run | None, roots: tuple[Path, ...] | None) -> None:
    own = (run.folder, run.work) if run else ()
    for path in (*paths, *own) if roots is not None else ():
        if path:
            confine(Path(path), roots or ())


def confine(path: Path, roots: tuple[Path, ...]) -> None:
    """Refuse a path that lies in none of the roots, also through links and `..`.

    Raises:
        InputError: it does not say whether the file exists.
    """
    if not any(path.resolve().is_relative_to(root) for root in roots):
        raise InputError(f"{path} is outside the data roots of this server (CARTJURY_DATA_ROOTS)")
