"""95 % intervals for the figures of a jury's health, by scipy. It takes half a second to load, and so loads late."""

import warnings
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeVar

T = TypeVar("T")
RESAMPLES: Final = 2000
FEWEST: Final = 5  # clusters: an interval from fewer says nothing


class Interval(NamedTuple):
    """A 95 % interval and how it was made; without bounds where it could not be."""

    low: float | None = None
    high: float | None = None
    method: str = ""


def wilson(hits: int, of: int) -> Interval:
    """Return the interval of a share of independent cases."""
    if not of:
        return Interval()
    from cartjury.tools.evals import statistics

    return Interval(*statistics.wilson(hits, of), "Wilson")


def clustered(clusters: Sequence[Sequence[bool]], resamples: int = RESAMPLES) -> Interval:
    """Return the interval of a share of cases that hang together in clusters, as those of one segment do.

    Where each cluster holds one case, or where all cases are alike and draws would be too, it is Wilson's with the
    clusters for cases; else a bootstrap that draws clusters.
    """
    every = [case for cluster in clusters for case in cluster]
    if len(set(every)) < 2 or len(every) == len(clusters):
        return wilson(sum(cluster[0] for cluster in clusters), len(clusters))
    return over_segments(clusters, _share, resamples=resamples)


def _share(clusters: Sequence[Sequence[bool]]) -> float:
    every = [case for cluster in clusters for case in cluster]
    return sum(every) / len(every)


def over_segments(
    segments: Sequence[T], statistic: Callable[[Sequence[T]], float | None], seed: int = 0, resamples: int = RESAMPLES
) -> Interval:
    """Return the percentile bootstrap interval of a figure, drawing whole segments with replacement.

    What is said of one segment hangs together: ranks on a ballot exclude one another, and a name that wins makes the
    others lose. So segments are drawn, never single votes.

    Args:
        segments: what each segment brings to the figure.
        statistic: the figure, None where the segments drawn do not give one.
        seed: of the draws.
        resamples: how many.

    Returns:
        No bounds where there are fewer than five segments, or where some draw gives no figure.
    """
    if len(segments) < FEWEST:
        return Interval(method=f"no interval from fewer than {FEWEST} segments")
    import numpy as np
    from scipy.stats import DegenerateDataWarning, bootstrap

    def drawn(picks: Sequence[int]) -> float:
        value = statistic([segments[int(i)] for i in picks])
        return float("nan") if value is None else value

    with warnings.catch_warnings():
        # It warns, in words about another method, where a draw gave no figure; that is told below.
        warnings.simplefilter("ignore", DegenerateDataWarning)
        found = bootstrap(
            (np.arange(len(segments)),),
            drawn,
            n_resamples=resamples,
            vectorized=False,
            method="percentile",
            rng=np.random.default_rng(seed),
        ).confidence_interval
    if np.isnan(found.low) or np.isnan(found.high):
        return Interval(method="no interval: some draws of segments give no figure")
    return Interval(float(found.low), float(found.high), "bootstrap over segments")
