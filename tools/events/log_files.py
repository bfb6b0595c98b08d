"""The files of a log: found, and looked at so far that the engine can read them. Nothing is guessed."""

import csv
import io
from pathlib import Path
from typing import NamedTuple

import duckdb

from cartjury.data.errors import InputError
from cartjury.tools.engine.duck import literal, quoted
from cartjury.tools.reading.header import holds_values
from cartjury.tools.reading.kinds import Kind, text_or_parquet
from cartjury.tools.reading.survey import refuse_long_line

ENDINGS = (".csv", ".csv.gz", ".parquet")


class Field(NamedTuple):
    """The column that plays a role.

    Attributes:
        name: as the file calls it.
        sql: reads it from the relation.
        type: its DuckDB type.
    """

    name: str
    sql: str
    type: str


class Table(NamedTuple):
    """A file as the engine reads it.

    Attributes:
        relation: SQL of its rows, in order.
        fields: all its columns, the text columns of a CSV under made-up names.
        numbered: whether its rows have their number, in `file_row_number`.
        delimiter: what separates the fields of a CSV.
        zipped: whether a CSV is packed with gzip.
    """

    relation: str
    fields: tuple[Field, ...]
    numbered: bool
    delimiter: str = ","
    zipped: bool = False


def name_in(given: str, path: Path) -> str:
    """What to call a file of a log: its path below the folder that was given, else its name."""
    return path.relative_to(given).as_posix() if Path(given).is_dir() else path.name


def open_table(path: Path, name: str, delimiter: str, connection: duckdb.DuckDBPyConnection) -> Table:
    """Look at a file's first bytes and its header.

    Raises:
        InputError: it is empty, damaged, or not CSV or Parquet.
    """
    kind = text_or_parquet(path, name)
    return _parquet(path, name, connection) if kind.is_parquet else _csv(path, name, delimiter, kind)


def _parquet(path: Path, name: str, connection: duckdb.DuckDBPyConnection) -> Table:
    # A folder such as day=2026-11-20 adds no column: what plays a role stands in the file.
    relation = f"read_parquet({literal(str(path))}, file_row_number = true, hive_partitioning = false)"
    try:
        rows = connection.execute(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {relation}").fetchall()
    except duckdb.Error as error:
        raise InputError(f"{name} is no readable Parquet file: {str(error).splitlines()[0]}") from error
    return Table(relation, tuple(_field(row[0], row[1]) for row in rows), numbered=True)


def _field(name: str, sql_type: str) -> Field:
    # A column that its writer found nothing in has no type at all.
    if sql_type == '"NULL"':
        return Field(name, f"CAST({quoted(name)} AS VARCHAR)", "VARCHAR")
    return Field(name, quoted(name), sql_type)


def _csv(path: Path, name: str, delimiter: str, kind: Kind) -> Table:
    # The engine passes over a line without end, compares no checksums, and may never come back from a damaged stream.
    refuse_long_line(path, name, kind.packing)
    names = _header(name, kind.first, delimiter)
    # Made-up names: the engine takes neither empty ones nor two that differ in case only.
    fields = tuple(Field(column, f"c{i}", "VARCHAR") for i, column in enumerate(names))
    columns = ", ".join(f"{field.sql}: 'VARCHAR'" for field in fields)
    options = (
        f"columns = {{{columns}}}, auto_detect = false, header = true, delim = {literal(delimiter)}, quote = '\"', "
        f"escape = '\"', strict_mode = true, store_rejects = true, rejects_limit = 0, "
        f"compression = '{kind.packing}'"
    )
    return Table(f"read_csv({literal(str(path))}, {options})", fields, False, delimiter, kind.packing == "gzip")


def _header(name: str, first: bytes, delimiter: str) -> list[str]:
    text = first.decode("utf-8-sig", errors="replace")
    try:
        header = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error as error:
        raise InputError(f"{name}: the header cannot be read: {error}") from error
    if not header:
        raise InputError(f"{name}: the first line is empty; it must hold the names of the columns")
    if len(header) == 1 and (other := next((d for d in ";\t|," if d in header[0]), None)):
        shown = r"\t" if other == "\t" else other
        # Where values stand in the first line, they may be a person's.
        text = "" if holds_values(header) else f", {header[0][:60]!r}"
        raise InputError(f"{name}: the header is one single column{text}: say --delimiter '{shown}'")
    return header
