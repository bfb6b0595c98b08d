"""A thread as clients see it."""

from collections.abc import Callable
from typing import Any, Final

from cartjury.app.serve.turns import Look, Turn
from cartjury.app.view import Event, View
from cartjury.data.revision_records import Preview

Words = Callable[[Preview], str]
INNER: Final = {"plan", "profiles", "scores"}  # of a preview: what segments, moves and notes already tell
STATUS: Final = {"idle": "idle", "waiting": "waiting", "failed": "failed", "unfinished": "failed"}
CUT_OFF: Final = "the last turn was cut off: resume the thread to go on"


def shown(name: str, look: Look, last: int, words: Words) -> dict[str, Any]:
    """Return a thread for a client.

    Args:
        name: its id.
        look: as it can be seen.
        last: number of its last event.
        words: says what a preview would do.
    """
    view = look.view or View(status="idle")
    busy = bool(look.turn or look.elsewhere)
    return {
        "id": name,
        "status": "running" if busy else STATUS[view.status],
        "running": running(look.turn) or ({"what": look.elsewhere} if look.elsewhere else None),
        "error": "" if busy else view.error or (CUT_OFF if view.status == "unfinished" else ""),
        "revision": view.revision,
        "plan_hash": view.plan_hash,
        "segments": [line.model_dump(mode="json") for line in view.segments],
        "waiting": waiting(view.preview, words) if view.preview and not busy else None,
        "messages": [dict(message) for message in view.messages],
        "history": view.history.model_dump(mode="json") if view.history else None,
        "last_event": last,
    }


def waiting(preview: Preview, words: Words) -> dict[str, Any]:
    """Return what waits for a decision: the hash to name, the preview in words, and its figures."""
    figures = preview.model_dump(mode="json", exclude=INNER)
    hashes = {"plan_hash": preview.plan_hash, "preview_id": preview.preview_id}
    return {**hashes, "text": words(preview), "preview": figures}


def told(event: Event, words: Words) -> dict[str, Any]:
    """Return the data of an event for clients: a preview looks as it does in the thread."""
    return waiting(Preview.model_validate(event.data), words) if event.kind == "preview" else event.data


def running(turn: Turn | None) -> dict[str, str] | None:
    """Return what is being done."""
    return {"what": turn.what, "by": turn.by, "since": turn.since} if turn else None
