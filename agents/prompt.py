"""Prompts: instructions from agents/prompts/*.md, which are ours, and one block of data, where all else is.

What users and models wrote (goal, columns, rules, names, faults) only ever stands inside the block, as values of one
JSON document; "<", ">" and "&" are escaped in it, so that nothing inside can end it.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any, Final, Literal, get_args

from cartjury.agents.asking import Message, Prompt
from cartjury.agents.features import Features, facts
from cartjury.agents.forms import Form
from cartjury.data.edit_records import GUIDANCE
from cartjury.data.jury_records import Persona, SegmentBrief
from cartjury.data.lexicon import personas
from cartjury.data.text import one_line

Kind = Literal["propose", "rank", "judge", "debate", "interpret", "match", "prefer"]

GOAL: Final = 300  # characters of the goal that are shown
_ESCAPED: Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


class Sheet:
    """What is put before a seat: the plan it speaks of, and how it is spoken to.

    Attributes:
        by_id: the segments of the plan.
        features: the features of all of them.
    """

    def __init__(
        self,
        kind: Kind,
        briefs: Sequence[SegmentBrief],
        goal: str,
        guidance: Mapping[str, str] | None = None,
        **words: object,
    ) -> None:
        self.by_id = {b.id: b for b in briefs}
        self.features = Features(briefs)
        self._guidance = {i: clean for i, text in (guidance or {}).items() if (clean := one_line(text, GUIDANCE))}
        self._goal = one_line(goal, GOAL)
        self._kind: Kind = kind
        self._words = words

    def prompt(
        self,
        rows: Mapping[str, Mapping[str, Any]],
        form: Form,
        *,
        faults: Mapping[str, str],
        nonce: str,
        **more: object,
    ) -> Prompt:
        """Make a prompt.

        Args:
            rows: the segments that are asked for, in the order in which they are shown, each with what is shown
                beside its facts.
            form: of the answer.
            faults: of the last answer, by segment id; then this is a repair.
            nonce: something new to be said in a repair, so that no cache gives the last answer again.
            more: what else the data holds; what is empty is left out.
        """
        head = {"goal": self._goal, "features": self.features.shown(), **more, "faults": faults}
        repair = Template(text_of("repair")).substitute(nonce=nonce) if faults else ""
        shown = {i: {**facts(self.by_id[i], self.features), **self._wish(i), **row} for i, row in rows.items()}
        # Said only where there is some: the prompts of all other runs stay as they are.
        guided = f" {text_of('guidance').strip()}" if any("guidance" in row for row in shown.values()) else ""
        data = data_block({key: value for key, value in head.items() if value}, shown)
        system, user = parts(self._kind)
        text = Template(user).substitute(self._words, data=data, repair=repair, guided=guided)
        return Prompt((Message("system", system), Message("user", text.strip())), form.schema, form.max_tokens)

    def _wish(self, segment_id: str) -> Mapping[str, str]:
        return {"guidance": self._guidance[segment_id]} if segment_id in self._guidance else {}


def spoken_to(persona: Persona, *, plain: bool) -> str:
    """How a prompt ends: who the seat is, and its taste; nothing where it is asked without a persona."""
    if plain:
        return ""
    taste = personas()[persona]
    words = {"title": taste.title.lower(), "asks": taste.asks.strip()}
    return Template(text_of("persona").rstrip()).substitute(words)


def data_block(head: Mapping[str, Any], segments: Mapping[str, Any], key: str = "segments") -> str:
    """One JSON document in ASCII, without "<", ">" and "&"; a line for each key of the head, a line for each row.

    Args:
        head: what is shown first.
        segments: the rows: of segments, or of what `key` says.
        key: what the rows are called.
    """
    lines = [f"{_json(name)}:{_json(value)},\n" for name, value in head.items()]
    rows = ",\n".join(f"{_json(row)}:{_json(value)}" for row, value in segments.items())
    return "{" + "".join(lines) + f"{_json(key)}:{{\n" + rows + "\n}}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")).translate(_ESCAPED)


def templates() -> None:
    """Read all prompt files; later on they are at hand."""
    for kind in get_args(Kind):
        parts(kind)
    for name in ("repair", "guidance", "interpret_again", "persona", "again"):
        text_of(name)


@cache
def parts(kind: Kind) -> tuple[str, str]:
    """The system part of a prompt, the same for all kinds of the jury, and the user part."""
    system, _, user = text_of(kind).partition("\n---\n")
    return Template(system).substitute(shared=text_of("shared")).strip(), user


@cache
def text_of(name: str) -> str:
    """A prompt file as it is."""
    return (files("cartjury.agents") / "prompts" / f"{name}.md").read_text(encoding="utf-8")
