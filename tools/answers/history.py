"""The history of a thread in words: who did what, and when."""

from typing import Final

from cartjury.data.revision_records import History, Journey, Revision
from cartjury.tools.markdown import listed, shown

JOURNEYS: Final = 40  # the latest that are shown
_DONE: Final = {
    "made": "made revision {}",
    "undo": "undid to revision {}",
    "redo": "redid to revision {}",
    "reset": "reset to revision {}",
    "rejected": "rejected a preview and stayed at revision {}",
}


def told(history: History) -> str:
    """Tell what was done in a thread, oldest first; see `answer`."""
    way = [_journey(history, j) for j in history.journeys[-JOURNEYS:]]
    more = len(history.journeys) - len(way)
    first = f"{more:,} earlier steps are not shown.\n\n" if more else ""
    number = len(history.revisions)
    lead = f"Revision {history.current.number} is current, of {number} revision{'s' * (number != 1)}."
    return f"{lead}\n\n{first}{listed(way or [_made(r) for r in history.revisions])}"


def lineage(history: History) -> list[Revision]:
    """Return the current revision, the one it was made from, and so on to the first."""
    found = [history.current]
    while found[-1].parent is not None:
        found.append(history.revision(found[-1].parent))
    return found


def made(revision: Revision) -> str:
    """Say by whom a revision was approved, and when."""
    return f"by {shown(revision.by, 60) or 'somebody'} at {shown(revision.at, 40)}"


def what(revision: Revision) -> str:
    """Say what made a revision."""
    return " ".join(shown(said, 400) for said in revision.said) or "the plan that the run fitted"


def _made(revision: Revision) -> str:
    return f"Revision {revision.number}, {made(revision)}: {what(revision)}"


def _journey(history: History, journey: Journey) -> str:
    who = shown(journey.by, 60) or "somebody"
    done = f"{shown(journey.at, 40)}: {who} {_DONE[journey.what].format(journey.revision)}"
    if journey.what == "made":
        return f"{done}: {what(history.revision(journey.revision))}"
    return f"{done}: “{shown(journey.reason)}”" if journey.reason else done
