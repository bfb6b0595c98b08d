"""Read carts strictly: one pass types, checks and stores every row; a bad row never gives a wrong number.

file -> the short way (clean_file.py), if every value is what it should be      -> checked rows as Parquet
     -> else [typed columns, problems, raw values of bad rows] -> error or quarantine
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from cartjury.data.contract import CONTRACT, Column
from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.data.run_records import Dataset
from cartjury.tools.bad_rows import collect, message, quarantine
from cartjury.tools.checks import checked_column, typed
from cartjury.tools.clean_file import copy_if_clean, link_if_clean
from cartjury.tools.columns import further_numbers, further_texts
from cartjury.tools.engine.duck import PARQUET, connect, literal, one, quoted
from cartjury.tools.source import Source, open_source, sha256_of


def load(path: Path, work: Path, options: Options, as_of: date | None, *, generated: bool = False) -> Dataset:
    """Check a file against the contract and store its rows as `work/rows.parquet`, in the file's order.

    Args:
        path: CSV, CSV.gz or Parquet.
        work: an existing folder of the run.
        options: `on_bad_rows`, `keep_columns`, `dimensions`, `filter` and `memory_limit` matter here.
        as_of: where given, dates more than a day after it are bad.
        generated: whether the rows are mock data.

    Returns:
        A reference to the stored rows. With `on_bad_rows="quarantine"` the bad ones are in
        `work/rejected_rows.csv`.

    Raises:
        InputError: unreadable file, broken header, or bad rows: the first 20 and how many more.
    """
    rows = work / "rows.parquet"
    with connect(work, options.memory_limit) as connection:
        source = open_source(path, connection)
        columns = (*CONTRACT, *further_numbers(source.types, options))
        texts = [t for t in further_texts(source.types, options) if t not in {c.name for c in columns}]
        rows.unlink(missing_ok=True)  # it may be another name of an input file, which must not be written over
        try:
            clean = link_if_clean(connection, source, columns, as_of, rows) or copy_if_clean(
                connection, source, columns, texts, as_of, rows
            )
            bad = 0 if clean else _copy(connection, source, columns, texts, as_of, rows)
        except duckdb.Error as error:
            raise InputError(f"{path.name} cannot be read: {_why(error)}") from error
        if bad and options.on_bad_rows == "fail":
            raise InputError(*message(connection, path.name, bad))
        if bad:
            quarantine(connection, rows, work / "rejected_rows.csv")
        (count,) = one(connection, f"SELECT count(*) FROM {literal(str(rows))}")
    if not count:
        raise InputError(f"{path.name} has no {'usable rows: all were rejected' if bad else 'rows below its header'}")
    notices = (f"{bad:,} bad rows were left out and written to rejected_rows.csv",) if bad else ()
    return Dataset(
        source="generated" if generated else path.name,
        generated=generated,
        sha256=sha256_of(path),
        path=str(rows),
        rows=count,
        rejected=bad,
        notices=notices,
    )


def _copy(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    columns: Sequence[Column],
    texts: Sequence[str],
    as_of: date | None,
    rows: Path,
) -> int:
    """Type, check and store every row, and return how many are bad; `problems` and `raw` say what is wrong."""
    checked = [checked_column(source, column, i, as_of) for i, column in enumerate(columns)]
    stored = [
        *(_stored(c) for c in columns),
        *map(quoted, texts),
        f"CASE WHEN is_bad THEN [{', '.join(check.problem for check in checked)}] END AS problems",
        f"CASE WHEN is_bad THEN [{', '.join(f'CAST(raw_{i} AS VARCHAR)' for i in range(len(columns)))}] END AS raw",
    ]
    query = f"SELECT {', '.join(stored)} FROM {typed(source, columns, checked, texts)}"
    connection.execute(f"COPY ({query}) TO {literal(str(rows))} ({PARQUET})")
    return collect(connection, rows, [c.name for c in columns], source.blank_lines)


def _stored(column: Column) -> str:
    name = quoted(column.name)
    return f"try_cast({name} AS BIGINT) AS {name}" if column.kind == "count" else name


def _why(error: Exception) -> str:
    if "state machine" in str(error):
        return "its lines end in different ways (CR LF here, LF there); save it anew"
    return str(error).splitlines()[0]
