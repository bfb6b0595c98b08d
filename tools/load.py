"""Read carts strictly: one pass types, checks and stores every row; a bad row never gives a wrong number.

file -> [typed columns, problems, raw values of bad rows] -> checked rows as Parquet
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
from cartjury.tools.checks import check_column
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
        query = _staging_query(source, columns, further_texts(source.types, options), as_of)
        try:
            connection.execute(f"COPY ({query}) TO {literal(str(rows))} ({PARQUET})")
        except duckdb.Error as error:
            raise InputError(f"{path.name} cannot be read: {_first_line(error)}") from error
        bad = collect(connection, rows, [c.name for c in columns], is_text=source.is_text)
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


def _staging_query(source: Source, columns: Sequence[Column], kept: Sequence[str], as_of: date | None) -> str:
    """Typed value of each column; `problems` and `raw` only where something is wrong."""
    checked = [check_column(c, source.types[c.name], quoted(c.name), f"raw_{i}", as_of) for i, c in enumerate(columns)]
    kept = [c for c in kept if c not in {column.name for column in columns}]
    inner = [
        *(f"{check.value} AS {quoted(c.name)}" for c, check in zip(columns, checked, strict=True)),
        *(f"{quoted(c.name)} AS raw_{i}" for i, c in enumerate(columns)),
        *map(quoted, kept),
    ]
    outer = [
        *(_stored(c) for c in columns),
        *map(quoted, kept),
        f"CASE WHEN is_bad THEN [{', '.join(check.problem for check in checked)}] END AS problems",
        f"CASE WHEN is_bad THEN [{', '.join(f'CAST(raw_{i} AS VARCHAR)' for i in range(len(columns)))}] END AS raw",
    ]
    is_bad = " OR ".join(check.is_bad for check in checked)
    typed = f"SELECT {', '.join(inner)} FROM {source.relation}"
    return f"SELECT {', '.join(outer)} FROM (SELECT *, {is_bad} AS is_bad FROM ({typed}))"


def _stored(column: Column) -> str:
    name = quoted(column.name)
    return f"try_cast({name} AS BIGINT) AS {name}" if column.kind == "count" else name


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
