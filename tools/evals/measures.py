"""Figures of an evaluation, each with the words for how its interval was made."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from cartjury.data.eval_records import Figure, Target
from cartjury.tools.evals.statistics import RESAMPLES, Estimate, Pair, paired_difference, ratio, share, wilson

Better = Literal["higher", "lower"]
Unit = Literal["share", "count", "mean"]


class Meaning(NamedTuple):
    """What a figure is and what is asked of it: all of it but the number."""

    name: str
    unit: Unit = "share"
    better: Better | None = "higher"
    target: Target | None = None


def not_measured(meaning: Meaning, why: str) -> Figure:
    """A figure that is missing, with the reason."""
    return Figure(**meaning._asdict(), value=None, why=why)


def count(meaning: Meaning, value: float, n: int) -> Figure:
    """A number of things among n; what was counted was all there is, so it has no interval."""
    return Figure(**meaning._asdict(), value=value, n=n)


def independent(meaning: Meaning, k: int, n: int) -> Figure:
    """A share of cases that are independent of each other."""
    if not n:
        return not_measured(meaning, "there is nothing to count")
    low, high = wilson(k, n)
    return Figure(**meaning._asdict(), value=k / n, n=n, low=low, high=high, method="95 %, Wilson")


def by_table(meaning: Meaning, numerators: Sequence[float], denominators: Sequence[float], seed: int) -> Figure:
    """A share or a mean of what is counted in whole tables."""
    if meaning.unit == "share":
        found = share(numerators, denominators, seed=seed)
        at_the_end = found.value in {0.0, 1.0}
        return _figure(meaning, found, f"95 %, Wilson over {_tables(found)}, which are all alike" if at_the_end else "")
    return _figure(meaning, ratio(numerators, denominators, seed=seed))


def difference(meaning: Meaning, a: Mapping[str, Pair], b: Mapping[str, Pair], seed: int) -> Figure:
    """The share or mean of one arm less that of another, over the tables that both have."""
    found = paired_difference(a, b, seed=seed)
    if found.value is None:
        return not_measured(meaning, "the two arms have no table in common")
    return _figure(meaning, found)


def _figure(meaning: Meaning, found: Estimate, method: str = "") -> Figure:
    if found.value is None:
        return not_measured(meaning, "there is nothing to count")
    by_resampling = f"95 %, {_tables(found)} resampled {RESAMPLES:,} times (percentile bootstrap, whole tables)"
    told = method or (by_resampling if found.low is not None else "one table: no interval")
    return Figure(**meaning._asdict(), value=found.value, n=found.n, low=found.low, high=found.high, method=told)


def _tables(found: Estimate) -> str:
    return f"{found.clusters} table{'s' if found.clusters > 1 else ''}"
