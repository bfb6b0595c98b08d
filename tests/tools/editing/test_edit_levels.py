"""Move a cut of a dimension, cut it anew: what comes out, and why it may be refused."""

import re

import pytest

from cartjury.data.edit_records import (
    AddDimension,
    DropDimension,
    Merge,
    PlanEdit,
    SetCut,
    SetLevels,
    SetPriorities,
    Split,
)
from cartjury.data.records import Box, Dimension, SegmentPlan
from cartjury.data.step_records import DropStep, RelevelStep
from cartjury.tools.edit import resolve
from cartjury.tools.editing.dimension_steps import drop, relevel
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


def test_a_moved_cut_leaves_the_counting_to_the_preview() -> None:
    base = scene()
    (old,) = base.plan.dimensions[1].cuts

    assert resolve(SetCut(dimension="engagement", value=0.5), *base).said == (
        f"Move the cut of Engagement from {old} to 0.5; all segments and their names stay."
    )
    said = resolve(SetLevels(dimension="AOV", cuts=(50, 90)), *base).said
    assert said.endswith("into 3 levels: Low, Medium and High; all segments and their names stay.")


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
    base, five = scene(min_size=60), SetLevels(dimension="AOV", levels=5)
    plan = base.edited(five)

    assert re.search(r"and VeryHigh; (S\d\d joins S\d\d(, |\.$)){4}$", resolve(five, *base).said)
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
