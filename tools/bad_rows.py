"""Bad rows: collected from the checked rows, told to the user, or put into quarantine.

All of it is SQL on a table `faults(row, position, name, reason, twin, value)`, one line a fault, so a
file of ten million bad rows costs no more memory than one of ten. Rows are counted from 1 below the
header, without blank lines; `name` is the column, NULL where the whole line is no row; `twin` is the
row that has the same id.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from cartjury.tools.checks import REASONS
from cartjury.tools.engine.duck import PARQUET, literal, one, spreadsheet_safe

SHOWN = 20  # faults that a message lists
WIDTH = 60  # characters of a bad value that a message shows
REASON = "concat(reason, ' ' || twin)"
TORN = {"MISSING COLUMNS": "has too few columns", "TOO MANY COLUMNS": "has too many columns"}


def collect(
    connection: duckdb.DuckDBPyConnection, rows: Path, columns: Sequence[str], blank: Callable[[], Sequence[int]] | None
) -> int:
    """Collect all faults of the checked rows in the table `faults`.

    Args:
        connection: the one that wrote `rows`, so that it knows the lines that were no rows at all.
        rows: Parquet with the columns `user_id`, `problems` and `raw`.
        columns: names of the columns that `problems` and `raw` list, in order.
        blank: numbers the blank lines of the file; None where it was no CSV, which has no lines.

    Returns:
        The number of bad rows.
    """
    connection.execute(
        "CREATE TEMP TABLE faults "
        "(row BIGINT, position INTEGER, name VARCHAR, reason VARCHAR, twin BIGINT, value VARCHAR)"
    )
    file = f"read_parquet({literal(str(rows))}, file_row_number = true)"
    names = "[" + ", ".join(literal(c) for c in columns) + "]"
    reasons = "MAP {" + ", ".join(f"{code}: {literal(reason)}" for code, reason in REASONS.items()) + "}"
    connection.execute(
        f"INSERT INTO faults SELECT file_row_number + 1, i, {names}[i], {reasons}[problems[i]], NULL, raw[i] "
        f"FROM (SELECT *, unnest(range(1, {len(columns)} + 1)) AS i FROM {file} WHERE problems IS NOT NULL) "
        f"WHERE problems[i] > 0"
    )
    _collect_repeated_ids(connection, file)
    connection.execute("CREATE TEMP TABLE bad_stored AS SELECT DISTINCT row - 1 AS stored FROM faults")
    if blank and one(connection, "SELECT count(*) > 0 FROM reject_errors")[0]:
        _collect_torn_lines(connection, blank())
    (count,) = one(connection, "SELECT count(DISTINCT row) FROM faults")
    return int(count)


def message(connection: duckdb.DuckDBPyConnection, name: str, bad: int) -> tuple[str, tuple[str, ...]]:
    """Return the error of a file with bad rows: a headline, and the first faults by row, column and value."""
    found = connection.execute(
        f"SELECT row, name, {REASON}, value FROM faults ORDER BY row, position LIMIT {SHOWN}"
    ).fetchall()
    (total,) = one(connection, "SELECT count(*) FROM faults")
    lines = [_in_words(*fault) for fault in found]
    more = [f"and {total - SHOWN:,} more"] if total > SHOWN else []
    hint = "row 1 is the first below the header; --on-bad-rows quarantine leaves bad rows out"
    return f"{name}: {bad:,} bad row{'s' if bad > 1 else ''}", (*lines, *more, hint)


def quarantine(connection: duckdb.DuckDBPyConnection, rows: Path, rejected: Path) -> None:
    """Write the bad rows with their reasons to a CSV, and leave only good ones in `rows`."""
    value = spreadsheet_safe("value")
    connection.execute(
        f"COPY (SELECT row, string_agg(concat(name || ' ', {REASON}), '; ' "
        f"ORDER BY position) AS reasons, string_agg(coalesce(name, 'the line'), '; ' ORDER BY position) AS columns, "
        f"string_agg({value}, '; ' ORDER BY position) AS values FROM faults GROUP BY row ORDER BY row) "
        f"TO {literal(str(rejected))} (HEADER)"
    )
    clean = rows.with_suffix(".clean")
    file = f"read_parquet({literal(str(rows))}, file_row_number = true)"
    connection.execute(
        f"COPY (SELECT * EXCLUDE (file_row_number) REPLACE (NULL AS problems, NULL AS raw) FROM {file} "
        # A join loses the order of the rows, so they are sorted again.
        f"WHERE file_row_number NOT IN (SELECT stored FROM bad_stored) ORDER BY file_row_number) "
        f"TO {literal(str(clean))} ({PARQUET})"
    )
    clean.replace(rows)


def _collect_repeated_ids(connection: duckdb.DuckDBPyConnection, file: str) -> None:
    # Hashes are enough to see that nothing repeats, and take far less memory than the ids.
    distinct_ids = "count(DISTINCT hash(user_id)) FILTER (user_id IS NOT NULL)"
    total, distinct = one(connection, f"SELECT count(user_id), {distinct_ids} FROM {file}")
    if total == distinct:
        return
    connection.execute(
        f"INSERT INTO faults SELECT row, 0, 'user_id', 'is also in row', first, user_id FROM "
        f"(SELECT user_id, file_row_number + 1 AS row, min(file_row_number + 1) OVER (PARTITION BY user_id) AS first "
        f"FROM {file} WHERE trim(user_id) != '') WHERE row > first"
    )


def _collect_torn_lines(connection: duckdb.DuckDBPyConnection, blank: Sequence[int]) -> None:
    """Add lines that are no row at all, and number the rows as they stand in the file among them.

    The engine's `line` counts records, the header and blank lines among them.
    """
    connection.execute("CREATE TEMP TABLE blank AS SELECT unnest(?::BIGINT[]) AS line ORDER BY line", [list(blank)])
    reasons = " ".join(f"WHEN {literal(kind)} THEN {literal(reason)}" for kind, reason in TORN.items())
    connection.execute(
        f"CREATE TEMP TABLE torn AS SELECT t.line - 1 - coalesce(b.before, 0) AS row, value, "
        f"row_number() OVER (ORDER BY t.line) AS nth, "
        f"CASE kind {reasons} ELSE 'is not readable (' || lower(kind) || ')' END AS reason "
        f"FROM (SELECT line, min(error_type) AS kind, any_value(trim(csv_line, chr(10) || chr(13))) AS value "
        f"FROM reject_errors GROUP BY line) t "
        f"ASOF LEFT JOIN (SELECT line, row_number() OVER (ORDER BY line) AS before FROM blank) b ON t.line > b.line"
    )
    # A stored row moves down by the torn lines that stand before it.
    connection.execute(
        "CREATE TEMP TABLE shift AS SELECT row - nth + 1 AS first, max(nth) AS torn FROM torn GROUP BY first"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE faults AS SELECT f.row + coalesce(r.torn, 0) AS row, position, name, reason, "
        "f.twin + coalesce(t.torn, 0) AS twin, value "
        "FROM faults f ASOF LEFT JOIN shift r ON f.row >= r.first ASOF LEFT JOIN shift t ON f.twin >= t.first "
        "UNION ALL SELECT row, 0, NULL, reason, NULL, value FROM torn"
    )


def _in_words(row: int, name: str | None, reason: str, value: str | None) -> str:
    shown = "" if value in {None, ""} else f" {str(value)[:WIDTH]!r}{'...' if len(str(value)) > WIDTH else ''}"
    return f"row {row:,}{f', column {name}' if name else ''}:{shown} {reason}"
