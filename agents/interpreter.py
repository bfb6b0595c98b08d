"""What a model makes of a message of the chat: edits, a question back, a question about the plan, or a refusal.

message, scene -> Prompt -> the ladder of agents/ask.py -> flat answer -> typed and checked reading

The model has no tools and approves nothing. What it writes becomes text for people only where it holds no number and
no segment of its own making; otherwise a sentence of ours stands instead.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from string import Template
from typing import Any, Final, get_args

from cartjury.agents import asking, forms, loop
from cartjury.agents.ask import ask
from cartjury.agents.desk import Desk
from cartjury.agents.flat_edits import KINDS, TOPICS, typed_edit, typed_topic
from cartjury.agents.listing import name_own_models
from cartjury.agents.own_words import Facts
from cartjury.agents.panel import reader_panel
from cartjury.agents.prompt import data_block, parts, text_of
from cartjury.agents.replies import RefusedError, UnreadableError, WrongShapeError, json_object, quote
from cartjury.agents.scene_data import MESSAGE, head_of, rows_of
from cartjury.agents.wire import ProviderWire
from cartjury.data.base import Record
from cartjury.data.call_records import READER, Call, ModelTable
from cartjury.data.chat_records import Asked, Choice, Reading, Refused, Scene, Wishes, Wondered
from cartjury.data.model_table import load_table
from cartjury.data.options import Options
from cartjury.data.text import one_line

Check = Callable[[Reading], tuple[str, ...]]  # why a reading cannot be; none: it can
READINGS: Final = ("wishes", "wondered", "asked", "refused")
MOST_OPTIONS: Final = 4
FAULT: Final = 400  # characters of what is sent back
WHICH: Final = "I am not sure what you mean. Which of these is it?"
SAY_MORE: Final = "I am not sure what you mean. Please say it in other words, with the ids of the segments."
CANNOT: Final = "This cannot be done in this chat."
assert set(READINGS) == {m.model_fields["kind"].default for m in get_args(get_args(Reading)[0])}  # noqa: S101


class Interpreted(Record):
    """What came of asking a model.

    Attributes:
        reading: None where no model gave one that can be.
        model: whose reading it is, "provider/id"; empty where there is none.
        why_not: why there is none, in a sentence.
        calls: every request.
    """

    reading: Reading | None = None
    model: str = ""
    why_not: str = ""
    calls: tuple[Call, ...] = ()


async def interpret(desk: Desk, text: str, scene: Scene, check: Check, *, turn: int = 0) -> Interpreted:
    """Ask the seat "interpreter" what a message means.

    Args:
        desk: with a panel of `reader_panel`.
        text: what the user said; the first 1,000 characters are read.
        scene: the plan as it is now, and what was talked of.
        check: why a reading cannot be, whoever made it.
        turn: which message of the thread this is, where all share a log.

    Raises:
        ReplayError: the record of a replay holds another conversation.
    """
    reader = _Reader(text, scene, check)
    if not reader.message:
        return Interpreted(why_not="the message is empty")
    answer = await ask(desk, reader.question(turn))
    said = answer.said.get(forms.MESSAGE)
    if said is None:
        return Interpreted(why_not=answer.missing[forms.MESSAGE], calls=answer.calls)
    return Interpreted(reading=said.value, model=f"{said.provider}/{said.model}", calls=answer.calls)


def read_with_models(
    text: str,
    scene: Scene,
    options: Options,
    check: Check,
    *,
    table: ModelTable | None = None,
    environ: Mapping[str, str] | None = None,
) -> Interpreted:
    """Do the same from a place without an event loop and without a desk, with the keys of the environment.

    Raises:
        InputError: see `reader_panel`.
    """
    known, keys = table or load_table(None), os.environ if environ is None else environ
    panel = reader_panel(known, options, keys)

    async def work() -> Interpreted:
        wire = ProviderWire(known.providers, keys)
        try:
            return await interpret(Desk(await name_own_models(panel, known, keys), wire), text, scene, check)
        finally:
            await wire.aclose()

    return loop.run(work())


class _Reader:
    """One message, its scene, and what is accepted as its reading."""

    def __init__(self, text: str, scene: Scene, check: Check) -> None:
        self._head, self._rows = head_of(scene, text), rows_of(scene)
        self.message = one_line(text, MESSAGE)
        self._scene, self._check = scene, check
        self._facts = Facts(self._rows, [self._head, self._rows], self.message)

    def question(self, turn: int) -> asking.Question[Reading]:
        return asking.Question(
            stage="reading",
            round=0,
            seat=READER,
            ids=(forms.MESSAGE,),
            prompt=self.prompt,
            read=self.read,
            plain=lambda reading: reading.model_dump(mode="json"),
            part=turn,
        )

    def prompt(self, ids: Sequence[str], faults: Mapping[str, str], nonce: str) -> asking.Prompt:
        form = forms.message(tuple(self._rows), READINGS, TOPICS, KINDS)
        repair = Template(text_of("interpret_again")).substitute(nonce=nonce) if faults else ""
        data = data_block({**self._head, **({"faults": faults} if faults else {})}, self._rows)
        system, user = parts("interpret")
        text = Template(user).substitute(data=data, repair=repair).strip()
        messages = (asking.Message("system", system), asking.Message("user", text))
        return asking.Prompt(messages, form.schema, form.max_tokens)

    def read(self, text: str, ids: Sequence[str]) -> asking.Reading[Reading]:
        """Read an answer; where only the key around it is missing, it is read all the same."""
        (key,) = ids
        try:
            found = json_object(text, ids)
            return asking.Reading("answered", {key: self.accepted(found.get(key, found))})
        except UnreadableError as error:
            return asking.Reading("not_json", faults={key: str(error)})
        except WrongShapeError as error:
            return asking.Reading("wrong_shape", faults={key: one_line(str(error), FAULT)})
        except RefusedError as error:
            return asking.Reading("not_accepted", faults={key: one_line(str(error), FAULT)})

    def accepted(self, given: Any) -> Reading:
        """A reading that passes.

        Raises:
            WrongShapeError: it has another form.
            RefusedError: it cannot be.
        """
        if not isinstance(given, dict):
            raise WrongShapeError(f"'{forms.MESSAGE}' must be an object, not '{quote(given)}'.")
        kind = str(given.get("kind", "")).strip().casefold()
        if kind not in READINGS:
            raise WrongShapeError(f"'kind' must be one of {', '.join(READINGS)}, not '{quote(kind)}'.")
        made: Mapping[str, Callable[[Mapping[str, Any]], Reading]] = {
            "wishes": self._wishes,
            "wondered": self._wondered,
            "asked": self._asked,
            "refused": lambda said: Refused(reason=self._facts.said(_text(said, "reason"), CANNOT)),
        }
        return self._checked(made[kind](given))

    def _wishes(self, given: Mapping[str, Any]) -> Wishes:
        if not (edits := self._edits(given)):
            raise WrongShapeError("'edits' is empty: give the edits, or ask back.")
        return Wishes(edits=edits)

    def _wondered(self, given: Mapping[str, Any]) -> Wondered:
        return Wondered(topic=typed_topic(given, self._edits(given)))

    def _asked(self, given: Mapping[str, Any]) -> Asked:
        listed = given.get("options")
        options = tuple(self._options(listed if isinstance(listed, list) else []))
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
        return tuple(typed_edit(edit, self._scene.numeric) for edit in listed)

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
