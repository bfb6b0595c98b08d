"""The parts of a log: each file matched with the roles that its columns play.

files -> open_table -> header -> Part(table, column of each role)
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb

from cartjury.data.errors import InputError
from cartjury.data.event_presets import CUSTOM, REQUIRED, Role, presets
from cartjury.tools.events.log_files import Field, Table, open_table
from cartjury.tools.events.log_format import LogFormat
from cartjury.tools.events.nested import ITEM, nested_field, one_row_an_item
from cartjury.tools.reading.header import holds_values

SHOWN = 20  # columns that a message lists
UNKNOWN = "?"  # the type of a nested field before the engine was asked
NO_PRESET = (
    "any other layout: --preset custom with --map role=Column and --event; a file without a column of events, such as "
    "an order history or grocery baskets, cannot tell who abandoned a cart"
)


class Part(NamedTuple):
    """A file of the log, ready to be read: its table, and the column of each role that it has.

    Attributes:
        name: what messages call it; below a folder with its path, as parts of different days share their names.
    """

    path: Path
    name: str
    table: Table
    roles: dict[Role, Field]


def open_part(path: Path, name: str, fmt: LogFormat, delimiter: str, connection: duckdb.DuckDBPyConnection) -> Part:
    """Look at a file's first bytes and its header, and match its columns with the roles.

    Raises:
        InputError: empty, not CSV or Parquet, or a column that is needed is missing or there twice.
    """
    table = open_table(path, name, delimiter, connection)
    return _unfolded(Part(path, name, table, _match(name, table, fmt)), fmt, connection)


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
    if missing and not found and holds_values([field.name for field in table.fields]):
        # What stands there may be a person's; it is not shown.
        raise InputError(f"{name} has no header: its first line holds values; put the names of the columns above it")
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
