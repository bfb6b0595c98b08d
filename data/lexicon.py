"""The curated words of segment names, and the tastes of the four personas: two toml files as frozen records.

A word says what it claims (`Premium`: avg_order_value is High), how clear and how vivid it is, and who likes it.
`lexicon()` also knows the words that follow by rule: HighValue (qualifier and measure), NonProfitable (negation).
"""

import itertools
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import Field

from cartjury.data.jury_records import PERSONAS, Persona
from cartjury.data.records import Record
from cartjury.data.words import Lexicon, Qualifier, Word, level_word


class PersonaTaste(Record):
    """What a persona wants of a name; data/personas.toml explains the fields."""

    title: str
    role: str
    asks: str
    voice: str
    weighs: dict[str, float]
    cares: dict[str, float]
    ends_on_noun: float
    alliteration: float
    yields_at: float = Field(gt=0)


class _Group(Record):
    claims: dict[str, frozenset[str]]
    neutral: bool = False
    words: tuple[dict[str, Any], ...]


class _Rules(Record):
    level_codes: tuple[str, ...]
    negations: tuple[str, ...]
    banned: tuple[str, ...]
    banned_inside: tuple[str, ...]
    echoes: tuple[str, ...]


class _File(Record):
    group: tuple[_Group, ...]
    qualifier: tuple[Qualifier, ...]
    measures: dict[str, tuple[str, ...]]
    rules: _Rules


@cache
def lexicon() -> Lexicon:
    """Read data/lexicon.toml.

    Raises:
        ValueError: a word twice, or a field that the records above do not allow.
    """
    raw = _File.model_validate(_read("lexicon.toml"))
    listed = tuple(
        Word.model_validate({**w, "claims": g.claims, "neutral": g.neutral}) for g in raw.group for w in g.words
    )
    index = _index(listed)
    composed = tuple(w for w in _composed(raw, first_only=True) if w.text.casefold() not in index)
    for word in _composed(raw):
        index.setdefault(word.text.casefold(), word)
    return Lexicon(
        words=(*listed, *composed),
        by_column=_by_column((*listed, *composed)),
        index=index,
        negations=tuple(n.casefold() for n in raw.rules.negations),
        qualifiers={w.casefold(): q for q in raw.qualifier for w in (q.used, *q.words)},
        used_qualifiers=raw.qualifier,
        level_codes=frozenset(c.casefold() for c in raw.rules.level_codes),
        banned=frozenset(b.casefold() for b in raw.rules.banned),
        banned_inside=raw.rules.banned_inside,
        echoes=frozenset(e.casefold() for e in raw.rules.echoes),
    )


@cache
def personas() -> Mapping[Persona, PersonaTaste]:
    """Read data/personas.toml; every persona of PERSONAS is in it, and no other."""
    raw = _read("personas.toml")
    if set(raw) != set(PERSONAS):
        raise ValueError(f"personas.toml must hold {', '.join(PERSONAS)}, and holds {', '.join(raw)}")
    return {persona: PersonaTaste.model_validate(raw[persona]) for persona in PERSONAS}


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("cartjury.data") / name).read_text(encoding="utf-8"))


def _index(listed: Iterable[Word]) -> dict[str, Word]:
    index: dict[str, Word] = {}
    for word in listed:
        for text in (word.text, *word.aliases):
            if text.casefold() in index:
                raise ValueError(f"the lexicon holds {text} twice")
            index[text.casefold()] = word
    return index


def _by_column(words: Sequence[Word]) -> dict[str, tuple[Word, ...]]:
    columns = {column for word in words for column in word.claims or ("",)}
    return {c: tuple(w for w in words if c in (w.claims or ("",))) for c in sorted(columns)}


def _composed(raw: _File, *, first_only: bool = False) -> Iterator[Word]:
    for column, nouns in raw.measures.items():
        for qualifier, noun in itertools.product(raw.qualifier, nouns[:1] if first_only else nouns):
            for text in (qualifier.used,) if first_only else (qualifier.used, *qualifier.words):
                yield level_word(f"{text}{noun}", column, qualifier)
