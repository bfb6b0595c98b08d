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
    positions = [(values.known - 1) * share for share in shares]
    lower = [math.floor(position) for position in positions]
    upper = [min(k + 1, values.known - 1) for k in lower]
    found = values.smallest([*lower, *upper])
    lows, highs = found[: len(lower)], found[len(lower) :]
    weights = [position - k for position, k in zip(positions, lower, strict=True)]
    return tuple(interpolate(*bracket) for bracket in zip(lows, highs, weights, strict=True))


def interpolate(low: float, high: float, weight: float) -> float:
    """Interpolate linearly as numpy does, from the nearer end, so that the bits agree."""
    if weight >= 0.5:
        return high - (high - low) * (1 - weight)
    return low + (high - low) * weight
