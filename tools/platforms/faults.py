"""Bad rows of exports: told to the user by row and column, or listed in a file and left out.

A value is shown only where it cannot be personal (read.py decides); an e-mail address never.
"""

from pathlib import Path

import duckdb

from cartjury.data.errors import InputError
from cartjury.tools.engine.duck import literal, one, spreadsheet_safe

SHOWN = 20  # faults that a message lists


def count_bad_rows(connection: duckdb.DuckDBPyConnection) -> int:
    """Count the rows that have a fault, over all exports."""
    (count,) = one(connection, "SELECT count(*) FROM (SELECT DISTINCT file, row FROM faults)")
    return int(count)


def refuse(connection: duckdb.DuckDBPyConnection, bad: int) -> None:
    """Refuse exports with bad rows.

    Raises:
        InputError: always; it lists the first faults, and how many more.
    """
    found = connection.execute(f"SELECT * FROM faults ORDER BY file, row, position LIMIT {SHOWN}").fetchall()
    (total,) = one(connection, "SELECT count(*) FROM faults")
    lines = [
        f"{file}: row {row:,}{f', column {name}' if name else ''}:{f' {value!r}' if value else ''} {reason}"
        for file, row, _, _, name, reason, value in found
    ]
    more = [f"and {total - SHOWN:,} more"] if total > SHOWN else []
    hint = (
        "row 1 is the first below the header; --on-bad-rows quarantine leaves bad rows out, their whole order with them"
    )
    raise InputError(f"{bad:,} bad row{'s' if bad > 1 else ''}", (*lines, *more, hint))


def write_rejected(connection: duckdb.DuckDBPyConnection, draft: Path) -> None:
    """List the bad rows with their reasons in a CSV; values that may be personal are not in it."""
    connection.execute(
        f"COPY (SELECT file, row, string_agg(concat(name || ' ', reason), '; ' ORDER BY position) AS reasons, "
        f"string_agg(coalesce(name, 'the line'), '; ' ORDER BY position) AS columns, "
        f"string_agg({spreadsheet_safe('value')}, '; ' ORDER BY position) AS values "
        f"FROM faults GROUP BY file, row ORDER BY file, row) TO {literal(str(draft))} (FORMAT csv, HEADER)"
    )
