"""Two sides of a cut, said both: fewer than 3 and 3 or more; 1 item from 2 or more; under 50 and the rest."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from cartjury.data.chat_words import chat_words
from cartjury.tools.understand.conditions import KINDS
from cartjury.tools.understand.features import columns, known_columns
from cartjury.tools.understand.match import Found, Line
from cartjury.tools.understand.trouble import Trouble
from cartjury.tools.understand.values import Place, number

JOINTS: Final = frozenset({",", "and", "from", "vs", "versus", "against", "or", "/", "&"})
NOUNS: Final = frozenset(
    {"those", "ones", "with", "who", "that", "have", "has", "having", "carts", "users", "people", "customers"}
)
REST: Final = (
    ("rest",),
    ("others",),
    ("everyone", "else"),
    ("everything", "else"),
    ("more",),
    ("above",),
    ("over",),
    ("higher",),
)
MOST_JOINTS: Final = 4


class _Side(NamedTuple):
    """One side: where it ends, the cut that it says, and the column if it names one."""

    end: int
    below: bool
    at: float
    whole: bool  # whether the cut is at `at` for whole numbers only
    column: str | None


class Parted(NamedTuple):
    """What two sides come to."""

    column: str
    places: tuple[Place, ...]


def sides(line: Line, at: int) -> Iterator[Found]:
    """Two sides without a column: the places of the cut between them."""
    plain = [(end, (a, b)) for end, a, b in _pairs(line, at) if a.column is None and b.column is None]
    yield from _clear((end, _between(a, b, None)) for end, (a, b) in plain)


def parted(line: Line, at: int) -> Iterator[Found]:
    """Two sides of a column that is named in one of them, or in both."""
    found: list[Found] = []
    for end, lower, upper in _pairs(line, at):
        named = {c for c in (lower.column, upper.column) if c}
        if len(named) == 1:
            column = named.pop()
            places = _between(lower, upper, column)
            found.append((end, places if isinstance(places, Trouble) else Parted(column, places)))
    yield from _clear(found)


def _clear(found: Iterable[Found]) -> Iterator[Found]:
    """Of all ways to read two sides up to a place, those that meet; the trouble only where none does."""
    listed = list(found)
    met = {end for end, value in listed if not isinstance(value, Trouble)}
    yield from dict.fromkeys((end, v) for end, v in listed if end not in met or not isinstance(v, Trouble))


def _between(lower: _Side, upper: _Side, column: str | None) -> tuple[Place, ...] | Trouble:
    if lower.at != upper.at:
        return Trouble("These two parts leave a gap, or share users. Where is the cut between them?")
    if (lower.whole or upper.whole) and KINDS.get(column or "") != "count":
        return Trouble(f"Is the cut at {lower.at:g}? Say it like: cut at {lower.at:g}.")
    return (Place("value", lower.at),)


def _pairs(line: Line, at: int) -> Iterator[tuple[int, _Side, _Side]]:
    """A side below and one above, in either order; of the second, "the rest" is enough."""
    for first in _side(line, at):
        after = _joined(line, first.end)
        if after == first.end:
            continue
        for second in _side(line, after):
            if first.below != second.below:
                yield second.end, *((first, second) if first.below else (second, first))
        for end in line.any_of(REST, after):
            other = _Side(end, not first.below, first.at, False, None)
            yield end, *((first, other) if first.below else (other, first))


def _joined(line: Line, at: int) -> int:
    end = at
    while end < at + MOST_JOINTS and line.word(end) in JOINTS | NOUNS:
        end += 1
    return end if any(line.word(i) in JOINTS for i in range(at, end)) else at


def _side(line: Line, at: int) -> Iterator[_Side]:
    for end, below, value, whole in _compared(line, at):
        yield _Side(end, below, value, whole, None)
        for stop, column in columns(line, end, known_columns(line.view)) if end < len(line.tokens) else ():
            yield _Side(stop, below, value, whole, column)
            for last in line.any_of(chat_words().words["or_more"], stop) if not below else ():
                yield _Side(last, below, value, whole, column)


def _compared(line: Line, at: int) -> Iterator[tuple[int, bool, float, bool]]:
    """Under 3, at most 2, 2 or less, exactly 1; at least 3, 3 or more, over 2: the end, and the cut it says."""
    words = chat_words().words
    # "Over 2" and "at most 2" are a cut at 3 where only whole numbers are; 1 alone is all below 2.
    for name, below, step in (("lt", True, 0), ("le", True, 1), ("ge", False, 0), ("gt", False, 0), ("gt", False, 1)):
        for end in line.any_of(words[name], at):
            if (said := number(line, end)) and said.value is not None and not said.unit:
                yield end + 1, below, said.value + step, bool(step)
    start = max((at, *line.any_of((("exactly",), ("only",), ("single",)), at)))
    said = number(line, start) if start < len(line.tokens) else None
    if said and said.value is not None and not said.unit:
        for end in line.any_of(words["or_more"], start + 1):
            yield end, False, said.value, False
        for end in line.any_of(words["or_less"], start + 1):
            yield end, True, said.value + 1, True
        if said.value == 1:
            yield start + 1, True, 2, True
