"""Figures of an evaluation, each with the words for how its interval was made."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from cartjury.data.eval_records import Figure, Target
from cartjury.tools.evals.statistics import NOTHING, Estimate, Pair, paired_difference, ratio, share, wilson, win_rate

Better = Literal["higher", "lower"]
Unit = Literal["share", "points", "count", "mean"]


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
    estimate = share if meaning.unit == "share" else ratio
    return _figure(meaning, estimate(numerators, denominators, seed=seed))


def difference(meaning: Meaning, a: Mapping[str, Pair], b: Mapping[str, Pair], seed: int) -> Figure:
    """The share or mean of one arm less that of another, over the tables that both have."""
    found = paired_difference(a, b, seed=seed)
    meaning = meaning._replace(unit="points") if meaning.unit == "share" else meaning
    return _figure(meaning, found, "the two arms have no table in common")


def won(meaning: Meaning, wins: Sequence[float], losses: Sequence[float], seed: int) -> Figure:
    """The share of the decisive pairs that an arm won, by table."""
    return _figure(meaning, win_rate(wins, losses, seed=seed), "no pair was decisive")


def _figure(meaning: Meaning, found: Estimate, nothing: str = NOTHING.method) -> Figure:
    if found.value is None:
        return not_measured(meaning, nothing)
    return Figure(
        **meaning._asdict(), value=found.value, n=found.n, low=found.low, high=found.high, method=found.method
    )
