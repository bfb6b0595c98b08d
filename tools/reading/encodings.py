"""Which encoding a text file is in, and a copy of it in UTF-8 where it is in another.

`--encoding`, a byte order mark, and UTF-8 where all of the file is valid UTF-8 decide, in this order. Else, UTF-16
without a mark shows in its NUL bytes; and a file without a single valid character of UTF-8 beyond ASCII is read
as Windows-1252. What has both is UTF-8 with some broken lines, which are bad rows.
"""

import codecs
from pathlib import Path
from typing import NamedTuple

from cartjury.data.errors import InputError
from cartjury.tools.reading.kinds import BROKEN, Kind, unpacked
from cartjury.tools.reading.survey import CHUNK, Survey

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NAMES = {"utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "cp1252": "Windows-1252"}


class Encoding(NamedTuple):
    """The encoding of a file.

    Attributes:
        codec: Python's name of it.
        notice: what to tell the user; empty where it is UTF-8.
    """

    codec: str
    notice: str


def encoding_of(path: Path, kind: Kind, seen: Survey, wished: str | None) -> Encoding:
    """Decide the encoding from the whole file.

    Raises:
        InputError: an unknown encoding is wished for, or the file is not text.
    """
    if wished is not None:
        return _wished(wished)
    for mark, codec in MARKS:
        if kind.first.startswith(mark):
            return Encoding(codec, "" if codec == "utf-8" else f"the file is {codec.upper()} and was read as such")
    if seen.nul_at is not None:
        return _without_mark(path.name, kind.first, seen.nul_at)
    if seen.is_utf8 or seen.has_utf8 or not seen.is_windows:
        return Encoding("utf-8", "")
    return Encoding("cp1252", "the file is not UTF-8 and was read as Windows-1252; --encoding names another one")


def _wished(name: str) -> Encoding:
    try:
        codec = codecs.lookup(name).name
        "".encode(codec)
    except LookupError as error:
        raise InputError(
            f"--encoding {name}: there is no such encoding; try utf-8, cp1252, cp1250 or utf-16"
        ) from error
    return Encoding("utf-8", "") if codec in {"utf-8", "utf-8-sig", "ascii"} else Encoding(codec, f"read as {codec}")


def _without_mark(name: str, first: bytes, nul_at: int) -> Encoding:
    excerpt = first[:2000]
    even, odd = excerpt[::2].count(0), excerpt[1::2].count(0)
    for ours, other, codec in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if ours > len(excerpt) / 5 and not other:
            return Encoding(codec, f"the file is {NAMES[codec]} without a byte order mark and was read as such")
    line = 1 + first[:nul_at].count(b"\n")
    where = f"the first in line {line:,}" if nul_at < len(first) else f"the first at byte {nul_at + 1:,}"
    raise InputError(f"{name} is not text: it holds NUL bytes, {where}; save it as CSV (UTF-8)")


def copy_as_utf8(path: Path, packing: str, codec: str, target: Path, above: int) -> None:
    """Write a file's text as UTF-8 without a byte order mark, line ends as they are.

    Args:
        path: the file.
        packing: how it is packed.
        codec: Python's name of its encoding.
        target: the copy.
        above: characters at its beginning to leave out; they are in its first chunk.

    Raises:
        InputError: bytes that mean nothing in this encoding.
    """
    # Invalid UTF-8 is copied as it is, for the engine to name its lines.
    errors = "surrogateescape" if codec == "utf-8" else "strict"
    decoder = codecs.getincrementaldecoder("utf-8-sig" if codec == "utf-8" else codec)(errors)
    try:
        with unpacked(path, packing) as file, target.open("wb") as copy:
            while chunk := file.read(CHUNK):
                copy.write(decoder.decode(chunk)[above:].encode(errors=errors))
                above = 0
            copy.write(decoder.decode(b"", final=True).encode(errors=errors))
    except UnicodeError as error:
        raise InputError(
            f"{path.name} is not valid {NAMES.get(codec, codec)}: {error}; --encoding names another"
        ) from error
    except BROKEN as error:
        raise InputError(f"{path.name} is no readable {packing} file: {error}") from error
