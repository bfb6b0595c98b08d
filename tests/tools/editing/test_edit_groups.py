"""Merge and split: what comes out, who keeps id and name, and why they may be refused."""

import re

import numpy as np
import pandas as pd
import pytest

from cartjury.data.edit_records import Lock, Merge, PlanEdit, Rename, Split
from cartjury.data.records import Interval
from cartjury.data.step_records import MergeStep, PartStep, SplitStep
from cartjury.tools.edit import apply, resolve
from cartjury.tools.editing.measure import sizes_of
from tests.carts import stored
from tests.tools.editing.edit_examples import Scene, scene, sizes_by_pandas
from tests.tools.editing.test_edit_names import refusal

PAIR = Merge(segments=("S02", "S01"))


def test_a_merge_keeps_the_lowest_id_and_loses_the_names() -> None:
    plan = scene().edited(PAIR)

    merged = plan.segment("S01")
    assert (merged.rule, merged.name, merged.named_by) == ("AOV_High & Engagement_High", "", None)
    assert "S02" not in {s.id for s in plan.segments}


def test_all_other_segments_are_as_they_were() -> None:
    base = scene()

    assert base.edited(PAIR).segments[1:] == base.plan.segments[2:]


def test_a_merge_says_names_numbers_and_the_rule() -> None:
    base = scene()
    counted = sizes_by_pandas(*reversed(base))
    one, other = counted["S01"], counted["S02"]

    assert resolve(PAIR, *base).said == (
        f"Merge S01 Name_AA ({one} users) and S02 Name_AB ({other} users) into S01: {one + other} users, "
        "rule AOV_High & Engagement_High."
    )


def test_a_merge_is_in_the_log_of_the_plan() -> None:
    entry = scene().edited(PAIR).log[-1]

    assert (entry.action, entry.segments) == ("merge", ("S01", "S02"))


def test_a_merge_of_segments_that_are_no_neighbours_says_that_the_rule_needs_an_or() -> None:
    assert "needs an 'or'" in resolve(Merge(segments=("S01", "S12")), *scene()).notes[0]


def test_a_segment_cannot_be_merged_with_itself() -> None:
    assert "S01 alone cannot be merged" in refusal(Merge(segments=("S01", "S01")))


def test_merging_the_parts_of_a_split_gives_back_the_boxes_and_the_hash() -> None:
    base = scene()

    again = base.edited(Split(segment="S12", by="sessions_last_30d", values=(4,)), Merge(segments=("S12", "S14")))

    assert again.plan_hash == base.plan.plan_hash


def test_new_ids_are_never_reused() -> None:
    plan = scene().edited(
        Split(segment="S12", by="sessions_last_30d", values=(4,)),
        Merge(segments=("S12", "S14")),
        Split(segment="S12", by="sessions_last_30d", values=(4,)),
    )

    assert plan.segments[-1].id == "S15"


def test_a_split_by_a_dimension_makes_every_level_a_part_lowest_first() -> None:
    base = scene()
    plan = base.edited(Merge(segments=("S01", "S05", "S09")))
    resolved = resolve(Split(segment="S01", by="aov"), plan, base.carts)
    after = apply(plan, resolved)

    step = resolved.steps[0]
    assert isinstance(step, PartStep)
    assert step.parts == (("Low",), ("Medium",), ("High",))
    assert [after.segment(i).rule.split(" ")[0] for i in ("S01", "S14", "S15")] == ["AOV_Low", "AOV_Medium", "AOV_High"]


def test_unknown_goes_with_the_lowest_level() -> None:
    base = scene(missing=0.15)
    spanning = next(s for s in base.plan.segments if s.rule.startswith("AOV_{") and "Unknown" in s.rule)
    plan = base.edited(Merge(segments=(spanning.id, base.plan.segments[0].id)))
    keeper = base.plan.segments[0].id
    resolved = resolve(Split(segment=keeper, by="AOV"), plan, base.carts)
    step = resolved.steps[0]
    assert isinstance(step, PartStep)
    assert step.parts[0][0] == "Unknown"
    assert len(step.parts[0]) == 2
    assert any("without a value of avg_order_value go with" in note for note in resolved.notes)


def test_a_split_by_a_column_lies_at_the_value_nearest_the_median_of_the_segment() -> None:
    base = scene()
    step = resolve(Split(segment="S12", by="sessions_last_30d"), *base).steps[0]

    assert isinstance(step, SplitStep)
    visits = _users_of_s12(base)["sessions_last_30d"]
    nearest = min(
        visits.unique(), key=lambda v: (abs(v - visits.median()), abs((visits < v).sum() - (visits >= v).sum()), v)
    )
    assert step.cuts == (nearest,)


def _users_of_s12(base: Scene) -> pd.DataFrame:
    rows = stored(base.carts.dataset)
    a, e, p = base.plan.dimensions
    abandoned = rows["cart_abandoned_date"].to_numpy("datetime64[D]")
    days = (np.datetime64(base.carts.universe.as_of) - abandoned).astype(int)
    return rows[
        (days <= 7) & (rows[a.column] < a.cuts[0]) & (rows[e.column] < e.cuts[0]) & (rows[p.column] < p.cuts[0])
    ]


def test_a_split_at_a_value_is_taken_as_given_and_small_parts_are_noted() -> None:
    resolved = resolve(Split(segment="S12", by="avg_order_value", values=(12.5,)), *scene())

    step = resolved.steps[0]
    assert isinstance(step, SplitStep)
    assert step.cuts == (12.5,)
    assert any("under the minimum of 20" in note and 'say "nobody below 20"' in note for note in resolved.notes)


def test_a_split_by_several_quantiles_makes_parts_of_at_least_the_minimum() -> None:
    step = resolve(Split(segment="S12", by="avg_order_value", quantiles=(0.33, 0.66)), *scene()).steps[0]

    assert isinstance(step, SplitStep)
    assert len(step.ids) == 3
    assert min(step.sizes) >= 20


def test_users_without_a_value_go_with_the_lowest_part() -> None:
    base = scene()
    resolved = resolve(Split(segment="S12", by="days_since_last_order"), *base)
    low = apply(base.plan, resolved).segment("S12").boxes[0].where

    assert low[0].unknown


def test_a_split_of_users_some_of_whom_have_no_value_counts_them_and_says_what_its_half_is_of() -> None:
    base = scene()
    step = resolve(Split(segment="S12", by="days_since_last_order"), *base).steps[0]
    assert isinstance(step, SplitStep)
    (cut,), (low, high) = step.cuts, step.sizes
    rows = _users_of_s12(base)
    days = (np.datetime64(base.carts.universe.as_of) - rows["last_order_date"].to_numpy("datetime64[D]")).astype(float)
    days[rows["last_order_date"].isna().to_numpy()] = np.nan
    missing, known = int(np.isnan(days).sum()), int((~np.isnan(days)).sum())
    assert missing > 0
    assert (low - missing, high) == ((days < cut).sum(), (days >= cut).sum())

    assert resolve(Split(segment="S12", by="days_since_last_order"), *base).said == (
        f"Split S12 Name_AL ({low + high} users) at days_since_last_order {cut:.0f}, nearest the median (half of the "
        f"{known} users with a value): S12 under {cut:.0f} or without a value ({low} users, {missing} of them without "
        f"a value) and S14 from {cut:.0f} ({high} users)."
    )


def test_quantiles_of_users_some_of_whom_have_no_value_are_of_the_others() -> None:
    split = Split(segment="S12", by="days_since_last_order", quantiles=(0.4, 0.7))

    assert re.search(
        r"nearest the quantiles 40 % and 70 % of the \d+ users with a value:", resolve(split, *scene()).said
    )


def test_a_split_of_users_who_all_have_a_value_says_nothing_of_missing_ones() -> None:
    assert "without a value" not in resolve(Split(segment="S12", by="sessions_last_30d"), *scene()).said


def test_a_part_of_a_split_can_be_split_again() -> None:
    plan = scene().edited(
        Split(segment="S12", by="sessions_last_30d", values=(5,)),
        Split(segment="S12", by="num_cart_items", values=(2,)),
    )

    assert plan.segment("S12").boxes[0].where == (
        Interval(column="num_cart_items", upper=2, unknown=True),
        Interval(column="sessions_last_30d", upper=5, unknown=True),
    )


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (Split(segment="S13", by="AOV"), "is ELSE, whoever has a value missing, and is never split"),
        (Split(segment="S01", by="last_order_date"), "it holds dates; take days_since_last_order"),
        (Split(segment="S01", by="user_id"), "it holds no numbers"),
        (Split(segment="S01", by="lifetime_value"), "run again with --keep-columns lifetime_value"),
        (Split(segment="S12", by="sessions_last_30d", values=(99,)), "the values there run from 1 to 8"),
        (Split(segment="S12", by="sessions_last_30d", values=(3, 3)), "a value is said twice: 3 and 3"),
        (Split(segment="S12", by="num_cart_items", quantiles=(0.5,), values=(2,)), "not both"),
        (Split(segment="S12", by="sessions_last_30d", quantiles=(0.9, 0.1)), "must increase: 90 % and 10 %"),
        (Merge(segments=("S01", "S77")), "there is no S77"),
    ],
)
def test_impossible_splits_say_why(edit: PlanEdit, why: str) -> None:
    assert why in refusal(edit)


def test_a_split_that_no_value_makes_large_enough_says_so_with_the_numbers() -> None:
    base = scene()
    n = sizes_by_pandas(*reversed(base))["S01"]
    assert n < 40

    said = refusal(Split(segment="S01", by="sessions_last_30d"))

    assert said.startswith(
        f"no cut of sessions_last_30d leaves both parts of S01 Name_AA ({n} users) at least the minimum"
    )


def test_the_values_of_a_handful_of_users_are_not_shown() -> None:
    few = Split(segment="S12", by="avg_order_value", values=(12.5,))

    said = refusal(few, Split(segment="S12", by="avg_order_value", values=(999,)))

    assert "the values there are those of too few users to be shown" in said


def test_locks_and_names_of_others_survive_a_merge() -> None:
    plan = scene().edited(Rename(segment="S09", name="Warm_Hearts"), Lock(segments=("S09",)), PAIR)

    assert (plan.segment("S09").name, plan.locks) == ("Warm_Hearts", ("S09",))


def test_merges_of_several_name_all_of_them() -> None:
    base = scene()
    step = resolve(Merge(segments=("S09", "S01", "S05")), *base).steps[0]

    assert isinstance(step, MergeStep)
    assert step.segments == ("S01", "S05", "S09")
    assert step.sizes == tuple(sizes_of(base.carts, base.plan)[i] for i in step.segments)


def test_else_can_be_merged_by_hand() -> None:
    base: Scene = scene()

    assert "ELSE" in base.edited(Merge(segments=("S12", "S13"))).segment("S12").rule
