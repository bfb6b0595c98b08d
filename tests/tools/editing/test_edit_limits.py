"""Limits of sizes, weights and priorities: what they do, and why they may be refused."""

import re

import pytest

from cartjury.data.edit_records import (
    Merge,
    PlanEdit,
    SetFilter,
    SetPriorities,
    SetSizes,
    SetWeights,
    Split,
)
from cartjury.data.records import Comparison, ScoreWeights, SizePolicy
from cartjury.tools.edit import resolve, resolve_all
from tests.tools.editing.edit_examples import Scene, scene, sizes_by_pandas
from tests.tools.editing.test_edit_names import refusal


def test_a_higher_minimum_merges_what_is_below_it_as_a_run_would() -> None:
    base = scene()
    plan = base.edited(SetSizes(min_size=60))

    assert plan.size_policy == SizePolicy(min_size=60, max_size=20_000)
    assert [(s.id, s.rule) for s in plan.segments] == [(s.id, s.rule) for s in scene(min_size=60).plan.segments]


def test_a_lower_maximum_splits_what_is_above_it_as_a_run_would() -> None:
    base = scene()
    plan = base.edited(SetSizes(max_size=60))

    assert [(s.id, s.rule) for s in plan.segments] == [(s.id, s.rule) for s in scene(max_size=60).plan.segments]


def test_else_is_exempt() -> None:
    base = scene()
    n = sizes_by_pandas(*reversed(base))
    assert n["S13"] < 60

    assert base.edited(SetSizes(min_size=60)).segment("S13") == base.plan.segment("S13")


def test_a_lower_minimum_merges_nothing_and_says_that_merged_segments_stay_so() -> None:
    base = scene()
    resolved = resolve(SetSizes(min_size=5), *base)

    assert base.edited(resolved.edit).segments == base.plan.segments
    assert resolved.said == "Set the minimum to 5 users: all segments stay as they are."
    assert resolved.notes == ()
    merged = base.edited(SetSizes(min_size=60))
    assert resolve(SetSizes(min_size=5), merged, base.carts).notes == (
        "segments that were merged stay merged: split them where you want them apart",
    )


def test_a_higher_minimum_says_what_joins_what() -> None:
    base = scene()
    sizes = sorted((n, i) for i, n in sizes_by_pandas(*reversed(base)).items() if i != "S13")
    (_, smallest), (second, _), *_ = sizes

    said = resolve(SetSizes(min_size=second), *base).said

    assert re.fullmatch(rf"Set the minimum to {second} users: S\d\d joins S\d\d\.", said)
    assert smallest in said


def test_of_many_merges_the_first_three_are_told_and_the_others_counted() -> None:
    base = scene()
    resolved = resolve(SetSizes(min_size=150), *base)
    merges = len(base.plan.segments) - len(base.edited(resolved.edit).segments)
    assert merges > 4

    joins = r"S\d\d joins S\d\d"
    assert re.fullmatch(
        rf"Set the minimum to 150 users: {joins}, {joins}, {joins} and {merges - 3} more\.", resolved.said
    )


def test_a_lower_maximum_says_what_is_split_and_where() -> None:
    base = scene()
    largest = max((n, i) for i, n in sizes_by_pandas(*reversed(base)).items())
    resolved = resolve(SetSizes(max_size=largest[0] - 1), *base)
    split = base.edited(resolved.edit).segment(largest[1]).rule

    assert re.fullmatch(
        rf"Set the maximum to {largest[0] - 1} users: {largest[1]} is split by (\w+) at ([\d.]+)\.", resolved.said
    )
    assert " ".join(split.split(" & ")[-1].split(" < ")) in resolved.said.replace(" at ", " ")


def test_only_limits_that_change_are_told() -> None:
    base = scene()
    both = resolve(SetSizes(min_size=5, max_size=10_000), *base).said
    none = resolve(SetSizes(min_size=5, no_max=True), *base).said

    assert both.startswith("Set the minimum to 5 users and the maximum to 10,000 users:")
    assert none.startswith("Set the minimum to 5 users and take the maximum away:")
    assert resolve(SetSizes(no_max=True), *base).said.startswith("Take the maximum away:")
    plan = base.edited(Split(segment="S12", by="avg_order_value", values=(12.5,)))
    again = resolve(SetSizes(min_size=20), plan, base.carts).said
    assert again == "Apply the limits again, a minimum of 20 and a maximum of 20,000 users: S14 joins S12."


def test_saying_the_minimum_again_merges_what_fell_below_it() -> None:
    base = scene()
    plan = base.edited(Split(segment="S12", by="avg_order_value", values=(12.5,)), SetSizes(min_size=20))

    assert plan.plan_hash == base.plan.plan_hash


def test_saying_the_minimum_again_fills_what_a_filter_emptied() -> None:
    base = scene()
    high = Comparison(column="avg_order_value", op=">=", value=base.plan.dimensions[0].cuts[1])
    found = resolve_all([SetFilter(conditions=(high,)), SetSizes(min_size=20)], *base)

    counted = sizes_by_pandas(found.carts, found.plan)
    assert all(counted[s.id] >= 20 for s in found.plan.segments if not s.is_else)


def test_what_stays_outside_the_limits_is_told() -> None:
    assert any("stay over the maximum" in note for note in resolve(SetSizes(min_size=50, max_size=60), *scene()).notes)


def test_the_maximum_can_be_taken_away() -> None:
    assert scene().edited(SetSizes(no_max=True)).size_policy.max_size is None


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (SetSizes(min_size=30_000), "min size 30,000 is more than the universe of "),
        (SetSizes(min_size=0), "min size 0 is no number of users"),
        (SetSizes(max_size=-5), "max size -5 is no number of users"),
        (SetSizes(max_size=5), "min size 20 is more than max size 5, which is the limit now: say a new minimum too"),
        (SetSizes(min_size=90, max_size=80), "min size 90 is more than max size 80"),
        (SetSizes(max_size=90, no_max=True), "say either a maximum or that there is none"),
        (SetSizes(), "say a minimum or a maximum"),
        (SetSizes(min_size=20), "segments have a minimum of 20 and a maximum of 20,000 users already"),
        (SetSizes(min_size=1, max_size=5), "more than the 60 that a plan can have"),
        (SetWeights(weights={"size": 0.6, "lift": 0.6}), "add up to 1.2, which is 0.2 too much"),
        (SetWeights(weights={"size": 0.1}), "the weights are so already"),
        (SetPriorities(dimension="Recency", levels={"High": 1}), "the dimensions are AOV (avg_order_value)"),
        (SetPriorities(dimension="AOV", levels={"Huge": 1}), "its levels are Unknown, Low, Medium, High"),
        (SetPriorities(dimension="AOV"), "AOV has no priorities"),
    ],
)
def test_impossible_limits_and_weights_say_why(edit: PlanEdit, why: str) -> None:
    assert why in refusal(edit)


def test_the_hint_names_the_limit_that_stands_in_the_way() -> None:
    said = refusal(SetSizes(max_size=90), SetSizes(min_size=100))

    assert said == "min size 100 is more than max size 90, which is the limit now: say a new maximum too"


def test_weights_that_are_not_named_are_scaled_in_proportion() -> None:
    weights = scene().edited(SetWeights(weights={"conversion": 0.65})).weights

    assert weights == ScoreWeights(conversion=0.65, lift=0.1, size=0.05, profitability=0.15, strategic_fit=0.05)


def test_weights_add_up_to_one_and_are_short() -> None:
    weights = scene().edited(SetWeights(weights={"conversion": 0.4})).weights

    assert abs(sum(weights.as_tuple()) - 1) < 1e-12
    assert all(len(repr(w)) <= 8 for w in weights.as_tuple())


def test_weights_are_said_with_the_four_decimals_that_count() -> None:
    assert resolve(SetWeights(weights={"conversion": 0.4}), *scene()).said == (
        "Weigh the score by conversion 0.4, lift 0.1714, size 0.08571, profitability 0.2571 and strategic fit 0.08571."
    )


def test_weights_named_in_full_leave_nothing_for_the_others() -> None:
    weights = scene().edited(SetWeights(weights={"conversion": 0.7, "profitability": 0.3})).weights

    assert weights == ScoreWeights(conversion=0.7, lift=0, size=0, profitability=0.3, strategic_fit=0)


def test_weights_that_fall_short_where_all_others_are_zero_say_by_how_much() -> None:
    full = SetWeights(weights={"conversion": 0.7, "profitability": 0.3})

    said = refusal(full, SetWeights(weights={"conversion": 0.5, "profitability": 0.2}))

    assert said == (
        "the weights that you say add up to 0.7, and all others (lift, size and strategic_fit) are 0: 0.3 is missing"
    )


def test_priorities_are_set_by_level_in_any_case_and_taken_away() -> None:
    base = scene()
    plan = base.edited(SetPriorities(dimension="aov", levels={"high": 1, "LOW": 0.2}))

    assert plan.priorities == {"AOV": {"High": 1.0, "Low": 0.2}}
    assert Scene(plan, base.carts).edited(SetPriorities(dimension="AOV")).priorities == {}


def test_levels_without_a_priority_are_noted() -> None:
    assert resolve(SetPriorities(dimension="AOV", levels={"High": 1}), *scene()).notes == (
        "Low and Medium of AOV count as 0",
    )


def test_a_merge_over_the_maximum_is_noted() -> None:
    base = scene()
    plan = base.plan.with_changes(size_policy=SizePolicy(min_size=20, max_size=140))
    over = resolve(Merge(segments=("S10", "S12")), plan, base.carts)

    assert any('over the maximum of 140: say "nobody above 140" to split it' in note for note in over.notes)
