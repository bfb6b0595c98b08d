"""One clause: what the phrases that begin at a place come to."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from cartjury.data.chat_records import Topic
from cartjury.data.edit_records import Edit
from cartjury.tools.understand.build_cuts import CUTS
from cartjury.tools.understand.build_dimensions import DIMENSIONS
from cartjury.tools.understand.build_names import NAMES
from cartjury.tools.understand.build_places import PLACES
from cartjury.tools.understand.build_plan import PLAN
from cartjury.tools.understand.build_segments import SEGMENTS
from cartjury.tools.understand.build_talk import QUESTIONS, TRAVEL
from cartjury.tools.understand.direction import against_verb
from cartjury.tools.understand.match import Caught, Line, matches, trouble_in
from cartjury.tools.understand.phrases import phrases_at
from cartjury.tools.understand.trouble import Trouble
from cartjury.tools.understand.view import View

EDITS: Final = {**SEGMENTS, **NAMES, **PLACES, **CUTS, **DIMENSIONS, **PLAN, **TRAVEL}
ANSWERS: Final = frozenset({"approve", "do_it", "cancel"})


class Act(NamedTuple):
    """One clause.

    Attributes:
        edits: what it wishes.
        topic: what it asks.
        trouble: why it cannot be taken as it is.
    """

    edits: tuple[Edit, ...] = ()
    topic: Topic | None = None
    trouble: Trouble | None = None


def acts_at(line: Line, at: int, *, answers: bool = True) -> Iterator[tuple[int, Act]]:
    """Yield the clauses that begin at a place, with their ends; `answers`: a bare yes or no as well."""
    key = ("clauses", at)
    if key not in line.cache:
        line.cache[key] = tuple(_acts(line, at))
    yield from (
        (end, act)
        for end, (intent, act) in line.cache[key]
        if answers or (intent not in ANSWERS and not (act.trouble and act.trouble.mild))
    )


def _acts(line: Line, at: int) -> Iterator[tuple[int, tuple[str, Act]]]:
    for said in phrases_at(line.word(at)):
        for end, caught in matches(line, said.parts, at):
            if end > at and not (said.intent == "weight_times" and line.word(end) == "as"):  # as what?
                act = _act(said.intent, caught, line.view)
                against = None if act.trouble else against_verb(line, at, end, act.edits)
                yield end, (said.intent, Act(trouble=against) if against else act)


def _act(intent: str, caught: Caught, view: View) -> Act:
    trouble = trouble_in(caught)
    if trouble:
        return Act(trouble=trouble)
    if intent in QUESTIONS:
        answer = QUESTIONS[intent](caught, view)
        return Act(trouble=answer) if isinstance(answer, Trouble) else Act(topic=answer)
    edits = EDITS[intent](caught, view)
    return Act(trouble=edits) if isinstance(edits, Trouble) else Act(edits=edits)
