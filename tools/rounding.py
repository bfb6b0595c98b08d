"""Cuts that a person can say: "85 or more" instead of "84.3712 or more"."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

MOVED_SHARE = 0.005  # share of the users with a value that rounding may move to another level
STEPS = (Decimal(5), Decimal(2), Decimal(1))
BATCH = 12  # candidates that are counted in one pass; the first pass is nearly always enough

Below = Callable[[Sequence[float]], Sequence[int]]  # users with a value under each of these cuts


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


def round_cut(cut: float, known: int, below: Below) -> float:
    """Return the coarsest rounding that moves at most 0.5 % of the users and leaves both sides populated.

    Args:
        cut: the exact cut.
        known: users with a value.
        below: counts users under cuts.
    """
    (exact,) = below([cut])
    tried = candidates(cut)
    while batch := list(itertools.islice(tried, BATCH)):
        for rounded, count in zip(batch, below(batch), strict=True):
            if 0 < count < known and abs(count - exact) <= MOVED_SHARE * known:
                return rounded
    return cut


def round_cuts(cuts: Sequence[float], known: int, below: Below) -> tuple[float, ...]:
    """Round the cuts of a dimension one by one; if that makes them collide, all stay exact."""
    rounded = tuple(round_cut(cut, known, below) for cut in cuts)
    return rounded if list(rounded) == sorted(set(rounded)) else tuple(cuts)
