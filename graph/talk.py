"""What was said last, and what it was about. Pure functions."""

from collections.abc import Iterable, Iterator, Sequence

from langchain_core.messages import AnyMessage, HumanMessage

from cartjury.data.chat_records import Asked, Reading, Refused, Wishes
from cartjury.data.edit_records import Redo, Reset, Undo
from cartjury.data.plan_records import SegmentPlan
from cartjury.data.text import one_line

LONGEST = 1_000  # characters of a message that are read


def heard(messages: Sequence[AnyMessage]) -> str:
    """The text of the last message that a person wrote, cleaned and cut."""
    last = next((m for m in reversed(messages) if isinstance(m, HumanMessage)), None)
    return one_line(str(last.text), LONGEST) if last else ""


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


def in_words(asked: Asked) -> str:
    """A question back with its options, numbered so that a number answers it."""
    options = (f"{n}. {choice.label}" for n, choice in enumerate(asked.options, start=1))
    return "\n".join((asked.question, *options))


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
