"""Conditions on the input's columns: AOV over 50, at least 2 sessions, between 3 and 5 items, country is DE."""

from collections.abc import Iterator
from typing import Final, Literal

from cartjury.data.chat_words import chat_words
from cartjury.data.contract import CONTRACT
from cartjury.data.records import Comparison
from cartjury.tools.understand.features import columns, known_columns
from cartjury.tools.understand.match import Found, Line, slot
from cartjury.tools.understand.trouble import Trouble, impossible
from cartjury.tools.understand.values import number

Op = Literal[">=", ">", "<=", "<", "=", "!="]
OPS: Final[tuple[tuple[Op, str], ...]] = (
    (">=", "ge"),
    ("<=", "le"),
    (">", "gt"),
    ("<", "lt"),
    ("=", "eq"),
    ("!=", "ne"),
)
COMPLEMENT: Final[dict[Op, Op]] = {">=": "<", "<": ">=", ">": "<=", "<=": ">", "=": "!=", "!=": "="}
KINDS: Final = {c.name: c.kind for c in CONTRACT}
MONEY: Final = frozenset({"avg_order_value"})
UPWARDS: Final[tuple[tuple[str, Op], ...]] = (("or_more", ">="), ("or_less", "<="))
MOST: Final = 6
# What may stand behind a value, where it says nothing that the column does not say.
UNITS: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "days_since_last_order": (("days", "ago"), ("days",), ("day",)),
    "days_since_abandonment": (("days", "ago"), ("days",), ("day",), ("days", "old")),
    "num_cart_items": (("items",), ("products",)),
    "sessions_last_30d": (("sessions",), ("visits",), ("times",)),
}

Conditions = tuple[Comparison, ...] | Trouble


def conditions(line: Line, at: int) -> Iterator[Found]:
    """One condition or more, joined by "and" or commas."""
    for end, found in slot(line, "condition", at):
        yield from _more(line, end, found)


def within(line: Line, at: int) -> Iterator[Found]:
    """AOV 20 to 200, AOV 20-200."""
    for end, column in columns(line, at, known_columns(line.view)):
        low, high = number(line, end), number(line, end + 2)
        if low and high and low.value is not None and high.value is not None and line.word(end + 1) in {"to", "-"}:
            unit = low.unit or high.unit
            yield end + 3, _both(line, column, (low.value, unit), (high.value, unit))


def floor(line: Line, at: int) -> Iterator[Found]:
    """AOV 20, behind "minimum"."""
    for end, column in columns(line, at, known_columns(line.view)):
        yield from _compared(line, end + (line.word(end) in {"of", "=", ":"}), column, ">=")


def ordered_within(line: Line, at: int) -> Iterator[Found]:
    """90 days, behind "who ordered in the last"."""
    for end, days in slot(line, "days", at):
        same = isinstance(days, Trouble)
        yield end, days if same else _comparison(line, "days_since_last_order", "<=", float(days), "")


def _more(line: Line, end: int, found: Conditions) -> Iterator[Found]:
    yield end, found
    joint = line.word(end)
    if joint not in {"and", ",", "&", "or"} or (not isinstance(found, Trouble) and len(found) >= MOST):
        return
    start = end + 2 if joint == "," and line.word(end + 1) == "and" else end + 1
    for after in (start, *line.any_of(chat_words().words["having"], start)):
        for stop, others in slot(line, "condition", after) if after < len(line.tokens) else ():
            trouble = next((x for x in (found, others) if isinstance(x, Trouble)), None)
            if joint == "or":
                trouble = Trouble(
                    "A filter takes users for whom all conditions hold; with 'or' it cannot be said. Which one?"
                )
            yield from _more(line, stop, trouble or (*found, *others))


def condition(line: Line, at: int) -> Iterator[Found]:
    """One condition: one comparison, or two for "between"."""
    yield from _column_first(line, at)
    yield from value_first(line, at)


def _column_first(line: Line, at: int) -> Iterator[Found]:
    words = chat_words().words
    for end, column in columns(line, at, known_columns(line.view)):
        for start in (end, *line.any_of((*words["is"], ("has",), ("have",)), end)):
            for op, after in _ops(line, start):
                yield from _compared(line, after, column, op)
            yield from _between(line, start, column)
            for op, after in _behind(line, start):
                yield from _compared(line, start, column, op, ends=after)
        yield from _text(line, end, column)


def value_first(line: Line, at: int) -> Iterator[Found]:
    """At least 3 cart items, 3 or more sessions, between 3 and 5 items."""
    for op, after in _ops(line, at):
        if number(line, after):
            yield from _with_column(line, after, after + 1, op)
    for op, after in _behind(line, at):
        yield from _with_column(line, at, after, op)
    yield from _column_between(line, at)
    if line.word(at) == "between":
        for start, low, high in _bounds(line, at):
            for end, column in columns(line, start, known_columns(line.view)):
                yield end, _both(line, column, low, high)


def _column_between(line: Line, at: int) -> Iterator[Found]:
    """3 sessions or more, 2 items at most."""
    words = chat_words().words
    for end, column in columns(line, at + 1, known_columns(line.view)) if number(line, at) else ():
        for name, op in UPWARDS:
            for stop in line.any_of(words[name], end):
                yield from _compared(line, at, column, op, ends=stop)


def _with_column(line: Line, value_at: int, column_at: int, op: Op) -> Iterator[Found]:
    for end, column in columns(line, column_at, known_columns(line.view)):
        yield from _compared(line, value_at, column, op, ends=end)


def _ops(line: Line, at: int) -> Iterator[tuple[Op, int]]:
    for op, name in OPS:
        yield from ((op, end) for end in line.any_of(chat_words().words[name], at))


def _behind(line: Line, at: int) -> Iterator[tuple[Op, int]]:
    """50 or more, 50 or less."""
    if number(line, at):
        yield from ((">=", end) for end in line.any_of(chat_words().words["or_more"], at + 1))
        yield from (("<=", end) for end in line.any_of(chat_words().words["or_less"], at + 1))


def _compared(line: Line, at: int, column: str, op: Op, *, ends: int | None = None) -> Iterator[Found]:
    found = number(line, at)
    if found is None or found.value is None:
        return
    end = at + 1 if ends is None else ends
    if ends is None and line.word(end) in {"or", "+"}:
        return
    said = _comparison(line, column, op, found.value, found.unit)
    yield end, said
    behind = UNITS.get(column, ()) if ends is None else ()
    upwards = chat_words().words["or_more"] if ends is None and op == ">=" else ()
    yield from ((stop, said) for stop in (*line.any_of(behind, end), *line.any_of(upwards, end)))


def _comparison(line: Line, column: str, op: Op, value: float, unit: str) -> Conditions:
    kind = KINDS.get(column, "feature")
    if column not in line.view.scene.columns:
        return impossible(f"This input has no column {column}; there are {', '.join(line.view.scene.columns)}.")
    if column not in line.view.scene.numeric:
        return impossible(f"{column} holds no numbers, so it cannot be compared with {value:g}.")
    if unit == "money" and column not in MONEY and kind != "feature":
        return Trouble(f"{column} is no amount of money. What do you mean?")
    if unit in {"percent", "share"} and kind != "score":
        return Trouble(f"A share of what? {column} is compared with a value, such as 50.")
    if kind == "score" and not 0 <= value <= 1:
        return impossible(f"{column} goes from 0 to 1, so it cannot be compared with {value:g}.")
    return (Comparison(column=column, op=op, value=value),)


def _between(line: Line, at: int, column: str) -> Iterator[Found]:
    if line.word(at) in {"between", "from"}:
        yield from ((end, _both(line, column, low, high)) for end, low, high in _bounds(line, at))


def _bounds(line: Line, at: int) -> Iterator[tuple[int, tuple[float, str], tuple[float, str]]]:
    low, high = number(line, at + 1), number(line, at + 3)
    if low and high and low.value is not None and high.value is not None and line.word(at + 2) in {"and", "to"}:
        unit = low.unit or high.unit
        yield at + 4, (low.value, unit), (high.value, unit)


def _both(line: Line, column: str, low: tuple[float, str], high: tuple[float, str]) -> Conditions:
    if low[0] > high[0]:
        return impossible(f"No value lies between {low[0]:g} and {high[0]:g}.")
    first, second = _comparison(line, column, ">=", *low), _comparison(line, column, "<=", *high)
    if isinstance(first, Trouble):
        return first
    return second if isinstance(second, Trouble) else (*first, *second)


def _text(line: Line, at: int, column: str) -> Iterator[Found]:
    """A column of texts and a value, as it was written."""
    scene = line.view.scene
    if column not in scene.columns or column in scene.numeric or KINDS.get(column) == "date":
        return
    negated = {"!=": "!=", "<>": "!="}
    ops: list[tuple[Op, int]] = [("=", end) for end in line.any_of((("is",), ("=",), ("equals",), ("==",)), at)]
    ops += [("!=", at + 1)] if line.word(at) in negated else [("!=", at + 2)] if line.starts(("is", "not"), at) else []
    for op, end in ops:
        token = line.tokens[end] if end < len(line.tokens) else None
        if token and (token.kind == "quote" or (token.kind == "word" and token.text != "not")):
            written = token.text if token.kind == "quote" else line.text[token.start : token.end]
            yield end + 1, (Comparison(column=column, op=op, value=written),)


def complement(found: tuple[Comparison, ...]) -> Conditions:
    """What is left when users for whom a condition holds are excluded."""
    if len(found) != 1:
        return Trouble("Exclude by one condition at a time: users for whom all hold, or any of them?")
    return (found[0].model_copy(update={"op": COMPLEMENT[found[0].op]}),)
