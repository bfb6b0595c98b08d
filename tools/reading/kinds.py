"""What kind of file this is, told by its first bytes and never by its name, and how its bytes are unpacked."""

import bz2
import gzip
import lzma
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from cartjury.data.errors import InputError

EXCERPT = 4_000_000  # bytes that a header may span
AS_CSV = "save it as CSV (UTF-8)"
# No table of rows, and what to do about it. The first that fits counts.
FOREIGN = (
    (b"PK", "an Excel workbook or a zip archive; export it as CSV (UTF-8), or unpack it first"),
    (b"\xd0\xcf\x11\xe0", f"an old Excel workbook (.xls); {AS_CSV}"),
    (b"%PDF", "a PDF document; export the table as CSV (UTF-8)"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd; unpack it first"),
    (b"\x04\x22\x4d\x18", "compressed with lz4; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
    (b"SQLite format 3\x00", "a SQLite database; export the table as CSV (UTF-8)"),
    (b"ORC", "an ORC file; save it as Parquet or CSV"),
    (b"Obj\x01", "an Avro file; save it as Parquet or CSV"),
    (b"ARROW1", "an Arrow file; save it as Parquet or CSV"),
    (b"{\\rtf", f"a rich text document; {AS_CSV}"),
    (b"<", f"HTML or XML, not CSV; {AS_CSV}"),
)
PACKED = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz"}
BROKEN = (OSError, EOFError, lzma.LZMAError, ValueError)


def unpacked(path: Path, packing: str) -> BinaryIO:
    """Open a file and read over its packing; the caller closes it."""
    if packing == "none":
        return path.open("rb")
    if packing == "gzip":
        return cast("BinaryIO", gzip.open(path))
    return cast("BinaryIO", bz2.open(path) if packing == "bz2" else lzma.open(path))


class Kind(NamedTuple):
    """What a file is.

    Attributes:
        packing: none, gzip, bz2 or xz.
        is_parquet: whether it is Parquet; else it is text.
        first: its first bytes, unpacked.
    """

    packing: str
    is_parquet: bool
    first: bytes


def text_or_parquet(path: Path, name: str, readable: Collection[str] = ("none", "gzip")) -> Kind:
    """Look at a file's first bytes, and refuse what the engine cannot read as it is.

    Raises:
        InputError: as `kind_of`; and packed otherwise, or not text of one byte a letter.
    """
    kind = kind_of(path)
    if kind.packing not in readable:
        raise InputError(f"{name} is compressed with {kind.packing}; unpack it first")
    if not kind.is_parquet and b"\x00" in kind.first[:1000]:
        raise InputError(f"{name} is UTF-16 or no text: it holds NUL bytes; save it as CSV (UTF-8)")
    return kind


def kind_of(path: Path) -> Kind:
    """Look at a file's first bytes.

    Raises:
        InputError: no such file, an empty one, one that cannot be unpacked, or no table of rows.
    """
    if not path.is_file():
        raise InputError(f"there is no file {path}")
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise InputError(f"{path.name} is empty")
    if head.startswith(b"PAR1"):
        return Kind("none", is_parquet=True, first=head)
    packing = next((how for magic, how in PACKED.items() if head.startswith(magic)), "none")
    first = _first_bytes(path, packing)
    if not first.strip(b"\xef\xbb\xbf \t\r\n\x00"):
        raise InputError(f"{path.name} is empty: it holds nothing but blanks")
    _refuse_foreign(path.name, first)
    return Kind(packing, is_parquet=False, first=first)


def _first_bytes(path: Path, packing: str) -> bytes:
    try:
        with unpacked(path, packing) as file:
            return file.read(EXCERPT)
    except BROKEN as error:
        raise InputError(f"{path.name} is no readable {packing} file: {error}") from error


def _refuse_foreign(name: str, first: bytes) -> None:
    text = first[:2000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"PAR1"):
        raise InputError(f"{name} is compressed Parquet; unpack it first")
    for magic, what in FOREIGN:
        if text.startswith(magic) and not _is_header(magic, text):
            raise InputError(f"{name} is {what}")
    if text.startswith((b"{", b"[{", b"[\n", b"[\r", b"[ ")):
        lines = [line for line in text.splitlines()[:2] if line.strip()]
        many = len(lines) == 2 and all(line.lstrip().startswith(b"{") for line in lines)
        what = "looks like JSON lines" if many else "looks like JSON"
        raise InputError(f"{name} {what}, not CSV; save it as CSV (UTF-8)")


def _is_header(magic: bytes, text: bytes) -> bool:
    """Whether a magic of plain letters is the beginning of a header, such as `PK,user_id`."""
    return (
        magic.isalnum()
        and magic in {b"PK", b"ORC"}
        and text[len(magic) : len(magic) + 1].isascii()
        and (text[len(magic) : len(magic) + 1].isalnum() or text[len(magic) : len(magic) + 1] in b",;|\t _")
    )
