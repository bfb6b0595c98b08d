"""Bad rows of a log: told to the user, or written to a file. Nothing but the bad values themselves is shown."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from cartjury.tools.blank_lines import blank_records
from cartjury.tools.engine.duck import literal, one
from cartjury.tools.events.fields import REASONS
from cartjury.tools.events.parts import Part
from cartjury.tools.fault_words import SHOWN, counted, in_words, listed, with_rest

COMMA = r"-?\d{1,3}(\.?\d{3})*,\d+"  # a number with a decimal comma
TORN = {
    "MISSING COLUMNS": "has too few columns",
    "TOO MANY COLUMNS": "has too many columns",
    "INVALID ENCODING": "is not UTF-8; save the file as CSV (UTF-8)",
    "UNQUOTED VALUE": "has a quote that does not end its field",
}


def collect(connection: duckdb.DuckDBPyConnection, parts: Sequence[Part], stages: Sequence[Path]) -> int:
    """Collect all faults in the table `faults(part, row, position, name, reason, value)`, and count the bad rows.

    Rows are counted from 1 below the header, blank lines left out; `name` is NULL where the line is no row.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE faults "
        "(part INTEGER, row BIGINT, position INTEGER, name VARCHAR, reason VARCHAR, value VARCHAR)"
    )
    torn = {part for (part,) in connection.execute("SELECT DISTINCT part FROM torn").fetchall()}
    for number, (part, stage) in enumerate(zip(parts, stages, strict=True)):
        if number in torn:
            _number_torn_lines(connection, part, number)
        _collect_values(connection, part, number, stage)
    (count,) = one(connection, "SELECT count(*) FROM (SELECT DISTINCT part, row FROM faults)")
    return int(count)


def message(connection: duckdb.DuckDBPyConnection, parts: Sequence[Part], bad: int) -> tuple[str, tuple[str, ...]]:
    """The error of a log with bad rows: a headline, and the first faults by file, row, column and value."""
    found = connection.execute(
        f"SELECT part, row, name, reason, value FROM faults ORDER BY part, row, position LIMIT {SHOWN}"
    ).fetchall()
    (total,) = one(connection, "SELECT count(*) FROM faults")
    files = [f"{part.name}, " if len(parts) > 1 else "" for part in parts]
    lines = [in_words(f"{files[part]}row {row:,}", *fault) for part, row, *fault in found]
    where = parts[0].name if len(parts) == 1 else f"{len({part for part, *_ in found})} of {len(parts)} files"
    hint = "row 1 is the first below the header; --on-bad-rows quarantine leaves bad rows out"
    return f"{where}: {counted(bad)}", (*with_rest(lines, total), *_ways_out(connection, parts), hint)


def _ways_out(connection: duckdb.DuckDBPyConnection, parts: Sequence[Part]) -> list[str]:
    """Say how to read columns that are written otherwise than was said."""
    columns = {field.name: role for part in parts for role, field in part.roles.items()}
    found = connection.execute(
        f"SELECT name, bool_or(regexp_full_match(value, {literal(COMMA)})) FROM faults "
        f"WHERE reason IN ({literal(REASONS[2])}, {literal(REASONS[3])}) GROUP BY name ORDER BY name"
    ).fetchall()
    said = []
    for name, comma in found:
        if columns[name] == "time":
            ways = "iso, date, epoch_s, epoch_ms, epoch_us or a pattern such as %d.%m.%Y %H:%M"
            said.append(f"how the times are written is said by --map 'time={name}:...': {ways}")
        elif comma:
            said.append(f"--map '{columns[name]}={name}:comma' reads numbers such as 1.234,50")
    return said


def write_rejected(connection: duckdb.DuckDBPyConnection, parts: Sequence[Part], target: Path) -> None:
    """Write the bad rows as a CSV: file, row, reasons, columns and the bad values."""
    names = "[" + ", ".join(literal(part.name) for part in parts) + "]"
    connection.execute(
        f"COPY (SELECT {names}[part + 1] AS file, row, {listed()} "
        f"FROM faults GROUP BY part, row ORDER BY part, row) TO {literal(str(target))} (FORMAT csv, HEADER)"
    )


def _collect_values(connection: duckdb.DuckDBPyConnection, part: Part, number: int, stage: Path) -> None:
    names = "[" + ", ".join(literal(field.name) for field in part.roles.values()) + "]"
    reasons = "MAP {" + ", ".join(f"{code}: {literal(reason)}" for code, reason in REASONS.items()) + "}"
    file = f"read_parquet({literal(str(stage))}, file_row_number = true)"
    # A stored row moves down by the torn lines that stand before it.
    connection.execute(
        f"INSERT INTO faults SELECT {number}, b.row + coalesce(s.torn, 0), i, {names}[i], {reasons}[codes[i]], raws[i] "
        f"FROM (SELECT {number} AS part, coalesce(at_row, file_row_number + 1) AS row, codes, raws, "
        f"unnest(range(1, {len(part.roles)} + 1)) AS i FROM {file} WHERE codes IS NOT NULL) b "
        f"ASOF LEFT JOIN (SELECT {number} AS part, row - nth + 1 AS first, max(nth) AS torn "
        f"FROM (SELECT row, row_number() OVER (ORDER BY row) AS nth FROM faults "
        f"WHERE part = {number} AND name IS NULL) GROUP BY first) s ON b.part = s.part AND b.row >= s.first "
        f"WHERE codes[i] > 0"
    )


def _number_torn_lines(connection: duckdb.DuckDBPyConnection, part: Part, number: int) -> None:
    """Add lines that are no row; the engine counts records, the header and blank lines among them."""
    table = part.table
    blank = blank_records(part.path, zipped=table.zipped, delimiter=table.delimiter)
    connection.execute("CREATE OR REPLACE TEMP TABLE blank AS SELECT unnest(?::BIGINT[]) AS line", [blank])
    reasons = " ".join(f"WHEN {literal(kind)} THEN {literal(reason)}" for kind, reason in TORN.items())
    names = "[" + ", ".join(literal(field.name) for field in part.table.fields) + "]"
    # The line itself is not shown: it may hold names and addresses that nothing here has to read.
    connection.execute(
        f"INSERT INTO faults SELECT part, t.line - 1 - coalesce(b.before, 0), 0, NULL, "
        f"CASE kind {reasons} ELSE 'is not readable (' || lower(kind) || ')' END || "
        f"CASE WHEN kind = 'MISSING COLUMNS' THEN coalesce(': ' || {names}[position + 1] || ' is missing', '') "
        f"ELSE '' END, NULL FROM (SELECT * FROM torn WHERE part = {number}) t "
        f"ASOF LEFT JOIN (SELECT line, row_number() OVER (ORDER BY line) AS before FROM blank) b ON t.line > b.line"
    )
