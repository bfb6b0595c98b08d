"""From an answer to a reading of data/chat_records.py: typed, checked, and with nothing made up in its words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from cartjury.agents.flat_edits import typed_edit, typed_topic
from cartjury.agents.own_words import Facts
from cartjury.agents.replies import RefusedError, WrongShapeError, quote
from cartjury.data.base import Record
from cartjury.data.chat_records import Asked, Choice, Reading, Refused, Wishes, Wondered

Check = Callable[[Reading], tuple[str, ...]]  # why a reading cannot be; none: it can
READINGS: Final = ("wishes", "wondered", "asked", "refused")
MOST_OPTIONS: Final = 4
WHICH: Final = "I am not sure what you mean. Which of these is it?"
SAY_MORE: Final = "I am not sure what you mean. Please say it in other words, with the ids of the segments."
CANNOT: Final = "This cannot be done in this chat."


class Readings:
    """Accepts readings of one message."""

    def __init__(self, numeric: Sequence[str], facts: Facts, check: Check) -> None:
        self._numeric, self._facts, self._check = numeric, facts, check

    def accepted(self, given: Any) -> Reading:
        """A reading that passes.

        Raises:
            WrongShapeError: it has another form.
            RefusedError: it cannot be.
        """
        if not isinstance(given, dict):
            raise WrongShapeError(f"the reading must be an object, not '{quote(given)}'.")
        kind = str(given.get("kind", "")).strip().casefold()
        if kind not in READINGS:
            raise WrongShapeError(f"'kind' must be one of {', '.join(READINGS)}, not '{quote(kind)}'.")
        made: Mapping[str, Callable[[Mapping[str, Any]], Reading]] = {
            "wishes": self._wishes,
            "wondered": self._wondered,
            "asked": self._asked,
            "refused": self._refused,
        }
        return self._checked(made[kind](given))

    def _wishes(self, given: Mapping[str, Any]) -> Wishes:
        if not (edits := self._edits(given)):
            raise WrongShapeError("'edits' is empty: give the edits, or ask back.")
        return Wishes(edits=edits)

    def _refused(self, given: Mapping[str, Any]) -> Refused:
        if not (reason := _text(given, "reason")).strip():
            raise WrongShapeError("'reason' is empty: say in one sentence why it cannot be done.")
        return Refused(reason=self._facts.said(reason, CANNOT))

    def _wondered(self, given: Mapping[str, Any]) -> Wondered:
        return Wondered(topic=typed_topic(given, self._edits(given)))

    def _asked(self, given: Mapping[str, Any]) -> Asked:
        listed = given.get("options")
        options = tuple(self._options(listed if isinstance(listed, list) else []))
        if not options and not _text(given, "question").strip():
            raise WrongShapeError("'question' is empty: ask in one sentence.")
        instead = WHICH if options else SAY_MORE
        return Asked(question=self._facts.said(_text(given, "question"), instead), options=options)

    def _options(self, listed: Sequence[Any]) -> Iterator[Choice]:
        """The options that can be; the others are left out."""
        for option in listed[:MOST_OPTIONS]:
            try:
                wonders = str(option.get("topic") or "none").strip().casefold() != "none"
                reading = self._checked(self._wondered(option) if wonders else self._wishes(option))
            except (WrongShapeError, RefusedError, AttributeError):
                continue
            if isinstance(reading, Wishes | Wondered):
                yield Choice(label=self._facts.said(_text(option, "label"), plain_label(reading)), reading=reading)

    def _edits(self, given: Mapping[str, Any]) -> tuple[Any, ...]:
        listed = given.get("edits") or ()
        if not isinstance(listed, list | tuple):
            raise WrongShapeError(f"'edits' must be a list, not '{quote(listed)}'.")
        return tuple(typed_edit(edit, self._numeric) for edit in listed)

    def _checked(self, reading: Reading) -> Reading:
        if faults := self._check(reading):
            raise RefusedError(" ".join(faults))
        return reading


def plain_label(reading: Wishes | Wondered) -> str:
    """An option in our own words: its kinds and the segments that it is about."""
    records = reading.edits if isinstance(reading, Wishes) else (reading.topic,)
    return "; ".join(_words(r) for r in records)


def _words(record: Record) -> str:
    fields = record.model_dump(mode="json")
    kind = str(fields["kind"]).replace("_", " ")
    about = [fields[key] for key in ("segment", "against", "dimension", "column") if fields.get(key)]
    return " ".join((kind, ", ".join([*about, *fields.get("segments", ())]))).strip()


def _text(given: Mapping[str, Any], key: str) -> str:
    return given[key] if isinstance(given.get(key), str) else ""
