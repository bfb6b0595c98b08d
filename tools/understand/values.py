"""Counts, days, shares and places of cuts."""

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from cartjury.data.chat_words import chat_words
from cartjury.data.text import one_line
from cartjury.tools.understand.match import Found, Line, slot
from cartjury.tools.understand.tokens import Token
from cartjury.tools.understand.trouble import Trouble

QUANTILES: Final = frozenset({"quantile", "quantiles", "percentile", "percentiles"})


class Place(NamedTuple):
    """Where a cut is wanted.

    Attributes:
        kind: "value" in the column's unit, "money" or "days" the same, "quantile", or "percent" where either is meant.
        at: a percentage as a share.
    """

    kind: Literal["value", "money", "days", "quantile", "percent"]
    at: float


def number(line: Line, at: int) -> Token | None:
    """The number at a place, if it can be read for sure; "one" to "nineteen" count."""
    token = line.tokens[at] if at < len(line.tokens) else None
    if token and token.kind == "number" and token.value is not None:
        return token
    if token and token.kind == "word" and token.text in {**chat_words().units, "zero": 0}:
        return token._replace(kind="number", value=float(chat_words().units.get(token.text, 0)))
    return None


def count(line: Line, at: int) -> Iterator[Found]:
    """A whole number without a unit."""
    found = number(line, at)
    if found and found.value is not None and not found.unit and found.value == int(found.value):
        yield at + 1, int(found.value)


def ordinal(line: Line, at: int) -> Iterator[Found]:
    """First, 2nd, third."""
    token = line.tokens[at]
    if token.kind == "ordinal" and token.value is not None and token.value == int(token.value):
        yield at + 1, int(token.value)


def days(line: Line, at: int) -> Iterator[Found]:
    """A number of days or weeks; a month has no fixed length, so it is asked about."""
    words = chat_words().day_words
    found = number(line, at)
    unit = at + 1 if found else at
    unit += found is not None and line.word(unit) in {"last", "past", "previous", "latest"}  # the 10 last days
    if line.word(unit) in {"month", "months", "year", "years", "quarter"}:
        yield unit + 1, Trouble("How many days is that? The window counts whole days.")
    elif line.word(unit) in words and (found is None or not found.unit):
        times = 1.0 if found is None or found.value is None else found.value
        whole = times * words[line.word(unit)]
        if found is None and line.word(unit) in {"day", "days", "d", "weeks"}:
            return
        yield (
            unit + 1,
            int(whole) if whole == int(whole) else Trouble("How many days is that? The window counts whole days."),
        )


def long_days(line: Line, at: int) -> Iterator[Found]:
    """Days with a number before them."""
    if number(line, at):
        yield from days(line, at)


def share(line: Line, at: int) -> Iterator[Found]:
    """40 %, 0.4, a third, half, nothing."""
    found = number(line, at)
    if found and found.value is not None and found.unit != "money":
        if found.unit == "" and 1 < found.value <= 100:
            yield at + 1, Trouble(f"Do you mean {found.value:g} %? Write it with the percent sign.")
        elif found.value > 1:
            yield (
                at + 1,
                Trouble(f"{one_line(found.text, 40)} is no share; a share is 0 to 1, or 0 to 100 %.", impossible=True),
            )
        else:
            yield at + 1, found.value
    for end in line.any_of(chat_words().words["nothing"], at):
        yield end, 0.0
    if line.word(at) == "half":
        yield at + 1, 0.5


def share_name(line: Line, at: int) -> Iterator[Found]:
    """Thirds, quartiles."""
    if line.word(at) in chat_words().share_names:
        yield at + 1, chat_words().share_names[line.word(at)]


def place(line: Line, at: int) -> Iterator[Found]:  # noqa: C901 - a branch for each way to say it
    """A value, a percentile, the median, the top 20 percent."""
    found = number(line, at)
    if found and found.value is not None:
        kind: Literal["percent", "money", "value"] = (
            "percent" if found.unit in {"percent", "share"} else "money" if found.unit == "money" else "value"
        )
        quantile = next(line.any_of((("quantile",), ("percentile",)), at + 1), None)
        if quantile and kind == "percent":
            yield quantile, Place("quantile", found.value)
        elif quantile and kind == "value":
            yield quantile, Place("quantile", found.value if found.value < 1 else found.value / 100)
        elif not quantile and "," in found.text:
            yield at + 1, Trouble(f"Is {found.text} one number, or are there two? Write a space behind the comma.")
        elif not quantile:
            yield at + 1, Place(kind, found.value)
            if kind == "value" and line.word(at + 1) in {"day", "days"}:
                yield at + 2, Place("days", found.value)
    yield from _percentile(line, at)
    for end in line.any_of(chat_words().words["median"], at):
        yield end, Place("quantile", 0.5)
    for side, top in (
        ("top", True),
        ("upper", True),
        ("highest", True),
        ("bottom", False),
        ("lower", False),
        ("lowest", False),
    ):
        if (
            line.word(at) == side
            and (part := number(line, at + 1))
            and part.value
            and part.unit in {"percent", "share"}
        ):
            for end in (at + 2, *line.any_of((("users",), ("customers",), ("orders",)), at + 2)):
                yield end, Place("quantile", round(1 - part.value, 9) if top else part.value)
        if line.word(at) == side and line.word(at + 1) in {"quarter", "third", "fifth", "tenth", "half"}:
            part_of = 1 / chat_words().fractions[line.word(at + 1)]
            yield at + 2, Place("quantile", round(1 - part_of, 9) if top else part_of)


def _percentile(line: Line, at: int) -> Iterator[Found]:
    token = line.tokens[at]
    names = {"percentile", "percentiles", "quantile"}
    if token.kind == "ordinal" and token.value and line.word(at + 1) in names:
        yield at + 2, Place("quantile", token.value / 100)
    named = token.text in {"p", "percentile", "quantile", "q"} and token.kind == "word"
    if named and (found := number(line, at + 1)) and found.value and not found.unit:
        yield at + 2, Place("quantile", found.value if found.value < 1 else found.value / 100)


def places(line: Line, at: int) -> Iterator[Found]:
    """One place or more; `the 30th and 70th percentile`, `quantiles 0.3 and 0.7`."""
    yield from quantile_places(line, at)
    for end, first in slot(line, "place", at):
        yield from ((end, first),) if isinstance(first, Trouble) else _more_places(line, end, (first,))


def _more_places(line: Line, end: int, found: tuple[Place, ...]) -> Iterator[Found]:
    yield end, found
    after = _over_joints(line, end)
    if (after > end or line.word(end) in {"p", "q"}) and len(found) < 6:
        for stop, other in slot(line, "place", after):
            yield from ((stop, other),) if isinstance(other, Trouble) else _more_places(line, stop, (*found, other))


def quantile_places(line: Line, at: int) -> Iterator[Found]:
    """Several places as shares of users, the word for it once, before or behind them."""
    start = at + (line.word(at) in QUANTILES)
    end, found = start, list[float]()
    while end < len(line.tokens) and len(found) < 6:
        token = line.tokens[end]
        after = _over_joints(line, end) if found else end
        token = line.tokens[after] if after < len(line.tokens) else token
        if token.value is None or token.kind not in {"ordinal", "number"} or token.unit == "money":
            break
        found.append(token.value if token.value < 1 and token.kind == "number" else token.value / 100)
        end = after + 1
        if start > at and len(found) > 1:
            yield end, tuple(Place("quantile", q) for q in found)
    if start == at and len(found) > 1 and line.word(end) in QUANTILES:
        yield end + 1, tuple(Place("quantile", q) for q in found)


def _over_joints(line: Line, at: int) -> int:
    end = at
    while line.word(end) in {",", "and", "/", "&"} and end < at + 2:
        end += 1
    return end
