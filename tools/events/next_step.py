"""What to type after an import, so that the newest carts are inside the window."""

import shlex
from collections.abc import Mapping
from datetime import date
from pathlib import Path

USUAL = 7  # the window that `cartjury run` takes by itself
WINDOWS = (USUAL, 14, 30, 60, 90, 180, 365, 730, 3650)
ENOUGH = 500  # users that make a segment of the usual size


def window_for(ages: Mapping[int, int]) -> int:
    """The window to take, in days: the usual one if it holds half of the carts, else one that holds 500 or all.

    Args:
        ages: users by days since their cart.
    """
    total = sum(ages.values())
    if _inside(ages, USUAL) >= total / 2:
        return USUAL
    wanted = min(ENOUGH, total)
    return next((days for days in WINDOWS if _inside(ages, days) >= wanted), WINDOWS[-1])


def next_command(out: Path, as_of: date, ages: Mapping[int, int]) -> str:
    """The command that segments the carts."""
    days = window_for(ages)
    window = f" --window-days {days}" if days != USUAL else ""
    return f"cartjury run {shlex.quote(str(out))} --as-of {as_of}{window}"


def window_notice(ages: Mapping[int, int]) -> list[str]:
    """Say where the usual window would leave out too many carts; nothing where it does not."""
    total, usual, days = sum(ages.values()), _inside(ages, USUAL), window_for(ages)
    if days == USUAL:
        return []
    said = (
        f"{usual:,} of {total:,} carts are of the last {USUAL} days, the window that `cartjury run` takes; "
        f"--window-days {days} takes {_inside(ages, days):,}"
    )
    return [said]


def _inside(ages: Mapping[int, int], days: int) -> int:
    return sum(count for age, count in ages.items() if age <= days)
