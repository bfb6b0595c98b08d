"""Where the checked rows are: in a Parquet input that can stand as it is, or in a copy of what was read.

Both are a relation with the typed columns, `file_row_number`, `is_bad`, `problems` and `raw` of bad rows, and
`marks`.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from cartjury.data.contract import Column
from cartjury.tools.checks import INTEGERS, Checked, checks, is_nan, typed
from cartjury.tools.columns import RESERVED
from cartjury.tools.engine.duck import PARQUET, literal, one, quoted
from cartjury.tools.reading.marks import marks
from cartjury.tools.reading.styles import Style
from cartjury.tools.source import Source

# Types that the engine reads without any conversion, by kind of column.
EXACT = {"text": {"VARCHAR"}, "date": {"DATE"}, "count": INTEGERS - {"HUGEINT", "UBIGINT"}}
DECIMAL = {"DOUBLE"}


def stands_as_it_is(source: Source, columns: Sequence[Column], styles: Mapping[str, Style]) -> bool:
    """Whether a file is Parquet whose columns have the types and names of the contract."""
    exact = all(source.types[c.name] in EXACT.get(c.kind, DECIMAL) for c in columns)
    scaled = any(style.scale for style in styles.values())
    names = not any(name.casefold() in RESERVED for name in source.types)
    return source.blank_lines is None and source.is_exact and exact and names and not scaled


def in_place(source: Source, columns: Sequence[Column], kept: Sequence[str], as_of: date | None) -> str:
    """SQL relation of a Parquet file's own rows, checked where they lie.

    `is_odd` tells decimals that have to be converted: NaN, which is missing, and negative zero.
    """
    file = f"read_parquet({literal(str(source.path))}, file_row_number = true)"
    decimals = [f"raw_{i}" for i, c in enumerate(columns) if c.kind not in EXACT]
    odd = " OR ".join(f"{is_nan(raw)} OR ({raw} = 0 AND signbit({raw}))" for raw in decimals)
    checked = _checked(file, source.types, columns, [*kept, "file_row_number"], as_of, {}, f"{odd} AS is_odd")
    return f"({checked})"


def copy_checked(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    columns: Sequence[Column],
    kept: Sequence[str],
    as_of: date | None,
    styles: Mapping[str, Style],
    rows: Path,
) -> str:
    """Type, check and store every row of a source at `rows`, in one pass, and return the relation of them."""
    query = _checked(source.relation, source.types, columns, kept, as_of, styles)
    connection.execute(f"COPY ({query}) TO {literal(str(rows))} ({PARQUET})")
    return f"read_parquet({literal(str(rows))}, file_row_number = true)"


def copy_chosen(
    connection: duckdb.DuckDBPyConnection, relation: str, columns: Sequence[Column], kept: Sequence[str], rows: Path
) -> None:
    """Store at `rows`, in their order, the rows of a relation that the table `left_out` does not list."""
    names = ", ".join([*(quoted(c.name) for c in columns), *map(quoted, kept)])
    chosen = rows.with_suffix(".chosen")
    (last,) = one(connection, f"SELECT coalesce(max(file_row_number), 0) FROM {relation}")
    # A join would lose the order of the rows; a bit for each of them keeps it.
    connection.execute(f"SET VARIABLE left_out = (SELECT bitstring_agg(stored, 0, {last}) FROM left_out)")
    stays = "get_bit(getvariable('left_out'), CAST(file_row_number AS INTEGER)) = 0"
    connection.execute(f"COPY (SELECT {names} FROM {relation} WHERE {stays}) TO {literal(str(chosen))} ({PARQUET})")
    chosen.replace(rows)


def link(source: Source, rows: Path) -> bool:
    """Let `rows` be another name of the source's file, and say whether that could be done.

    A link keeps what was checked, also when another file is put in the source's place later.
    """
    rows.unlink(missing_ok=True)
    try:
        os.link(source.path, rows)
    except OSError:  # another file system, or one without links
        return False
    return True


def _checked(
    relation: str,
    types: Mapping[str, str],
    columns: Sequence[Column],
    kept: Sequence[str],
    as_of: date | None,
    styles: Mapping[str, Style],
    *further: str,
) -> str:
    checked = checks(types, columns, as_of, styles)
    told = marks(types, columns, styles)
    stored = [
        *(_stored(c) for c in columns),
        *map(quoted, kept),
        "is_bad",
        f"CASE WHEN is_bad THEN {_problems(checked)} END AS problems",
        f"CASE WHEN is_bad THEN [{', '.join(f'CAST(raw_{i} AS VARCHAR)' for i in range(len(columns)))}] END AS raw",
        f"{told} AS marks",
        *further,
    ]
    return f"SELECT {', '.join(stored)} FROM {typed(relation, columns, checked, kept)}"


def _problems(checked: Sequence[Checked]) -> str:
    return f"[{', '.join(check.problem for check in checked)}]"


def _stored(column: Column) -> str:
    name = quoted(column.name)
    return f"try_cast({name} AS BIGINT) AS {name}" if column.kind == "count" else name
