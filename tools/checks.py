"""The contract as SQL: for each column its typed value and a code that says what is wrong with it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from cartjury.data.contract import Column
from cartjury.data.errors import InputError
from cartjury.tools.engine.duck import quoted
from cartjury.tools.source import Source

INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
# What a text may look like; anything else is refused rather than guessed.
TIMESTAMP = r"\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|\+00:?00)?"

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
}


_UNREADABLE = {"text": 1, "date": 2}


class Checked(NamedTuple):
    """SQL of one column, written over the typed value under the column's own name, one query further out.

    Attributes:
        value: the typed value, NULL where the raw one is missing or unreadable.
        is_bad: whether anything is wrong with it; cheap, because every row pays for it.
        problem: the code of what is wrong with it, 0 where nothing is; only bad rows pay for it.
    """

    value: str
    is_bad: str
    problem: str


def check_column(column: Column, sql_type: str, raw: str, raw_name: str, as_of: date | None) -> Checked:
    """Write the SQL that types and checks one column.

    Args:
        column: its entry in the contract.
        sql_type: the DuckDB type it arrives in.
        raw: SQL of the raw value where the typed value is made.
        raw_name: its name where the problem is looked for.
        as_of: dates more than a day after it are bad; None: not known yet.

    Raises:
        InputError: the type can never hold this kind of value.
    """
    name = quoted(column.name)
    whole = column.kind == "count" and sql_type in INTEGERS
    tests = [(code, test.format(name)) for code, test in _TESTS["whole" if whole else column.kind]]
    if column.kind == "date" and as_of is not None:
        tests.append((9, f"{name} > DATE '{_day_after(as_of)}'"))
    # A value that is there but unreadable is only possible in text; elsewhere NULL and NaN are missing.
    unreadable = f"{name} IS NULL AND {raw_name} != ''" if sql_type == "VARCHAR" else "false"
    unusable = unreadable if column.nullable else f"{name} IS NULL"
    cases = "".join(f" WHEN {condition} THEN {code}" for code, condition in tests)
    missing = f"WHEN {name} IS NULL THEN {0 if column.nullable else 1}"
    return Checked(
        value=raw if whole else _value(column, sql_type, raw),
        is_bad=" OR ".join(f"({condition})" for condition in (unusable, *(test for _, test in tests))),
        problem=f"CASE WHEN {unreadable} THEN {_UNREADABLE.get(column.kind, 3)} {missing}{cases} ELSE 0 END",
    )


def checked_column(source: Source, column: Column, position: int, as_of: date | None) -> Checked:
    """Write the SQL that types and checks a column of a source; `typed` puts it together with the others."""
    return check_column(column, source.types[column.name], quoted(column.name), f"raw_{position}", as_of)


def typed(source: Source, columns: Sequence[Column], checked: Sequence[Checked], kept: Sequence[str] = ()) -> str:
    """SQL relation of a source: typed values by name, raw ones as `raw_<position>`, kept columns, and `is_bad`."""
    selected = [
        *(f"{check.value} AS {quoted(c.name)}" for c, check in zip(columns, checked, strict=True)),
        *(f"{quoted(c.name)} AS raw_{i}" for i, c in enumerate(columns)),
        *map(quoted, kept),
    ]
    is_bad = " OR ".join(check.is_bad for check in checked)
    return f"(SELECT *, {is_bad} AS is_bad FROM (SELECT {', '.join(selected)} FROM {source.relation}))"


def _day_after(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)


def _value(column: Column, sql_type: str, raw: str) -> str:
    """SQL that turns a raw value into what the column holds, NULL where it cannot."""
    reads = {"text": _text, "date": _date}.get(column.kind, _number)
    value = reads(sql_type, raw)
    if value is None:
        raise InputError(f"column {column.name} has the type {sql_type}; it must hold {NEEDS[column.kind]}")
    return value


def _text(sql_type: str, raw: str) -> str | None:
    if sql_type in INTEGERS:
        return f"CAST({raw} AS VARCHAR)"
    return raw if sql_type == "VARCHAR" else None


def _date(sql_type: str, raw: str) -> str | None:
    if sql_type == "VARCHAR":
        return (
            f"CASE WHEN strlen({raw}) = 10 AND {raw}[5] = '-' THEN try_cast({raw} AS DATE) "
            f"WHEN regexp_full_match({raw}, '{TIMESTAMP}') THEN try_cast({raw}[:10] AS DATE) END"
        )
    return f"CAST({raw} AS DATE)" if sql_type == "DATE" or sql_type.startswith("TIMESTAMP") else None


def date_or_fail(raw: str) -> str:
    """SQL of the date in a text, NULL where it is empty; the query fails where it is no date."""
    return (
        f"CASE WHEN strlen({raw}) = 10 AND {raw}[5] = '-' THEN CAST({raw} AS DATE) "
        f"WHEN {raw} IS NULL OR {raw} = '' THEN NULL "
        f"WHEN regexp_full_match({raw}, '{TIMESTAMP}') THEN CAST({raw}[:10] AS DATE) "
        f"ELSE CAST({raw} || '?' AS DATE) END"
    )


def _number(sql_type: str, raw: str) -> str | None:
    if sql_type == "VARCHAR":
        # 1_000 is a number to the engine and a typing error to everybody else.
        return f"CASE WHEN NOT contains({raw}, '_') THEN {_no_nan(f'try_cast({raw} AS DOUBLE)')} END"
    if sql_type in {"DOUBLE", "FLOAT"}:
        return _no_nan(f"CAST({raw} AS DOUBLE)")
    return f"CAST({raw} AS DOUBLE)" if sql_type in INTEGERS or sql_type.startswith("DECIMAL") else None


def is_nan(number: str) -> str:
    """Return SQL that is true of NaN and nothing else, also in Parquet that other programs wrote.

    Parquet statistics say nothing of NaN, and where they show no NULL either, the engine takes isnan(x) for
    false without looking (duckdb#25521). It knows no bounds of nextafter, which is NaN for NaN only.
    """
    return f"isnan(nextafter({number}, 0.0::DOUBLE))"


def _no_nan(number: str) -> str:
    # -0.0 becomes 0.0, which is equal but would be written differently.
    return f"CASE WHEN {is_nan(number)} THEN NULL WHEN {number} = 0 THEN 0.0::DOUBLE ELSE {number} END"


# For each kind of column: the code of a problem and the condition that shows it, on the typed value.
_TESTS: dict[str, tuple[tuple[int, str], ...]] = {
    # Nearly every id begins with a character between, and CASE alone keeps the rest from being computed for it.
    "text": (
        (1, "CASE WHEN {0} < '!' THEN trim({0}) = '' ELSE false END"),
        (
            8,
            (
                "CASE WHEN {0} < '!' OR {0} > '~' THEN starts_with({0}, ' ') OR starts_with({0}, '\u00a0') "
                "ELSE false END OR ends_with({0}, ' ') OR ends_with({0}, '\u00a0')"
            ),
        ),
    ),
    # What lies outside is a typing error, and could not be counted back from by a window.
    "date": ((10, "{0} < DATE '1900-01-01' OR {0} > DATE '9998-12-31'"),),
    # Beyond 1e12 a sum in millionths no longer fits.
    "number": ((4, "isinf({0})"), (5, "{0} < 0"), (11, "{0} > 1e12")),
    # From 2^53 on a double no longer holds every whole number.
    "count": ((4, "isinf({0})"), (5, "{0} < 0"), (6, "{0} != floor({0}) OR {0} > 9007199254740991")),
    "whole": ((5, "{0} < 0"), (6, "{0} > 9007199254740991")),  # counts in a column of integers
    "score": ((4, "isinf({0})"), (7, "{0} < 0 OR {0} > 1")),
    "feature": ((4, "isinf({0})"), (11, "abs({0}) > 1e12")),
}
NEEDS = {
    "text": "text (numbers lose digits: write ids as text)",
    "date": "dates",
    "number": "numbers",
    "count": "whole numbers",
    "score": "numbers between 0 and 1",
    "feature": "numbers",
}
