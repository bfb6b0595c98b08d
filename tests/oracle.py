"""The job once more in plain pandas and numpy: what the tests compare the program with.

Written from the specification alone and sharing no code with `cartjury`, so a mistake has to be made
twice to stay unseen. It is slow, keeps everything in memory and computes in plain floating point.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

NAMES_BY_COUNT = {
    1: ["Low"],
    2: ["Low", "High"],
    3: ["Low", "Medium", "High"],
    4: ["Low", "MediumLow", "MediumHigh", "High"],
    5: ["VeryLow", "Low", "Medium", "High", "VeryHigh"],
}
LEVEL_COLUMNS = {"AOV": "aov_bucket", "Engagement": "engagement_bucket", "Profit": "profitability_bucket"}
BINS = 10_000


def days_since_abandonment(df: pd.DataFrame, as_of: date | str | None = None) -> pd.Series:
    """Whole calendar days from abandonment to as_of (default: the newest abandonment in df)."""
    abandoned = pd.to_datetime(df["cart_abandoned_date"], format="ISO8601").dt.normalize()
    today = abandoned.max() if as_of is None else pd.Timestamp(as_of).normalize()
    return (today - abandoned).dt.days


def universe(
    df: pd.DataFrame,
    as_of: date | str | None = None,
    window_days: int = 7,
    conditions: Sequence[Mapping[str, Any]] = (),
) -> pd.DataFrame:
    """Users with `0 <= days since abandonment <= window_days` who pass all conditions of the plan's filter.

    The order and the index of df are kept. A condition is the JSON `{"column", "op", "value"}`; a
    missing value never passes one.
    """
    days = days_since_abandonment(df, as_of)
    inside = (days >= 0) & (days <= window_days)
    for condition in conditions:
        inside &= _passes(df[condition["column"]], condition["op"], condition["value"])
    return df[inside]


def _passes(series: pd.Series, op: str, value: float | str) -> pd.Series:
    answers = {
        ">=": lambda: series >= value,
        ">": lambda: series > value,
        "<=": lambda: series <= value,
        "<": lambda: series < value,
        "=": lambda: series == value,
        "!=": lambda: series != value,
    }
    return (answers[op]() & series.notna()).fillna(False).astype(bool)


def thresholds(
    universe: pd.DataFrame, dimensions: Sequence[tuple[str, Sequence[float]]]
) -> dict[str, tuple[float, ...]]:
    """Exact `linear` quantiles of the known values, by column."""
    return {
        column: tuple(float(np.quantile(known(universe[column]), q)) for q in quantiles)
        for column, quantiles in dimensions
    }


def known(values: Any) -> Floats:
    """The values that are not missing, as float64."""
    floats = as_floats(values)
    return floats[~np.isnan(floats)]


def as_floats(values: Any) -> Floats:
    """All values as float64, missing ones as NaN."""
    return np.asarray(pd.Series(values).astype("Float64").to_numpy(na_value=np.nan), dtype=np.float64)


def round_cut(values: Any, cut: float) -> float:
    """The coarsest rounding of a cut (1, 2, 5 x 10^k) that moves at most 0.5 % of the known users.

    A user is moved where the rounded cut puts it on the other side. A rounding that leaves nobody below
    or nobody at or above it is not allowed. Where none fits, and for 0, the cut stays as it is. Ties
    between two multiples of a step go to the even multiple.
    """
    users = known(values)
    exact = Decimal(repr(float(cut)))
    if exact == 0:
        return cut
    for power in range(exact.adjusted() + 1, exact.adjusted() - 20, -1):
        # From 10^power down to 2 x 10^(power - 1), the order of 100, 50, 20, 10, 5, 2, 1.
        for factor in ("1", "0.5", "0.2"):
            step = Decimal(factor) * Decimal(10) ** power
            rounded = float((exact / step).to_integral_value(ROUND_HALF_EVEN) * step)
            moved = np.count_nonzero((users >= min(cut, rounded)) & (users < max(cut, rounded)))
            below = np.count_nonzero(users < rounded)
            if moved * 200 <= users.size and 0 < below < users.size:
                return rounded
    return cut


def round_cuts(values: Any, cuts: Sequence[float]) -> tuple[float, ...]:
    """Round the cuts of one dimension independently; where they collide, all stay exact."""
    rounded = tuple(round_cut(values, cut) for cut in cuts)
    return rounded if all(a < b for a, b in itertools.pairwise(rounded)) else tuple(cuts)


def levels(series: Any, cuts: Sequence[float]) -> pd.Series:
    """Level name of every value: `x >= cut` is above the cut, missing values are Unknown."""
    values = as_floats(series)
    above = np.zeros(values.size, dtype=int)
    for cut in cuts:
        above += values >= cut
    names = np.array(NAMES_BY_COUNT[len(cuts) + 1], dtype=object)[above]
    names[np.isnan(values)] = "Unknown"
    return pd.Series(names, index=series.index if isinstance(series, pd.Series) else None, dtype=object)


def segments(universe: pd.DataFrame, plan_json: Mapping[str, Any], as_of: date | str | None = None) -> pd.Series:
    """Segment id of every user, from the boxes of a plan.json.

    `days_since_abandonment` is computed from as_of (default: the newest abandonment in the universe)
    where the frame has no such column.

    Raises:
        ValueError: if not exactly one segment claims every user; it says how often the first such user is claimed.
    """
    named = [levels(universe[d["column"]], d["cuts"]).to_numpy() for d in plan_json["dimensions"]]
    claims = np.zeros(len(universe), dtype=int)
    ids = np.full(len(universe), "", dtype=object)
    for segment in plan_json["segments"]:
        for box in segment["boxes"]:
            inside = np.ones(len(universe), dtype=bool)
            for level, of_users in zip(box["levels"], named, strict=True):
                inside &= of_users == level
            for interval in box["where"]:
                inside &= _inside(universe, interval, as_of)
            claims += inside
            ids[inside] = segment["id"]
    if (claims != 1).any():
        wrong = claims[claims != 1]
        raise ValueError(f"{wrong.size} users are not claimed once; the first is claimed {wrong[0]} times")
    return pd.Series(ids, index=universe.index, dtype=object)


def _inside(universe: pd.DataFrame, interval: Mapping[str, Any], as_of: date | str | None) -> Mask:
    column = interval["column"]
    derived = column == "days_since_abandonment" and column not in universe
    values = as_floats(days_since_abandonment(universe, as_of) if derived else universe[column])
    lower = -math.inf if interval["lower"] is None else interval["lower"]
    inside = values >= lower
    if interval["upper"] is not None:
        inside &= values < interval["upper"]
    return np.where(np.isnan(values), bool(interval["unknown"]), inside)


def percentile_ranks(values: Any) -> Floats:
    """Rank of every value in [0, 1] among the known ones; NaN where missing.

    10,000 bins, bin = min(floor(x * 10000), 9999); rank = (users in lower bins + half of those in the same bin) / n.
    """
    floats = as_floats(values)
    is_known = ~np.isnan(floats)
    bins = np.minimum(np.floor(floats[is_known] * BINS), BINS - 1).astype(int)
    counts = np.bincount(bins, minlength=BINS)
    lower = np.concatenate([[0], np.cumsum(counts)[:-1]])
    ranks = np.full(floats.size, np.nan)
    ranks[is_known] = (lower[bins] + counts[bins] / 2) / max(bins.size, 1)
    return ranks


def conversion(universe: pd.DataFrame, as_of: date | str | None = None) -> Floats:
    """engagement_score x 1 / (1 + days since abandonment); missing engagement counts as 0."""
    urgency = 1 / (1 + days_since_abandonment(universe, as_of).to_numpy())
    return np.nan_to_num(as_floats(universe["engagement_score"])) * urgency


def scores(
    universe: pd.DataFrame,
    as_of: date | str | None = None,
    *,
    weights: Sequence[float] = (0.3, 0.2, 0.1, 0.3, 0.1),
    priorities: Mapping[str, Mapping[str, float]] | None = None,
    scoring: Literal["scaled", "seed"] = "scaled",
    level_columns: Mapping[str, str] = LEVEL_COLUMNS,
) -> pd.DataFrame:
    """Scores of every segment that has users, indexed by segment_id.

    Args:
        universe: with a column segment_id and, for priorities, the level columns.
        as_of: default the newest abandonment in the universe.
        weights: of conversion, lift, size, profitability and strategic fit.
        priorities: by dimension and level; a level that is not named counts 0.
        scoring: "seed" weights the raw components: conversion, lift, size as share of the universe,
            profitability (0 where nobody's is known) and strategic fit.
        level_columns: column that holds the level names of a dimension.

    Returns:
        Size, Conv_Pot, Lift_vs_Control, Profitability (NaN where nobody's is known), Strategic_Fit,
        Overall_Score, and scaled_conversion, _lift, _size, _profitability, _strategic_fit.
    """
    convert = conversion(universe, as_of)
    profit = as_floats(universe["profitability_score"])
    users = pd.DataFrame({"conversion": convert, "profitability": profit})
    users["conversion_rank"] = percentile_ranks(convert)
    users["profitability_rank"] = percentile_ranks(profit)
    users["priority"] = _priority(universe, priorities or {}, level_columns)
    ids = universe["segment_id"].to_numpy()
    means, size = users.groupby(ids).mean(), users.groupby(ids).size()  # mean leaves NaN out
    overall = convert.mean()
    lift = means["conversion"] / overall if overall > 0 else means["conversion"] * 0 + 1
    scaled_profit = means["profitability_rank"].fillna(0.5)
    fit = means["priority"] if priorities else (means["conversion_rank"] + scaled_profit) / 2
    scaled = [means["conversion_rank"], lift / (1 + lift), size / size.max(), scaled_profit, fit]
    raw = [means["conversion"], lift, size / len(universe), means["profitability"].fillna(0), fit]
    parts = scaled if scoring == "scaled" else raw
    table = {"Size": size, "Conv_Pot": means["conversion"], "Lift_vs_Control": lift}
    table |= {"Profitability": means["profitability"], "Strategic_Fit": fit}
    table["Overall_Score"] = sum(w * part for w, part in zip(weights, parts, strict=True))
    names = ["conversion", "lift", "size", "profitability", "strategic_fit"]
    table |= {f"scaled_{name}": part for name, part in zip(names, scaled, strict=True)}
    return pd.DataFrame(table).rename_axis("segment_id")


def _priority(
    universe: pd.DataFrame, priorities: Mapping[str, Mapping[str, float]], level_columns: Mapping[str, str]
) -> Floats:
    given = [
        universe[level_columns[dimension]].astype(object).map(dict(by_level)).fillna(0.0).to_numpy(dtype="float64")
        for dimension, by_level in priorities.items()
    ]
    return np.mean(given, axis=0) if given else np.zeros(len(universe))
