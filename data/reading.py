"""What a name says, and whether that is true of a segment. Shared by the naming rules and the offline jury."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from cartjury.data.jury_records import SegmentBrief, Trait
from cartjury.data.records import UNKNOWN
from cartjury.data.words import ANY_COLUMN, Lexicon, Word, covers, level_word

_NUMBERS = (
    *("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"),
    *("Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen", "Twenty"),
)
_NUMBER = re.compile(r"[0-9]+")
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|[a-z]+")


@dataclass(frozen=True)
class Part:
    """A word of a name as it was read: its text, and what the lexicon knows of it (None: nothing)."""

    text: str
    word: Word | None


def pieces(text: str) -> tuple[str, ...]:
    """Cut a CamelCase word: HighValue into High and Value."""
    return tuple(_PIECE.findall(text))


@lru_cache(maxsize=256)
def letters(label: str, limit: int = 16) -> str:
    """A label as a part of a word: letters only, CamelCase; whole pieces up to `limit` letters, at least one.

    `loyalty_points` becomes LoyaltyPoints, `Dim2` becomes Dim.
    """
    kept = ""
    for piece in _PIECE.findall(label):
        if kept and len(kept) + len(piece) > limit:
            break
        kept += piece[0].upper() + piece[1:]
    return kept


@lru_cache(maxsize=1024)
def stem_of(label: str, labels: tuple[str, ...]) -> str:
    """The part of a word that stands for one of a brief's labels; empty where letters cannot tell it from the others.

    `letters` as a rule. Where that is another label's too, its number is spelled: beside Score2, Score1 is ScoreOne.
    """
    for said in (letters, _spelled):
        stem = said(label)
        if stem and stem.casefold() not in {said(other).casefold() for other in labels if other != label}:
            return stem
    return ""


@lru_cache(maxsize=256)
def _spelled(label: str) -> str:
    """A label with its numbers as words, up to twenty; empty where a number is larger."""
    numbers = [int(n) for n in _NUMBER.findall(label)]
    if any(n >= len(_NUMBERS) for n in numbers):
        return ""
    return letters(_NUMBER.sub(lambda found: _NUMBERS[int(found[0])], label))


def read_name(name: str, brief: SegmentBrief, lexicon: Lexicon) -> tuple[Part, ...]:
    """Read a name's words from left to right.

    Two neighbours are one word where together they mean more: High_Value, Not_Profitable. A CamelCase word
    that is not known as a whole is read by its pieces, where one of them is known.
    """
    tokens = name.split("_")
    found: list[Part] = []
    at = 0
    while at < len(tokens):
        joined = _pair(tokens[at : at + 2], brief, lexicon)
        if joined is not None:
            found.append(joined)
            at += 2
            continue
        found.extend(_single(tokens[at], brief, lexicon))
        at += 1
    return tuple(found)


def _pair(tokens: list[str], brief: SegmentBrief, lexicon: Lexicon) -> Part | None:
    """Two tokens as one word; neither may be a word of its own, so Budget_Active stays two."""
    if len(tokens) < 2 or lexicon.find(tokens[0]) is not None:
        return None
    word = _known("".join(tokens), brief, lexicon)
    return Part("_".join(tokens), word) if word else None


def _single(token: str, brief: SegmentBrief, lexicon: Lexicon) -> Iterator[Part]:
    word = _known(token, brief, lexicon)
    parts = pieces(token)
    inner = [Part(p, lexicon.find(p)) for p in parts] if word is None and len(parts) > 1 else []
    if any(p.word for p in inner):
        yield from inner
    else:
        yield Part(token, word)


def _known(text: str, brief: SegmentBrief, lexicon: Lexicon) -> Word | None:
    """A plan's own labels come first: where a dimension is called Margin, HighMargin speaks of that."""
    return _label_word(text, brief, lexicon) or lexicon.find(text)


def _label_word(text: str, brief: SegmentBrief, lexicon: Lexicon) -> Word | None:
    """A word made from a label of the brief: HighLoyalty, LowEngagement."""
    labels = tuple(trait.label for trait in brief.traits)
    for trait in brief.traits:
        stem = stem_of(trait.label, labels)
        head = text[: -len(stem)] if stem and text.casefold().endswith(stem.casefold()) else ""
        if head.casefold() in lexicon.qualifiers:
            return level_word(text[0].upper() + text[1:], trait.column, lexicon.qualifiers[head.casefold()])
    return None


def traits_of(column: str, brief: SegmentBrief) -> tuple[Trait, ...]:
    """A brief's traits of a column (or of a dimension of that name).

    Where a dimension and a local split read the same column, the dimension decides: its levels are those
    of the whole universe, the split's only those of one cell.
    """
    found = tuple(t for t in brief.traits if column in (t.column, t.label.casefold()))
    dimensions = tuple(t for t in found if t.label != t.column)
    return dimensions or found


def untrue_claim(word: Word, brief: SegmentBrief) -> str | None:
    """The first column on which a word claims more than the rule holds; None where all it says is true."""
    for column, claim in word.claims.items():
        if column == ANY_COLUMN:
            missing = brief.is_else or any(t.levels == (UNKNOWN,) for t in brief.traits)
            true = missing
        else:
            traits = traits_of(column, brief)
            if word.neutral:
                traits = tuple(t for t in traits if t.says_something)
            true = all(covers(claim, level) for t in traits for level in t.levels) and bool(traits or word.neutral)
        if not true:
            return column
    return None
