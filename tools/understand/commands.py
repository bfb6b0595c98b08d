"""Command-line style: `split --segment S12 --by sessions --quantile 0.5` is put in the order of a sentence."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from cartjury.data.chat_words import Phrase, chat_words
from cartjury.tools.understand.tokens import Token, tokenise

_PIECE: Final = re.compile(r"\{(!?)(\w+)\}|(\S+)")
_LIST: Final = re.compile(r"\d+(,\d+)+")
_CONDITION: Final = "where"
# What a list of values names, "conversion=0.4, lift=0.3", is no flag: a sentence holds such lists as well.
VALUED: Final = frozenset({"conversion", "lift", "size", "profitability", "fit", "high", "medium", "low"})
Flags = Mapping[str, tuple[Token, ...]]


def spelled_out(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Return a command as a sentence; anything else, and a command with a flag that is not known, as it is."""
    flat = tuple(tokens)
    if not any(_flag_at(flat, at) for at in range(len(flat))):
        return flat
    for name, forms in chat_words().commands.items():
        start = _behind(flat, name)
        for form in forms if start else ():
            found = _filled(form, *_arguments(flat, start))
            if found:
                return found
    return flat


def _flag_at(tokens: Sequence[Token], at: int) -> int:
    """Where the name of a flag stands (--by, -n, by=); 0 where there is none."""
    texts = [t.text if t.kind != "quote" else "" for t in tokens[at : at + 3]]
    first = tokens[at]
    free = at > 0 and tokens[at - 1].end < first.start
    if free and texts[0] == "-":
        name = at + 2 if texts[1:2] == ["-"] else at + 1
        touching = (
            name < len(tokens) and first.end == tokens[at + 1].start and tokens[name - 1].end == tokens[name].start
        )
        return name if touching and tokens[name].kind == "word" else 0
    follows = free and texts[1:2] == ["="] and first.kind == "word" and first.end == tokens[at + 1].start
    flags = chat_words().flags
    return at if follows and any(first.text in names for key, names in flags.items() if key not in VALUED) else 0


def _behind(tokens: Sequence[Token], name: Phrase) -> int:
    """Where the arguments begin of a command of this name; 0 where it is another one."""
    at = 0
    for word in name:
        at += at > 0 and at < len(tokens) and tokens[at].text in {"-", "_"} and tokens[at - 1].end == tokens[at].start
        if at >= len(tokens) or tokens[at].text != word:
            return 0
        at += 1
    return at + (at < len(tokens) and tokens[at].text == "=")


def _arguments(tokens: Sequence[Token], at: int) -> tuple[tuple[Token, ...], list[tuple[str, tuple[Token, ...]]]]:
    """What stands before the first flag, and the flags with their values."""
    flags: list[tuple[str, tuple[Token, ...]]] = []
    free: tuple[Token, ...] = ()
    while at < len(tokens):
        name = _flag_at(tokens, at)
        if name:
            at = _after_name(tokens, name)
            said = "-".join(t.text for t in tokens[name:at] if t.text not in {"-", "_", "="})
            flags.append((said, ()))
            continue
        if flags:
            flags[-1] = (flags[-1][0], (*flags[-1][1], *_numbers(tokens[at])))
        else:
            free = (*free, *_numbers(tokens[at]))
        at += 1
    return free, flags


def _after_name(tokens: Sequence[Token], at: int) -> int:
    """Behind the name of a flag, which may have hyphens, and behind its equals sign."""
    end = at + 1
    while end + 1 < len(tokens) and tokens[end].text in {"-", "_"} and tokens[end].end == tokens[end + 1].start:
        end += 2
    return end + (end < len(tokens) and tokens[end].text == "=")


def _numbers(token: Token) -> tuple[Token, ...]:
    """30,60,120 is three numbers: in a command nobody writes thousands so."""
    if token.kind != "number" or not _LIST.fullmatch(token.text):
        return (token,)
    parts = [t for part in token.text.split(",") for t in (*tokenise(part), _word(",", token.end, "mark"))]
    return tuple(t._replace(start=token.start, end=token.end) for t in parts[:-1])


def _filled(
    form: Sequence[str], free: tuple[Token, ...], flags: Sequence[tuple[str, tuple[Token, ...]]]
) -> tuple[Token, ...] | None:
    """Fill a form in; None where a flag has no place in it, or nothing stands at its first place."""
    places = [m[2] for part in form for m in _PIECE.finditer(part) if m[2]]
    given: dict[str, tuple[Token, ...]] = {}
    for name, value in flags:
        place = next((p for p in places if name in chat_words().flags[p] and p not in given), None)
        if place is None:
            return None
        given[place] = _inside(value) if place == _CONDITION else value
    if free:
        place = next((p for p in places if p not in given), None)
        if place is None:
            return None
        given[place] = free
    found: list[Token] = []
    for part in form:
        found += _part(part, given)
    return tuple(found)


def _part(part: str, given: Flags) -> list[Token]:
    pieces = list(_PIECE.finditer(part))
    wanted = [m[2] for m in pieces if m[2]]
    if any(name not in given for name in wanted):
        return []
    at = next((t.start for name in wanted for t in given[name]), 0)
    found: list[Token] = []
    for piece in pieces:
        found += given[piece[2]] if piece[2] else [_word(piece[3], at, "word" if piece[3].isalpha() else "mark")]
    return found


def _word(text: str, at: int, kind: str) -> Token:
    return Token("mark" if kind == "mark" else "word", text, at, at)


def _inside(value: tuple[Token, ...]) -> tuple[Token, ...]:
    """What is in quotes, as tokens."""
    quoted = [t for token in value if token.kind == "quote" for t in tokenise(token.text)]
    return tuple(t._replace(start=value[0].start, end=value[0].end) for t in quoted) or value
