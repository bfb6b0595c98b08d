"""What the made-up users look like: the parameters, and the step from random bits to the columns of one block.

Every user has eight correlated standard normal latents (a Gaussian copula, Nelsen 2006, "An Introduction to Copulas",
sections 2.9 and 5.1). Each quantity below is a non-decreasing function of one latent, so two quantities have the rank
correlation of their latents (ties pull that of the whole-numbered ones a little towards 0).

| column | latent | distribution | constants |
|---|---|---|---|
| avg_order_value | value | log-normal, median 60, 95 % below 206, rounded to cents | AOV_MEDIAN, AOV_SIGMA |
| engagement_score | engagement | beta, mean 0.40, 4 decimals | ENGAGEMENT_BETA |
| profitability_score | profitability | beta, mean 0.44, 4 decimals | PROFITABILITY_BETA |
| sessions_last_30d | sessions | 1 + negative binomial, mean 5.5, long tail | SESSIONS |
| num_cart_items | items | 1 + negative binomial, mean 2.6, mostly 1 or 2 | ITEMS |
| cart_abandoned_date | staleness | days before as_of: geometric up to 30, 83 % within 7 | DAILY_DECAY |
| last_order_date | order_age | days before the cart: log-normal, median 45, up to 730 | ORDER_AGE_MEDIAN, ... |
| last_order_date is empty | history | the 30 % with the lowest latent | NO_HISTORY_SHARE |

SPEARMAN holds the rank correlations. The three between value, engagement and profitability also keep the smallest of
the 12 cells (AOV at quantiles 0.4 and 0.8, the scores at 0.6) near 580 of 25,000 users: with a stronger value to
profitability link the cells "high value, low profitability" fall under the default minimum size of 500 and merge.
"""

import math
from functools import cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Column = npt.NDArray[np.generic]

AOV_MEDIAN, AOV_SIGMA = 60.0, 0.75
ENGAGEMENT_BETA = (2.0, 3.0)
PROFITABILITY_BETA = (2.2, 2.8)
SESSIONS = (1.6, 4.5)
"""Shape and mean of the negative binomial that is added to 1 session."""
ITEMS = (1.1, 1.6)
"""Shape and mean of the negative binomial that is added to 1 item."""
DAILY_DECAY = 0.80
"""Each day further back holds this share of the carts of the day after it."""
OLDEST_CART_DAYS = 30
ORDER_AGE_MEDIAN, ORDER_AGE_SIGMA, ORDER_AGE_MAX = 45.0, 1.1, 730.0
NO_HISTORY_SHARE = 0.30

LATENTS = ("value", "engagement", "profitability", "sessions", "items", "staleness", "order_age", "history")
SPEARMAN = {
    ("value", "profitability"): 0.52,
    ("value", "engagement"): 0.25,
    ("engagement", "profitability"): 0.20,
    ("engagement", "sessions"): 0.62,
    ("value", "sessions"): 0.15,
    ("profitability", "sessions"): 0.12,
    ("value", "items"): 0.25,
    ("profitability", "items"): 0.13,
    ("engagement", "staleness"): -0.10,
    ("engagement", "order_age"): -0.30,
    ("profitability", "order_age"): -0.15,
    ("engagement", "history"): 0.35,
    ("profitability", "history"): 0.35,
    ("sessions", "history"): 0.20,
    ("value", "history"): 0.15,
}
"""Rank correlations of the latents; a pair that is not listed has 0."""

WORDS_PER_USER = len(LATENTS) + 1
"""64-bit words a user draws: one a latent, and one that decides on `missing_aov`."""
NO_DATE = int(np.iinfo(np.int32).min)
"""Stands for an empty date; -1 would be 1969-12-31."""

_Z_MAX, _Z_CELLS = 6.0, 8192


@cache
def _mixing() -> Floats:
    """Lower Cholesky factor of the latents' correlation matrix, (8, 8).

    A normal pair with Spearman s has Pearson 2 sin(pi s / 6) (Kruskal 1958). Rounded, so that another linear algebra
    library gives the same users.
    """
    matrix = np.eye(len(LATENTS))
    for (one, other), spearman in SPEARMAN.items():
        i, j = LATENTS.index(one), LATENTS.index(other)
        matrix[i, j] = matrix[j, i] = 2 * math.sin(math.pi * spearman / 6)
    return np.round(np.linalg.cholesky(matrix), 12)


@cache
def _beta_table(a: float, b: float) -> Floats:
    """Quantiles of a beta distribution (a, b > 1) at an even grid of normal scores, for `_interpolated`."""
    x = np.linspace(0.0, 1.0, 200_001)
    density = x ** (a - 1) * (1 - x) ** (b - 1)
    mass = np.concatenate(([0.0], np.cumsum(density[1:] + density[:-1])))
    scores = np.linspace(-_Z_MAX, _Z_MAX, _Z_CELLS + 1)
    cdf = NormalDist().cdf
    table: Floats = np.interp([cdf(z) for z in scores.tolist()], mass / mass[-1], x)
    return table


def _interpolated(table: Floats, z: Floats) -> Floats:
    """Read `table` (even grid over [-6, 6]) at z; beyond the grid the ends hold."""
    position = (np.clip(z, -_Z_MAX, _Z_MAX) + _Z_MAX) * (_Z_CELLS / (2 * _Z_MAX))
    cell = np.minimum(position.astype(np.int64), _Z_CELLS - 1)
    values: Floats = table[cell] + (position - cell) * (table[cell + 1] - table[cell])
    return values


def _thresholds(probabilities: list[float]) -> Floats:
    """Normal scores at which a whole-numbered variable with these probabilities (of 0, 1, 2, ...) steps up by one."""
    inverse = NormalDist().inv_cdf
    steps = np.cumsum(probabilities) / math.fsum(probabilities)
    return np.array([inverse(p) for p in steps.tolist() if p < 1 - 1e-12])


@cache
def _negative_binomial(shape: float, mean: float) -> Floats:
    """Thresholds of a negative binomial: P(k + 1) / P(k) = (k + shape) / (k + 1) * mean / (mean + shape)."""
    ratio = mean / (mean + shape)
    probabilities = [(1 - ratio) ** shape]
    for k in range(400):
        probabilities.append(probabilities[-1] * (k + shape) / (k + 1) * ratio)
    return _thresholds(probabilities)


@cache
def _cart_ages() -> Floats:
    """Thresholds of the days between the cart and as_of."""
    return _thresholds([DAILY_DECAY**day for day in range(OLDEST_CART_DAYS + 1)])


def _uniforms(words: npt.NDArray[np.uint64]) -> Floats:
    """53 of the 64 bits as a number in (0, 1]."""
    return ((words >> np.uint64(11)).astype(np.float64) + 1.0) * 2.0**-53


def _latents(uniforms: Floats) -> dict[str, Floats]:
    """Eight uniforms a user, (8, rows), to eight correlated standard normals.

    Independent normals by Box and Muller (1958). The sums are spelled out because a BLAS product may round a user
    differently with the number of users beside it.
    """
    half = len(LATENTS) // 2
    radius, angle = np.sqrt(-2.0 * np.log(uniforms[:half])), (2.0 * math.pi) * uniforms[half:]
    normals = np.concatenate((radius * np.cos(angle), radius * np.sin(angle)))
    mixing = _mixing()
    mixed = {}
    for i, name in enumerate(LATENTS):
        total = mixing[i, i] * normals[i]
        for j in np.flatnonzero(mixing[i, :i]):
            total += mixing[i, j] * normals[j]
        mixed[name] = total
    return mixed


def columns(words: npt.NDArray[np.uint64], as_of_day: int, missing_aov: float) -> dict[str, Column]:
    """The columns of a block of users, without their numbers.

    Args:
        words: random 64-bit words, (rows, WORDS_PER_USER), C order; a user depends on his own row only.
        as_of_day: as_of in days since 1970-01-01.
        missing_aov: share (0-1) of the users without order history whose avg_order_value becomes NaN. Who is blanked
            with a share is also blanked with every larger one.

    Returns:
        Arrays of `rows` values: dates as int32 days since 1970-01-01 (NO_DATE for none), counts int32, else float64.
    """
    uniforms = _uniforms(np.ascontiguousarray(words.T))
    z = _latents(uniforms[: len(LATENTS)])
    cart = as_of_day - np.searchsorted(_cart_ages(), z["staleness"], side="right")
    age = np.minimum(np.exp(math.log(ORDER_AGE_MEDIAN) + ORDER_AGE_SIGMA * z["order_age"]), ORDER_AGE_MAX)
    no_history = z["history"] < NormalDist().inv_cdf(NO_HISTORY_SHARE)
    value = np.round(np.exp(math.log(AOV_MEDIAN) + AOV_SIGMA * z["value"]) * 100.0) / 100.0
    value[no_history & (uniforms[-1] <= missing_aov)] = np.nan
    return {
        "cart_abandoned_date": cart.astype(np.int32),
        "last_order_date": np.where(no_history, NO_DATE, cart - age.astype(np.int64)).astype(np.int32),
        "avg_order_value": value,
        "sessions_last_30d": _counts(SESSIONS, z["sessions"]),
        "num_cart_items": _counts(ITEMS, z["items"]),
        "engagement_score": _score(ENGAGEMENT_BETA, z["engagement"]),
        "profitability_score": _score(PROFITABILITY_BETA, z["profitability"]),
    }


def _counts(parameters: tuple[float, float], z: Floats) -> npt.NDArray[np.int32]:
    return (1 + np.searchsorted(_negative_binomial(*parameters), z, side="right")).astype(np.int32)


def _score(parameters: tuple[float, float], z: Floats) -> Floats:
    return np.round(_interpolated(_beta_table(*parameters), z) * 10_000.0) / 10_000.0
