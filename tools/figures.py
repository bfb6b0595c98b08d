"""Numbers as the chat writes them."""

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from cartjury.tools.brief import SMALL

NONE = "-"
DIGITS = 3  # of scores
_DECIMALS: Final = 4
_LONG: Final = 1e15  # from here on not every digit is known


def users_said(users: int | None) -> str:
    """Write a number of users; of fewer than 20 only that, since what is said may be read by a model later."""
    return f"{count(users)} user{'s' * (users != 1)}"


def count(users: int | None) -> str:
    """Write how many users, where the word stands beside it."""
    return NONE if users is None else f"<{SMALL}" if 0 < users < SMALL else f"{users:,}"


def score(overall: float | None, users: int | None) -> str:
    """Write a score; of fewer than 20 users none, since it could point at one of them."""
    return NONE if overall is None or (users or 0) < SMALL else f"{overall:.{DIGITS}f}"


def change(before: str, after: str) -> str:
    """Write what something was and will be."""
    return after if before == after else f"{before} → {after}"


def told(values: Sequence[float]) -> list[str]:
    """Write numbers for a sentence: at most four decimals that count, thousands marked, and no two of them alike.

    Rules and the log of a plan have every digit.
    """
    rounded = [_plain(_rounded(v)) for v in values]
    return rounded if len(set(rounded)) == len(set(values)) else [_plain(v) for v in values]


def number(value: float) -> str:
    """Write one number as `told` does: `0.3333`, `1,000,000`."""
    return told([value])[0]


def adding_up(values: Sequence[float], digits: int) -> list[float]:
    """Round numbers so that they add up to their rounded sum: the largest remainders are rounded up."""
    unit = 10.0**digits
    floors = [math.floor(v * unit) for v in values]
    rest = round(math.fsum(values) * unit) - sum(floors)
    upwards = sorted(range(len(values)), key=lambda i: floors[i] - values[i] * unit)[:rest]
    return [(floor + (i in upwards)) / unit for i, floor in enumerate(floors)]


def _rounded(value: float) -> float:
    if not value or abs(value) >= 1:
        return round(value, _DECIMALS)
    return round(value, _DECIMALS - 1 - math.floor(math.log10(abs(value))))


def _plain(value: float) -> str:
    text = repr(float(value))
    return text if abs(value) >= _LONG else f"{Decimal(text):,f}".removesuffix(".0")
