"""Intervals of evaluation runs: what is counted in whole tables is resampled in whole tables.

Names of a table are not independent of each other: a jury that misreads a table misreads several. So tables are
resampled, not names (percentile bootstrap of the ratio of sums). With fewer than some twenty tables such an interval is
rather too narrow; how many there are is told with it.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest, bootstrap

CONFIDENCE: Final = 0.95
RESAMPLES: Final = 5000

Pair = tuple[float, float]  # of a table: the numerator and the denominator of its share
_Array = npt.NDArray[np.float64]


class Estimate(NamedTuple):
    """A figure of some tables with its interval.

    Attributes:
        value: None where there is nothing to divide by.
        low, high: None where a table alone tells nothing of what other tables would say.
        n: what the denominators add up to.
        clusters: tables that had a part in it.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    clusters: int


def wilson(k: int, n: int) -> tuple[float, float]:
    """95 % interval of a share k of n of independent cases, by Wilson's score.

    Raises:
        ValueError: n is 0, or k is not between 0 and n.
    """
    found = binomtest(k, n).proportion_ci(confidence_level=CONFIDENCE, method="wilson")
    return float(found.low), float(found.high)


def clustered(
    numerators: Sequence[float], denominators: Sequence[float], *, seed: int, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """95 % interval of sum(numerators) / sum(denominators) when whole clusters are resampled.

    Where all clusters have the same ratio, the interval is that ratio alone: it has no width.

    Raises:
        ValueError: fewer than two clusters have a denominator: one table tells nothing of others.
    """
    top, bottom = _with_denominator(numerators, denominators)
    if len(top) < 2:
        raise ValueError(f"{len(top)} tables are too few to resample")
    return _resampled((top, bottom), seed, resamples)


def ratio(
    numerators: Sequence[float], denominators: Sequence[float], *, seed: int, resamples: int = RESAMPLES
) -> Estimate:
    """sum(numerators) / sum(denominators) over clusters, with its interval where there are two or more."""
    top, bottom = _with_denominator(numerators, denominators)
    if not len(top):
        return Estimate(None, None, None, 0, 0)
    value, n = float(top.sum() / bottom.sum()), round(float(bottom.sum()))
    if len(top) < 2:
        return Estimate(value, None, None, n, 1)
    return Estimate(value, *_resampled((top, bottom), seed, resamples), n, len(top))


def share(
    numerators: Sequence[float], denominators: Sequence[float], *, seed: int, resamples: int = RESAMPLES
) -> Estimate:
    """As `ratio`, of a share between 0 and 1.

    Where every table has 0, or every table 1, resampling gives no width, which is not what is known. The interval then
    is Wilson's, of so many tables of so many: wider than one of names would be, as tables are what was drawn.
    """
    found = ratio(numerators, denominators, seed=seed, resamples=resamples)
    if found.value in {0.0, 1.0}:
        low, high = wilson(found.clusters if found.value else 0, found.clusters)
        return found._replace(low=low, high=high)
    return found


def paired_difference(
    a_by_cluster: Mapping[str, Pair], b_by_cluster: Mapping[str, Pair], *, seed: int, resamples: int = RESAMPLES
) -> Estimate:
    """The ratio of one arm less that of the other, over the tables that both have; a table is drawn for both at once.

    Args:
        a_by_cluster: by table, numerator and denominator.
        b_by_cluster: of the other arm.
        seed: of the resampling.
        resamples: how many times tables are drawn.

    Returns:
        a - b; n are the denominators of a.
    """
    both = [i for i in a_by_cluster if i in b_by_cluster and a_by_cluster[i][1] and b_by_cluster[i][1]]
    if not both:
        return Estimate(None, None, None, 0, 0)
    a, b = (np.array([by[i] for i in both], dtype=np.float64) for by in (a_by_cluster, b_by_cluster))
    arms = (a[:, 0], a[:, 1], b[:, 0], b[:, 1])
    value, n = float(_difference(*arms)), round(float(arms[1].sum()))
    if len(both) < 2:
        return Estimate(value, None, None, n, 1)
    return Estimate(value, *_resampled(arms, seed, resamples), n, len(both))


def win_rate(wins: Sequence[float], losses: Sequence[float], *, seed: int, resamples: int = RESAMPLES) -> Estimate:
    """Share of the decisive pairs that were won, by table; ties are no part of it.

    Returns:
        n: the decisive pairs; clusters: the tables that have any.
    """
    decisive = [won + lost for won, lost in zip(wins, losses, strict=True)]
    return share(wins, decisive, seed=seed, resamples=resamples)


def _with_denominator(numerators: Sequence[float], denominators: Sequence[float]) -> tuple[_Array, _Array]:
    top, bottom = np.array(numerators, dtype=np.float64), np.array(denominators, dtype=np.float64)
    if top.shape != bottom.shape or (bottom < 0).any() or (top[bottom == 0] != 0).any():
        raise ValueError(
            "numerators and denominators must be of the same clusters, and what is counted be of something"
        )
    return top[bottom > 0], bottom[bottom > 0]


def _ratio(top: _Array, bottom: _Array, axis: int = -1) -> _Array:
    found: _Array = top.sum(axis=axis) / bottom.sum(axis=axis)
    return found


def _difference(top: _Array, bottom: _Array, other_top: _Array, other_bottom: _Array, axis: int = -1) -> _Array:
    return _ratio(top, bottom, axis) - _ratio(other_top, other_bottom, axis)


def _resampled(columns: tuple[_Array, ...], seed: int, resamples: int) -> tuple[float, float]:
    """Percentile bootstrap; the columns are drawn together."""
    statistic = _ratio if len(columns) == 2 else _difference
    found = bootstrap(
        columns,
        statistic,
        paired=True,
        vectorized=True,
        n_resamples=resamples,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return float(found.low), float(found.high)
