"""Warnings where new users no longer look like those a plan was fitted on."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartjury.data.options import Options
from cartjury.tools.apply import apply_plan, options_of
from cartjury.tools.drift import drift, stability_index
from tests.carts import Segmented, carts_in, loaded, random_carts, segmented, write_frame

SHARES = st.lists(st.integers(0, 50), min_size=2, max_size=10).filter(any)


def test_the_index_is_the_number_worked_out_by_hand() -> None:
    by_hand = (0.3 - 0.5) * math.log(0.3 / 0.5) + (0.7 - 0.5) * math.log(0.7 / 0.5)
    assert stability_index([0.5, 0.5], [0.3, 0.7]) == pytest.approx(by_hand)
    assert by_hand == pytest.approx(0.16945957)


def test_an_empty_bin_counts_as_a_ten_thousandth() -> None:
    by_hand = (1 - 0.5) * math.log(1 / 0.5) + (0.0001 - 0.5) * math.log(0.0001 / 0.5)
    assert stability_index([0.5, 0.5], [1, 0]) == pytest.approx(by_hand)


@given(counts=SHARES)
def test_the_same_shares_have_not_moved(counts: list[int]) -> None:
    shares = [c / sum(counts) for c in counts]
    assert stability_index(shares, shares) == 0


@given(expected=SHARES, data=st.data())
def test_the_index_is_never_negative_and_the_same_both_ways(expected: list[int], data: st.DataObject) -> None:
    actual = data.draw(st.lists(st.integers(0, 50), min_size=len(expected), max_size=len(expected)).filter(any))
    old, new = ([c / sum(counts) for c in counts] for counts in (expected, actual))
    assert stability_index(old, new) == pytest.approx(stability_index(new, old))
    assert stability_index(old, new) >= 0


def fitted(folder: Path, frame: pd.DataFrame) -> Segmented:
    return segmented(write_frame(folder, frame), min_size=1)


def warnings(folder: Path, plan_of: Segmented, frame: pd.DataFrame) -> tuple[str, ...]:
    new = loaded(write_frame(folder, frame, "new.csv"))
    return drift(carts_in(new), plan_of.plan)


def test_the_same_users_give_no_warning(tmp_path: Path) -> None:
    frame = random_carts(500, 1, missing=0.1)
    assert warnings(tmp_path, fitted(tmp_path, frame), frame) == ()


def test_a_feature_that_moved_is_named_with_its_index(tmp_path: Path) -> None:
    frame = random_carts(500, 1, days=0).assign(avg_order_value=np.arange(500.0))
    half_as_much = frame.assign(avg_order_value=np.arange(500.0) // 2)
    # Ten bins of 50 users each; now the lower five hold 100 each and the others none.
    index = 5 * (0.2 - 0.1) * math.log(0.2 / 0.1) + 5 * (0.0001 - 0.1) * math.log(0.0001 / 0.1)
    (warning,) = warnings(tmp_path, fitted(tmp_path, frame), half_as_much)
    assert warning.startswith("avg_order_value is distributed differently")
    assert f"(PSI {index:.2f})" in warning


def test_the_line_is_an_index_of_two_tenths(tmp_path: Path) -> None:
    frame = random_carts(500, 1, days=0).assign(avg_order_value=np.arange(500.0))
    plan = fitted(tmp_path, frame)
    for users, warned in ((40, False), (46, True)):  # of 50 in the highest of ten bins go to the lowest
        new = np.arange(500.0)
        new[500 - users :] = 0
        index = users / 500 * math.log((50 + users) / (50 - users))
        assert (index > 0.2) == warned
        assert bool(warnings(tmp_path, plan, frame.assign(avg_order_value=new))) == warned


@pytest.mark.parametrize(("before", "now", "warned"), [(0, 60, True), (60, 0, True), (0, 20, False), (60, 90, False)])
def test_a_missing_rate_that_crosses_five_percent_is_named(tmp_path: Path, before: int, now: int, warned: bool) -> None:
    frame = random_carts(1000, 1, days=0)

    def without(users: int) -> pd.DataFrame:
        missing = frame.copy()
        missing.loc[missing.sample(users, random_state=1).index, "engagement_score"] = np.nan
        return missing

    found = warnings(tmp_path, fitted(tmp_path, without(before)), without(now))
    expected = f"engagement_score is missing for {now / 10:.1f}% of the users, it was {before / 10:.1f}%"
    assert [w.startswith(expected) for w in found] == [True] * warned


def test_a_plan_without_its_origin_cannot_tell(tmp_path: Path) -> None:
    found = fitted(tmp_path, random_carts(100))
    assert drift(found.carts, found.plan.with_changes(provenance=None)) == ()


def test_a_dimension_that_was_dropped_is_not_asked_for(tmp_path: Path) -> None:
    frame = random_carts(100)
    points = {
        "dimensions": [
            {"name": "AOV", "column": "avg_order_value", "quantiles": (0.5,)},
            {"name": "Points", "column": "points", "quantiles": (0.5,)},
        ]
    }
    found = segmented(write_frame(tmp_path, frame.assign(points=1)), **points)
    new = write_frame(tmp_path, frame, "new.csv")  # without the column that no segment reads
    (tmp_path / "work").mkdir()
    applied = apply_plan(found.plan, new, tmp_path / "work", options_of(found.plan, Options()), None)
    assert applied.drift == ()
