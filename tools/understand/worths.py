"""Weights of the score's components, and priorities of levels."""

from collections.abc import Iterator, Mapping
from typing import Final

from cartjury.tools.understand.match import Found, Line, slot
from cartjury.tools.understand.trouble import Trouble, impossible
from cartjury.tools.understand.values import number

BETWEEN: Final = (
    "has",
    "have",
    "must",
    "shall",
    "at",
    "to",
    "=",
    ":",
    "with",
    "by",
    "should",
    "count",
    "counts",
    "weigh",
    "weighs",
    "is",
    "be",
    "weight",
    "weights",
    "only",
    "as",
    "importance",
    "score",
    "a",
    "should be",
    "for",
    "up",
    "down",
    "gets",
    "get",
)
AFTER: Final = (
    ("weight",),
    ("importance",),
    ("score",),
    ("overall", "score"),
    ("in", "score"),
    ("in", "overall", "score"),
)
JOINTS: Final = {",", "and", "&", ";"}
Weights = Mapping[str, float] | Trouble


def weights(line: Line, at: int) -> Iterator[Found]:
    """Components with their shares: profit 40 % and size 10 %; bare numbers that add up to 100 are percentages."""
    percent = (*_hundred(line, at), *_shares_first(line, at))
    yield from percent
    if percent:
        return
    for end, name, said in _weight(line, at):
        yield from _more_weights(line, end, _added({}, name, said))


def _more_weights(line: Line, end: int, found: Weights) -> Iterator[Found]:
    yield end, found
    start = end
    while line.word(start) in JOINTS and start < end + 2:
        start += 1
    start += line.word(start) == "weight"
    if start < len(line.tokens):
        for stop, name, said in _weight(line, start):
            yield from _more_weights(line, stop, found if isinstance(found, Trouble) else _added(found, name, said))


def _added(found: Mapping[str, float], name: str, said: float | Trouble) -> Weights:
    if isinstance(said, Trouble):
        return said
    if name in found:
        return Trouble(f"{name} is named twice. What should its weight be?")
    total = sum(found.values()) + said
    if total > 1 + 1e-9:
        return impossible(f"These weights add up to {total:.0%}; together all five must come to 100 %.")
    return {**found, name: said}


def _weight(line: Line, at: int) -> Iterator[tuple[int, str, float | Trouble]]:
    for end, name in slot(line, "metric", at):
        start = end
        while start < end + 3 and line.word(start) in BETWEEN:
            start += 1
        for stop, said in slot(line, "share", start):
            yield from _stops(line, stop, name, said)
    for end, said in slot(line, "share", at):
        start = end
        while start < end + 2 and line.word(start) in {"weight", "importance", "to", "for", "on"}:
            start += 1
        if start > end:
            for stop, name in slot(line, "metric", start):
                yield from _stops(line, stop, name, said)


def _stops(line: Line, end: int, name: str, said: float | Trouble) -> Iterator[tuple[int, str, float | Trouble]]:
    yield end, name, said
    yield from ((stop, name, said) for stop in line.any_of(AFTER, end))


def _hundred(line: Line, at: int) -> Iterator[Found]:
    """Conversion 40, lift 20, size 10, profitability 20, strategic fit 10."""
    found, end = dict[str, float](), at
    while end < len(line.tokens):
        named = max(slot(line, "metric", end), default=None)
        start = named[0] if named else end
        while named and start < named[0] + 2 and line.word(start) in BETWEEN:
            start += 1
        said = number(line, start)
        if not named or not said or said.value is None or said.unit or named[1] in found:
            return
        found[named[1]] = said.value / 100
        end = start + 1
        if len(found) > 2 and abs(sum(found.values()) - 1) < 1e-9:
            yield end, found
        while line.word(end) in JOINTS:
            end += 1


def _shares_first(line: Line, at: int) -> Iterator[Found]:
    """40 % conversion, 20 % lift: the share before each component, from the first to the last."""
    end, found, start = at, dict[str, float](), at
    while said := number(line, start):
        named = max(slot(line, "metric", start + 1), default=None) if start + 1 < len(line.tokens) else None
        if not named or said.value is None or said.unit != "percent" or named[1] in found:
            break
        found[named[1]], end = said.value, named[0]
        start = end
        while line.word(start) in JOINTS:
            start += 1
    if found and sum(found.values()) > 1 + 1e-9:
        yield end, impossible(f"These weights add up to {sum(found.values()):.0%}; together they come to 100 %.")
    elif found and number(line, end) is None:
        yield end, found
