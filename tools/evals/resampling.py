"""Drawing whole clusters again and again: what intervals by table are made of."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import bootstrap

CONFIDENCE: Final = 0.95

Column = npt.NDArray[np.float64]  # a number of each cluster


def with_denominator(numerators: Sequence[float], denominators: Sequence[float]) -> tuple[Column, Column]:
    """The clusters in which anything could be counted.

    Raises:
        ValueError: they are not of the same clusters, or something was counted of nothing.
    """
    top, bottom = np.array(numerators, dtype=np.float64), np.array(denominators, dtype=np.float64)
    if top.shape != bottom.shape or (bottom < 0).any() or (top[bottom == 0] != 0).any():
        raise ValueError("something was counted of nothing, or the counts are not of the same clusters")
    return top[bottom > 0], bottom[bottom > 0]


def _ratio(top: Column, bottom: Column, axis: int = -1) -> Column:
    found: Column = top.sum(axis=axis) / bottom.sum(axis=axis)
    return found


def _difference(top: Column, bottom: Column, other_top: Column, other_bottom: Column, axis: int = -1) -> Column:
    return _ratio(top, bottom, axis) - _ratio(other_top, other_bottom, axis)


def statistic(columns: tuple[Column, ...]) -> Callable[..., Column]:
    """The ratio of two columns, or of four the difference of the ratios of each two."""
    return _ratio if len(columns) == 2 else _difference


def resampled(columns: tuple[Column, ...], seed: int, resamples: int) -> tuple[float, float]:
    """Bounds of `statistic` when rows are drawn with replacement, of all columns together (percentile bootstrap)."""
    found = bootstrap(
        columns,
        statistic(columns),
        paired=True,
        vectorized=True,
        n_resamples=resamples,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return float(found.low), float(found.high)
