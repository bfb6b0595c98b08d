"""Exact quantiles, bit for bit those of numpy: two order statistics and numpy's own interpolation."""

import math
from collections.abc import Sequence

from cartjury.tools.engine.distribution import Distribution


def quantiles(values: Distribution, shares: Sequence[float]) -> tuple[float, ...]:
    """Return quantiles of the known values by definition 7 of Hyndman & Fan (1996), numpy's `linear`.

    Args:
        values: a column with at least one known value.
        shares: between 0 and 1.
    """
    found = values.smallest(ranks(values.known, shares))
    positions = [(values.known - 1) * share for share in shares]
    weights = [position - math.floor(position) for position in positions]
    return tuple(interpolate(*bracket) for bracket in zip(found[::2], found[1::2], weights, strict=True))


def ranks(known: int, shares: Sequence[float]) -> list[int]:
    """The ranks (0: the lowest value) between which quantiles of so many values lie, two each."""
    lower = [math.floor((known - 1) * share) for share in shares]
    return [rank for k in lower for rank in (k, min(k + 1, known - 1))]


def interpolate(low: float, high: float, weight: float) -> float:
    """Interpolate linearly as numpy does, from the nearer end, so that the bits agree."""
    if weight >= 0.5:
        return high - (high - low) * (1 - weight)
    return low + (high - low) * weight
