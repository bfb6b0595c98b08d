"""Bad rows of exports: told to the user by row and column, or listed in a file and left out.

A value is shown only where it cannot be personal (read.py decides); an e-mail address never.
"""

from pathlib import Path

import duckdb

from cartjury.data.errors import InputError
from cartjury.tools.engine.duck import literal, one
from cartjury.tools.fault_words import SHOWN, counted, in_words, listed, with_rest


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
    lines = [in_words(f"{file}: row {row:,}", *fault) for file, row, _, _, *fault in found]
    hint = (
        "row 1 is the first below the header; --on-bad-rows quarantine leaves bad rows out, their whole order with them"
    )
    raise InputError(counted(bad), (*with_rest(lines, total), hint))


def write_rejected(connection: duckdb.DuckDBPyConnection, draft: Path) -> None:
    """List the bad rows with their reasons in a CSV; values that may be personal are not in it."""
    connection.execute(
        f"COPY (SELECT file, row, {listed()} FROM faults "
        f"GROUP BY file, row ORDER BY file, row) TO {literal(str(draft))} (FORMAT csv, HEADER)"
    )
