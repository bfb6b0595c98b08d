"""Where the header of a text file stands and what separates its fields. Both are decided by the header alone.

The delimiter is the one of `,` `;` tab `|` by which the header names most columns of the contract; rows that do
not have as many fields as the header are bad rows. Blank lines above the header are passed over, and Excel's
`sep=;` is obeyed.
"""

import csv
import io
import itertools
import re
from collections.abc import Mapping
from typing import NamedTuple

from cartjury.data.errors import InputError
from cartjury.tools.reading.header import score

DELIMITERS = (",", ";", "\t", "|")
NAMES = {"\t": "tab", " ": "space"}
SEPARATOR = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
LOOKED_AT = 30  # lines in which a header is looked for
ENOUGH = 4  # columns of the contract that make a line a header
LONGEST_FIELD = 16_000_000  # what the engine reads as well


class Layout(NamedTuple):
    """How a text file is laid out.

    Attributes:
        delimiter: what separates the fields.
        header: the names in the header.
        above: characters above the header, which are to be passed over.
        blank: blank lines among them.
        notices: what to tell the user.
    """

    delimiter: str
    header: list[str]
    above: int
    blank: int
    notices: tuple[str, ...]


def layout_of(name: str, text: str, wished: str | None, renamed: Mapping[str, str]) -> Layout:
    """Find the header in the beginning of a file.

    Args:
        name: what messages call the file.
        text: its beginning, without byte order mark.
        wished: the delimiter, where the user gives it.
        renamed: headers that the user gives to columns of the contract.

    Raises:
        InputError: the header cannot be read, or there are other lines above it.
    """
    lines = above = blank = 0
    obeyed = None
    for line in io.StringIO(text, newline=""):
        told = SEPARATOR.fullmatch(line.strip("\r\n "))
        if line.strip() and not told:
            break
        obeyed = told[1] if told else obeyed
        lines += 1
        blank += not told
        above += len(line)
    below = text[above:]
    delimiter, header = _header(name, below, _symbol(wished) or obeyed, renamed)
    if score(header, renamed) < ENOUGH:
        _look_below(name, below, lines, delimiter, renamed)
    said = () if delimiter == "," else (f"the fields are separated by {NAMES.get(delimiter, delimiter)!r}",)
    return Layout(delimiter, header, above, blank, said)


def _symbol(wished: str | None) -> str | None:
    return "\t" if wished in {"tab", "\\t"} else wished


def _header(name: str, text: str, delimiter: str | None, renamed: Mapping[str, str]) -> tuple[str, list[str]]:
    read = {d: _first_record(name, text, d) for d in ((delimiter,) if delimiter else DELIMITERS)}
    best = max(read, key=lambda d: score(read[d], renamed))
    return best, read[best]


def _first_record(name: str, text: str, delimiter: str) -> list[str]:
    limit = csv.field_size_limit(LONGEST_FIELD)
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error as error:
        raise InputError(f"{name}: the header cannot be read: {error}") from error
    finally:
        csv.field_size_limit(limit)


def _look_below(name: str, text: str, lines: int, delimiter: str, renamed: Mapping[str, str]) -> None:
    """Refuse a file whose header stands under a title or a comment.

    Raises:
        InputError: it names the line of the header.
    """
    for number, line in enumerate(itertools.islice(io.StringIO(text, newline=""), 1, LOOKED_AT), start=2):
        for d in dict.fromkeys((delimiter, *DELIMITERS)):
            if score(_first_record(name, line, d), renamed) >= ENOUGH:
                where = f"the names of the columns stand in line {lines + number}"
                raise InputError(f"{name}: {where}; delete what is above them (a title or a comment)")
