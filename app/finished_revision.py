"""What a folder of results is to the chat: the run that it began with, with revisions beside it, or one of them."""

from pathlib import Path

from pydantic import ValidationError

from cartjury.data.revision_records import History
from cartjury.data.run_records import Manifest
from cartjury.data.text import one_line


def of_which_revision(folder: Path, manifest: Manifest) -> list[str]:
    """Say which revision is current and where its files are, or which one this is and what was done.

    Args:
        folder: of results.
        manifest: the one that lies in it.

    Returns:
        Lines for the one who looks at the folder; none where nothing was changed in a chat.
    """
    from cartjury.graph.revisions import FOLDER, HISTORY

    if manifest.revision > 1:
        return [_what_was_done(folder.resolve().parent / HISTORY, manifest)]
    path = folder / FOLDER / HISTORY
    if not path.is_file():
        return []
    history = read_history(path)
    if history is None:
        return [f"warning: {path} cannot be read, so nobody knows which revision is current"]
    number = history.current.number
    # The history knows where the folder was when the revision was made, and it may have been moved since.
    place = folder if number == 1 else folder / FOLDER / f"{number:04d}"
    last = max(revision.number for revision in history.revisions)
    return [f"revision {number} of {last} is current: {place}"]


def _what_was_done(path: Path, manifest: Manifest) -> str:
    history = read_history(path)
    found = next((r for r in history.revisions if r.number == manifest.revision), None) if history else None
    if found is None or found.plan_hash != manifest.plan_hash or not found.said:
        return f"revision {manifest.revision}"
    said = " ".join(one_line(text, 400) for text in found.said)
    return f"revision {manifest.revision}, by {one_line(found.by)}: {said}"


def read_history(path: Path) -> History | None:
    """Return the history of a thread; None where there is none that can be read."""
    try:
        return History.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
