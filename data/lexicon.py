"""The curated words of segment names, and the tastes of the four personas: two toml files as frozen records.

A word says what it claims (`Premium`: avg_order_value is High), how clear and how vivid it is, and who likes it.
`lexicon()` also knows the words that follow by rule: HighValue (qualifier and measure), NonProfitable (negation).
"""

import itertools
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final, Literal

from pydantic import Field

from cartjury.data.jury_records import PERSONAS, Persona
from cartjury.data.records import UNKNOWN, Record

ANY_COLUMN: Final = "*"
KNOWN_LEVELS: Final = ("VeryLow", "Low", "MediumLow", "Medium", "MediumHigh", "High", "VeryHigh")
COMPOSED_TASTE: Final = (0, 1, 2, 1)  # of HighMargin and the like, where the lexicon has no better word

LevelName = Literal["VeryLow", "Low", "MediumLow", "Medium", "MediumHigh", "High", "VeryHigh", "Unknown"]
Points = tuple[float, float, float, float]


class Word(Record):
    """One word of a name.

    Attributes:
        claims: by column, the levels of which one must hold for every user; empty claims nothing.
        part: "adjective" stands anywhere, "modifier" never last, "noun" only last.
        clear, vivid: 0-3.
        taste: how much each persona likes it, 0-3, in the order of PERSONAS; all 0: understood, never used.
        neutral: the claim counts only where the rule speaks of the column.
    """

    text: str = Field(pattern=r"^[A-Z][A-Za-z]*$")
    part: Literal["adjective", "modifier", "noun"]
    clear: float = Field(ge=0, le=3)
    vivid: float = Field(ge=0, le=3)
    taste: Points
    aliases: tuple[str, ...] = ()
    claims: dict[str, frozenset[str]] = Field(default_factory=dict)
    neutral: bool = False

    def liked_by(self, persona: Persona) -> float:
        """How much a persona likes the word, 0-3."""
        return self.taste[PERSONAS.index(persona)]


class Qualifier(Record):
    """A level as a part of a word ("High" in HighValue). `used` is the form that names are composed with."""

    claims: frozenset[str]
    used: str
    words: tuple[str, ...] = ()


class PersonaTaste(Record):
    """What a persona wants of a name; data/personas.toml explains the fields."""

    title: str
    role: str
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


class _File(Record):
    group: tuple[_Group, ...]
    qualifier: tuple[Qualifier, ...]
    measures: dict[str, tuple[str, ...]]
    rules: _Rules


@dataclass(frozen=True, eq=False)
class Lexicon:
    """All words, ready to compose with and to look up.

    Attributes:
        words: those that names are composed with, in the file's order, then the composed ones (HighSpend).
        by_column: the same by the columns that they claim something of; under "" those that claim nothing.
        index: every word that is understood, by its text in lower case.
        qualifiers: level words by their text in lower case.
    """

    words: tuple[Word, ...]
    by_column: Mapping[str, tuple[Word, ...]]
    index: Mapping[str, Word]
    negations: tuple[str, ...]
    qualifiers: Mapping[str, Qualifier]
    used_qualifiers: tuple[Qualifier, ...]
    level_codes: frozenset[str]
    banned: frozenset[str]
    banned_inside: tuple[str, ...]

    def find(self, text: str) -> Word | None:
        """Return the word, also from its plural, singular or negation (NonProfitable); None if it is not known."""
        return _find(self, text)


@lru_cache(maxsize=4096)
def _find(lexicon_: Lexicon, text: str) -> Word | None:
    listed = _listed(lexicon_, text)
    low = text.casefold()
    return listed or next((w for n in lexicon_.negations if low.startswith(n) and (w := _negated(lexicon_, text, n))), None)


def _listed(lexicon_: Lexicon, text: str) -> Word | None:
    return next((lexicon_.index[form] for form in stems(text) if form in lexicon_.index), None)


def _negated(lexicon_: Lexicon, text: str, negation: str) -> Word | None:
    word = _listed(lexicon_, text[len(negation) :])
    if word is None or len(word.claims) != 1:
        return None
    column, claim = next(iter(word.claims.items()))
    turned = opposite(claim) or frozenset({UNKNOWN})
    return Word.model_validate(
        {**dict(word), "text": text.capitalize(), "claims": {column: turned}, "neutral": False, "aliases": ()}
    )


def stems(text: str) -> tuple[str, ...]:
    """Forms under which a word may be listed, in lower case: itself, and without an English plural ending."""
    low = text.casefold()
    short = (low.removesuffix(end) + tail for end, tail in (("ies", "y"), ("es", ""), ("s", "")) if low.endswith(end))
    return (low, *(s for s in short if len(s) > 2), low + "s")


def covers(claim: Iterable[str], level: str) -> bool:
    """Whether a claim is true of a level; the one place where the scales of 2 to 5 levels meet.

    "High" speaks of the upper end, so it is true of VeryHigh as well; "Low" likewise of VeryLow. "Medium"
    is true of MediumLow and MediumHigh, unless the claim is one-sided: "at most medium" is false of MediumHigh.
    """
    claimed = frozenset(claim)
    wider = {"VeryLow": "Low", "VeryHigh": "High", "MediumLow": "Medium", "MediumHigh": "Medium"}
    if level in claimed:
        return True
    if wider.get(level) not in claimed:
        return False
    away, near = ("High", "Low") if level == "MediumLow" else ("Low", "High")
    one_sided = level.startswith("Medium") and away in claimed and near not in claimed
    return not one_sided


def opposite(claim: Iterable[str]) -> frozenset[str]:
    """The known levels of which a claim is false."""
    claimed = frozenset(claim)
    return frozenset(level for level in KNOWN_LEVELS if not covers(claimed, level))


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


def level_word(text: str, column: str, qualifier: Qualifier, taste: Points = COMPOSED_TASTE) -> Word:
    """A word such as HighMargin that claims a qualifier's levels of a column."""
    return Word(
        text=text, part="adjective", clear=2, vivid=0, taste=taste, claims={column: qualifier.claims}
    )

