"""A reply to the question that is open: a number, an ordinal, a label or a part of one; or none of them."""

import re
from collections.abc import Sequence
from typing import Final

from cartjury.data.chat_records import Asked, Choice, Reading, Refused, Scene, Wishes
from cartjury.data.chat_words import chat_words
from cartjury.data.edit_records import Rename
from cartjury.data.text import one_line
from cartjury.tools.understand.match import Line
from cartjury.tools.understand.slots import SLOTS
from cartjury.tools.understand.texts import name
from cartjury.tools.understand.tokens import Token, tokenise
from cartjury.tools.understand.trouble import Trouble
from cartjury.tools.understand.view import first_view

_CALLED: Final = re.compile(r"What shall (S[0-9]+) be called\?")  # as build_names.py asks

_NOUNS = {"one", "ones", "option", "number", "choice", "answer", "#", "no", "variant", "possibility"}
_AROUND = {
    "i",
    "mean",
    "meant",
    "take",
    "want",
    "choose",
    "pick",
    "go",
    "with",
    "for",
    "is",
    "it",
    "that",
    "would",
    "like",
    "prefer",
}
_YES = {
    ("yes",),
    ("yep",),
    ("yeah",),
    ("sure",),
    ("ok",),
    ("okay",),
    ("y",),
    ("do", "it"),
    ("yes", "do", "it"),
    ("right",),
    ("correct",),
    ("exactly",),
}


def reply(tokens: Sequence[Token], scene: Scene) -> Reading | None:
    """Read a message as a plain reply to the open question; None where it is none."""
    options = scene.asked.options if scene.asked else ()
    if not options:
        return None
    said = [t for t in tokens if t.text not in {".", "!", ","}]
    texts = tuple(t.text for t in said)
    if len(options) == 1 and texts in _YES:
        return options[0].reading
    exact = [o for o in options if _texts(o.label) == texts]
    if len(exact) == 1:
        return exact[0].reading
    rest = [t for t in said if t.text not in _NOUNS | _AROUND]
    if texts == ("one",):
        return _at(options, 1)
    place = _place(rest[0], len(options)) if len(rest) == 1 else None
    return None if place is None else _at(options, place)


def _place(token: Token, count: int) -> int | None:
    if token.kind == "word" and (token.text == "last" or (token.text == "latter" and count == 2)):
        return count
    if token.kind == "word" and token.text == "former" and count == 2:
        return 1
    value = token.value if token.value is not None else chat_words().units.get(token.text)
    if value is None or value != int(value) or token.unit:
        return None
    return int(value)


def _at(options: Sequence[Choice], place: int) -> Reading:
    if 1 <= place <= len(options):
        return options[place - 1].reading
    return Asked(question=f"There are {len(options)} options. Which one, 1 to {len(options)}?", options=tuple(options))


def part_of_label(tokens: Sequence[Token], scene: Scene) -> Reading | None:
    """Read a message as words of exactly one option's label."""
    options = scene.asked.options if scene.asked else ()
    said = {t.text for t in tokens if t.kind in {"word", "id", "number"}} - _NOUNS - _AROUND
    if not said or len(tokens) > 8 or not all(t.kind in {"word", "id", "number"} for t in tokens):
        return None
    found = [o for o in options if said <= set(_texts(o.label))]
    return found[0].reading if len(found) == 1 else None


def name_wanted(text: str, tokens: Sequence[Token], scene: Scene) -> Reading | None:
    """Read a message as the name that was asked for: "What shall S05 be called?"."""
    asked = _CALLED.match(scene.asked.question) if scene.asked else None
    line = Line(text, tokens, first_view(scene), SLOTS, {})
    found = [said for end, said in name(line, 0) if end == len(tokens)] if asked and tokens else []
    if not asked or asked[1] not in {i.id for i in scene.lines} or not found:
        return None
    said = found[0]
    if isinstance(said, Trouble):
        return Refused(reason=said.reason)
    edits = (Rename(segment=asked[1], name=str(said)),)
    if str(said).islower() and tokens[0].kind != "quote":
        label = f"call {asked[1]} {one_line(str(said), 40)}"
        options = (Choice(label=label, reading=Wishes(edits=edits)),)
        return Asked(question=f"Shall {asked[1]} be called '{one_line(str(said), 40)}'?", options=options)
    return Wishes(edits=edits)


def _texts(label: str) -> tuple[str, ...]:
    fillers = chat_words().fillers
    return tuple(t.text for t in tokenise(label) if t.text not in fillers and t.text not in {".", "!", ","})
