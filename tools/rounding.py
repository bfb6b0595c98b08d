"""Cuts that a person can say: "85 or more" instead of "84.3712 or more"."""

import itertools
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Protocol

MOVED_SHARE = 0.005  # share of the users with a value that rounding may move to another level
STEPS = (Decimal(5), Decimal(2), Decimal(1))


class Values(Protocol):
    """The values of a column, as far as rounding asks for them."""

    known: int  # users with a value

    def below(self, cuts: Sequence[float], /) -> Sequence[int]:
        """Count the users under each cut."""
        ...

    def between(self, cut: float, /) -> tuple[int, int]:
        """Bounds of the users under a cut, which cost nothing."""
        ...


def candidates(cut: float) -> Iterator[float]:
    """Yield a cut rounded to multiples of 1, 2 and 5 times powers of ten, coarse to fine.

    The coarsest step is the power of ten above the cut (100 for 84.37); ties go to the even multiple.
    It ends with the cut itself.
    """
    exact = Decimal(repr(cut))
    if not exact:
        return
    power = Decimal(10) ** (exact.adjusted() + 1)
    seen = set()
    for step in itertools.chain([power], (s * power.scaleb(-i) for i in itertools.count(1) for s in STEPS)):
        rounded = (exact / step).quantize(Decimal(1), rounding=ROUND_HALF_EVEN) * step
        if rounded not in seen:
            seen.add(rounded)
            yield float(rounded) + 0.0  # never -0.0
        if rounded == exact:
            return


def round_cut(cut: float, values: Values) -> float:
    """Return the coarsest rounding that moves at most 0.5 % of the users and leaves both sides populated."""
    (exact,) = values.below([cut])
    for rounded in candidates(cut):
        # Most candidates are far off, which bounds show without another look at the users.
        if _may_do(*values.between(rounded), exact, values.known):
            (count,) = values.below([rounded])
            if _may_do(count, count, exact, values.known):
                return rounded
    return cut


def round_cuts(cuts: Sequence[float], values: Values) -> tuple[float, ...]:
    """Round the cuts of a dimension one by one; if that makes them collide, all stay exact."""
    rounded = tuple(round_cut(cut, values) for cut in cuts)
    return rounded if list(rounded) == sorted(set(rounded)) else tuple(cuts)


def _may_do(least: int, most: int, exact: int, known: int) -> bool:
    """Whether a count between these bounds can be near enough to the exact one, with users on both sides."""
    moved = max(least - exact, exact - most, 0)
    return most > 0 and least < known and moved <= MOVED_SHARE * known
