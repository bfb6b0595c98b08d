"""The contract as Spark writes it: for each column its typed value and a code that says what is wrong with it.

The reasons and what they mean are those of `tools/checks.py`. Columns of texts are read in the contract's own form
only: other ways to write dates and numbers, and words for missing values, are for DuckDB.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from cartjury.data.contract import LONGEST_ID, Column
from cartjury.data.errors import InputError
from cartjury.tools.checks import EPOCH_DAY, NEEDS, SPACES, TAB, TOO_LONG, Checked
from cartjury.tools.engine.spark_sql import SPARK

INTEGERS: Final = {"tinyint", "smallint", "int", "bigint"}
# Written without backslashes and $, which some sessions read otherwise; (?!(?s:.)) is the end of the text.
END = "(?!(?s:.))"
DAY = f"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{END}"
TIME = f"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?(Z|[+]00:?00)?{END}"
TIMESTAMP = f"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ]{TIME}"
NUMBER = f"^ *[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+|(?i:inf|infinity))([eE][+-]?[0-9]+)? *{END}"
ROUNDED = f"^-?[0-9]([.,][0-9]+)?[eE][+][0-9][0-9]+{END}"  # a long number as spreadsheets show it
LARGEST_WHOLE = 9007199254740991

_INFINITE = (4, "abs({0}) = CAST('Infinity' AS DOUBLE)")
_TESTS: Final[Mapping[str, tuple[tuple[int, str], ...]]] = {
    "text": (
        (1, "trim({0}) = ''"),
        (TOO_LONG, f"length({{0}}) > {LONGEST_ID}"),
        (13, f"{{0}} RLIKE '{ROUNDED}'"),
        (
            8,
            " OR ".join(f"{edge}({{0}}, '{space}')" for edge in ("startswith", "endswith") for space in SPACES)
            + f" OR endswith({{0}}, '{TAB}')",
        ),
    ),
    "date": ((10, "{0} < DATE '1900-01-01' OR {0} > DATE '9998-12-31'"), (14, f"{{0}} = {EPOCH_DAY}")),
    "number": (_INFINITE, (5, "{0} < 0"), (11, "{0} > 1e12D")),
    "count": (_INFINITE, (5, "{0} < 0"), (6, "{0} % 1 != 0"), (16, f"{{0}} > {LARGEST_WHOLE}")),
    "whole": ((5, "{0} < 0"), (16, f"{{0}} > {LARGEST_WHOLE}")),
    "score": (_INFINITE, (7, "{0} < 0 OR {0} > 1")),
    "feature": (_INFINITE, (11, "abs({0}) > 1e12D")),
}
_UNREADABLE: Final = {"text": 1, "date": 2}


def check_column(column: Column, kind_of_column: str, raw_name: str, as_of: date | None) -> Checked:
    """Write the SQL that types and checks one column; see `cartjury.tools.checks.check_column`.

    Args:
        column: its entry in the contract.
        kind_of_column: the Spark type it arrives in.
        raw_name: the raw value's name beside the typed one.
        as_of: dates more than a day after it are bad; None: not known yet.

    Raises:
        InputError: the type can never hold this kind of value.
    """
    name = SPARK.quoted(column.name)
    whole = column.kind == "count" and kind_of_column in INTEGERS
    tests = [(code, test.format(name)) for code, test in _TESTS["whole" if whole else column.kind]]
    if column.kind == "date" and as_of is not None:
        tests.append((9, f"{name} > {SPARK.day(as_of if as_of == date.max else as_of + timedelta(days=1))}"))
    unreadable = f"{name} IS NULL AND {raw_name} != ''" if kind_of_column == "string" else "false"
    unusable = unreadable if column.nullable else f"{name} IS NULL"
    bad = " OR ".join(f"coalesce({condition}, false)" for condition in (unusable, *(test for _, test in tests)))
    cases = "".join(f" WHEN {condition} THEN {code}" for code, condition in tests)
    missing = f"WHEN {name} IS NULL THEN {0 if column.nullable else 1}"
    return Checked(
        value=typed_value(column, kind_of_column),
        is_bad=bad,
        problem=f"CASE WHEN {unreadable} THEN {_UNREADABLE.get(column.kind, 3)} {missing}{cases} ELSE 0 END",
    )


def typed_value(column: Column, kind_of_column: str) -> str:
    """SQL that turns a raw value into what the column holds, NULL where it cannot; a count may still be a double.

    Raises:
        InputError: the type can never hold this kind of value.
    """
    reads = {"text": _text, "date": _date, "count": _count}.get(column.kind, _number)
    value = reads(kind_of_column, SPARK.quoted(column.name))
    if value is None:
        why = "; Spark does not read timestamps in nanoseconds" if kind_of_column == "bigint" else ""
        raise InputError(f"column {column.name} has the type {kind_of_column}; it must hold {NEEDS[column.kind]}{why}")
    return value


def stored(column: Column) -> str:
    """SQL of a typed value in its final type."""
    name = SPARK.quoted(column.name)
    return f"try_cast({name} AS BIGINT) AS {name}" if column.kind == "count" else name


def typed(columns: Sequence[Column], types: Mapping[str, str], kept: Sequence[str], view: str) -> str:
    """SQL relation of the checked rows: every column in its final type, over a view of the source."""
    values = [f"{typed_value(c, types[c.name])} AS {SPARK.quoted(c.name)}" for c in columns]
    inner = f"(SELECT {', '.join([*values, *map(SPARK.quoted, kept)])} FROM {view})"
    return f"(SELECT {', '.join([*map(stored, columns), *map(SPARK.quoted, kept)])} FROM {inner})"


def _text(kind: str, raw: str) -> str | None:
    if kind in INTEGERS:
        return f"CAST({raw} AS STRING)"
    return raw if kind == "string" else None


def _date(kind: str, raw: str) -> str | None:
    if kind == "string":
        return (
            f"CASE WHEN {raw} RLIKE '{DAY}' THEN try_cast({raw} AS DATE) "
            f"WHEN {raw} RLIKE '{TIMESTAMP}' THEN try_cast(left({raw}, 10) AS DATE) END"
        )
    return f"CAST({raw} AS DATE)" if kind == "date" or kind.startswith("timestamp") else None


def _count(kind: str, raw: str) -> str | None:
    return f"CAST({raw} AS BIGINT)" if kind in INTEGERS else _number(kind, raw)


def _number(kind: str, raw: str) -> str | None:
    if kind == "string":
        return f"CASE WHEN {raw} RLIKE '{NUMBER}' THEN {_plain(f'try_cast(trim({raw}) AS DOUBLE)')} END"
    if kind in {"double", "float"}:
        return _plain(f"CAST({raw} AS DOUBLE)")
    return f"CAST({raw} AS DOUBLE)" if kind in INTEGERS or re.match("decimal", kind) else None


def _plain(number: str) -> str:
    """NaN is a missing value; -0.0 becomes 0.0, which is equal but would be written differently."""
    return f"CASE WHEN isnan({number}) THEN NULL WHEN {number} = 0 THEN 0.0D ELSE {number} END"
