"""A Parquet file that already is what the loader would write is not written again."""

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from cartjury.data.contract import Column
from cartjury.tools.checks import INTEGERS, checked_column, is_nan, typed
from cartjury.tools.columns import RESERVED
from cartjury.tools.engine.duck import one
from cartjury.tools.source import Source

# Types that the engine reads without any conversion, by kind of column.
EXACT = {"text": {"VARCHAR"}, "date": {"DATE"}, "count": INTEGERS - {"HUGEINT", "UBIGINT"}}
DECIMAL = {"DOUBLE"}


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


def _has_exact_types(source: Source, columns: Sequence[Column]) -> bool:
    exact = all(source.types[c.name] in EXACT.get(c.kind, DECIMAL) for c in columns)
    return exact and not any(name.casefold() in RESERVED for name in source.types)


def _is_clean(
    connection: duckdb.DuckDBPyConnection, source: Source, columns: Sequence[Column], as_of: date | None
) -> bool:
    """No bad row, no id twice, and no NaN or negative zero, which would have to be converted."""
    checked = [checked_column(source, column, i, as_of) for i, column in enumerate(columns)]
    odd = " OR ".join(
        f"{is_nan(f'raw_{i}')} OR (raw_{i} = 0 AND signbit(raw_{i}))"
        for i, c in enumerate(columns)
        if c.kind not in EXACT
    )
    rows, bad, converted = one(
        connection,
        f"SELECT count(*), count(*) FILTER (is_bad), count(*) FILTER ({odd}) FROM {typed(source, columns, checked)}",
    )
    # By itself: a DISTINCT beside other aggregates costs them all a second pass.
    (ids,) = one(connection, f"SELECT count(DISTINCT hash(user_id)) FROM {source.relation}")
    return bool(rows == ids and not bad and not converted)
