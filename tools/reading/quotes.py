"""Quotes that are opened and never closed: they swallow rows, and nobody can tell which."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from cartjury.data.errors import InputError
from cartjury.tools.blank_lines import blank_records

PIECE = 32_000_000  # bytes that the engine reads at once at least; of what spans pieces it may keep a wrong line
BLANK = "chr(10) || chr(13)"


def refuse_open_quote(
    connection: duckdb.DuckDBPyConnection, path: Path, name: str, *, zipped: bool, delimiter: str
) -> None:
    """Refuse a text file in which a quote swallowed the lines after it, or may have.

    A line that closes what it opens is one bad row, and left to be told as such.

    Args:
        connection: the one that has read the file, whose rejected lines are in `reject_errors`.
        path: of the file.
        name: what messages call it.
        zipped: whether it is packed with gzip.
        delimiter: what separates its fields.

    Raises:
        InputError: it names the row.
    """
    is_one_piece = not zipped and path.stat().st_size < PIECE
    quotes = "length(csv_line) - length(replace(csv_line, '\"', ''))"
    found = connection.execute(
        "SELECT min(line) FROM reject_errors WHERE error_type = 'UNQUOTED VALUE' "
        f"AND ({not is_one_piece} OR contains(rtrim(csv_line, {BLANK}), chr(10)) OR {quotes} % 2 = 1)"
    ).fetchone()
    if found and found[0] is not None:
        blank: Sequence[int] = blank_records(path, zipped=zipped, delimiter=delimiter)
        row = found[0] - 1 - sum(line < found[0] for line in blank)
        raise InputError(
            f"{name}: a quote that is opened in row {row:,} is not closed where its field ends, so that nobody can "
            "tell which rows it swallowed; close it, or write quotes inside a text as two"
        )
