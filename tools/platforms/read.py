"""Read an export into a table of typed fields, and collect what is wrong with its rows.

file -> texts (only the fields that are used; an e-mail address is already an id) -> typed rows + faults

Both steps leave out every column that the platform table does not name. The engine is not allowed to put anything
on the disk meanwhile, so that no row of an export lies there, not even for a moment.
"""

from functools import partial

import duckdb

from cartjury.data.errors import InputError
from cartjury.tools.blank_lines import blank_records
from cartjury.tools.engine.duck import literal, one, quoted
from cartjury.tools.platforms.header import Export
from cartjury.tools.platforms.table import fields_of
from cartjury.tools.platforms.values import CLOCK, DAY, KINDS, TYPES, check, entries
from cartjury.tools.reading.quotes import fits_one_piece, refuse_open_quote

EMAIL_ID = "email_id"  # the engine's name of the function that makes ids of e-mail addresses
TORN = {
    "MISSING COLUMNS": "has too few columns",
    "TOO MANY COLUMNS": "has too many columns",
    "UNQUOTED VALUE": "has a quote that does not end its field",
    "INVALID ENCODING": "holds letters that are not UTF-8; take the export as it was downloaded",
}
# What a text may look like to be shown: digits, signs and short words. Rows that slipped by a column bring names,
# addresses and telephone numbers to where dates and amounts are expected.
HARMLESS = r"[0-9A-Za-z.,:/+#€$£%_ -]{1,40}"
WORDS = "[A-Za-z]{4}"
TELEPHONE = r"\+?[0-9 ()/-]{7,}"
DATE_LIKE = r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"
ONE_WORD = "[a-z_-]{1,20}"
HIDDEN = "(a value that is not shown: it may be personal)"
FAULTS = "(file VARCHAR, row BIGINT, key VARCHAR, position INTEGER, name VARCHAR, reason VARCHAR, value VARCHAR)"


def count_missing(connection: duckdb.DuckDBPyConnection, export: Export, field: str) -> int:
    """Count the rows of an export in which a field is empty, or absent altogether."""
    column = export.columns.get(field)
    missing = _scan(connection, export, f"SELECT count(*) FILTER ({_text(column) if column else 'NULL'} IS NULL)")
    _torn_lines(connection, export)  # they are told of when the rows are read
    return missing


def read_export(connection: duckdb.DuckDBPyConnection, export: Export, zone: str, *, with_email: bool) -> bool:
    """Read an export into the table `<role>_rows`: `row`, counted from 1 below the header, and every field.

    Fields that the export lacks are NULL. Faulty values are NULL too, and stand in the table `faults`, which is made
    if need be.

    Returns:
        Whether a time without a zone was met.

    Raises:
        InputError: the file cannot be read.
    """
    connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS faults {FAULTS}")
    table, texts = f"{export.platform.role}_rows", f"{export.platform.role}_texts"
    fields = [f for f in export.columns if with_email or f != "email"]
    selected = ", ".join(f"{_field(f, export.columns[f])} AS {quoted(f)}" for f in fields)
    _scan(connection, export, f"CREATE TEMP TABLE {texts}_read AS SELECT {selected}")
    _number(connection, export, texts)
    checks = {f: check(f, quoted(f), zone, export.platform.status) for f in fields}
    typed = [f"{checks[f].value} AS {quoted(f)}" for f in fields]
    typed += [
        f"CAST(NULL AS {TYPES.get(KINDS[f], 'VARCHAR')}) AS {quoted(f)}"
        for f in fields_of(export.platform.role)
        if f not in fields
    ]
    connection.execute(f"CREATE TEMP TABLE {table} AS SELECT row, {', '.join(typed)} FROM {texts}")
    # A column that plays two parts has each fault once.
    parts = {(export.columns[f], KINDS[f]): f for f in reversed(fields)}
    for position, (field, checked) in enumerate(checks.items(), start=1):
        if parts[export.columns[field], KINDS[field]] != field:
            continue
        value = _shown(field, quoted(field)) if checked.shown else "NULL"
        connection.execute(
            f"INSERT INTO faults SELECT {literal(export.path.name)}, row, key, {position}, "
            f"{literal(export.names[field])}, {checked.problem}, {value} FROM {texts} "
            f"WHERE {checked.problem} IS NOT NULL"
        )
    times = [quoted(f) for f in fields if KINDS[f] == "time"]
    naive = " OR ".join(f"regexp_full_match({t}, '{DAY}{CLOCK}')" for t in times) or "false"
    (found,) = one(connection, f"SELECT coalesce(bool_or({naive}), false) FROM {texts}")
    connection.execute(f"DROP TABLE {texts}")
    return bool(found)


def _scan(connection: duckdb.DuckDBPyConnection, export: Export, select: str) -> int:
    try:
        # All of the result: what could not be read is only known at its end.
        rows = connection.execute(f"{select} FROM {export.relation}").fetchall()
    except duckdb.OutOfMemoryException:
        raise  # told by `connect`; it quotes nothing
    except duckdb.Error as error:
        mixed = "its lines end in different ways; take the export as it was downloaded"
        why = mixed if "state machine" in str(error) else f"the engine cannot read it ({type(error).__name__})"
    else:
        return int(rows[0][0])
    # Outside of the handler, so that the engine's own error, which quotes a line of the file, hangs on nothing.
    raise InputError(f"{export.path.name} cannot be read: {why}")


def _text(column: str) -> str:
    """SQL of a trimmed text, NULL where it is empty or a database's word for that."""
    return f"CASE WHEN trim({column}) NOT IN ('', 'NULL', '\\N') THEN trim({column}) END"


def _field(field: str, column: str) -> str:
    text = _text(column)
    if field == "email":
        return f"CASE WHEN {text} IS NOT NULL THEN {EMAIL_ID}({column}) END"
    return f"CASE WHEN {text} IS NOT NULL THEN {entries(column)} END" if field == "contents" else text


def _number(connection: duckdb.DuckDBPyConnection, export: Export, texts: str) -> None:
    """Number the rows as they stand in the file, among them the lines that are no rows; those become faults."""
    torn = _torn_lines(connection, export)
    blank = sorted(blank_records(export.path, zipped=export.zipped, delimiter=export.delimiter)) if torn else []
    lines = sorted((line - 1 - sum(b < line for b in blank), kind) for line, kind in torn)
    connection.execute("CREATE OR REPLACE TEMP TABLE shift (first BIGINT, torn BIGINT)")
    if lines:
        connection.executemany(
            "INSERT INTO shift VALUES (?, ?)", [(row - n, n + 1) for n, (row, _) in enumerate(lines)]
        )
        faults = [(export.path.name, row, TORN.get(kind, "is not readable")) for row, kind in lines]
        connection.executemany("INSERT INTO faults VALUES (?, ?, NULL, 0, NULL, ?, NULL)", faults)
    key = "REPLACE (last_value(key IGNORE NULLS) OVER (ORDER BY nth) AS key)" if export.platform.continues else ""
    connection.execute(
        f"CREATE TEMP TABLE {texts} AS SELECT nth + coalesce(torn, 0) AS row, r.* EXCLUDE (nth) {key} "
        f"FROM (SELECT rowid + 1 AS nth, * FROM {texts}_read) r "
        f"ASOF LEFT JOIN (SELECT first, max(torn) AS torn FROM shift GROUP BY first) s ON r.nth >= s.first"
    )
    connection.execute(f"DROP TABLE {texts}_read")


def _torn_lines(connection: duckdb.DuckDBPyConnection, export: Export) -> list[tuple[int, str]]:
    """Return the lines that the last scan could not read, with the engine's word for why, and forget what they hold."""
    if not export.is_csv:
        return []
    blank = partial(blank_records, export.path, zipped=export.zipped, delimiter=export.delimiter)
    one_piece = fits_one_piece(export.path, zipped=export.zipped)
    refuse_open_quote(connection, export.path.name, blank, one_piece=one_piece)
    torn = connection.execute("SELECT line, min(error_type) FROM reject_errors GROUP BY line").fetchall()
    connection.execute("DELETE FROM reject_errors")
    return [(int(line), str(kind)) for line, kind in torn]


def _shown(field: str, text: str) -> str:
    word = f" OR regexp_full_match({text}, '{ONE_WORD}')" if KINDS[field] in {"status", "flag"} else ""
    telephone = f"regexp_full_match({text}, '{TELEPHONE}') AND NOT regexp_matches({text}, '{DATE_LIKE}')"
    harmless = f"regexp_full_match({text}, '{HARMLESS}') AND NOT regexp_matches({text}, '{WORDS}')"
    return f"CASE WHEN ({harmless} AND NOT ({telephone})){word} THEN {text} ELSE {literal(HIDDEN)} END"
