"""Intervals of evaluation runs: what is counted in whole tables is resampled in whole tables.

Names of a table are not independent of each other: a jury that misreads a table misreads several. So tables are
resampled, not names (percentile bootstrap of the ratio of sums). With fewer than some twenty tables such an interval is
rather too narrow; how many there are is told with it.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from scipy.stats import binomtest

from cartjury.tools.evals.resampling import CONFIDENCE, Column, resampled, statistic, with_denominator

RESAMPLES: Final = 5000

Pair = tuple[float, float]  # of a table: the numerator and the denominator of its share


class Estimate(NamedTuple):
    """A figure of some tables with its interval.

    Attributes:
        value: None where there is nothing to divide by.
        low, high: None where a table alone tells nothing of what other tables would say.
        n: what the denominators add up to.
        clusters: tables that had a part in it.
        method: of the interval, or why there is none.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    clusters: int
    method: str


NOTHING: Final = Estimate(None, None, None, 0, 0, "there is nothing to count")


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
    top, bottom = with_denominator(numerators, denominators)
    if len(top) < 2:
        raise ValueError(f"{len(top)} tables are too few to resample")
    return resampled((top, bottom), seed, resamples)


def ratio(
    numerators: Sequence[float], denominators: Sequence[float], *, seed: int, resamples: int = RESAMPLES
) -> Estimate:
    """sum(numerators) / sum(denominators) over clusters, with its interval where there are two or more."""
    top, bottom = with_denominator(numerators, denominators)
    return _estimate((top, bottom), seed, resamples)


def share(
    numerators: Sequence[float], denominators: Sequence[float], *, seed: int, resamples: int = RESAMPLES
) -> Estimate:
    """As `ratio`, of a share between 0 and 1.

    Where every table has 0, or every table 1, resampling gives no width, which is more than is known. The interval then
    is Wilson's over all that was counted: how much tables differ cannot be seen where they do not.
    """
    found = ratio(numerators, denominators, seed=seed, resamples=resamples)
    if found.clusters < 2 or found.value not in {0.0, 1.0}:
        return found
    low, high = wilson(found.n if found.value else 0, found.n)
    return found._replace(low=low, high=high, method=f"95 %, Wilson over {found.n}: all tables are alike")


def win_rate(wins: Sequence[float], losses: Sequence[float], *, seed: int, resamples: int = RESAMPLES) -> Estimate:
    """Share of the decisive pairs that were won, by table; ties are no part of it.

    A claim hangs on its lower bound. So where all pairs were won, or none, the interval is Wilson's over the tables,
    each of which counts once however many pairs it has.

    Returns:
        n: the decisive pairs; clusters: the tables that have any.
    """
    decisive = [won + lost for won, lost in zip(wins, losses, strict=True)]
    found = ratio(wins, decisive, seed=seed, resamples=resamples)
    if found.value not in {0.0, 1.0}:
        return found
    low, high = wilson(found.clusters if found.value else 0, found.clusters)
    return found._replace(low=low, high=high, method=f"95 %, Wilson over {_tables(found.clusters)}: all are alike")


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
    both = sorted(i for i in set(a_by_cluster) & set(b_by_cluster) if a_by_cluster[i][1] and b_by_cluster[i][1])
    a, b = (np.array([by[i] for i in both], dtype=np.float64).reshape(-1, 2) for by in (a_by_cluster, b_by_cluster))
    return _estimate((a[:, 0], a[:, 1], b[:, 0], b[:, 1]), seed, resamples)


def _estimate(columns: tuple[Column, ...], seed: int, resamples: int) -> Estimate:
    """A ratio of two columns, or the difference of two ratios, a row of the columns being a table."""
    tables = len(columns[0])
    if not tables:
        return NOTHING
    value, n = float(statistic(columns)(*columns)), round(float(columns[1].sum()))
    if tables < 2:
        return Estimate(value, None, None, n, tables, "one table: no interval")
    low, high = resampled(columns, seed, resamples)
    alike = ", which all came to the same" if low == high else ""
    method = f"95 %, percentile bootstrap over {_tables(tables)}{alike}, {resamples:,} resamples"
    return Estimate(value, low, high, n, tables, method)


def _tables(n: int) -> str:
    return f"{n} table{'s' if n > 1 else ''}"
