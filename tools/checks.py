"""The contract as SQL: for each column its typed value and a code that says what is wrong with it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from cartjury.data.contract import LONGEST_ID, Column
from cartjury.data.errors import InputError
from cartjury.tools.engine.duck import literal, quoted
from cartjury.tools.reading.styles import Style, date_of, is_missing, number_of

INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
NO_TYPE = '"NULL"'  # of a Parquet column that another program wrote without any value
LARGEST_WHOLE = 9007199254740991  # from 2^53 on a double no longer holds every whole number
ROUNDED = r"-?\d([.,]\d+)?[eE]\+\d\d+"  # a long number as spreadsheets show it
EPOCH_DAY = "DATE '1970-01-01'"
SPACES, TAB = (" ", "\u00a0"), "\t"  # an id must neither begin nor end with a space, and not end with a tab

REASONS = {
    1: "is empty",
    2: "is not a date in the form 2026-11-23",
    3: "is not a number",
    4: "is not finite",
    5: "is negative",
    6: "is not a whole number",
    7: "is not between 0 and 1",
    8: "begins or ends with a space",
    9: "is more than a day after as_of",
    10: "is outside the years 1900 to 9998",
    11: "is too large (over 1e12)",
    12: f"is longer than {LONGEST_ID} characters",
    13: "is a number that a spreadsheet rounded, not an id; export ids as text",
    14: "is the zero of computer clocks, not a date",
    15: "is not a date in the format of this column",
    16: f"is too large (over {LARGEST_WHOLE})",
}
UNREADABLE = (2, 3, 15)
TOO_LONG = 12


class Checked(NamedTuple):
    """SQL of one column, written over the typed value under the column's own name, one query further out.

    Attributes:
        value: the typed value, NULL where the raw one is missing or unreadable.
        is_bad: whether anything is wrong with it, NULL counting as no; cheap, because every row pays for it.
        problem: the code of what is wrong with it, 0 where nothing is; only bad rows pay for it.
    """

    value: str
    is_bad: str
    problem: str


def check_column(column: Column, sql_type: str, raw_name: str, as_of: date | None, style: Style) -> Checked:
    """Write the SQL that types and checks one column.

    Args:
        column: its entry in the contract.
        sql_type: the DuckDB type it arrives in.
        raw_name: name of the raw value where the problem is looked for; where the value is made, it has the
            column's own.
        as_of: dates more than a day after it are bad; None: not known yet.
        style: how the column is written, where it is text.

    Raises:
        InputError: the type can never hold this kind of value.
    """
    name = quoted(column.name)
    whole = column.kind == "count" and sql_type in INTEGERS and not style.scale
    kind = "whole" if whole else column.kind
    latest = _day_after(as_of) if column.kind == "date" and as_of is not None else date(9998, 12, 31)
    wrong = _BAD[kind].format(name, min(latest, date(9998, 12, 31)))
    # A value that is there but unreadable is only possible in text; elsewhere NULL and NaN are missing.
    is_text = sql_type == "VARCHAR"
    missing = is_missing(raw_name, style) if is_text else f"{name} IS NULL"
    unread = _UNREAD.get(column.kind, 3)
    unread = 15 if unread == 2 and style.form != "iso" else unread
    late = f" WHEN {name} > DATE '{latest}' THEN 9" if column.kind == "date" and as_of is not None else ""
    cases = "".join(f" WHEN {test.format(name)} THEN {code}" for code, test in _TESTS[kind]) + late
    empty = 0 if column.nullable else 1
    return Checked(
        value=name if whole else _value(column, sql_type, name, style),
        is_bad=f"{wrong} OR {name} IS NULL{f' AND NOT {missing}' if column.nullable else ''}",
        problem=f"CASE WHEN {missing} THEN {empty} WHEN {name} IS NULL THEN {unread}{cases} ELSE 0 END",
    )


def typed(relation: str, columns: Sequence[Column], checked: Sequence[Checked], kept: Sequence[str] = ()) -> str:
    """SQL relation: typed values by name, raw ones as `raw_<position>`, kept columns, and `is_bad`."""
    selected = [
        *(f"{check.value} AS {quoted(c.name)}" for c, check in zip(columns, checked, strict=True)),
        *(f"{quoted(c.name)} AS raw_{i}" for i, c in enumerate(columns)),
        *map(quoted, kept),
    ]
    # In a CASE a condition costs less: rows are selected instead of values computed.
    is_bad = f"CASE WHEN {' OR '.join(check.is_bad for check in checked)} THEN true ELSE false END"
    return f"(SELECT *, {is_bad} AS is_bad FROM (SELECT {', '.join(selected)} FROM {relation}))"


def checks(
    types: Mapping[str, str], columns: Sequence[Column], as_of: date | None, styles: Mapping[str, Style]
) -> list[Checked]:
    """Write the SQL of all columns, whose raw values are called `raw_<position>`."""
    return [
        check_column(column, types[column.name], f"raw_{i}", as_of, styles.get(column.name, Style()))
        for i, column in enumerate(columns)
    ]


def _day_after(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)


def _value(column: Column, sql_type: str, raw: str, style: Style) -> str:
    """SQL that turns a raw value into what the column holds, NULL where it cannot."""
    if sql_type == "VARCHAR" and column.kind != "text":
        # -0.0 becomes 0.0, which is equal but would be written differently.
        return date_of(raw, style).day if column.kind == "date" else f"({number_of(raw, style)}) + 0.0::DOUBLE"
    reads = {"text": _text, "date": _date}.get(column.kind, _number)
    value = reads(sql_type, raw)
    if value is None:
        raise InputError(f"column {column.name} has the type {sql_type}; it must hold {NEEDS[column.kind]}")
    return f"({value}) / {literal(style.scale)}" if style.scale else value


def _text(sql_type: str, raw: str) -> str | None:
    if sql_type in INTEGERS:
        return f"CAST({raw} AS VARCHAR)"
    if sql_type.startswith("ENUM") or sql_type in {"UUID", NO_TYPE}:
        return f"CAST({raw} AS VARCHAR)"
    return raw if sql_type == "VARCHAR" else None


def _date(sql_type: str, raw: str) -> str | None:
    return f"CAST({raw} AS DATE)" if sql_type in {"DATE", NO_TYPE} or sql_type.startswith("TIMESTAMP") else None


def _number(sql_type: str, raw: str) -> str | None:
    if sql_type in {"DOUBLE", "FLOAT"}:
        value = f"CAST({raw} AS DOUBLE)"
        return f"CASE WHEN {is_nan(value)} THEN NULL WHEN {value} = 0 THEN 0.0::DOUBLE ELSE {value} END"
    return f"CAST({raw} AS DOUBLE)" if sql_type in {*INTEGERS, NO_TYPE} or sql_type.startswith("DECIMAL") else None


def is_nan(number: str) -> str:
    """Return SQL that is true of NaN and nothing else, also in Parquet that other programs wrote.

    Parquet statistics say nothing of NaN, and where they show no NULL either, the engine takes isnan(x) for
    false without looking (duckdb#25521). It knows no bounds of nextafter, which is NaN for NaN only.
    """
    return f"isnan(nextafter({number}, 0.0::DOUBLE))"


_UNREAD = {"text": 1, "date": 2}
# For each kind of column the condition that a bad value meets; {1} is the last day that a date may be.
_BAD = {
    # Nearly every id begins with a character between, and CASE alone keeps the rest from being computed for it.
    "text": (
        f"strlen({{0}}) > {LONGEST_ID} AND length({{0}}) > {LONGEST_ID} OR "
        + " OR ".join(f"ends_with({{0}}, '{space}')" for space in (*SPACES, TAB))
        + " OR CASE WHEN {0} < ':' OR {0} > '~' THEN trim({0}) = '' OR "
        + " OR ".join(f"starts_with({{0}}, '{space}')" for space in SPACES)
        + " OR CASE WHEN strlen({0}) < 24 AND contains({0}, '+') "
        + f"THEN regexp_full_match({{0}}, '{ROUNDED}') ELSE false END ELSE false END"
    ),
    "date": "{0} < DATE '1900-01-01' OR {0} > DATE '{1}' OR {0} = " + EPOCH_DAY,
    # Beyond 1e12 a sum in millionths no longer fits. NaN is greater than any bound.
    "number": "{0} < 0 OR {0} > 1e12",
    "count": f"{{0}} < 0 OR {{0}} > {LARGEST_WHOLE} OR {{0}} != floor({{0}})",
    "whole": f"{{0}} < 0 OR {{0}} > {LARGEST_WHOLE}",  # counts in a column of integers
    "score": "{0} < 0 OR {0} > 1",
    "feature": "{0} < -1e12 OR {0} > 1e12",
}
# For each kind of column the code of a problem and the condition that shows it, the first that fits.
_TESTS: dict[str, tuple[tuple[int, str], ...]] = {
    "text": (
        (1, "trim({0}) = ''"),
        (TOO_LONG, f"length({{0}}) > {LONGEST_ID}"),
        (13, f"regexp_full_match({{0}}, '{ROUNDED}')"),
        (8, f"{{0}} != trim({{0}}, '{''.join(SPACES)}') OR ends_with({{0}}, '{TAB}')"),
    ),
    # What lies outside is a typing error, and could not be counted back from by a window.
    "date": ((10, "{0} < DATE '1900-01-01' OR {0} > DATE '9998-12-31'"), (14, "{0} = " + EPOCH_DAY)),
    "number": ((3, "isnan({0})"), (4, "isinf({0})"), (5, "{0} < 0"), (11, "{0} > 1e12")),
    "count": (
        (3, "isnan({0})"),
        (4, "isinf({0})"),
        (5, "{0} < 0"),
        (6, "{0} != floor({0})"),
        (16, "{0} > " + str(LARGEST_WHOLE)),
    ),
    "whole": ((5, "{0} < 0"), (16, "{0} > " + str(LARGEST_WHOLE))),
    "score": ((3, "isnan({0})"), (4, "isinf({0})"), (7, "{0} < 0 OR {0} > 1")),
    "feature": ((3, "isnan({0})"), (4, "isinf({0})"), (11, "abs({0}) > 1e12")),
}
NEEDS = {
    "text": "text (numbers lose digits: write ids as text)",
    "date": "dates",
    "number": "numbers",
    "count": "whole numbers",
    "score": "numbers between 0 and 1",
    "feature": "numbers",
}
