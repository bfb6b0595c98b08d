"""A log read once: every part becomes Parquet in one shape, so that the questions after it cost little.

user_id, event (lower case), session, item, order_id   text, NULL for a role that the log has not
moment                                                 microseconds since 1970, UTC
price, quantity, revenue, margin, cost, discount       numbers, NULL where they are missing
kind                                                   a value of KIND_CODES, NULL for an event that is not known
line_hash                                              equal for equal rows
codes, raws, at_row                                    of bad rows: what is wrong, raw values, place in a Parquet file
"""

from functools import partial
from pathlib import Path

import duckdb

from cartjury.data.errors import InputError
from cartjury.data.event_presets import KINDS, ROLES, Role
from cartjury.tools.blank_lines import blank_records
from cartjury.tools.engine.duck import PARQUET, literal, one, quoted
from cartjury.tools.events.fields import IDS, typed_field
from cartjury.tools.events.log_format import REST, LogFormat
from cartjury.tools.events.parts import Part
from cartjury.tools.events.times import has_no_zone
from cartjury.tools.reading.quotes import fits_one_piece, refuse_open_quote

KIND_CODES = {kind: code for code, kind in enumerate(KINDS)}
STORED = {"user": "user_id", "time": "moment", "order": "order_id"}
LOOKED_AT = 1000  # times that say whether a log writes zones
TORN = "CREATE OR REPLACE TEMP TABLE torn (part INTEGER, line BIGINT, position INTEGER, kind VARCHAR)"


def stage_part(connection: duckdb.DuckDBPyConnection, part: Part, number: int, fmt: LogFormat, stage: Path) -> int:
    """Type and store the rows of a part in the file's order, and return how many it has.

    Lines that are no rows go to the table `torn`; `stage` must not exist yet.

    Raises:
        InputError: the file cannot be read, a quote is never closed, or a column has a type that does not fit its role.
    """
    try:
        connection.execute(f"COPY ({_typed(part, fmt)}) TO {literal(str(stage))} ({PARQUET})")
    except (duckdb.OutOfMemoryException, duckdb.IOException):
        raise
    except duckdb.Error as error:
        raise InputError(f"{part.name} cannot be read: {_why(error)}") from error
    torn = 0
    if not part.table.numbered:
        table = part.table
        blank = partial(blank_records, part.path, zipped=table.zipped, delimiter=table.delimiter)
        one_piece = fits_one_piece(part.path, zipped=table.zipped)
        refuse_open_quote(connection, part.name, blank, one_piece=one_piece)
        (torn,) = one(connection, "SELECT count(DISTINCT line) FROM reject_errors")
        connection.execute(
            f"INSERT INTO torn SELECT {number}, line, min(column_idx), min(error_type) FROM reject_errors GROUP BY line"
        )
        connection.execute("DROP TABLE reject_errors; DROP TABLE reject_scans")
    (rows,) = one(connection, f"SELECT count(*) FROM {literal(str(stage))}")
    return int(rows + torn)


def any_naive(connection: duckdb.DuckDBPyConnection, part: Part, fmt: LogFormat) -> bool:
    """Whether one of the first times of a part does not say its zone."""
    field = part.roles["time"]
    naive = has_no_zone("moment", field.type, fmt.formats["time"])
    (found,) = one(
        connection,
        f"SELECT coalesce(bool_or({naive}), false) FROM "
        f"(SELECT {field.sql} AS moment FROM {part.table.relation} LIMIT {LOOKED_AT})",
    )
    connection.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    return bool(found)


def _typed(part: Part, fmt: LogFormat) -> str:
    typed = {role: typed_field(role, field, fmt.formats) for role, field in part.roles.items()}
    values = [f'{t.value} AS "{role}", {part.roles[role].sql} AS raw_{role}' for role, t in typed.items()]
    numbered = ", file_row_number" if part.table.numbered else ""
    first = f"SELECT {', '.join(values)}{numbered} FROM {part.table.relation}"
    codes = ", ".join(t.code for t in typed.values())
    raws = ", ".join(f"CAST(raw_{role} AS VARCHAR)" for role in typed)
    bad = " OR ".join(f"({t.code}) > 0" for t in typed.values())
    row = "file_row_number + 1" if part.table.numbered else "NULL"
    named = ", ".join(f'"{role}"' for role in typed)
    return (
        f"SELECT {', '.join(_column(role, known=role in typed) for role in ROLES)}, {_kind(fmt)} AS kind, "
        f"hash({named}) AS line_hash, CASE WHEN bad THEN [{codes}] END AS codes, "
        f"CASE WHEN bad THEN [{raws}] END AS raws, CAST(CASE WHEN bad THEN {row} END AS BIGINT) AS at_row "
        f"FROM (SELECT *, {bad} AS bad FROM ({first}))"
    )


def _column(role: Role, *, known: bool) -> str:
    sql_type = "VARCHAR" if role in IDS else "BIGINT" if role == "time" else "DOUBLE"
    value = quoted(role) if known else f"CAST(NULL AS {sql_type})"
    return f"{value} AS {STORED.get(role, role)}"


def _kind(fmt: LogFormat) -> str:
    cases = [f"WHEN {literal(n)} THEN {KIND_CODES[kind]}" for n, kind in fmt.kinds.items() if n != REST]
    rest = f" ELSE {KIND_CODES[fmt.kinds[REST]]}" if REST in fmt.kinds else ""
    return f"CAST(CASE event {' '.join(cases)}{rest} END AS TINYINT)"


def _why(error: Exception) -> str:
    if "state machine" in str(error):
        return "its lines end in different ways (CR LF here, LF there); save it anew"
    return str(error).splitlines()[0]
