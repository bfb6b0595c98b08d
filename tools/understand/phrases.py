"""Phrases as trees: `merge {a:segs} [(with|into)] {b:segs}` is read once, and then matched against tokens."""

import functools
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from cartjury.data.chat_words import Phrase, chat_words

_PIECES: Final = re.compile(r"\{[^}]*\}|[\[\]()|]|[^\s\[\]()|{}]+")


class Word(NamedTuple):
    """A word, or any of its other words, longest first."""

    others: tuple[Phrase, ...]


class Slot(NamedTuple):
    """A place for something that depends on the plan; the key names what is found there."""

    key: str
    kind: str


class Either(NamedTuple):
    """One of several; an optional part has an empty one among them."""

    options: tuple["Parts", ...]


Part = Word | Slot | Either
Parts = tuple[Part, ...]


class Said(NamedTuple):
    """One phrase of an intent."""

    intent: str
    parts: Parts


@functools.cache
def all_phrases() -> tuple[Said, ...]:
    """Read all phrases of chat_phrases.toml."""
    return tuple(Said(intent, compiled(text)) for intent, texts in chat_words().phrases.items() for text in texts)


@functools.cache
def phrases_at(word: str) -> tuple[Said, ...]:
    """The phrases that can begin with a word, in their order; those that begin with a slot can begin with any."""
    return tuple(said for said in all_phrases() if (first := _first(said.parts)) is None or word in first)


def _first(parts: Parts) -> frozenset[str] | None:
    """The words that these parts can begin with; None where it may be anything."""
    found: set[str] = set()
    for part in parts:
        if isinstance(part, Slot):
            return None
        if isinstance(part, Word):
            return frozenset(found | {phrase[0] for phrase in part.others})
        firsts = [_first(option) for option in part.options if option]
        if any(first is None for first in firsts):
            return None
        found |= {word for first in firsts if first for word in first}
        if all(part.options):
            return frozenset(found)
    return None


@functools.cache
def phrase_words() -> frozenset[str]:
    """All words that stand in phrases, or stand for one that does."""
    return frozenset(word for said in all_phrases() for word in _words(said.parts))


def compiled(text: str) -> Parts:
    """Read one phrase.

    Raises:
        ValueError: brackets that do not match.
    """
    pieces = _PIECES.findall(text)
    parts, end = _sequence(pieces, 0)
    if end != len(pieces):
        raise ValueError(f"a bracket too many in the phrase: {text}")
    return parts


def _sequence(pieces: Sequence[str], at: int) -> tuple[Parts, int]:
    words, parts = chat_words(), list[Part]()
    while at < len(pieces) and pieces[at] not in {"]", ")", "|"}:
        piece = pieces[at]
        if piece in {"[", "("}:
            part, at = _either(pieces, at + 1, "]" if piece == "[" else ")")
            parts.append(part)
            continue
        if piece.startswith("{"):
            key, _, kind = piece[1:-1].partition(":")
            parts.append(Slot(key, kind or key))
        elif piece not in words.fillers:
            others = words.words.get(piece, ())
            parts.append(Word(others if "_" in piece else tuple(dict.fromkeys((*others, (piece,))))))
        at += 1
    return tuple(parts), at


def _either(pieces: Sequence[str], at: int, close: str) -> tuple[Either, int]:
    options: list[Parts] = [()] if close == "]" else []
    while True:
        option, at = _sequence(pieces, at)
        options.append(option)
        if at == len(pieces) or pieces[at] not in {"|", close}:
            raise ValueError(f"a phrase lacks a {close}: {' '.join(pieces)}")
        at += 1
        if pieces[at - 1] == close:
            return Either(tuple(options)), at


def _words(parts: Parts) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Word):
            yield from (word for phrase in part.others for word in phrase)
        elif isinstance(part, Either):
            for option in part.options:
                yield from _words(option)
