"""A word of a name, what it claims, and how claims and levels compare on scales of two to five levels."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from cartjury.data.jury_records import PERSONAS, Persona
from cartjury.data.records import UNKNOWN, Record

ANY_COLUMN: Final = "*"
KNOWN_LEVELS: Final = ("VeryLow", "Low", "MediumLow", "Medium", "MediumHigh", "High", "VeryHigh")
COMPOSED_TASTE: Final = (0, 1, 2, 1)  # of HighMargin and the like, where the lexicon has no better word

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

    @model_validator(mode="after")
    def _claims_levels(self) -> Self:
        wrong = {level for claim in self.claims.values() for level in claim} - {*KNOWN_LEVELS, UNKNOWN}
        if wrong or not all(self.claims.values()):
            raise ValueError(f"{self.text} claims {', '.join(sorted(wrong)) or 'nothing'}, which is no level")
        return self

    def liked_by(self, persona: Persona) -> float:
        """How much a persona likes the word, 0-3."""
        return self.taste[PERSONAS.index(persona)]


class Qualifier(Record):
    """A level as a part of a word ("High" in HighValue). `used` is the form that names are composed with."""

    claims: frozenset[str]
    used: str
    words: tuple[str, ...] = ()


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
    echoes: frozenset[str]

    def find(self, text: str) -> Word | None:
        """Return the word, also from its plural, singular or negation (NonProfitable); None if it is not known."""
        return _find(self, text)


@lru_cache(maxsize=4096)
def _find(lexicon_: Lexicon, text: str) -> Word | None:
    listed = _listed(lexicon_, text)
    low = text.casefold()
    return listed or next(
        (w for n in lexicon_.negations if low.startswith(n) and (w := _negated(lexicon_, text, n))), None
    )


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


def level_word(text: str, column: str, qualifier: Qualifier, taste: Points = COMPOSED_TASTE) -> Word:
    """A word such as HighMargin that claims a qualifier's levels of a column."""
    return Word(text=text, part="adjective", clear=2, vivid=0, taste=taste, claims={column: qualifier.claims})
