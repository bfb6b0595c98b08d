"""Dictation and shorthand: marks said as words, ids and decimals spelled out, ranges in brackets; read as if typed."""

from collections.abc import Iterator, Sequence
from typing import Final

from cartjury.data.chat_words import ChatWords, chat_words
from cartjury.tools.understand.tokens import Token

_ESS: Final = {"s", "ess", "es"}
_ZERO: Final = {"zero", "oh", "o", "nought", "naught"}
# Behind these "period" is a length of time, and "point" a place.
_NOUN_BEFORE: Final = {"time", "abandonment", "this", "that", "same", "period", "whole", "set", "make", "use", "cut", "split", "break"}
_NOUN_AFTER: Final = {"to", "=", ":", "is", "should", "longer", "shorter", "by"}
_FACES: Final = {")", "(", "D", "d", "p", "P", "/"}


def written_out(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Replace what was dictated by what would have been typed; anything else stays as it is."""
    words, found, at = chat_words(), list[Token](), 0
    while at < len(tokens):
        read = _mark(words, tokens, at) or _id(words, tokens, at) or _decimal(words, tokens, at) or _range(tokens, at)
        if read is None:
            found.append(tokens[at])
            at += 1
        else:
            more, at = read
            found += more
    return tuple(_without_faces(found))


def _mark(words: ChatWords, tokens: Sequence[Token], at: int) -> tuple[list[Token], int] | None:
    """Comma, full stop, question mark, new line."""
    for phrase, mark in words.spoken.items():
        end = at + len(phrase)
        if tuple(t.text for t in tokens[at:end]) != phrase or any(t.kind == "quote" for t in tokens[at:end]):
            continue
        before = tokens[at - 1].text if at else ""
        after = tokens[end].text if end < len(tokens) else ""
        if phrase == ("period",) and (not before or before in _NOUN_BEFORE or after in {*_NOUN_AFTER, "of"}):
            continue
        return [Token("word" if mark.isalpha() else "mark", mark, tokens[at].start, tokens[end - 1].end)], end
    return None


def _id(words: ChatWords, tokens: Sequence[Token], at: int) -> tuple[list[Token], int] | None:
    """S seven, S oh six, ess twenty one."""
    if tokens[at].text not in _ESS or tokens[at].kind != "word":
        return None
    end = at + 1
    while end < len(tokens) and tokens[end].text in _ZERO:
        end += 1
    number, stop = _spelled(words, tokens, end)
    if number is None:
        return None
    return [Token("id", f"S{number:02d}", tokens[at].start, tokens[stop - 1].end)], stop


def _spelled(words: ChatWords, tokens: Sequence[Token], at: int) -> tuple[int | None, int]:
    """A number of one or two words below a hundred."""
    first = tokens[at].text if at < len(tokens) and tokens[at].kind == "word" else ""
    if first in words.units:
        return words.units[first], at + 1
    if first not in words.tens:
        return None, at
    second = tokens[at + 1].text if at + 1 < len(tokens) else ""
    unit = words.units.get(second, 10)
    return (words.tens[first] + unit, at + 2) if unit < 10 else (words.tens[first], at + 1)


def _decimal(words: ChatWords, tokens: Sequence[Token], at: int) -> tuple[list[Token], int] | None:
    """Zero point six, point five five, twelve point two."""
    whole, dot = _whole(words, tokens, at)
    if dot >= len(tokens) or tokens[dot].text != "point" or (at and tokens[at - 1].text in _NOUN_BEFORE):
        return None
    digits, end = "", dot + 1
    while end < len(tokens) and len(digits) < 6 and (digit := _digit(words, tokens[end])) is not None:
        digits += digit
        end += 1
    if not digits:
        return None
    text = f"{whole}.{digits}"
    return [Token("number", text, tokens[at].start, tokens[end - 1].end, float(text))], end


def _whole(words: ChatWords, tokens: Sequence[Token], at: int) -> tuple[int, int]:
    """What stands before the point, and where the point is looked for."""
    token = tokens[at]
    if token.kind == "word" and token.text in _ZERO:
        return 0, at + 1
    if token.kind == "number" and token.value is not None and token.value == int(token.value):
        return int(token.value), at + 1
    number, end = _spelled(words, tokens, at)
    return (0, at) if number is None else (number, end)


def _digit(words: ChatWords, token: Token) -> str | None:
    if token.kind == "word" and token.text in _ZERO:
        return "0"
    if token.kind == "word" and words.units.get(token.text, 10) < 10:
        return str(words.units[token.text])
    return token.text if token.kind == "number" and token.text.isdigit() else None


def _range(tokens: Sequence[Token], at: int) -> tuple[list[Token], int] | None:
    """[500, 3500] is between 500 and 3500."""
    part = tokens[at : at + 5]
    if [t.text for t in part[::2] if t.kind == "mark"] != ["[", "]"] or len(part) < 5 or part[2].text not in {",", ";"}:
        return None
    low, high = part[1], part[3]
    if low.kind != "number" or high.kind != "number":
        return None
    between = part[0]._replace(kind="word", text="between")
    return [between, low, part[2]._replace(kind="word", text="and"), high], at + 5


def _without_faces(tokens: Sequence[Token]) -> Iterator[Token]:
    """Leave out :) and its like."""
    at = 0
    while at < len(tokens):
        eyes, mouth = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else None
        behind = tokens[at + 2].start if at + 2 < len(tokens) else -1
        is_face = mouth is not None and eyes.end == mouth.start and mouth.end != behind and mouth.text in _FACES
        if eyes.text in {":", ";"} and eyes.kind == "mark" and is_face:
            at += 2
            continue
        yield eyes
        at += 1
