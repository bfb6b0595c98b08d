"""One look at every byte of a text file: its hash, whether it is UTF-8, and what else matters to reading it."""

import codecs
import hashlib
import re
from pathlib import Path
from typing import NamedTuple

from cartjury.data.errors import InputError
from cartjury.tools.reading.kinds import BROKEN, unpacked

CHUNK = 1 << 22
LONGEST_LINE = 16_000_000  # bytes; what the engine reads as well
MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")  # of UTF-8
UNDEFINED = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))  # means nothing in Windows-1252


class Survey(NamedTuple):
    """What the bytes of a file say.

    Attributes:
        sha256: hex digest of the file as it lies there.
        is_ascii: only ASCII.
        is_utf8: valid UTF-8 throughout.
        has_utf8: at least one character of UTF-8 beyond ASCII.
        is_windows: every byte means something in Windows-1252.
        nul_at: position of the first NUL byte, None where there is none.
        underscored: an underscore stands below the first line.
        long_line_at: position of a line that is longer than the engine reads, None where there is none.
    """

    sha256: str
    is_ascii: bool
    is_utf8: bool
    has_utf8: bool
    is_windows: bool
    nul_at: int | None
    underscored: bool
    long_line_at: int | None = None


def survey(path: Path, packing: str) -> Survey:
    """Read a file once, unpacked.

    Raises:
        InputError: it cannot be unpacked to its end.
    """
    digest = hashlib.sha256()
    seen = _Bytes()
    try:
        with unpacked(path, packing) as file:
            while chunk := file.read(CHUNK):
                if packing == "none":
                    digest.update(chunk)
                seen.take(chunk)
    except BROKEN as error:
        raise InputError(f"{path.name} is no readable {packing} file: {error}") from error
    if packing != "none":
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
    return seen.result(digest.hexdigest())


def refuse_long_line(path: Path, name: str, packing: str) -> None:
    """Refuse a text file with a line that the engine would pass over without a word; its bytes are only skimmed.

    Args:
        path: of the file.
        name: what messages call it.
        packing: how it is packed.

    Raises:
        InputError: it says where, or that the file cannot be unpacked to its end.
    """
    seen = _Bytes()
    try:
        with unpacked(path, packing) as file:
            while chunk := file.read(CHUNK):
                seen.measure(chunk)
    except BROKEN as error:
        raise InputError(f"{name} is no readable {packing} file: {error}") from error
    if seen.long_line_at is not None:
        raise InputError(long_line(name, seen.long_line_at))


def long_line(name: str, at: int) -> str:
    """What to say of a line without end."""
    return f"{name} has a line of more than 16 MB, from byte {at + 1:,} on: no row is that long; is it CSV?"


class _Bytes:
    """Gathers what a survey tells, a chunk at a time."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._read = 0
        self._is_ascii = self._is_utf8 = self._is_windows = True
        self._has_utf8 = self._underscored = self._below_first = False
        self._nul_at: int | None = None
        self._line_start = 0
        self.long_line_at: int | None = None

    def take(self, chunk: bytes) -> None:
        if self._nul_at is None and b"\x00" in chunk:
            self._nul_at = self._read + chunk.index(b"\x00")
        if not self._underscored:
            below = chunk if self._below_first else chunk.partition(b"\n")[2] or chunk.partition(b"\r")[2]
            self._underscored = b"_" in below
            self._below_first |= b"\n" in chunk or b"\r" in chunk
        if not chunk.isascii():
            self._is_ascii = False
            self._is_windows = self._is_windows and not any(byte in chunk for byte in UNDEFINED)
            self._has_utf8 = self._has_utf8 or MULTIBYTE.search(chunk) is not None
        self._decode(chunk)
        self.measure(chunk)

    def measure(self, chunk: bytes) -> None:
        """Look for a line without end: the engine would pass over one that is longer than what it reads at once."""
        ends = [at for at in (chunk.find(b"\n"), chunk.find(b"\r")) if at >= 0]
        first = self._read + (min(ends) if ends else len(chunk))
        if first - self._line_start > LONGEST_LINE and self.long_line_at is None:
            self.long_line_at = self._line_start
        if ends:
            self._line_start = self._read + max(chunk.rfind(b"\n"), chunk.rfind(b"\r")) + 1
        self._read += len(chunk)

    def _decode(self, chunk: bytes, *, final: bool = False) -> None:
        if not self._is_utf8 or (chunk.isascii() and not self._decoder.getstate()[0]):
            return
        try:
            self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            self._is_utf8 = False

    def result(self, sha256: str) -> Survey:
        if self._decoder.getstate()[0]:
            self._decode(b"", final=True)
        return Survey(
            sha256,
            self._is_ascii,
            self._is_utf8,
            self._has_utf8,
            self._is_windows,
            self._nul_at,
            self._underscored,
            self.long_line_at,
        )
