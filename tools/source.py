"""What kind of file the input is, which columns it has, and how DuckDB shall read it. Nothing is guessed."""

import csv
import difflib
import gzip
import hashlib
import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import duckdb

from cartjury.data.contract import COLUMN_NAMES
from cartjury.data.errors import InputError
from cartjury.tools.blank_lines import blank_records
from cartjury.tools.engine.duck import literal

MAGIC = {
    b"PK\x03\x04": "an Excel workbook or a zip archive; save it as CSV (UTF-8) first",
    b"\xff\xfe": "UTF-16 text; save it as CSV (UTF-8)",
    b"\xfe\xff": "UTF-16 text; save it as CSV (UTF-8)",
    b"{": "JSON; save it as CSV with the eight columns of the contract",
    b"<": "HTML or XML; save it as CSV (UTF-8)",
}
HEADER_LIMIT = 4_000_000  # bytes that a header may span


class Source(NamedTuple):
    """A file ready to be read.

    Attributes:
        path: where it lies.
        relation: SQL table function that yields its rows in order; text columns for CSV.
        types: DuckDB type by column name, in the file's order.
        blank_lines: numbers the blank lines of a CSV; None for Parquet.
        declared: makes the relation of a plain CSV whose columns have these types, instead of text; reading
            it fails at the first value that does not fit. None for other files.
    """

    path: Path
    relation: str
    types: dict[str, str]
    blank_lines: Callable[[], Sequence[int]] | None
    declared: Callable[[Mapping[str, str]], str] | None = None


def sha256_of(path: Path) -> str:
    """Return the hex digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_source(path: Path, connection: duckdb.DuckDBPyConnection) -> Source:
    """Look at a file's first bytes and header.

    Raises:
        InputError: no such file, empty, not CSV/Parquet, or a header that breaks the contract.
    """
    if not path.is_file():
        raise InputError(f"there is no file {path}")
    with path.open("rb") as file:
        head = file.read(4)
    if not head:
        raise InputError(f"{path.name} is empty")
    source = _parquet(path, connection) if head == b"PAR1" else _csv(path, head)
    check_header(path.name, list(source.types))
    return source


def check_header(name: str, columns: list[str]) -> None:
    """Refuse a header without the contract's columns, or with one of them twice.

    Raises:
        InputError: it names the columns, what was found, and the likely reason.
    """
    twice = [c for c, n in Counter(columns).items() if n > 1 and c in COLUMN_NAMES]
    if twice:
        raise InputError(f"{name}: the column {', '.join(twice)} occurs twice; keep one of them")
    missing = [c for c in COLUMN_NAMES if c not in columns]
    if not missing:
        return
    hints = []
    if len(columns) == 1 and any(d in columns[0] for d in ";\t|"):
        hints.append("the header is one single column: this looks like a file that is not separated by commas")
    for column in missing:
        near = difflib.get_close_matches(column, [c.strip().lower() for c in columns], n=1, cutoff=0.75)
        hints.extend(f"{column}: did you mean '{c}'?" for c in columns if near and c.strip().lower() == near[0])
    shown = ", ".join(columns[:20]) + (f" and {len(columns) - 20} more" if len(columns) > 20 else "")
    raise InputError(
        f"{name}: missing column{'s' if len(missing) > 1 else ''} {', '.join(missing)}",
        (f"found: {shown}", *hints),
    )


def _parquet(path: Path, connection: duckdb.DuckDBPyConnection) -> Source:
    relation = f"read_parquet({literal(str(path))})"
    try:
        rows = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    except duckdb.Error as error:
        raise InputError(f"{path.name} is no readable Parquet file: {error}") from error
    return Source(path, relation, {row[0]: row[1] for row in rows}, blank_lines=None)


def _csv(path: Path, head: bytes) -> Source:
    zipped = head[:2] == b"\x1f\x8b"
    first = _first_bytes(path, zipped=zipped)
    for magic, what in MAGIC.items():
        if first.startswith(magic):
            raise InputError(f"{path.name} is {what}")
    header = _header(path.name, first)
    text = dict.fromkeys(header, "VARCHAR")
    tolerant = ["store_rejects = true", "rejects_limit = 0", f"compression = {literal('gzip' if zipped else 'none')}"]
    return Source(
        path,
        relation=_read_csv(path, text, tolerant),
        types=text,
        blank_lines=partial(blank_records, path, zipped=zipped),
        declared=None if zipped else lambda types: _read_csv(path, {**text, **types}, []),
    )


def _read_csv(path: Path, types: Mapping[str, str], further: Sequence[str]) -> str:
    columns = ", ".join(f"{literal(name)}: {literal(sql_type)}" for name, sql_type in types.items())
    options = [
        f"columns = {{{columns}}}",
        "auto_detect = false",
        "header = true",
        "delim = ','",
        "quote = '\"'",
        "escape = '\"'",
        "strict_mode = true",
        "max_line_size = 16000000",
        *further,
    ]
    return f"read_csv({literal(str(path))}, {', '.join(options)})"


def _first_bytes(path: Path, *, zipped: bool) -> bytes:
    try:
        with gzip.open(path) if zipped else path.open("rb") as file:
            return file.read(HEADER_LIMIT)
    except (OSError, EOFError) as error:
        raise InputError(f"{path.name} is no readable gzip file: {error}") from error


def _header(name: str, first: bytes) -> list[str]:
    if b"\x00" in first[:1000]:
        raise InputError(f"{name} is not text: it holds NUL bytes; save it as CSV (UTF-8)")
    # A cut inside a character at the end of the excerpt is no fault of the header.
    text = first.decode("utf-8-sig", errors="replace")
    try:
        header = next(csv.reader(io.StringIO(text, newline="")), [])
    except csv.Error as error:
        raise InputError(f"{name}: the header cannot be read: {error}") from error
    if not header:
        raise InputError(f"{name}: the first line is empty; it must hold the names of the columns")
    check_header(name, header)
    return _distinct(header)


def _distinct(header: list[str]) -> list[str]:
    """Rename what the engine could not tell apart: it ignores case and knows no empty names.

    Columns of the contract keep their names, and the others theirs as far as they differ.
    """
    taken = set(COLUMN_NAMES)
    found = []
    for position, column in enumerate(header, start=1):
        name = column or f"column {position}"
        while column not in COLUMN_NAMES and name.lower() in taken:
            name += f"#{position}"
        taken.add(name.lower())
        found.append(name)
    return found
