"""Match phrases against tokens: every way to read them, so that what can be read in two ways is seen to be."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from cartjury.data.chat_words import Phrase
from cartjury.tools.understand.phrases import Either, Part, Parts, Slot, Word
from cartjury.tools.understand.tokens import Token
from cartjury.tools.understand.trouble import Trouble

LONG_TABLE: Final = 400  # phrases from which a table is looked up by its first word
Found = tuple[int, Any]  # where it ends, and what it is
Reader = Callable[["Line", int], Iterable[Found]]
Caught = Mapping[str, Any]


class Line(NamedTuple):
    """What is being read.

    Attributes:
        text: the message as it was written.
        tokens: of the whole message.
        view: what is known of the plan and the talk.
        slots: a reader for each kind of slot.
        cache: what slots were found to hold, by kind and place.
    """

    text: str
    tokens: Sequence[Token]
    view: Any
    slots: Mapping[str, Reader]
    cache: dict[tuple[str, int], tuple[Found, ...]]

    def word(self, at: int) -> str:
        """The text of a token that is no quote; "" behind the end."""
        return self.tokens[at].text if at < len(self.tokens) and self.tokens[at].kind != "quote" else ""

    def starts(self, phrase: Phrase, at: int) -> bool:
        """Whether a phrase stands at a place."""
        # Most phrases differ in their first word: that one is looked at before the others are gone through.
        if phrase and self.word(at) != phrase[0]:
            return False
        return all(self.word(at + i) == word for i, word in enumerate(phrase))

    def any_of(self, phrases: Iterable[Phrase], at: int) -> Iterator[int]:
        """Yield the ends of the phrases that stand at a place, longest first."""
        if isinstance(phrases, tuple) and len(phrases) >= LONG_TABLE:
            phrases = _by_first_word(phrases).get(self.word(at), ())
        first = self.word(at)
        yield from (at + len(p) for p in phrases if (not p or p[0] == first) and self.starts(p, at))


_INDEXED: dict[int, tuple[tuple[Phrase, ...], dict[str, tuple[Phrase, ...]]]] = {}


def _by_first_word(phrases: tuple[Phrase, ...]) -> dict[str, tuple[Phrase, ...]]:
    """Phrases by their first word; tables live as long as the program, so each is known by its identity."""
    if id(phrases) not in _INDEXED:
        index: dict[str, list[Phrase]] = {}
        for phrase in phrases:
            index.setdefault(phrase[0], []).append(phrase)
        _INDEXED[id(phrases)] = (phrases, {word: tuple(listed) for word, listed in index.items()})
    return _INDEXED[id(phrases)][1]


def matches(line: Line, parts: Parts, at: int) -> Iterator[tuple[int, Caught]]:
    """Yield every way to read the tokens from a place on as these parts: the end, and what the slots hold."""
    yield from _rest(line, parts, at, {})


def _rest(line: Line, parts: Parts, at: int, caught: Caught) -> Iterator[tuple[int, Caught]]:
    if not parts:
        yield at, caught
        return
    for end, more in _one(line, parts[0], at, caught):
        yield from _rest(line, parts[1:], end, more)


def _one(line: Line, part: Part, at: int, caught: Caught) -> Iterator[tuple[int, Caught]]:
    match part:
        case Word(others=others):
            yield from ((end, caught) for end in line.any_of(others, at))
        case Slot(key=key, kind=kind):
            yield from ((end, {**caught, key: value}) for end, value in slot(line, kind, at))
        case Either(options=options):
            for option in options:
                yield from _rest(line, option, at, caught)


def slot(line: Line, kind: str, at: int) -> tuple[Found, ...]:
    """Return all that a slot can hold at a place."""
    key = (kind, at)
    if key not in line.cache:
        # What reads itself (a list of lists) finds nothing rather than going on for ever.
        line.cache[key] = ()
        line.cache[key] = tuple(line.slots[kind](line, at)) if at < len(line.tokens) else ()
    return line.cache[key]


def trouble_in(caught: Caught) -> Trouble | None:
    """Return the first trouble that a slot held."""
    return next((value for value in caught.values() if isinstance(value, Trouble)), None)
