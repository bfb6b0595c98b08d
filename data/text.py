"""Text of users and models as one clean line that any screen, file or prompt can show."""

import re
import unicodedata
from typing import Final

LIMIT: Final = 240  # characters; a long sentence
ELLIPSIS: Final = "…"

# Terminal sequences with their parameters; the escape character alone would leave "[31m" behind.
_ANSI = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[0-~]?")
# Control, invisible and direction-changing characters, halves of pairs, private and unassigned ones.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def one_line(text: str, limit: int = LIMIT) -> str:
    """Clean a text and cut it.

    Args:
        text: anything.
        limit: characters at most, the ellipsis included; at least 1.

    Returns:
        The text in NFC, without terminal sequences, control, zero-width and bidirectional characters, with single
        spaces for all white space; cut at a word where it is too long. Cleaning it again changes nothing.
    """
    shown = _spaced(_ANSI.sub("", text))
    clean = unicodedata.normalize("NFC", "".join(c for c in shown if unicodedata.category(c) not in _HIDDEN))
    return _cut(_spaced(clean), limit)


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    words, _, rest = kept.rpartition(" ")
    # A single endless word is cut where the space ends; so is a last word longer than half of the line.
    whole = words if words and len(rest) < limit // 2 and text[limit - 1] != " " else kept
    return whole.rstrip() + ELLIPSIS
