"""The job that every side of the benchmark does, as facts and small pure functions on plain numbers.

Nothing heavy is imported here. The straightforward script (baseline_pandas.py) stands alone on purpose.
"""

import itertools
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, NoReturn

NUMBERS = ["avg_order_value", "sessions_last_30d", "num_cart_items", "engagement_score", "profitability_score"]
COUNTS = ["sessions_last_30d", "num_cart_items"]
DATES = ["cart_abandoned_date", "last_order_date"]
COLUMNS = ["user_id", *DATES, *NUMBERS]
REQUIRED = ["user_id", "cart_abandoned_date", *COUNTS]
DIMENSIONS = {
    "AOV": ("avg_order_value", "aov_bucket", [0.4, 0.8]),
    "Engagement": ("engagement_score", "engagement_bucket", [0.6]),
    "Profit": ("profitability_score", "profitability_bucket", [0.6]),
}
OLDEST, NEWEST = "1900-01-01", "9998-12-31"
LARGEST = {**dict.fromkeys(NUMBERS, 1e12), "engagement_score": 1, "profitability_score": 1}
WINDOW_DAYS, BINS, UNKNOWN_SHARE = 7, 10_000, 0.05
WEIGHTS = [0.3, 0.2, 0.1, 0.3, 0.1]
FORMULA = ["=", "+", "-", "@", "\t", "\r"]  # a spreadsheet would run a text that starts with one of these
SPACES = [" ", "\u00a0"]

Below = Callable[[Sequence[float]], Sequence[int]]  # users with a value under each of these cuts


class Segments(NamedTuple):
    """The segments of a table.

    Attributes:
        of_cell: index of the segment by cell number; a cell is (level of AOV, of engagement, of profit), 0 is
            Unknown, and the last runs fastest.
        ids: by index, as are the others.
    """

    of_cell: list[int]
    ids: list[str]
    names: list[str]
    rules: list[str]


def stop(*problems: str) -> NoReturn:
    """End with exit code 2 and say why."""
    print("\n".join(problems), file=sys.stderr)
    sys.exit(2)


def candidates(cut: float) -> Iterator[float]:
    """A cut rounded ever less: to multiples of 100, 50, 20, 10, ... for 84.37."""
    power = math.floor(math.log10(abs(cut))) + 1
    for exponent in range(power, power - 12, -1):
        for factor in (1, 0.5, 0.2):
            step = factor * 10.0**exponent
            yield round(round(cut / step) * step, 12)


def round_cut(cut: float, known: int, below: Below) -> float:
    """The coarsest rounding that moves at most 0.5 % of the users with a value and empties no level."""
    if cut == 0 or math.isnan(cut):
        return cut
    (exact,) = below([cut])
    tried = candidates(cut)
    while batch := list(itertools.islice(tried, 9)):
        for rounded, count in zip(batch, below(batch), strict=True):
            if abs(count - exact) <= 0.005 * known and 0 < count < known:
                return rounded
    return cut


def levels(cuts: Sequence[float]) -> list[str]:
    """The names of a dimension's levels, Unknown first."""
    return ["Unknown", "Low", *(["Medium"] if len(cuts) == 2 else []), "High"]


def segments(names: Sequence[Sequence[str]], missing: Sequence[float]) -> Segments:
    """One segment for each cell, best levels first; cells with a rare Unknown share the last.

    Args:
        names: `levels` of each dimension.
        missing: share of the users without a value, by dimension; from 5 % on, Unknown is crossed like any level.
    """
    crossed = [level if share >= UNKNOWN_SHARE else level[1:] for level, share in zip(names, missing, strict=True)]
    cells = list(itertools.product(*(reversed(level) for level in crossed)))
    number = {cell: i for i, cell in enumerate(cells)}
    return Segments(
        of_cell=[number.get(cell, len(cells)) for cell in itertools.product(*names)],
        ids=[f"S{i:02}" for i in range(1, len(cells) + 2)],
        names=[*("_".join(cell) for cell in cells), "Rest"],
        rules=[
            *(" & ".join(f"{d}_{level}" for d, level in zip(DIMENSIONS, cell, strict=True)) for cell in cells),
            "ELSE",
        ],
    )


def limits(users: int) -> tuple[int, int]:
    """The sizes between which a segment is valid."""
    return max(1, min(500, users * 2 // 100)), 20_000 if users <= 240_000 else users


def check_newest(inside: int, rows: int, newest: object) -> None:
    """Stop where the newest date stands so alone that it must be a typing error."""
    if not inside:
        stop("there are no rows")
    if inside * 1000 < rows:
        stop(f"the newest date {newest} looks wrong: under 0.1 % of the rows fall into its window")
