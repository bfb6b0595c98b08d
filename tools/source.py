"""What kind of file the input is, which columns it has, and how DuckDB shall read it. Nothing is guessed row by row.

file -> kind (first bytes) -> Parquet: columns and types
                           -> text: encoding, layout (delimiter, header) -> columns of texts
     -> the contract's columns by name, alias or --map
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import duckdb

from cartjury.data.contract import COLUMN_NAMES
from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.data.places import is_url, local
from cartjury.tools.blank_lines import blank_records, has_blank_line
from cartjury.tools.engine.duck import literal, quoted
from cartjury.tools.reading.encodings import copy_as_utf8, encoding_of
from cartjury.tools.reading.header import check_header, resolve
from cartjury.tools.reading.kinds import Kind, kind_of
from cartjury.tools.reading.layout import LONGEST_FIELD, Layout, layout_of
from cartjury.tools.reading.parts import PARQUET_ENDINGS, files_of, joined_digest, reach
from cartjury.tools.reading.quotes import PIECE, fits_one_piece
from cartjury.tools.reading.survey import survey

__all__ = ["TEXT", "Source", "check_header", "open_source", "sha256_of"]
TEXT = "text.csv"  # a copy in UTF-8
READABLE = {"none", "gzip"}  # what the engine unpacks itself


class Source(NamedTuple):
    """A file ready to be read.

    Attributes:
        path: where it lies.
        relation: SQL table function that yields its rows in order, the contract's columns under their names;
            text columns for CSV, whose torn lines go to the reject tables.
        glance: the same, with torn lines passed over.
        types: DuckDB type by column name, in the file's order.
        sha256: of the file as it lies there.
        blank_lines: numbers the blank lines of a text file, whose header is 1; None for Parquet.
        is_private: whether it has columns beyond the contract's, so that a whole line must not be shown.
        is_one_piece: whether a text file is read at once; of a longer one the engine may show a wrong line.
        is_ascii: whether all of its text is ASCII.
        is_joined: whether an underscore may stand in a number.
        is_exact: whether the columns have the contract's names in the file itself.
        delimiter: what separates the fields; empty for Parquet.
        notices: what to tell the user of it.
    """

    path: Path
    relation: str
    glance: str
    types: dict[str, str]
    sha256: str
    blank_lines: Callable[[], Sequence[int]] | None
    is_private: bool = True
    is_one_piece: bool = False
    is_ascii: bool = False
    is_joined: bool = True
    is_exact: bool = True
    delimiter: str = ""
    notices: tuple[str, ...] = ()


def sha256_of(path: Path) -> str:
    """Return the hex digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_source(place: Path | str, connection: duckdb.DuckDBPyConnection, work: Path, options: Options) -> Source:
    """Look at a file: its bytes, its layout and its header; or at the Parquet files of a folder, pattern or address.

    Args:
        place: a file, a folder or pattern of Parquet files, or an address that the engine can reach.
        connection: an engine that can read it.
        work: where a copy in UTF-8 is put, if one is needed.
        options: `map`, `encoding` and `delimiter` matter here.

    Raises:
        InputError: no such file, empty, not CSV/Parquet, or a header that breaks the contract.
    """
    place = local(str(place))
    path = Path(place)
    if is_url(place):
        reach(connection, place)
        found = connection.execute("SELECT filename, size, last_modified FROM read_blob(?)", [place]).fetchall()
        stamps = {str(name): f"{size} {changed}" for name, size, changed in found}
        return _parquet(path, literal(place), joined_digest(stamps), connection, options)._replace(
            is_exact=False, notices=(f"{place} is known by size and time of change: its contents were not hashed",)
        )
    if path.is_file():
        kind = kind_of(path)
        if kind.is_parquet:
            return _parquet(path, literal(str(path)), sha256_of(path), connection, options)
        return _text(path, kind, work, options)
    return _folder(path, files_of(str(path), PARQUET_ENDINGS), connection, options)


def _folder(path: Path, files: Sequence[Path], connection: duckdb.DuckDBPyConnection, options: Options) -> Source:
    """Read many files as one, in the order of their names; parts of a path such as `day=2026-11-20` are columns."""
    other = next((file for file in files if not kind_of(file).is_parquet), None)
    if other:
        raise InputError(f"{path.name} is more than one file, and {other.name} is no Parquet: give CSV one by one")
    listed = "[" + ", ".join(literal(str(file)) for file in files) + "], hive_types_autocast = false"
    digest = joined_digest({str(file): sha256_of(file) for file in files})
    source = _parquet(path, listed, digest, connection, options)
    counted = f"{path.name} is {len(files):,} files; rows are numbered through them in the order of their names"
    return source._replace(is_exact=False, notices=(counted, *source.notices))


def _parquet(path: Path, files: str, sha256: str, connection: duckdb.DuckDBPyConnection, options: Options) -> Source:
    relation = f"read_parquet({files})"
    try:
        rows = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    except duckdb.Error as error:
        raise InputError(f"{path.name} is no readable Parquet file: {str(error).splitlines()[0]}") from error
    found = [row[0] for row in rows]
    header = resolve(path.name, found, options.map)
    names = _distinct(header.names)
    if names != found:
        renamed = ", ".join(f"{quoted(old)} AS {quoted(new)}" for old, new in zip(found, names, strict=True))
        relation = f"(SELECT {renamed} FROM {relation})"
    return Source(
        path,
        relation,
        relation,
        types=dict(zip(names, (row[1] for row in rows), strict=True)),
        sha256=sha256,
        blank_lines=None,
        is_exact=names == found,
        notices=header.notices,
    )


def _text(path: Path, kind: Kind, work: Path, options: Options) -> Source:
    seen = survey(path, kind.packing)
    if seen.long_line_at is not None:
        where = f"from byte {seen.long_line_at + 1:,} on"
        raise InputError(f"{path.name} has a line of more than 16 MB, {where}: no row is that long; is it CSV?")
    encoding = encoding_of(path, kind, seen, options.encoding)
    # A cut inside a character at the end of the excerpt is no fault of the header.
    text = kind.first.decode("utf-8-sig" if encoding.codec == "utf-8" else encoding.codec, errors="replace")
    layout = layout_of(path.name, text.removeprefix("\ufeff"), options.delimiter, options.map)
    readable, packing = path, kind.packing
    if encoding.codec != "utf-8" or packing not in READABLE or layout.above:
        readable, packing = work / TEXT, "none"
        copy_as_utf8(path, kind.packing, encoding.codec, readable, layout.above)
    header = resolve(path.name, layout.header, options.map)
    names = _distinct(header.names)
    blank_lines = partial(blank_records, readable, zipped=packing == "gzip", delimiter=layout.delimiter)
    blank = layout.blank + (len(blank_lines()) if has_blank_line(kind.first) else 0)
    passed = f"{blank:,} blank line{'s were' if blank > 1 else ' was'} passed over"
    tolerant = ["store_rejects = true", "rejects_limit = 0"]
    read = partial(_read_csv, readable, dict.fromkeys(names, "VARCHAR"), layout, packing)
    return Source(
        path,
        relation=read(tolerant),
        glance=read(["ignore_errors = true"]),
        types=dict.fromkeys(names, "VARCHAR"),
        sha256=seen.sha256,
        blank_lines=blank_lines,
        is_private=_has_further(layout.header, names),
        is_one_piece=fits_one_piece(readable, zipped=packing != "none"),
        is_ascii=seen.is_ascii and encoding.codec == "utf-8",
        is_joined=seen.underscored or encoding.codec != "utf-8",
        delimiter=layout.delimiter,
        notices=(
            *((encoding.notice,) if encoding.notice else ()),
            *layout.notices,
            *((passed,) if blank else ()),
            *header.notices,
        ),
    )


def _has_further(header: Sequence[str], names: Sequence[str]) -> bool:
    """Whether a header has columns beyond the contract's; those without a name are leftovers of a spreadsheet."""
    return any(found.strip() and name not in COLUMN_NAMES for found, name in zip(header, names, strict=True))


def _read_csv(path: Path, types: Mapping[str, str], layout: Layout, packing: str, further: Sequence[str]) -> str:
    columns = ", ".join(f"{literal(name)}: {literal(sql_type)}" for name, sql_type in types.items())
    options = [
        f"columns = {{{columns}}}",
        "auto_detect = false",
        "header = true",
        f"delim = {literal(layout.delimiter)}",
        "quote = '\"'",
        "escape = '\"'",
        "strict_mode = true",
        f"max_line_size = {LONGEST_FIELD}",
        f"buffer_size = {PIECE}",
        f"compression = {literal(packing)}",
        *further,
    ]
    return f"read_csv({literal(str(path))}, {', '.join(options)})"


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
