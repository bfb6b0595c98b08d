"""What a reading may hold, and which segments are talked of after it. Pure functions."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from cartjury.data.chat_records import Asked, Reading, Refused, Wishes
from cartjury.data.edit_records import Redo, Reset, Undo
from cartjury.data.plan_records import SegmentPlan
from cartjury.data.text import one_line

LONGEST: Final = 1_000  # characters of a message that are read
ADDRESS: Final = "[e-mail]"
_MAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*")


def readable(text: str) -> str:
    """A message as readers get it: cleaned, cut, and without addresses of people, which no wish about a plan needs."""
    return one_line(_MAIL.sub(ADDRESS, text), LONGEST)


def checked(reading: Reading) -> Reading:
    """Undo, redo and reset move between revisions: with edits beside them it would not be clear of what."""
    if not isinstance(reading, Wishes) or len(reading.edits) == 1:
        return reading
    if any(isinstance(edit, Undo | Redo | Reset) for edit in reading.edits):
        return Asked(question="Undo, redo and reset stand alone: shall I do that first? Say it by itself.")
    return reading


def focus_of(reading: Reading, before: tuple[str, ...], plan: SegmentPlan) -> tuple[str, ...]:
    """The segments that are talked of now: those of the message, where it has none those from before."""
    there = {s.id for s in plan.segments}
    named = () if isinstance(reading, Asked | Refused) else _segments(reading.model_dump(mode="json"))
    found = tuple(dict.fromkeys(i for i in named if i in there))
    return found or tuple(i for i in before if i in there)


def _segments(said: object) -> Iterator[str]:
    """Every segment id in a reading, in the order it is said."""
    if isinstance(said, dict):
        for key, value in said.items():
            yield from _named(value) if key in {"segment", "segments", "against"} else _segments(value)
    elif isinstance(said, list):
        for value in said:
            yield from _segments(value)


def _named(value: object) -> Iterable[str]:
    return (
        [value]
        if isinstance(value, str)
        else [v for v in value if isinstance(v, str)]
        if isinstance(value, list)
        else []
    )
