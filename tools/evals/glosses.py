"""Plain English for the levels of a feature, for the reader that shares nothing with the jury's lexicon.

data/evals/glosses.toml -> column -> glosses of its poles (low, medium, high, unknown)
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

POLES: Final = ("low", "medium", "high", "unknown")
REST: Final = "rest"  # a feature of every rule: whether it is what the others left

_TIME_UNITS: Final = ("second", "minute", "hour", "day", "week", "month", "year")
_TIMES: Final = frozenset((*_TIME_UNITS, *(f"{unit}s" for unit in _TIME_UNITS), "age", "tenure", "duration"))
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def glosses(column: str) -> Mapping[str, tuple[str, ...]]:
    """Say what each pole of a feature means, in three ways; of a column that has no text here by its own words.

    Only the poles `low` and `high` are sure to be there.
    """
    table = _table()
    if column in table:
        return table[column]
    feature = " ".join(said(column))
    form = table["other_time" if _TIMES & set(feature.split()) else "other"]
    return {pole: tuple(text.format(feature=feature) for text in texts) for pole, texts in form.items()}


def said(text: str) -> tuple[str, ...]:
    """The words of a name or a column as one would say them: HighSpend_Engaged is high, spend, engaged."""
    return tuple(word.lower() for word in _WORD.findall(text))


@cache
def _table() -> dict[str, dict[str, tuple[str, ...]]]:
    raw = tomllib.loads(files("cartjury.data").joinpath("evals/glosses.toml").read_text(encoding="utf-8"))
    return {column: {pole: tuple(texts) for pole, texts in poles.items()} for column, poles in raw.items()}
