"""Where blank lines stand in a CSV: the engine counts them as lines, but they are no rows."""

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path

CHUNK = 1 << 20
BLANK = (b"\n\n", b"\n\r\n", b"\r\r")
LONGEST_FIELD = 16_000_000  # what the engine reads as well


def blank_records(path: Path, *, zipped: bool) -> list[int]:
    """Number the records of a CSV (the header is 1) and return the numbers of those that are blank lines.

    Needed only where a file has rows that cannot be read, so it may take its time; a file without any
    two line ends in a row, which is nearly every file, is only skimmed.
    """
    with gzip.open(path) if zipped else path.open("rb") as file:
        if not _has_blank_line(iter(lambda: file.read(CHUNK), b"")):
            return []
    limit = csv.field_size_limit(LONGEST_FIELD)
    try:
        with gzip.open(path) if zipped else path.open("rb") as file:
            text = io.TextIOWrapper(io.BufferedReader(file), "utf-8-sig", errors="replace", newline="")
            return [number for number, record in enumerate(csv.reader(text), start=1) if not record]
    finally:
        csv.field_size_limit(limit)


def _has_blank_line(chunks: Iterator[bytes]) -> bool:
    end = b""
    for chunk in chunks:
        seen = end + chunk
        if any(blank in seen for blank in BLANK):
            return True
        end = seen[-2:]
    return False
