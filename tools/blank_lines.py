"""Where blank lines stand in a CSV: the engine counts them as lines, but they are no rows."""

import csv
import gzip
import io
import re
from collections.abc import Iterator
from pathlib import Path

CHUNK = 1 << 20
BLANK = (b"\n\n", b"\n\r\n", b"\r\r")
FIRST = (b"\n", b"\r")
LINE = re.compile(rb"\r\n|\n|\r")
LONGEST_FIELD = 16_000_000  # what the engine reads as well


def blank_records(path: Path, *, zipped: bool, delimiter: str) -> list[int]:
    """Number the records of a CSV from 1 and return the numbers of those that are blank lines.

    Needed only where a file has rows that cannot be read, so it may take its time; a file without any
    two line ends in a row, which is nearly every file, is only skimmed.
    """
    with gzip.open(path) if zipped else path.open("rb") as file:
        blank, quoted = _skim(iter(lambda: file.read(CHUNK), b""))
    if not blank:
        return []
    if not quoted:
        with gzip.open(path) if zipped else path.open("rb") as file:
            return _blank_lines(iter(lambda: file.read(CHUNK), b""))
    limit = csv.field_size_limit(LONGEST_FIELD)
    try:
        with gzip.open(path) if zipped else path.open("rb") as file:
            text = io.TextIOWrapper(io.BufferedReader(file), "utf-8-sig", errors="replace", newline="")
            records = enumerate(csv.reader(text, delimiter=delimiter), start=1)
            return [number for number, record in records if not record]
    finally:
        csv.field_size_limit(limit)


def has_blank_line(text: bytes) -> bool:
    """Whether two line ends stand in a row."""
    return any(blank in text for blank in BLANK)


def _skim(chunks: Iterator[bytes]) -> tuple[bool, bool]:
    """Whether a file has a blank line, and a quote."""
    end, blank, quoted = b"", False, False
    for chunk in chunks:
        seen = end + chunk
        blank |= any(b in seen for b in BLANK) or (not end and chunk.startswith(FIRST))
        quoted |= b'"' in chunk
        end = seen[-2:]
    return blank, quoted


def _blank_lines(chunks: Iterator[bytes]) -> list[int]:
    """Number the blank lines of a file without quotes, whose lines are its records."""
    found: list[int] = []
    number, rest = 0, b""
    for chunk in chunks:
        # A line end at the end of a chunk may be half of one.
        whole, mark, rest = _cut(rest + chunk)
        lines = LINE.split(whole) if mark else []
        found.extend(number + i for i, line in enumerate(lines, start=1) if not line)
        number += len(lines)
    return found


def _cut(text: bytes) -> tuple[bytes, bool, bytes]:
    """Split off what comes after the last line end that is surely whole."""
    at = max(text.rfind(b"\n", 0, -1), text.rfind(b"\r", 0, -1))
    if at < 0:
        return b"", False, text
    start = at - 1 if text[at - 1 : at + 1] == b"\r\n" else at
    after = at + 2 if text[at : at + 2] == b"\r\n" else at + 1
    return text[:start], True, text[after:]
