"""The files of a log: found, looked at, and matched with the roles that their columns play.

path, folder or glob -> files -> header -> Part(relation, column of each role)
"""

import csv
import glob
import gzip
import io
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb

from cartjury.data.errors import InputError
from cartjury.data.event_presets import CUSTOM, REQUIRED, Role, presets
from cartjury.tools.engine.duck import literal, quoted
from cartjury.tools.events.log_format import LogFormat
from cartjury.tools.events.nested import ITEM, nested_field, one_row_an_item
from cartjury.tools.source import HEADER_LIMIT, MAGIC

ENDINGS = (".csv", ".csv.gz", ".parquet")
SHOWN = 20  # columns that a message lists
GZIP = b"\x1f\x8b"
JSON = b"{"
CHUNK = 1 << 20
NO_PRESET = (
    "any other layout: --preset custom with --map role=Column and --event; a file without a column of events, such as an "
    "order history or grocery baskets, cannot tell who abandoned a cart"
)
UNKNOWN = "?"  # the type of a nested field before the engine was asked


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
    """

    relation: str
    fields: tuple[Field, ...]
    numbered: bool


class Part(NamedTuple):
    """A file of the log, ready to be read: its table, and the column of each role that it has.

    Attributes:
        name: what messages call it; below a folder with its path, as parts of different days share their names.
    """

    path: Path
    name: str
    table: Table
    roles: dict[Role, Field]


def find_files(given: str) -> list[Path]:
    """The files that a path, a folder or a glob names, in the order of their names.

    Raises:
        InputError: there is none.
    """
    path = Path(given)
    if path.is_dir():
        inside = (p for p in path.rglob("*") if p.is_file() and not _hidden(p.relative_to(path)))
        found = [p for p in inside if p.name.lower().endswith(ENDINGS)]
        if not found:
            raise InputError(f"the folder {given} holds no file that ends in {', '.join(ENDINGS)}")
    elif path.is_file():
        found = [path]
    else:
        found = [Path(p) for p in glob.glob(given, recursive=True) if Path(p).is_file()]  # noqa: PTH207 - any pattern
        if not found:
            raise InputError(f"there is no file {given}")
    return sorted(found)


def name_in(given: str, path: Path) -> str:
    """What to call a file of a log: its path below the folder that was given, else its name."""
    return path.relative_to(given).as_posix() if Path(given).is_dir() else path.name


def open_part(path: Path, name: str, fmt: LogFormat, delimiter: str, connection: duckdb.DuckDBPyConnection) -> Part:
    """Look at a file's first bytes and its header, and match its columns with the roles.

    Raises:
        InputError: empty, not CSV or Parquet, or a column that is needed is missing or there twice.
    """
    with path.open("rb") as file:
        head = file.read(4)
    if not head:
        raise InputError(f"{name} is empty")
    table = (
        _parquet(path, name, connection) if head == b"PAR1" else _csv(path, name, delimiter, zipped=head[:2] == GZIP)
    )
    return _unfolded(Part(path, name, table, _match(name, table, fmt)), fmt, connection)


def _hidden(path: Path) -> bool:
    return any(name.startswith((".", "_")) for name in path.parts)


def _parquet(path: Path, name: str, connection: duckdb.DuckDBPyConnection) -> Table:
    # A folder such as day=2026-11-20 adds no column: what plays a role stands in the file.
    relation = f"read_parquet({literal(str(path))}, file_row_number = true, hive_partitioning = false)"
    try:
        rows = connection.execute(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {relation}").fetchall()
    except duckdb.Error as error:
        raise InputError(f"{name} is no readable Parquet file: {str(error).splitlines()[0]}") from error
    return Table(relation, tuple(Field(row[0], quoted(row[0]), row[1]) for row in rows), numbered=True)


def _csv(path: Path, name: str, delimiter: str, *, zipped: bool) -> Table:
    try:
        with gzip.open(path) if zipped else path.open("rb") as file:
            first = file.read(HEADER_LIMIT)
            # The engine compares no checksums, and may never come back from a stream that is damaged.
            while zipped and file.read(CHUNK):
                pass
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{name} is no whole gzip file: {error}") from error
    names = _header(name, first, delimiter)
    # Made-up names: the engine takes neither empty ones nor two that differ in case only.
    fields = tuple(Field(column, f"c{i}", "VARCHAR") for i, column in enumerate(names))
    columns = ", ".join(f"{field.sql}: 'VARCHAR'" for field in fields)
    options = (
        f"columns = {{{columns}}}, auto_detect = false, header = true, delim = {literal(delimiter)}, quote = '\"', "
        f"escape = '\"', strict_mode = true, store_rejects = true, rejects_limit = 0, "
        f"compression = '{'gzip' if zipped else 'none'}'"
    )
    return Table(f"read_csv({literal(str(path))}, {options})", fields, numbered=False)


def _header(name: str, first: bytes, delimiter: str) -> list[str]:
    for magic, what in MAGIC.items():
        if first.startswith(magic):
            raise InputError(f"{name} is {'JSON; export it as CSV or Parquet' if magic == JSON else what}")
    if b"\x00" in first[:1000]:
        raise InputError(f"{name} is not text: it holds NUL bytes; save it as CSV (UTF-8)")
    text = first.decode("utf-8-sig", errors="replace")
    try:
        header = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error as error:
        raise InputError(f"{name}: the header cannot be read: {error}") from error
    if not header:
        raise InputError(f"{name}: the first line is empty; it must hold the names of the columns")
    if len(header) == 1 and (other := next((d for d in ";\t|," if d in header[0]), None)):
        shown = r"\t" if other == "\t" else other
        raise InputError(f"{name}: the header is one single column, {header[0][:60]!r}: say --delimiter '{shown}'")
    return header


def _match(name: str, table: Table, fmt: LogFormat) -> dict[Role, Field]:
    """Find the column of each role.

    Raises:
        InputError: one that is needed is missing or there twice; it names the preset that the header fits.
    """
    found: dict[Role, Field] = {}
    missing: list[str] = []
    for role, candidates in fmt.columns.items():
        fields = [field for candidate in candidates for field in _named(table, candidate)]
        if fields:
            same = [field for field in fields if field.name == fields[0].name]
            if len(same) > 1 and same[0].sql != same[1].sql:
                raise InputError(f"{name}: the column {fields[0].name} occurs twice; keep one of them")
            found[role] = fields[0]
        elif candidates and (role in REQUIRED or role in fmt.said):
            missing.append(f"{' or '.join(candidates)} ({role})")
    if missing:
        raise InputError(f"{name}: there is no column {', '.join(missing)}", _hints(table, fmt))
    return found


def _named(table: Table, name: str) -> Sequence[Field]:
    exact = [field for field in table.fields if field.name == name]
    loose = exact or [field for field in table.fields if field.name.strip().lower() == name.lower()]
    return loose or _nested(table, name)


def _nested(table: Table, name: str) -> list[Field]:
    outer, _, inner = name.partition(".")
    found = list[Field]()
    for field in table.fields if inner else ():
        if field.name.lower() == outer.lower() and (sql := nested_field(field.sql, field.type, inner)):
            found.append(Field(name, sql, UNKNOWN))
    return found


def _unfolded(part: Part, fmt: LogFormat, connection: duckdb.DuckDBPyConnection) -> Part:
    """Say the types of nested fields, and give each item of a list its row."""
    inside = {role: field for role, field in part.roles.items() if field.type == UNKNOWN}
    if not inside:
        return part
    relation = part.table.relation
    lists = {field.name.partition(".")[0] for field in inside.values() if field.sql.startswith(ITEM)}
    if len(lists) > 1:
        raise InputError(f"{part.name}: items come from one list, not from {' and '.join(sorted(lists))}")
    names = [name for name, kind in fmt.kinds.items() if kind != "view"]
    for column in lists:
        (items,) = (field.sql for field in part.table.fields if field.name.lower() == column.lower())
        relation = one_row_an_item(relation, items, part.roles["event"].sql, names)
    columns = ", ".join(field.sql for field in inside.values())
    rows = connection.execute(f"DESCRIBE SELECT {columns} FROM {relation}").fetchall()
    typed = {role: field._replace(type=row[1]) for (role, field), row in zip(inside.items(), rows, strict=True)}
    return part._replace(table=part.table._replace(relation=relation), roles={**part.roles, **typed})


def _hints(table: Table, fmt: LogFormat) -> tuple[str, ...]:
    names = [field.name for field in table.fields]
    shown = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
    fits = [name for name in presets() if name not in {fmt.preset, CUSTOM} and _fits(table, name)]
    other = [f"this header fits --preset {name} ({presets()[name].title})" for name in fits]
    return (f"found: {shown}", *(other or [NO_PRESET]))


def _fits(table: Table, preset: str) -> bool:
    columns = presets()[preset].columns
    return all(any(_named(table, candidate) for candidate in columns[role]) for role in REQUIRED)
