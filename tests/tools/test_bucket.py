"""Dimensions fitted to a universe: what is dropped, what Unknown becomes, what the log says."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cartjury.data.errors import InputError
from cartjury.data.records import Dimension, SegmentPlan
from tests.carts import random_carts, segmented, users_of, write_frame

AOV_ONLY = [{"name": "AOV", "column": "avg_order_value", "quantiles": (0.4, 0.8)}]


def plan_of(folder: Path, frame: pd.DataFrame, **options: object) -> SegmentPlan:
    return segmented(write_frame(folder, frame), **{"min_size": 1, **options}).plan


def priced(folder: Path, values: list[float], **options: object) -> SegmentPlan:
    frame = random_carts(len(values), days=0).assign(avg_order_value=values)
    return plan_of(folder, frame, **{"dimensions": AOV_ONLY, **options})


def only(plan: SegmentPlan) -> Dimension:
    (dimension,) = plan.dimensions
    return dimension


def reasons(plan: SegmentPlan, action: str) -> list[str]:
    return [entry.reason for entry in plan.log if entry.action == action]


def test_cuts_are_rounded_and_the_log_says_from_where(tmp_path: Path) -> None:
    plan = priced(tmp_path, [float(v) for v in range(1, 1001)])
    assert only(plan).cuts == (400, 800)
    assert reasons(plan, "round") == [
        "AOV: the cut at 400.6 is rounded to 400",
        "AOV: the cut at 800.2 is rounded to 800",
    ]


def test_exact_cuts_are_the_quantiles_themselves(tmp_path: Path) -> None:
    values = [float(v) for v in range(1, 1001)]
    plan = priced(tmp_path, values, exact_cuts=True)
    assert only(plan).cuts == tuple(np.quantile(values, [0.4, 0.8]))
    assert only(plan).quantiles == (0.4, 0.8)
    assert plan.log == ()


def test_a_tied_value_is_never_split(tmp_path: Path) -> None:
    frame = random_carts(60, days=0).assign(avg_order_value=[10.0] * 30 + [20.0] * 15 + [30.0] * 15)
    found = segmented(write_frame(tmp_path, frame), dimensions=AOV_ONLY, min_size=1)
    users = users_of(found, tmp_path / "users.csv")
    assert (users.groupby("avg_order_value")["segment_id"].nunique() == 1).all()


def test_a_cut_that_leaves_an_empty_level_is_dropped_with_a_warning(tmp_path: Path) -> None:
    plan = priced(tmp_path, [0.0] * 70 + [float(v) for v in range(10, 40)])  # the 0.4 quantile is the smallest value
    assert only(plan).level_names == ("Unknown", "Low", "High")
    assert len(only(plan).cuts) == 1
    assert reasons(plan, "drop") == ["AOV: the cut at 0 is dropped, it leaves a level without users"]


def test_a_dimension_with_one_value_is_dropped_with_a_warning(tmp_path: Path) -> None:
    plan = priced(tmp_path, [5.0] * 20)
    assert plan.dimensions == ()
    assert [s.rule for s in plan.segments] == ["ALL"]
    assert reasons(plan, "drop")[-1] == "AOV is not used: no cut of avg_order_value leaves users on both sides"


def test_a_dimension_without_values_is_dropped_with_a_warning(tmp_path: Path) -> None:
    plan = priced(tmp_path, [np.nan] * 20)
    assert plan.dimensions == ()
    assert reasons(plan, "drop") == ["AOV is not used: no user has a value of avg_order_value"]


@pytest.mark.parametrize(("missing", "unknown"), [(5, "level"), (4, "else")])
def test_unknown_is_a_level_from_five_percent_on(tmp_path: Path, missing: int, unknown: str) -> None:
    plan = priced(tmp_path, [np.nan] * missing + [float(v) for v in range(100 - missing)])
    assert only(plan).unknown == unknown
    assert [s.rule for s in plan.segments][-1] == ("ELSE" if unknown == "else" else "AOV_Unknown")


def test_absolute_cuts_are_taken_as_they_are(tmp_path: Path) -> None:
    own = [{"name": "AOV", "column": "avg_order_value", "cuts": (3.33, 1000.0)}]
    plan = priced(tmp_path, [float(v) for v in range(10)], dimensions=own)
    assert only(plan).cuts == (3.33,)
    assert only(plan).quantiles == ()
    assert reasons(plan, "drop") == ["AOV: the cut at 1,000 is dropped, it leaves a level without users"]


def test_the_cuts_belong_to_the_universe_not_to_the_file(tmp_path: Path) -> None:
    frame = random_carts(200, days=0).assign(avg_order_value=[float(v) for v in range(200)])
    frame.loc[100:, "cart_abandoned_date"] = "2026-01-01"  # long before the window
    path = write_frame(tmp_path, frame)
    found = segmented(path, dimensions=AOV_ONLY, exact_cuts=True, min_size=1)
    assert only(found.plan).cuts == tuple(np.quantile(range(100), [0.4, 0.8]))
    in_filter = [{"column": "avg_order_value", "op": "<", "value": 50}]
    found = segmented(path, dimensions=AOV_ONLY, exact_cuts=True, min_size=1, filter=in_filter)
    assert only(found.plan).cuts == tuple(np.quantile(range(50), [0.4, 0.8]))


def test_the_order_of_the_rows_changes_neither_cuts_nor_segments_nor_scores(tmp_path: Path) -> None:
    frame = random_carts(600, 3, missing=0.1)
    one = segmented(write_frame(tmp_path, frame))
    other = segmented(write_frame(tmp_path, frame.sample(frac=1, random_state=5), "shuffled.csv"))
    assert other.plan.with_changes(provenance=None) == one.plan.with_changes(provenance=None)
    assert other.plan.provenance is not None
    assert one.plan.provenance is not None
    assert other.plan.provenance.baseline == one.plan.provenance.baseline
    assert (other.profiles, other.scores, other.certificate) == (one.profiles, one.scores, one.certificate)


def test_a_plan_remembers_where_it_was_fitted(tmp_path: Path) -> None:
    found = segmented(write_frame(tmp_path, random_carts(100)))
    origin = found.plan.provenance
    assert origin is not None
    assert (origin.source, origin.source_sha256) == ("carts.csv", found.dataset.sha256)
    assert (origin.as_of, origin.universe_size) == (found.universe.as_of, found.universe.size)
    assert {"avg_order_value", "days_since_abandonment"} <= {b.column for b in origin.baseline}


@pytest.mark.parametrize("priorities", [{"Price": {"High": 1.0}}, {"AOV": {"Huge": 1.0}}])
def test_a_priority_for_what_does_not_exist_is_refused(tmp_path: Path, priorities: dict[str, dict[str, float]]) -> None:
    with pytest.raises(InputError, match="priorities"):
        priced(tmp_path, [1.0, 2.0], priorities=priorities)


def test_more_cells_than_ids_are_refused(tmp_path: Path) -> None:
    columns = (
        "avg_order_value",
        "sessions_last_30d",
        "engagement_score",
        "profitability_score",
        "days_since_last_order",
    )
    many = [{"name": f"D{i}", "column": c, "quantiles": (0.2, 0.4, 0.6, 0.8)} for i, c in enumerate(columns)]
    with pytest.raises(InputError, match="cells, more than 500"):
        plan_of(tmp_path, random_carts(300, missing=0.2), dimensions=many)


def test_a_tie_is_told_with_its_shares(tmp_path: Path) -> None:
    plan = priced(tmp_path, [0.0] * 140 + [float(v) for v in range(10, 70)])

    assert reasons(plan, "tie") == ["AOV: 70% of the users share the value 0, so 0% instead of 40% lie below it"]


def test_a_few_equal_values_are_no_tie(tmp_path: Path) -> None:
    assert reasons(priced(tmp_path, [float(v // 2) for v in range(1000)]), "tie") == []
