"""Cut a dimension otherwise, add one, drop one: what comes out, and why it may be refused."""

import functools
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from cartjury.data.edit_records import (
    AddDimension,
    DropDimension,
    Lock,
    Merge,
    PlanEdit,
    SetCut,
    SetLevels,
    SetPriorities,
    SetSizes,
    Split,
)
from cartjury.data.records import Box, Dimension, SegmentPlan, SizePolicy
from cartjury.data.step_records import DropStep, RelevelStep
from cartjury.tools.edit import resolve
from cartjury.tools.editing.dimension_steps import drop, relevel
from cartjury.tools.proof import prove
from tests.carts import random_carts, segmented, write_frame
from tests.tools.editing.edit_examples import Scene, scene, sizes_by_pandas
from tests.tools.editing.test_edit_names import refusal
from tests.tools.plan_examples import plan_of


def rules(plan: SegmentPlan) -> dict[str, str]:
    return {s.id: s.rule for s in plan.segments}


# --- set_cut ---


def test_moving_a_cut_keeps_all_segments_ids_and_names() -> None:
    base = scene()
    plan = base.edited(SetCut(dimension="engagement", value=0.5))

    assert plan.segments == base.plan.segments
    assert (plan.dimensions[1].cuts, plan.dimensions[1].quantiles) == ((0.5,), ())


def test_a_quantile_is_rounded_as_a_run_rounds_it() -> None:
    plan = scene().edited(SetCut(dimension="AOV", position=2, quantile=0.9))

    assert plan.dimensions[0].quantiles == (0.4, 0.9)
    assert plan.dimensions[0].cuts[1] == round(plan.dimensions[0].cuts[1])


def test_a_cut_that_moves_users_below_the_minimum_notes_how_to_mend_it() -> None:
    notes = resolve(SetCut(dimension="AOV", position=2, quantile=0.97), *scene()).notes

    assert any('say "nobody below 20"' in note for note in notes)


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (SetCut(dimension="AOV", value=50), "say which cut is meant: AOV has 2 cuts, 1 at "),
        (SetCut(dimension="AOV", position=3, value=50), "there is no cut 3: AOV has 2 cuts"),
        (SetCut(dimension="AOV", position=1, value=5000), "the cut 1 of AOV must stay below"),
        (SetCut(dimension="AOV", position=2, value=9000), "leaves its level High without users: the values"),
        (SetCut(dimension="Engagement", value=-1), "leaves its level Low without users"),
        (SetCut(dimension="Engagement"), "say either a value or a quantile"),
        (
            SetCut(dimension="Recency", value=3),
            "there is no dimension 'Recency': the dimensions are AOV (avg_order_value)",
        ),
        (SetLevels(dimension="AOV"), "say one of these for AOV"),
        (SetLevels(dimension="AOV", levels=3, cuts=(5,)), "say one of these for AOV"),
        (SetLevels(dimension="AOV", quantiles=(0.9, 0.1)), "must increase"),
        (SetLevels(dimension="AOV", cuts=(9000,)), "no cut of avg_order_value leaves users on both sides"),
        (AddDimension(column="aov"), "avg_order_value is a dimension already, AOV"),
        (AddDimension(column="last_order_date"), "it holds dates; take days_since_last_order"),
        (AddDimension(column="ltv"), "run again with --keep-columns ltv"),
        (AddDimension(column="num_cart_items", name="Cart items"), "letters and digits only, such as CartItems"),
        (AddDimension(column="num_cart_items", name="aov"), "there is a dimension AOV already"),
        (AddDimension(column="num_cart_items", cuts=(99,)), "no cut of num_cart_items leaves users on both sides"),
        (DropDimension(dimension="Recency"), "there is no dimension 'Recency'"),
    ],
)
def test_impossible_cuts_say_why(edit: PlanEdit, why: str) -> None:
    assert why in refusal(edit)


def test_a_cut_where_it_is_already_is_refused() -> None:
    cut = scene().plan.dimensions[1].cuts[0]

    assert "Engagement is already cut at" in refusal(SetCut(dimension="Engagement", value=cut))
    assert "Engagement is already cut at" in refusal(SetLevels(dimension="Engagement", cuts=(cut,)))


# --- set_levels ---


def test_fewer_levels_keep_the_segments_of_the_levels_that_are_left() -> None:
    base = scene()
    plan = base.edited(SetLevels(dimension="AOV", levels=2))

    before = rules(base.plan)
    assert rules(plan) == {i: rule for i, rule in before.items() if "Medium" not in rule}
    assert all(s.name for s in plan.segments)


def test_more_levels_give_new_ids_to_new_levels_only() -> None:
    base = scene(min_size=1)
    plan = base.edited(SetLevels(dimension="Engagement", levels=3))

    assert all(plan.segment(s.id).rule == s.rule for s in base.plan.segments)
    new = [s for s in plan.segments if s.id not in rules(base.plan)]
    assert len(new) == 6
    assert all("Engagement_Medium" in s.rule and not s.name for s in new)


def test_a_segment_that_a_dimension_does_not_divide_keeps_its_users_and_its_name() -> None:
    base = scene(min_size=1)
    plan = base.edited(Merge(segments=("S01", "S05", "S09")))
    named = plan.with_changes(
        segments=tuple(
            s.model_copy(update={"name": s.name or "All_Spenders", "named_by": "offline"}) for s in plan.segments
        )
    )
    after = Scene(named, base.carts).edited(SetLevels(dimension="AOV", levels=4))

    assert (after.segment("S01").name, after.segment("S01").rule) == ("All_Spenders", "Engagement_High & Profit_High")
    assert sizes_by_pandas(base.carts, after)["S01"] == sizes_by_pandas(base.carts, named)["S01"]


def test_the_levels_that_one_segment_held_together_come_apart() -> None:
    base = scene(min_size=1)
    plan = base.edited(Merge(segments=("S05", "S09")), SetLevels(dimension="AOV", levels=4))

    assert plan.segment("S05").rule == "AOV_Low & Engagement_High & Profit_High"
    assert {s.rule.split(" ")[0] for s in plan.segments if s.rule.endswith("Engagement_High & Profit_High")} == {
        "AOV_Low",
        "AOV_MediumLow",
        "AOV_MediumHigh",
        "AOV_High",
    }


def test_what_more_levels_make_too_small_is_merged_and_untouched_segments_are_not() -> None:
    base = scene(min_size=60)
    plan = base.edited(SetLevels(dimension="AOV", levels=5))

    counted = sizes_by_pandas(base.carts, plan)
    assert all(counted[s.id] >= 60 for s in plan.segments if not s.is_else)


def test_local_splits_end_where_the_cells_are_cut_anew_and_a_note_says_so() -> None:
    base = scene()
    plan = base.edited(Split(segment="S12", by="sessions_last_30d", values=(4,)))
    notes = resolve(SetLevels(dimension="AOV", levels=2), plan, base.carts).notes

    assert any(note.startswith("the local splits of S12 and S14 end") for note in notes)


def test_priorities_of_levels_that_go_are_taken_away_and_noted() -> None:
    base = scene()
    plan = base.edited(SetPriorities(dimension="AOV", levels={"Medium": 1, "High": 0.5}))
    resolved = resolve(SetLevels(dimension="AOV", levels=2), plan, base.carts)

    assert any("priorities of AOV for Medium" in note for note in resolved.notes)
    assert Scene(plan, base.carts).edited(resolved.edit).priorities == {"AOV": {"High": 0.5}}


# --- the same by hand, cell by cell ---

A = Dimension(name="A", column="a", cuts=(1.0, 2.0), unknown="level")
B = Dimension(name="B", column="b", cuts=(5.0,), unknown="level")


def cells(*levels: tuple[str, str]) -> tuple[Box, ...]:
    return tuple(Box(levels=pair) for pair in levels)


def two_dimensions() -> SegmentPlan:
    """S01 all of B_High, S02 B_Low with A_{Unknown,Low}, S03 B_Low with A_{Medium,High}, S04 B_Unknown."""
    every = ("Unknown", "Low", "Medium", "High")
    return plan_of(
        (A, B),
        [
            cells(*((a, "High") for a in every)),
            cells(("Unknown", "Low"), ("Low", "Low")),
            cells(("Medium", "Low"), ("High", "Low")),
            cells(*((a, "Unknown") for a in every)),
        ],
    )


def held(plan: SegmentPlan) -> dict[str, set[tuple[str, ...]]]:
    return {s.id: {b.levels for b in s.boxes} for s in plan.segments}


def test_relevelling_cell_by_cell() -> None:
    new = A.model_copy(update={"cuts": (1.0, 2.0, 3.0)})
    plan = relevel(two_dimensions(), RelevelStep(dimension=new, next_id=5, reason="wished"))

    every = ("Unknown", "Low", "MediumLow", "MediumHigh", "High")
    assert held(plan) == {
        "S01": {(a, "High") for a in every},
        "S02": {("Unknown", "Low"), ("Low", "Low")},
        "S03": {("High", "Low")},
        "S04": {(a, "Unknown") for a in every},
        "S05": {("MediumLow", "Low")},
        "S06": {("MediumHigh", "Low")},
    }


def test_dropping_cell_by_cell() -> None:
    plan = drop(two_dimensions(), DropStep(dimension="A", reason="wished"))

    assert held(plan) == {"S01": {("High",)}, "S02": {("Low",)}, "S04": {("Unknown",)}}
    assert plan.log[-1].segments == ("S03",)


# --- add and drop ---


def test_a_new_dimension_crosses_all_segments_and_the_lowest_level_keeps_the_id() -> None:
    base = scene(min_size=1)
    plan = base.edited(AddDimension(column="sessions_last_30d"))

    assert plan.dimensions[-1].name == "Sessions"
    assert plan.segment("S01").rule.endswith("Sessions_Low")
    assert plan.segment("S14").rule.endswith("Sessions_High")
    assert plan.segment("S13") is not base.plan.segment("S13")
    assert (plan.segment("S13").rule, plan.segment("S13").name) == ("ELSE", "Name_AM")


def test_a_segment_that_is_too_small_to_be_crossed_keeps_rule_id_and_name() -> None:
    base = scene(min_size=30)
    plan = base.edited(AddDimension(column="sessions_last_30d"))

    small = [s for s in base.plan.segments if sizes_by_pandas(base.carts, base.plan)[s.id] < 60 and not s.is_else]
    assert small
    assert all(plan.segment(s.id).rule == s.rule and plan.segment(s.id).name == s.name for s in small)


def test_rarely_missing_values_of_a_new_dimension_join_else_made_anew_where_there_was_none() -> None:
    base = scene(missing=0.15, min_size=40)
    assert not any(s.is_else for s in base.plan.segments)

    plan = base.edited(AddDimension(column="sessions_last_30d"))

    assert [s.rule for s in plan.segments if s.is_else] == ["ELSE"]
    assert plan.segments[-1].is_else


def test_often_missing_values_of_a_new_dimension_are_a_level() -> None:
    base = scene(min_size=1)
    resolved = resolve(AddDimension(column="days_since_last_order"), *base)

    assert any("are told apart as DaysSinceOrder_Unknown" in note for note in resolved.notes)
    assert base.edited(resolved.edit).dimensions[-1].unknown == "level"


def test_a_new_dimension_is_in_the_baseline_of_the_plan() -> None:
    provenance = scene().edited(AddDimension(column="days_since_last_order")).provenance

    assert provenance is not None
    assert [b.column for b in provenance.baseline][-1] == "days_since_last_order"


def test_a_new_dimension_that_tells_nobody_apart_says_so() -> None:
    base = scene(min_size=20)
    plan = base.edited(SetSizes(min_size=300))

    assert any(
        "tells no segment apart" in n for n in resolve(AddDimension(column="num_cart_items"), plan, base.carts).notes
    )


def test_dropping_a_dimension_leaves_the_lowest_id_of_those_it_told_apart() -> None:
    plan = scene(min_size=1).edited(DropDimension(dimension="Profit"))

    assert rules(plan) == {
        "S01": "AOV_High & Engagement_High",
        "S03": "AOV_High & Engagement_Low",
        "S05": "AOV_Medium & Engagement_High",
        "S07": "AOV_Medium & Engagement_Low",
        "S09": "AOV_Low & Engagement_High",
        "S11": "AOV_Low & Engagement_Low",
        "S13": "ELSE",
    }


def test_else_goes_with_the_dimension_that_was_its_only_reason() -> None:
    base = scene(missing=0.15, min_size=40)
    plan = base.edited(AddDimension(column="sessions_last_30d"), DropDimension(dimension="Sessions"))

    assert rules(plan) == rules(base.plan)


def test_a_locked_name_stays_with_the_segment_that_takes_over() -> None:
    plan = scene(min_size=1).edited(Lock(segments=("S02",)), DropDimension(dimension="Profit"))

    assert (plan.segment("S01").name, plan.locks) == ("Name_AB", ("S01",))


def test_two_locked_segments_that_a_drop_would_make_one_are_refused() -> None:
    said = refusal(Lock(segments=("S01", "S02")), DropDimension(dimension="Profit"), of=scene(min_size=1))

    assert "S01 Name_AA and S02 Name_AB are locked" in said


def test_the_last_dimension_cannot_be_dropped() -> None:
    said = refusal(
        DropDimension(dimension="AOV"), DropDimension(dimension="Profit"), DropDimension(dimension="Engagement")
    )

    assert "Engagement is the only dimension" in said


def test_priorities_of_a_dropped_dimension_go_with_it() -> None:
    base = scene()
    plan = base.edited(SetPriorities(dimension="Profit", levels={"High": 1}))

    assert any("priorities of Profit" in n for n in resolve(DropDimension(dimension="Profit"), plan, base.carts).notes)
    assert Scene(plan, base.carts).edited(DropDimension(dimension="Profit")).priorities == {}


def test_too_many_cells_are_refused_with_the_sum() -> None:
    base = scene()
    adds = [AddDimension(column=c, levels=4) for c in ("sessions_last_30d", "days_since_abandonment")]

    assert "more than 500: AOV 3 x Engagement 2 x Profit 2" in refusal(
        *adds,
        AddDimension(column="num_cart_items", levels=3),
        AddDimension(column="days_since_last_order", levels=5),
        of=base,
    )


# --- columns of one's own ---


@functools.cache
def with_further_columns() -> Scene:
    folder = Path(tempfile.mkdtemp())
    frame = random_carts(400, 3)
    frame["cart_value"] = np.arange(400) / 4
    frame["odd"] = np.where(np.arange(400) % 5, 1.0, np.inf)
    frame["country"] = np.where(np.arange(400) % 3, "DE", "ES")
    path = folder / "carts.parquet"
    frame.to_parquet(path)
    found = segmented(path, keep_columns=("cart_value", "odd", "country"), min_size=10)
    return Scene(found.plan, found.carts)


def test_a_kept_column_of_numbers_can_become_a_dimension() -> None:
    base = with_further_columns()
    plan = base.edited(AddDimension(column="Cart_Value", levels=3))

    assert (plan.dimensions[-1].name, plan.dimensions[-1].column) == ("CartValue", "cart_value")
    assert prove(base.carts, plan).proven


def test_a_kept_column_that_holds_infinity_is_refused() -> None:
    assert "80 values that are no finite numbers" in refusal(AddDimension(column="odd"), of=with_further_columns())


def test_numbers_that_were_kept_as_text_say_how_to_read_them() -> None:
    frame = random_carts(300, 3)
    frame["cart_value"] = np.arange(300)
    found = segmented(write_frame(Path(tempfile.mkdtemp()), frame), keep_columns=("cart_value",))
    base = Scene(found.plan, found.carts)

    assert "run again with --dimension cart_value:q0.5" in refusal(Split(segment="S01", by="cart_value"), of=base)


def test_a_plan_of_many_dimensions_is_crossed_in_a_short_while() -> None:
    base = scene(min_size=1)
    plan = base.edited(SetSizes(min_size=20), AddDimension(column="sessions_last_30d", levels=3))
    after = Scene(plan.with_changes(size_policy=SizePolicy(min_size=20)), base.carts).edited(
        AddDimension(column="days_since_last_order", levels=3)
    )

    assert ids_are_unique(s.id for s in after.segments)


def ids_are_unique(ids: Iterable[str]) -> bool:
    found = list(ids)
    return len(found) == len(set(found))
