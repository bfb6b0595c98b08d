"""Quotes that are opened and never closed: they swallow rows, and nobody can tell which."""

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from cartjury.data.errors import InputError

PIECE = 32_000_000  # bytes that the engine is told to read at once (its own choice is 16 of the longest lines)
BLANK = "chr(10) || chr(13)"


def fits_one_piece(path: Path, *, zipped: bool) -> bool:
    """Whether the engine reads a file at once, so that what it says of a line can be trusted."""
    return not zipped and path.stat().st_size < PIECE


def refuse_open_quote(
    connection: duckdb.DuckDBPyConnection, name: str, blank: Callable[[], Sequence[int]], *, one_piece: bool
) -> None:
    """Refuse a text file in which a quote swallowed the lines after it, or may have.

    A line that closes what it opens is one bad row, and left to be told as such.

    Args:
        connection: the one that has read the file, whose rejected lines are in `reject_errors`.
        name: what messages call the file.
        blank: numbers its blank lines; the header is 1.
        one_piece: whether the engine read it at once.

    Raises:
        InputError: it names the row.
    """
    quotes = "length(csv_line) - length(replace(csv_line, '\"', ''))"
    found = connection.execute(
        "SELECT min(line) FROM reject_errors WHERE error_type = 'UNQUOTED VALUE' "
        f"AND ({not one_piece} OR contains(rtrim(csv_line, {BLANK}), chr(10)) OR {quotes} % 2 = 1)"
    ).fetchone()
    if found and found[0] is not None:
        row = found[0] - 1 - sum(line < found[0] for line in blank())
        raise InputError(
            f"{name}: a quote that is opened in row {row:,} is not closed where its field ends, so that nobody can "
            "tell which rows it swallowed; close it, or write quotes inside a text as two"
        )
