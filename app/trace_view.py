"""What happened in a run and in its chat, read from its files and drawn as a tree in the terminal."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cartjury.app.finished import warn_of_changes
from cartjury.app.finished_revision import read_history
from cartjury.app.record import read_turn
from cartjury.app.terminal import say
from cartjury.data.errors import InputError
from cartjury.data.revision_records import History, Journey, Revision
from cartjury.data.run_records import Manifest
from cartjury.data.trace_records import Branch
from cartjury.graph.recorded import read_manifest
from cartjury.graph.revisions import FOLDER, HISTORY
from cartjury.tools.trace import thread_branch, turn_branch
from cartjury.tools.trace_narrow import narrowed
from cartjury.tools.trace_words import clean

if TYPE_CHECKING:
    from rich.tree import Tree

WIDE = 1_000_000  # columns where nobody watches: a line stays a line


def trace_run(folder: Path, *, segment: str | None, full: bool, as_json: bool) -> None:
    """Show what happened in a run, or in one revision.

    Args:
        folder: of the run, or of a revision.
        segment: show only what concerns it.
        full: show what was said of every segment, and the answers of models as they came.
        as_json: for programs.

    Raises:
        InputError: no finished run, files that are not a run's, or no such segment.
    """
    manifest = read_manifest(folder)
    root = thread_branch(manifest.run_id, tuple(_turns(folder, manifest)))
    if segment is not None:
        root = _about(root, segment.upper())
    if as_json:
        typer.echo(json.dumps(root.model_dump(mode="json"), indent=2))
    else:
        draw(root, whole=full or segment is not None, replies=full)


def draw(root: Branch, *, whole: bool, replies: bool) -> None:
    """Print a tree to stdout; without colours and folds where that is no terminal."""
    from rich.console import Console

    from cartjury.app.trace_tree import grown

    tree: Tree = grown(root, whole=whole, replies=replies)
    console = Console(width=None if sys.stdout.isatty() else WIDE, highlight=False, emoji=False)
    with console.capture() as drawn:  # printed by us: rich ends the program with 1 where a pipe is closed
        console.print(tree)
    typer.echo("\n".join(line.rstrip() for line in drawn.get().splitlines()))


def _about(root: Branch, segment: str) -> Branch:
    found = narrowed(root, segment)
    if found is None:
        known = ", ".join(map(clean, sorted(root.known_segments))) or "none"
        raise InputError(f"nothing here is about a segment {clean(segment)}; there is something about: {known}")
    return found


def _turns(folder: Path, manifest: Manifest) -> Iterator[Branch]:
    """The run, then all that was done in its chat; of a revision that one alone."""
    if manifest.revision > 1:
        history = read_history(folder.resolve().parent / HISTORY)
        yield _turn(folder, manifest, _of(history, manifest))
        return
    yield _turn(folder, manifest, None)
    path = folder / FOLDER / HISTORY
    if not path.is_file():
        return
    history = read_history(path)
    if history is None:
        say(f"warning: {path} cannot be read, so nothing is known of what was done in the chat")
        return
    for journey in history.journeys[1:]:
        yield _journey(folder, history, journey)
    yield Branch(kind="words", title=f"revision {history.current.number} is current")


def _turn(folder: Path, manifest: Manifest, revision: Revision | None) -> Branch:
    warn_of_changes(folder, manifest)
    turn = read_turn(folder)
    title = "run" if manifest.revision == 1 else f"revision {manifest.revision}"
    if revision is None:
        return turn_branch(turn, title)
    from_ = f", made from revision {revision.parent}" if revision.parent else ""
    wishes = (f"wish: {said}" for said in revision.said)
    return turn_branch(turn, title + from_, (*wishes, f"approved by {revision.by}", revision.at))


def _of(history: History | None, manifest: Manifest) -> Revision | None:
    """The revision that a manifest is of; None where the history tells of another one."""
    numbers = {r.number: r for r in history.revisions} if history else {}
    found = numbers.get(manifest.revision)
    return found if found and found.plan_hash == manifest.plan_hash else None


def _journey(folder: Path, history: History, journey: Journey) -> Branch:
    if journey.what != "made":
        return _moved(journey)
    # The history knows where the folder was when the revision was made, and it may have been moved since.
    place = folder / FOLDER / f"{journey.revision:04d}"
    try:
        manifest = read_manifest(place)
        return _turn(place, manifest, _of(history, manifest))
    except InputError as error:
        say(f"warning: {error}")
        return Branch(kind="turn", title=f"revision {journey.revision}", notes=("its files cannot be read",))


def _moved(journey: Journey) -> Branch:
    who = (f"by {clean(journey.by)}", clean(journey.at))
    if journey.what == "rejected":
        why = (f"because: {clean(journey.reason)}",) if journey.reason else ()
        return Branch(kind="turn", title="a preview was turned down", notes=(*who, *why))
    return Branch(kind="turn", title=f"{journey.what}: back to revision {journey.revision}", notes=who)
