"""Text of a model that people will read: one clean line, and no number or segment in it that it made up."""

import json
import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import Any, Final

from cartjury.data.text import one_line

LONGEST: Final = 300  # characters
_ID: Final = re.compile(r"\bS\d{2,3}\b", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\d+(?:[.,'\u2019 \u00a0\u202f]\d+)*")
_SEPARATORS: Final = re.compile(r"[.,'\u2019 \u00a0\u202f]")
# Words that stand for large numbers; small ones ("both", "the second") say nothing that could be wrong.
_LARGE: Final = re.compile(
    r"\b(?:dozens?|hundreds?|thousands?|millions?|billions?"
    r"|\w*(?:dutzend|hundert|tausend)\w*|million(?:en)?|milliarden?"
    r"|docenas?|cien(?:tos?)?|\w*cient[oa]s|mil(?:es)?|mill(?:ón|ones))\b",
    re.IGNORECASE,
)


class Facts:
    """The numbers and ids that a text may hold: those of the scene as it was shown, and of the message."""

    def __init__(self, ids: Collection[str], shown: Any, message: str) -> None:
        known = json.dumps(shown, ensure_ascii=False)
        self._text = f"{known} {message}".casefold()
        self._ids = set(ids) | {i.upper() for i in _ID.findall(message)}
        written = _ID.sub(" ", f"{known} {message}")
        # Two numbers with a blank between them may be one, or two.
        self._numbers = {*_readings(written), *_readings(re.sub(r"\s", "  ", written))}

    def said(self, text: str, instead: str) -> str:
        """The text in one clean line; the sentence `instead` where it is empty or holds what is not known."""
        clean = one_line(text, LONGEST)
        return clean if any(c.isalpha() for c in clean) and self._bear(clean) else instead

    def _bear(self, text: str) -> bool:
        bare = _ID.sub(" ", text)
        signs = [c for c in bare if unicodedata.category(c) in {"No", "Nl"}]  # ½, Ⅷ, ②
        return (
            all(i.upper() in self._ids for i in _ID.findall(text))
            and all(self._numbers & set(_readings(number)) for number in _NUMBER.findall(bare))
            and all(word in self._text for word in map(str.casefold, (*_LARGE.findall(bare), *signs)))
        )


def _readings(text: str) -> Iterator[str]:
    """Every value that a number may have, whatever its writer separates by "," and "."."""
    for found in _NUMBER.findall(text):
        parts = _SEPARATORS.split(found)
        yield _plain("".join(parts))
        if len(parts) > 1:
            yield _plain("".join(parts[:-1]) + "." + parts[-1])


def _plain(number: str) -> str:
    return f"{float(number):.12g}"
