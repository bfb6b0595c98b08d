"""Text of users and models inside Markdown that is read as plain text too.

What people and models wrote is data: it must not become a heading, a link, a picture, a tag or a table of its own.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from cartjury.data.text import LIMIT, one_line

# An underscore inside a word is no markup, so names and rules stay as they are.
_MARKS: Final = re.compile(
    r"[\\`*~\[\]@]"
    r"|(?<![^\W_])_"
    r"|<(?=[A-Za-z/!?])"
    r"|&(?=#?\w+;)"
    r"|:(?=//)|(?<=www)\."  # bare addresses become links
    r"|^[>#=+-]|(?<=^\d)[.)]|(?<=^\d\d)[.)]",
    re.IGNORECASE,
)


def shown(text: str, limit: int = LIMIT) -> str:
    """Return a text as one clean line that Markdown shows as it is.

    Args:
        text: anything.
        limit: characters at most, before marks are escaped.
    """
    return _MARKS.sub(lambda mark: f"\\{mark[0]}", one_line(text, limit))


def code(text: str, limit: int = LIMIT) -> str:
    """Return a rule or a name of a column as code; outside of tables only."""
    return f"`{one_line(text, limit).replace('`', chr(39))}`"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[str] = ()) -> str:
    """Draw a table whose columns line up on a terminal too.

    Args:
        head: titles of the columns.
        rows: cells that are `shown` already.
        numbers: titles of the columns that are aligned to the right.
    """
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]  # elsewhere a bar is no markup
    widths = [max(3, *(len(row[i]) for row in [head, *cells])) for i in range(len(head))]
    right = [title in numbers for title in head]
    rule = [f"{'-' * (width - 1)}:" if r else "-" * width for width, r in zip(widths, right, strict=True)]

    def line(row: Sequence[str]) -> str:
        padded = (c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right, strict=True))
        return f"| {' | '.join(padded)} |"

    return "\n".join([line(head), line(rule), *map(line, cells)])


def listed(lines: Sequence[str]) -> str:
    """Draw a list."""
    return "\n".join(f"- {line}" for line in lines)


def joined(words: Sequence[str]) -> str:
    """Join words as a sentence does: "S01, S02 and S03"."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
