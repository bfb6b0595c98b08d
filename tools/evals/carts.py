"""Carts of a trade: the generated ones, with order values, baskets, scores and history as the trade has them.

generate_frame -> normal scores of each column's ranks -> the trade's columns at these scores -> data frame

Who ranks where stays as it was generated, so the columns hang together as before; only their values change. All
chance comes from raw words of Philox, keyed by the seed and by what is drawn: those stay the same from version to
version of numpy.
"""

import math
import zlib
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from cartjury.data.naming_tables import ColumnSpec, History, Trade
from cartjury.tools.generate import generate_frame

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

ORDERED_LIKE: Final = {"engagement_score": 0.3, "profitability_score": 0.3, "sessions_last_30d": 0.15}
"""Weights of other columns in having ordered before, as `ColumnSpec.like`."""
ORDER_AGE_LIKE: Final = {"engagement_score": -0.35, "profitability_score": -0.15}
"""The same in how long ago the last order was."""
RANKED: Final = ("avg_order_value", "sessions_last_30d", "num_cart_items", "engagement_score", "profitability_score")


def trade_carts(trade: Trade, n_users: int, seed: int, as_of: date) -> "pd.DataFrame":
    """Make the carts of a trade.

    Args:
        trade: what they look like.
        n_users: how many.
        seed: of the generated carts, and of all that is drawn here.
        as_of: the newest day.

    Returns:
        The columns of the contract as `generate_frame` has them, then the further ones of the trade as float64; NaN
        and NaT for missing values.
    """
    frame = generate_frame(n_users, seed, as_of)
    scores = {name: _ranked(frame[name].to_numpy(np.float64), seed, name) for name in RANKED}
    for name, spec in trade.columns.items():
        if name not in scores:
            scores[name] = _like(scores, spec.like, seed, name)
    ordered = _above(_like(scores, ORDERED_LIKE, seed, "ordered"), trade.history.without)
    age = _among(_like(scores, ORDER_AGE_LIKE, seed, "order age"), ordered)
    dates = frame["cart_abandoned_date"].to_numpy() - _order_age(trade.history, age)
    frame["last_order_date"] = np.where(ordered, dates, np.datetime64("NaT"))
    for name, spec in trade.columns.items():
        values = values_at(spec, _among(scores[name], ordered) if spec.needs_order else scores[name])
        known = _above(_uniforms(n_users, seed, f"{name} missing"), spec.missing)
        frame[name] = np.where(known & (ordered | (not spec.needs_order)), values, np.nan)
    hidden = ~ordered & (_uniforms(n_users, seed, "unknown value") <= trade.history.unknown_value)
    frame.loc[hidden, "avg_order_value"] = np.nan
    return frame


def values_at(spec: ColumnSpec, scores: Floats) -> Floats:
    """Read a column's distribution at normal scores; 0 is its median."""
    if spec.kind == "share":
        odds = math.log(spec.median / (1 - spec.median)) + spec.spread * scores
        return np.round(1 / (1 + np.exp(-odds)), 4)
    values = np.round(np.exp(math.log(spec.median) + spec.spread * scores), 2 if spec.kind == "amount" else 0)
    return np.clip(values, spec.least, math.inf if spec.most is None else spec.most)


def _uniforms(n: int, seed: int, what: str) -> Floats:
    """Draw n numbers between 0 and 1, the same ones for the same seed and words."""
    key = np.array([seed, 2**32 + zlib.crc32(what.encode())], dtype=np.uint64)  # beyond the keys of generated carts
    words = np.random.Philox(key=key).random_raw(n)
    return ((words >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def _ranked(values: Floats, seed: int, what: str) -> Floats:
    """Turn values into normal scores of their ranks; equal values are put in a random order."""
    return _at_ranks(np.lexsort((_uniforms(len(values), seed, f"{what} ties"), values)))


def _at_ranks(order: npt.NDArray[np.intp]) -> Floats:
    scores = np.empty(len(order))
    scores[order] = ndtri((np.arange(len(order)) + 0.5) / len(order))
    return scores


def _among(scores: Floats, flags: Flags) -> Floats:
    """Take the normal scores of ranks among the marked users; of the others they mean nothing."""
    found = np.zeros(len(scores))
    found[flags] = _at_ranks(np.argsort(scores[flags], kind="stable"))
    return found


def _like(scores: Mapping[str, Floats], weights: Mapping[str, float], seed: int, what: str) -> Floats:
    """Mix columns with a noise of weight 1 and turn the sum into normal scores again."""
    n = len(next(iter(scores.values())))
    total = ndtri(_uniforms(n, seed, what))
    for name, weight in weights.items():
        total = total + weight * scores[name]
    return _ranked(total, seed, what)


def _above(values: Floats, share: float) -> Flags:
    """Mark all but the given share of users with the lowest values."""
    flags = np.ones(len(values), dtype=np.bool_)
    flags[np.argsort(values, kind="stable")[: round(share * len(values))]] = False
    return flags


def _order_age(history: History, scores: Floats) -> npt.NDArray[np.timedelta64]:
    days = np.minimum(np.exp(math.log(history.days) + history.spread * scores), history.most)
    return days.astype(np.int64).astype("timedelta64[D]")
