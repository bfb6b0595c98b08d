"""Which folders and files a client may name: threads by their id, results by a manifest, inputs below the roots."""

import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cartjury.app.serve.events import EVENTS
from cartjury.app.serve.faults import CallError
from cartjury.app.thread import CHECKPOINTS
from cartjury.data.errors import InputError
from cartjury.data.places import is_url
from cartjury.graph.folders import WORK, confine_state, new_run_folder
from cartjury.graph.recorded import read_manifest
from cartjury.graph.state import Input, State

ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
REVISIONS: Final = "revisions"  # inside the folder of a thread; its first revision is that folder itself
MANIFEST: Final = "manifest.json"
KINDS: Final = (".csv", ".csv.gz", ".parquet")
LONGEST: Final = 80  # characters of an input's name, without its ending


@dataclass(frozen=True)
class Places:
    """The folders of a service.

    Attributes:
        roots: where inputs may lie, resolved; uploads go to the first.
        runs: whose folders are the threads, resolved; inputs may lie there too.
    """

    roots: tuple[Path, ...]
    runs: Path

    @property
    def readable(self) -> tuple[Path, ...]:
        """Every folder that a client may name files of."""
        return tuple(dict.fromkeys((*self.roots, self.runs)))

    def new_thread(self) -> Path:
        """Make the folder of a new thread."""
        while True:
            folder = self.runs / new_run_folder().name
            with suppress(FileExistsError):
                folder.mkdir(parents=True)
                return folder

    def thread(self, name: str) -> Path:
        """Return the folder of a thread.

        Raises:
            CallError: there is none of this id.
        """
        folder = self.runs / name
        if ID.fullmatch(name) and folder.resolve() == folder and _is_thread(folder):
            return folder
        raise CallError(404, "not_found", "there is no thread of this id: GET /api/threads lists them")

    def threads(self) -> list[Path]:
        """Return the folders of all threads, newest first."""
        found = sorted(self.runs.iterdir(), key=lambda p: p.name, reverse=True) if self.runs.is_dir() else []
        return [p for p in found if ID.fullmatch(p.name) and p.resolve() == p and _is_thread(p)]

    def check_order(self, order: Input) -> None:
        """Refuse an order that reads what the roots do not hold.

        Raises:
            InputError: see above.
        """
        try:
            confine_state(State.model_validate(order.model_dump(mode="json")), self.readable)
            missing = [p for p in (order.input_path, order.replay) if p and not Path(p).exists()]
        except (OSError, ValueError) as error:  # a name that no file can have
            raise InputError("this order names a file by a name that no file can have") from error
        if missing:
            raise InputError(f"there is no file {missing[0]}")

    def inputs(self) -> Iterator[Path]:
        """Yield the files that could be ordered: those that lie directly in a root, by name."""
        for root in self.roots:
            for path in sorted(root.iterdir()) if root.is_dir() else ():
                if path.name.endswith(KINDS) and not path.name.startswith(".") and path.is_file():
                    yield path


def _is_thread(folder: Path) -> bool:
    return any((folder / WORK / name).is_file() for name in (CHECKPOINTS, EVENTS))


def revisions(thread: Path) -> dict[int, Path]:
    """Return the folders of the revisions that were published, by number."""
    later = thread / REVISIONS
    found = {int(p.name): p for p in later.iterdir() if p.name.isdecimal()} if later.is_dir() else {}
    return {n: p for n, p in sorted({1: thread, **found}.items()) if (p / MANIFEST).is_file() and p.resolve() == p}


def files(revision: Path) -> dict[str, dict[str, Any]]:
    """Return what a revision published: name, bytes and sha256 of each file, of the manifest only its bytes.

    Raises:
        InputError: its manifest cannot be read.
    """
    listed = {n: e.model_dump() for n, e in read_manifest(revision).files.items() if not is_url(n)}
    there = {n: e for n, e in listed.items() if _published(revision, n) is not None}
    return {**there, MANIFEST: {"bytes": (revision / MANIFEST).stat().st_size}}


def published(thread: Path, number: int, name: str) -> Path:
    """Return a file of a revision.

    Raises:
        CallError: the revision's manifest does not list it, or it is gone.
    """
    revision = revisions(thread).get(number)
    listed = files(revision) if revision else {}
    path = _published(revision, name) if revision and name in listed else None
    if path is None:
        raise CallError(404, "not_found", "this revision has no such file: the thread's /files lists them")
    return path


def _published(revision: Path, name: str) -> Path | None:
    """Return a file that lies in the folder itself, and is no link out of it."""
    path = revision / name
    return path if path.resolve().parent == revision.resolve() and path.is_file() else None


def safe_name(name: str) -> tuple[str, str]:
    """Return stem and ending under which an upload is kept: letters, digits, dots, dashes and underscores.

    Raises:
        CallError: it is no kind of file that can be read.
    """
    ending = next((kind for kind in KINDS if name.lower().endswith(kind)), None)
    if ending is None:
        raise CallError(415, "kind", f"only {', '.join(KINDS)} files can be read")
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", name[: -len(ending)]).lstrip(".-")[:LONGEST]
    return stem or f"carts-{secrets.token_hex(2)}", ending
