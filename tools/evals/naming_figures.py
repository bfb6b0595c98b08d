"""The figures of a naming arm, made of its rows: truth, distinctness, checks, length, and the round trip by reader.

rows of an arm -> per table a numerator and a denominator -> Figure, with whole tables resampled
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from cartjury.data.eval_records import Figure, Row, Target
from cartjury.tools.evals.measures import Better, Meaning, Unit, by_table, count, difference, not_measured
from cartjury.tools.evals.statistics import Pair

NO_MODEL: Final = "no requests for names to a model are on record"
ONE: Final = ""  # as a denominator: each row counts once


class Metric(NamedTuple):
    """A figure by the scores that it is made of.

    Attributes:
        name: of the figure.
        over: the score that it is divided by, or ONE. With unit "count" nothing is divided: over says what n counts.
        most: the largest of all rows instead of the sum.
    """

    name: str
    score: str
    over: str
    unit: Unit = "share"
    better: Better | None = "higher"
    most: bool = False


METRICS: Final[Mapping[str, Metric]] = {
    "named": Metric("segments that got a name", "named", "segments"),
    "contradictions": Metric("contradictions", "contradictions", "named", "count", "lower"),
    "truthful": Metric("names without a contradiction", "truthful", "named"),
    "duplicates": Metric("duplicates", "duplicates", "named", "count", "lower"),
    "checks": Metric("names that pass the checks", "checked", "named"),
    "first_try": Metric("names accepted at the first try", "first_try_accepted", "first_try_asked"),
    "distinct": Metric("names unlike every other of their table (similarity under 0.8)", "distinct", "named"),
    "similarity": Metric("largest similarity of two names, mean of tables", "similarity_most", ONE, "mean", "lower"),
    "characters": Metric("characters of a name, mean", "characters", "named", "mean", None),
    "characters_most": Metric("characters of the longest name", "characters_most", "named", "count", None, most=True),
    "words": Metric("words of a name, mean", "words", "named", "mean", None),
    "words_most": Metric("words of the longest name", "words_most", "named", "count", None, most=True),
}
TRIPS: Final[Mapping[str, str]] = {"top1": "top-1", "matched": "one-to-one"}


def figures(rows: Sequence[Row], targets: Mapping[str, Target], *, seed: int) -> tuple[Figure, ...]:
    """Make the figures of one arm.

    Args:
        rows: of `naming_scores.score_names`; several of one table, as of several seeds, are drawn together.
        targets: what a figure should be, by metric: a key of `METRICS`, or `top1:READER` or `matched:READER`.
        seed: of the resampling.

    Raises:
        ValueError: a target for a metric that the rows do not have, or rows of several arms.
    """
    if len({row.arm for row in rows}) > 1:
        raise ValueError("the figures of an arm are made of the rows of that arm alone")
    metrics = metrics_of(rows)
    unknown = set(targets) - set(metrics)
    if rows and unknown:
        raise ValueError(f"a target is set for {min(unknown)}, which is not measured here")
    return tuple(_figure(rows, key, metric, targets.get(key), seed) for key, metric in metrics.items())


def compare(rows_a: Sequence[Row], rows_b: Sequence[Row], metric: str, *, seed: int) -> Figure:
    """The share or mean of arm a less that of arm b, over the tables that both named.

    Args:
        rows_a: of an arm.
        rows_b: of the other.
        metric: a key of `METRICS` with unit "share" or "mean", or `top1:READER` or `matched:READER`.
        seed: of the resampling.

    Raises:
        ValueError: the metric is a mere count, or one that the rows do not have.
    """
    found = metrics_of((*rows_a, *rows_b)).get(metric)
    if found is None or found.unit == "count":
        raise ValueError(f"{metric} is no share or mean of these rows")
    arms = " less ".join(rows[0].arm if rows else "an arm that was not run" for rows in (rows_a, rows_b))
    meaning = Meaning(f"{found.name}: {arms}", found.unit, found.better)
    return difference(meaning, by_group(rows_a, found), by_group(rows_b, found), seed)


def metrics_of(rows: Sequence[Row]) -> dict[str, Metric]:
    """All metrics by key: those that any names have, and two for each reader that the rows speak of."""
    readers = {name: told["label"] for row in rows for name, told in row.detail.get("readers", {}).items()}
    return {
        **METRICS,
        **{
            f"{trip}:{reader}": Metric(f"round trip, {reader} reader ({label}), {said}", f"{trip}:{reader}", "segments")
            for reader, label in readers.items()
            for trip, said in TRIPS.items()
        },
    }


def by_group(rows: Sequence[Row], metric: Metric) -> dict[str, Pair]:
    """Numerator and denominator of each table, where it was measured."""
    found: dict[str, Pair] = defaultdict(lambda: (0.0, 0.0))
    for row in rows:
        score, over = row.scores.get(metric.score), 1.0 if metric.over == ONE else row.scores.get(metric.over)
        if score is not None and over is not None:
            found[row.group] = (found[row.group][0] + score, found[row.group][1] + over)
    return dict(sorted(found.items()))  # the draws must not hang on the order of the rows


def _figure(rows: Sequence[Row], key: str, metric: Metric, target: Target | None, seed: int) -> Figure:
    meaning = Meaning(metric.name, metric.unit, metric.better, target)
    pairs = by_group(rows, metric)
    if not pairs:
        return not_measured(meaning, _why(rows, key))
    if metric.unit == "count":
        scores = [score for row in rows if (score := row.scores.get(metric.score)) is not None]
        return count(meaning, max(scores) if metric.most else sum(scores), round(sum(n for _, n in pairs.values())))
    return by_table(meaning, [k for k, _ in pairs.values()], [n for _, n in pairs.values()], seed)


def _why(rows: Sequence[Row], key: str) -> str:
    if not rows:
        return "the arm was not run"
    reader = key.partition(":")[2]
    told = (row.detail["readers"][reader].get("why", "") for row in rows if reader in row.detail.get("readers", {}))
    return next((why for why in told if why), NO_MODEL if key == "first_try" else "there is nothing to count")
