"""Where to cut: at the data value nearest a quantile that leaves all parts large enough, by order statistics alone.

A column of prices can have as many values as users, so the values are never listed: a handful of questions about ranks
finds the lowest and the highest value that may be cut at, and the two beside the quantile.
"""

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

from cartjury.tools.brief import SMALL
from cartjury.tools.engine.distribution import Distribution
from cartjury.tools.figures import told
from cartjury.tools.quantiles import quantiles


class Parts(NamedTuple):
    """Cuts and the users of the parts between them, missing values with the lowest part."""

    cuts: tuple[float, ...]
    sizes: tuple[int, ...]


def parts_at(values: Distribution, cuts: Sequence[float]) -> Parts:
    """Count the users between cuts."""
    missing = values.users - values.known
    bounds = [-missing, *values.below(cuts), values.known]
    return Parts(tuple(cuts), tuple(high - low for low, high in itertools.pairwise(bounds)))


def value_range(values: Distribution) -> str:
    """Say between what the known values lie; of a handful of users that would be the values of single ones."""
    if values.known < SMALL:
        return "are those of too few users to be shown"
    lowest, highest = values.smallest([0, values.known - 1])
    first, last = told((lowest, highest))
    return f"run from {first} to {last}"


def nearest_cuts(values: Distribution, shares: Sequence[float], least: int) -> Parts | None:
    """Find the data values nearest to some quantiles that leave every part at least so many users.

    Args:
        values: of the users to be parted.
        shares: increasing, between 0 and 1.
        least: users that every part must have.

    Returns:
        The cuts and the parts; among two values equally near the one that makes the parts beside it more equal, then
        the lower. None where there are no such values.
    """
    missing, enough = values.users - values.known, max(1, least)
    if values.known < 2:
        return None
    cuts: list[float] = []
    below = -missing  # users under the last cut; the lowest part has the missing values too
    for left, wished in zip(range(len(shares), 0, -1), quantiles(values, shares), strict=True):
        at_least = max(1, below + enough)
        at_most = values.known - left * enough
        cut = _nearest(values, wished, at_least, at_most)
        if cut is None:
            return None
        cuts.append(cut)
        (below,) = values.below([cut])
    return parts_at(values, cuts)


def _nearest(values: Distribution, wished: float, at_least: int, at_most: int) -> float | None:
    """The data value nearest to one wished for that has between so many users below it."""
    if at_least > at_most:
        return None
    (under,) = values.smallest([at_least - 1])
    (first,) = values.below([math.nextafter(under, math.inf)])
    if first > at_most:
        return None
    (place,) = values.below([wished])
    ranks = [first, at_most, *(k for k in (place - 1, place) if first <= k <= at_most)]
    found = set(values.smallest(ranks))
    lowest, highest = values.smallest([first, at_most])
    middle = (at_least + at_most) / 2
    counts = dict(zip(sorted(found), values.below(sorted(found)), strict=True))
    return min(
        (v for v in found if lowest <= v <= highest),
        key=lambda v: (abs(v - wished), abs(counts[v] - middle), v),
    )
