"""Thresholds have the bits of numpy's linear quantiles, whatever the values."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartjury.tools.engine.distribution import Distribution
from cartjury.tools.engine.duck_engine import DuckEngine
from cartjury.tools.quantiles import interpolate, quantiles

FINITE = st.floats(-1e12, 1e12).map(lambda x: x + 0.0)  # -0.0 is 0.0 to the program
TIED = st.sampled_from([0.0, 0.1, 0.1 + 0.2, 0.3, 5e-324, 1e-308, 1.0, 7.7, 1e12])
SHARES = st.lists(st.floats(0, 1) | st.sampled_from([0.0, 0.1, 0.4, 0.5, 0.6, 0.8, 1.0]), min_size=1, max_size=4)


def tabulated(values: list[float | None]) -> Distribution:
    rows = ", ".join(f"({'NULL' if v is None else repr(v)}::DOUBLE)" for v in values)
    relation = f"(FROM (VALUES {rows}) AS t(x))" if values else "(SELECT 1.0 AS x WHERE false)"
    return DuckEngine(Path(tempfile.gettempdir())).thresholds(relation, ["x"], len(values))["x"]


@settings(max_examples=100, deadline=None)
@given(values=st.lists(FINITE | TIED, min_size=1, max_size=40), shares=SHARES)
def test_quantiles_are_those_of_numpy_bit_for_bit(values: list[float], shares: list[float]) -> None:
    tabled = tabulated(list(values))
    found = np.array(quantiles(tabled, shares))
    assert found.tobytes() == np.array([np.quantile(np.array(values), share) for share in shares]).tobytes()


@pytest.mark.parametrize("seed", range(4))
def test_quantiles_of_many_values_are_those_of_numpy(seed: int) -> None:
    dice = np.random.default_rng(seed)
    values = [
        dice.lognormal(4, 1, 9973),
        dice.lognormal(4, 1, 5000).round(2),
        dice.random(4999),
        dice.random(2) * 1e-300,
    ]
    shares = [0.4, 0.8, 0.6, 1 / 3]
    found = tabulated(values[seed].tolist())
    assert quantiles(found, shares) == tuple(float(np.quantile(values[seed], share)) for share in shares)


@given(low=FINITE, high=FINITE, weight=st.floats(0, 1))
def test_interpolation_is_that_of_numpy(low: float, high: float, weight: float) -> None:
    pair = np.array(sorted((low, high)))
    assert interpolate(*pair.tolist(), weight) == np.quantile(pair, weight)


def test_missing_values_do_not_take_part() -> None:
    found = tabulated([None, 80.0, None, 10.0, 40.0, 20.0])
    assert quantiles(found, [0.4, 0.8]) == pytest.approx((24.0, 56.0))
    assert (found.known, found.users, found.missing) == (4, 6, pytest.approx(1 / 3))


@settings(max_examples=60, deadline=None)
@given(values=st.lists(TIED | FINITE, min_size=1, max_size=30), cuts=st.lists(TIED | FINITE, max_size=5))
def test_users_below_a_cut_are_counted_exactly(values: list[float], cuts: list[float]) -> None:
    found = tabulated(list(values))
    assert list(found.below(cuts)) == [sum(v < cut for v in values) for cut in cuts]


def test_a_column_without_values_has_nothing_below() -> None:
    found = tabulated([None, None])
    assert (found.known, found.missing, found.below([1.0])) == (0, 1.0, (0,))


def test_nobody_at_all_misses_nothing() -> None:
    found = tabulated([])
    assert (found.known, found.missing) == (0, 0.0)
