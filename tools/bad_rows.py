"""Bad rows: collected from the checked rows, told to the user, or put into quarantine.

All of it is SQL on a table `faults(row, line, position, name, reason, value)`, one line a fault, so a
file of ten million bad rows costs no more memory than one of ten.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from cartjury.tools.checks import REASONS
from cartjury.tools.engine.duck import PARQUET, literal, one, spreadsheet_safe

SHOWN = 20  # faults that a message lists
WIDTH = 60  # characters of a bad value that a message shows
TORN = {"MISSING COLUMNS": "has too few columns", "TOO MANY COLUMNS": "has too many columns"}


def collect(connection: duckdb.DuckDBPyConnection, rows: Path, columns: Sequence[str], *, is_text: bool) -> int:
    """Collect all faults of the checked rows in the table `faults`.

    Args:
        connection: the one that wrote `rows`, so that it knows the lines that were no rows at all.
        rows: Parquet with the columns `user_id`, `problems` and `raw`.
        columns: names of the columns that `problems` and `raw` list, in order.
        is_text: whether the source was CSV, which can hold lines that are no rows.

    Returns:
        The number of bad rows.
    """
    connection.execute(
        "CREATE TEMP TABLE faults "
        "(row BIGINT, line BIGINT, position INTEGER, name VARCHAR, reason VARCHAR, value VARCHAR)"
    )
    file = f"read_parquet({literal(str(rows))}, file_row_number = true)"
    names = "[" + ", ".join(literal(c) for c in columns) + "]"
    reasons = "MAP {" + ", ".join(f"{code}: {literal(reason)}" for code, reason in REASONS.items()) + "}"
    connection.execute(
        f"INSERT INTO faults SELECT file_row_number + 1, NULL, i, {names}[i], {reasons}[problems[i]], raw[i] "
        f"FROM (SELECT *, unnest(range(1, {len(columns)} + 1)) AS i FROM {file} WHERE problems IS NOT NULL) "
        f"WHERE problems[i] > 0"
    )
    _collect_repeated_ids(connection, file)
    connection.execute("CREATE TEMP TABLE bad_stored AS SELECT DISTINCT row - 1 AS stored FROM faults")
    if is_text:
        _collect_torn_lines(connection)
    (count,) = one(connection, "SELECT count(DISTINCT row) FROM faults")
    return int(count)


def message(connection: duckdb.DuckDBPyConnection, name: str, bad: int) -> tuple[str, tuple[str, ...]]:
    """Return the error of a file with bad rows: a headline, and the first faults by row, column and value."""
    found = connection.execute(
        f"SELECT row, line, name, reason, value FROM faults ORDER BY row, position LIMIT {SHOWN}"
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
        f"COPY (SELECT row, string_agg(CASE WHEN line IS NULL THEN name || ' ' ELSE '' END || reason, '; ' "
        f"ORDER BY position) AS reasons, string_agg(name, '; ' ORDER BY position) AS columns, "
        f"string_agg({value}, '; ' ORDER BY position) AS values FROM faults GROUP BY row ORDER BY row) "
        f"TO {literal(str(rejected))} (HEADER)"
    )
    clean = rows.with_suffix(".clean")
    file = f"read_parquet({literal(str(rows))}, file_row_number = true)"
    connection.execute(
        f"COPY (SELECT * EXCLUDE (file_row_number) REPLACE (NULL AS problems, NULL AS raw) FROM {file} "
        f"WHERE file_row_number NOT IN (SELECT stored FROM bad_stored)) TO {literal(str(clean))} ({PARQUET})"
    )
    clean.replace(rows)


def _collect_repeated_ids(connection: duckdb.DuckDBPyConnection, file: str) -> None:
    # Hashes are enough to see that nothing repeats, and take far less memory than the ids.
    total, distinct = one(connection, f"SELECT count(user_id), count(DISTINCT hash(user_id)) FROM {file}")
    if total == distinct:
        return
    connection.execute(
        f"INSERT INTO faults SELECT row, NULL, 0, 'user_id', 'is also in row ' || first, user_id FROM "
        f"(SELECT user_id, file_row_number + 1 AS row, min(file_row_number + 1) OVER (PARTITION BY user_id) AS first "
        f"FROM {file} WHERE trim(user_id) != '') WHERE row > first"
    )


def _collect_torn_lines(connection: duckdb.DuckDBPyConnection) -> None:
    """Add lines that are no row at all, and number the rows as they stand in the file among them."""
    found = connection.execute(
        "SELECT line, min(error_type), any_value(csv_line) FROM reject_errors GROUP BY line ORDER BY line"
    ).fetchall()
    if not found:
        return
    torn = "(VALUES " + ", ".join(f"({line - 1 - i})" for i, (line, _, _) in enumerate(found)) + ") AS t(before)"
    connection.execute(f"UPDATE faults SET row = row + (SELECT count(*) FROM {torn} WHERE before <= row)")
    for line, kind, text in found:
        reason = TORN.get(kind, f"is not readable ({str(kind).lower()})")
        connection.execute("INSERT INTO faults VALUES (?, ?, 0, 'the line', ?, ?)", [line - 1, line, reason, text])


def _in_words(row: int, line: int | None, name: str, reason: str, value: str | None) -> str:
    shown = "" if value in {None, ""} else f" {str(value)[:WIDTH]!r}{'...' if len(str(value)) > WIDTH else ''}"
    where = f"line {line:,}:" if line else f"row {row:,}, column {name}:"
    return f"{where}{shown} {reason}"
