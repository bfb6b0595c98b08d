"""Dictation and shorthand: marks said as words, ids and decimals spelled out, ranges in brackets; read as if typed."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from cartjury.data.chat_words import ChatWords, chat_words
from cartjury.tools.understand.tokens import Token

_ESS: Final = {"s", "ess", "es"}
_ZERO: Final = {"zero", "oh", "o", "nought", "naught"}
# Behind these "period" is a length of time, and "point" a place.
_NOUN_BEFORE: Final = {
    "time",
    "abandonment",
    "this",
    "that",
    "same",
    "period",
    "whole",
    "set",
    "make",
    "use",
    "cut",
    "split",
    "break",
}
_NOUN_AFTER: Final = {"to", "=", ":", "is", "should", "longer", "shorter", "by"}
_ENDS: Final = {".", "!", "?", "…"}
_FACES: Final = {")", "(", "D", "d", "p", "P", "/"}

Read = tuple[list[Token], int] | None


def written_out(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Replace what was dictated by what would have been typed; anything else stays as it is."""
    words, found, at = chat_words(), list[Token](), 0
    while at < len(tokens):
        read = next((found_ for reader in READERS if (found_ := reader(words, tokens, at))), None)
        if read is None:
            found.append(tokens[at])
            at += 1
        else:
            more, at = read
            found += more
    return tuple(_without_faces(found))


def _mark(words: ChatWords, tokens: Sequence[Token], at: int) -> Read:
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


def _id(words: ChatWords, tokens: Sequence[Token], at: int) -> Read:
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


def _decimal(words: ChatWords, tokens: Sequence[Token], at: int) -> Read:
    """Zero point six, point five five, twelve point two."""
    whole, dot = _whole(words, tokens, at)
    if dot >= len(tokens) or tokens[dot].text != "point" or (at == dot and at and tokens[at - 1].text in _NOUN_BEFORE):
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


def _range(_: ChatWords, tokens: Sequence[Token], at: int) -> Read:
    """[500, 3500] is between 500 and 3500."""
    part = tokens[at : at + 5]
    if len(part) < 5 or part[0].text != "[" or part[2].text not in {",", ";"} or part[4].text != "]":
        return None
    low, high = part[1], part[3]
    if low.kind != "number" or high.kind != "number":
        return None
    between = part[0]._replace(kind="word", text="between")
    return [between, low, part[2]._replace(kind="word", text="and"), high], at + 5


def _stop(_: ChatWords, tokens: Sequence[Token], at: int) -> Read:
    """Several marks at the end of a sentence, and a picture between two words, are one mark."""
    end = at
    while end < len(tokens) and (tokens[end].text in _ENDS or is_picture(tokens[end])) and tokens[end].kind == "mark":
        end += 1
    run = tokens[at:end]
    if len(run) < 2 and not any(map(is_picture, run)):
        return None
    texts = [t.text for t in run]
    text = "?" if "?" in texts else "!" if "!" in texts else "." if "." in texts or at else "…"
    return [Token("mark", text, run[0].start, run[-1].end)], end


def is_picture(token: Token) -> bool:
    """Whether a mark is an emoji, or a part of one."""
    return token.kind == "mark" and all(unicodedata.category(c) in {"So", "Sk", "Mn", "Cf"} for c in token.text)


def _dash(words: ChatWords, tokens: Sequence[Token], at: int) -> Read:
    """Twenty-one is twenty one."""
    part = tokens[at : at + 3]
    is_number = len(part) == 3 and part[0].text in words.tens and part[1].text == "-" and part[2].text in words.units
    return ([part[0], part[2]], at + 3) if is_number else None


def _bracket(_: ChatWords, tokens: Sequence[Token], at: int) -> Read:
    """What stands in brackets is read as if it stood between commas."""
    token = tokens[at]
    if token.kind != "mark" or token.text not in {"(", ")"}:
        return None
    opened = sum(t.text == "(" for t in tokens[:at]) - sum(t.text == ")" for t in tokens[:at])
    if token.text == "(" and any(t.text == ")" for t in tokens[at:]):
        return [token._replace(text=",")], at + 1
    ends = at + 1 == len(tokens) or tokens[at + 1].kind == "mark"
    return ([] if ends else [token._replace(text=",")], at + 1) if token.text == ")" and opened > 0 else None


def _item(_: ChatWords, tokens: Sequence[Token], at: int) -> Read:
    """1) and 2) number wishes."""
    part = tokens[at : at + 2]
    free = at == 0 or tokens[at - 1].end < tokens[at].start
    if len(part) < 2 or part[1].text != ")" or part[0].end != part[1].start or not free:
        return None
    if not (part[0].text.isdigit() or (len(part[0].text) == 1 and part[0].text.isalpha())):
        return None
    opened = any(t.text == "(" for t in tokens[:at])
    return None if opened else ([] if at == 0 else [Token("mark", ";", part[0].start, part[1].end)], at + 2)


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


READERS: Final = (_stop, _dash, _item, _bracket, _mark, _id, _decimal, _range)
