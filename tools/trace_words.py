"""The words of a trace: short, clean, and the same on every screen."""

import json
from collections.abc import Mapping
from typing import Any, Final

from cartjury.data.text import one_line

SHORT: Final = 160  # characters of anything that a model, a person or a file said
OFFLINE: Final = "offline"


def clean(text: object, limit: int = SHORT) -> str:
    """Return a text of whatever origin as one line that no screen obeys."""
    return one_line(str(text), limit)


def spoken(key: str) -> str:
    """Return a key of the records as words: "creative_marketer" is "creative marketer"."""
    return clean(key).replace("_", " ").replace("mece", "MECE")


def counted(number: int, noun: str) -> str:
    """Say how many there are: "1 user", "2,479 users"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def seconds(took: float) -> str:
    """Write seconds: to a hundredth below ten, else to a tenth."""
    return f"{took:.2f} s" if took < 10 else f"{took:,.1f} s"


def some(ids: tuple[str, ...] | list[str], most: int = 4) -> str:
    """Name segments: "S01, S02", or how many there are where they are more."""
    return ", ".join(map(clean, ids)) if len(ids) <= most else counted(len(ids), "segment")


def said_of(value: Any) -> str:
    """Say shortly what was accepted of an answer for one segment: a name, a ranking or a choice.

    Args:
        value: an entry of `Attempt.parsed`; the file may have been edited, so anything is taken.
    """
    if isinstance(value, Mapping) and "name" in value:
        why = f": {value['reason']}" if value.get("reason") else ""
        return clean(f"{value['name']}{why}")
    if isinstance(value, Mapping) and "choice" in value:
        return clean(f"chose {value['choice']}{_points(value.get('points'))}")
    if isinstance(value, list | tuple) and all(isinstance(name, str) for name in value):
        return clean(" > ".join(value))
    return clean(json.dumps(value, ensure_ascii=False))


def _points(points: object) -> str:
    if not isinstance(points, Mapping):
        return ""
    given = [p for p in points.values() if isinstance(p, int | float)]
    return f", {sum(given):g} of 100 points" if given else ""
