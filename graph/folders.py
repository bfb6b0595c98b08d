"""Which folders a run reads and writes, and which a client of the server may name."""

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from cartjury.data.errors import InputError
from cartjury.graph.state import Input, Run

WORK = ".work"  # inside a run's folder: checked rows, checkpoints, drafts


def data_roots() -> tuple[Path, ...]:
    """Folders that a client of the server may name: CARTJURY_DATA_ROOTS, else ./inputs and ./runs."""
    given = os.environ.get("CARTJURY_DATA_ROOTS", "")
    roots = [Path(p) for p in given.split(os.pathsep) if p] or [Path("inputs"), Path("runs")]
    return tuple(root.resolve() for root in roots)


def new_run_folder() -> Path:
    """Name a fresh folder: the time, so that runs sort, and a few random characters, so that two never meet."""
    return Path("runs") / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def open_run(given: Input, roots: tuple[Path, ...] | None) -> Run:
    """Make the folders of a run.

    Args:
        given: its `input_path` and `options.out` are looked at.
        roots: where both must lie; None trusts the caller (command line, notebook).

    Raises:
        InputError: a path outside the roots, or a file where the folder should be.
    """
    folder = Path(given.options.out) if given.options.out else new_run_folder()
    if roots is not None:
        for path in (folder, *([Path(given.input_path)] if given.input_path else [])):
            confine(path, roots)
    work = folder / WORK
    try:
        work.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot write to {folder}: {error.strerror}") from error
    return Run(id=folder.name, folder=str(folder), work=str(work))


def confine(path: Path, roots: tuple[Path, ...]) -> None:
    """Refuse a path that lies in none of the roots, also through links and `..`.

    Raises:
        InputError: it does not say whether the file exists.
    """
    if not any(path.resolve().is_relative_to(root) for root in roots):
        raise InputError(f"{path} is outside the data roots of this server (CARTJURY_DATA_ROOTS)")
