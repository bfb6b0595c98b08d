"""The short way for clean files: Parquet that can stand as it is, CSV that reads as declared at the first try.

Every row is checked as on the long way. Where anything at all is wrong, the short way gives up without a
word, and the long way finds out what.
"""

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from cartjury.data.contract import Column
from cartjury.tools.checks import INTEGERS, checked_column, date_or_fail, is_nan
from cartjury.tools.columns import RESERVED
from cartjury.tools.engine.duck import PARQUET, literal, one, quoted
from cartjury.tools.source import Source

# Types that the engine reads without any conversion, by kind of column.
EXACT = {"text": {"VARCHAR"}, "date": {"DATE"}, "count": INTEGERS - {"HUGEINT", "UBIGINT"}}
DECIMAL = {"DOUBLE"}
# Types that a CSV's columns are read as. A count is read as DOUBLE first, because BIGINT would round 2.5, and
# a date as text, because the engine takes more for a date than the contract.
DECLARED = {"text": "VARCHAR", "date": "VARCHAR"}
STORED = {"text": "VARCHAR", "date": "DATE", "count": "BIGINT"}
LARGEST_WHOLE = 9007199254740991


def link_if_clean(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    columns: Sequence[Column],
    as_of: date | None,
    rows: Path,
) -> bool:
    """Let `rows` be another name of the source's file, if every value in it can stand as it is.

    Every row is checked as it is for a copy. A link keeps what was checked, also when another file is
    put in the source's place later.

    Returns:
        Whether it was done; if not, the rows have to be copied, which also tells what is wrong with them.
    """
    if (
        source.blank_lines is not None
        or not _has_exact_types(source, columns)
        or not _is_clean(connection, source, columns, as_of)
    ):
        return False
    rows.unlink(missing_ok=True)
    try:
        os.link(source.path, rows)
    except OSError:  # another file system, or one without links
        return False
    return True


def copy_if_clean(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    columns: Sequence[Column],
    kept: Sequence[str],
    as_of: date | None,
    rows: Path,
) -> bool:
    """Copy a plain CSV to `rows` with its columns read as what they hold, if that works for every value.

    Returns:
        Whether it did; if not, what lies at `rows` means nothing.
    """
    if source.declared is None:
        return False
    relation = source.declared({c.name: DECLARED.get(c.kind, "DOUBLE") for c in columns})
    stored = ", ".join([*(_stored(c) for c in columns), *(quoted(k) for k in kept)])
    try:
        connection.execute(f"COPY (SELECT {stored} FROM {relation}) TO {literal(str(rows))} ({PARQUET})")
    except duckdb.Error:
        return False
    types = {c.name: STORED.get(c.kind, "DOUBLE") for c in columns}
    copy = Source(rows, f"read_parquet({literal(str(rows))})", types, blank_lines=None)
    texts = [*(c.name for c in columns if c.kind == "text"), *kept]
    return _is_clean(connection, copy, columns, as_of) and not _joins_digits(connection, source, copy, texts)


def _stored(column: Column) -> str:
    name = quoted(column.name)
    if column.kind == "date":
        return f"{date_or_fail(name)} AS {name}"
    if column.kind == "count":
        is_whole = f"{name} = floor({name}) AND abs({name}) <= {LARGEST_WHOLE}"
        return f"CASE WHEN {is_whole} THEN CAST({name} AS BIGINT) END AS {name}"
    return name


def _joins_digits(connection: duckdb.DuckDBPyConnection, source: Source, copy: Source, texts: Sequence[str]) -> bool:
    """Whether an underscore may stand in a number: the engine reads 1_000 as 1000, which nobody meant.

    It may, where the file has more of them below its header than its texts do.
    """
    with source.path.open("rb") as file:
        file.readline()
        found = sum(chunk.count(b"_") for chunk in iter(lambda: file.read(1 << 20), b""))
    if not found:
        return False
    counts = " + ".join(f"coalesce(length({quoted(t)}) - length(replace({quoted(t)}, '_', '')), 0)" for t in texts)
    (in_texts,) = one(connection, f"SELECT coalesce(sum({counts}), 0) FROM {copy.relation}")
    return bool(found != in_texts)


def _has_exact_types(source: Source, columns: Sequence[Column]) -> bool:
    exact = all(source.types[c.name] in EXACT.get(c.kind, DECIMAL) for c in columns)
    return exact and not any(name.casefold() in RESERVED for name in source.types)


def _is_clean(
    connection: duckdb.DuckDBPyConnection, source: Source, columns: Sequence[Column], as_of: date | None
) -> bool:
    """No bad row, no id twice, and no NaN or negative zero, which would have to be converted.

    The columns have their types already, so the checks read them as they are.
    """
    checked = [checked_column(source, column, i, as_of) for i, column in enumerate(columns)]
    decimals = [quoted(c.name) for c in columns if c.kind not in EXACT]
    odd = [f"{is_nan(name)} OR ({name} = 0 AND signbit({name}))" for name in decimals]
    wrong = " OR ".join([*(check.is_bad for check in checked), *odd])
    rows, bad = one(connection, f"SELECT count(*), count(*) FILTER ({wrong}) FROM {source.relation}")
    # Hashes are enough to see that no id repeats, and take far less memory than the ids.
    (ids,) = one(connection, f"SELECT count(*) FROM (SELECT hash(user_id) AS h FROM {source.relation} GROUP BY h)")
    return bool(rows == ids and not bad)
