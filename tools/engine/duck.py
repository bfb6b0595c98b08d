"""One way to open DuckDB, with everything that could change a result set explicitly."""

import contextlib
import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from cartjury.data.errors import InputError
from cartjury.tools.engine.memory import default_limit

# Small dictionaries only: the working file is written once and read a few times, and building
# dictionaries for ids and prices costs more than they save.
PARQUET = "FORMAT parquet, DICTIONARY_SIZE_LIMIT 200"


_OPEN: list[duckdb.DuckDBPyConnection] = []  # the connections of this process that may be at work
SPILL = "spill"  # folder for what does not fit into memory


def percent() -> float | None:
    """How far the query is that runs now, in per cent; None where none does, or the engine cannot say.

    May be asked from any thread.
    """
    for connection in tuple(_OPEN):
        try:
            done: float = connection.query_progress()
        except duckdb.Error:  # closed meanwhile
            continue
        if done >= 0:
            return done
    return None


@contextmanager
def connect(scratch: Path, memory_limit: str | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a connection of its own, with its own temporary tables, to an in-memory engine, and close it.

    Args:
        scratch: folder for files that do not fit into memory.
        memory_limit: such as "500MB"; None leaves the default.

    Raises:
        InputError: what is done with it needs more memory than the limit, or the disk is full.
    """
    connection = _engine(scratch, memory_limit).cursor()
    _OPEN.append(connection)
    try:
        quiet(connection)
        connection.execute("SET preserve_insertion_order = true")
        # A timestamp with a zone becomes a date; the machine's own zone must not decide which.
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        raise InputError(f"the engine has too little memory or disk: {str(error).splitlines()[0]}") from error
    except RuntimeError as error:
        if "Query interrupted" in str(error):  # how the engine tells of ctrl-C
            raise KeyboardInterrupt from error
        raise
    finally:
        _OPEN.remove(connection)
        connection.close()


@functools.lru_cache(maxsize=4)
def _engine(scratch: Path, memory_limit: str | None) -> duckdb.DuckDBPyConnection:
    """Start an engine; starting costs more than a small query, and an idle one holds nothing."""
    engine = duckdb.connect(config={"temp_directory": str(scratch / SPILL)})
    limit = memory_limit or default_limit()
    if limit:
        engine.execute(f"SET memory_limit = {literal(limit)}")
    return engine


def quiet(connection: duckdb.DuckDBPyConnection) -> None:
    """Let the engine count its progress, but not print it, which it would do into pipes too."""
    with contextlib.suppress(duckdb.InvalidInputException):  # in a notebook without ipywidgets it is off, and stays so
        connection.execute("SET enable_progress_bar_print = false")
        connection.execute("SET enable_progress_bar = true")


def one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    """Return the only row of a query."""
    row = connection.execute(query).fetchone()
    if row is None:
        raise LookupError(f"no row came back from: {query}")
    return tuple(row)


def quoted(identifier: str) -> str:
    """Quote a column name."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(value: str | float) -> str:
    """Write a value as an SQL literal; floats by their shortest text that reads back to the same bits."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return f"CAST({value!r} AS DOUBLE)"


def spreadsheet_safe(text: str) -> str:
    """SQL that puts an apostrophe before a text that a spreadsheet would run as a formula."""
    # No IN list: from six values on the engine makes it a join, and a join does not keep the order of the rows.
    starts = ["'='", "'+'", "'-'", "'@'", "chr(9)", "chr(13)"]
    runs = " OR ".join(f"starts_with({text}, {start})" for start in starts)
    # All of these come before the letter A, so that most texts are told by one comparison.
    return f"CASE WHEN {text} < 'A' THEN CASE WHEN {runs} THEN chr(39) || {text} ELSE {text} END ELSE {text} END"
