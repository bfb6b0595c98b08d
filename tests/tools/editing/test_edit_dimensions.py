"""Add a dimension, drop one: what comes out, and why it may be refused."""

import functools
import re
import tempfile
from pathlib import Path

import numpy as np

from cartjury.data.edit_records import (
    AddDimension,
    DropDimension,
    Lock,
    SetLevels,
    SetPriorities,
    SetSizes,
    Split,
)
from cartjury.data.records import SegmentPlan
from cartjury.tools.edit import resolve
from cartjury.tools.proof import prove
from tests.carts import random_carts, segmented, write_frame
from tests.tools.editing.edit_examples import Scene, scene, sizes_by_pandas
from tests.tools.editing.test_edit_names import refusal


def rules(plan: SegmentPlan) -> dict[str, str]:
    return {s.id: s.rule for s in plan.segments}


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
    said = resolve(AddDimension(column="sessions_last_30d"), *base).said
    assert said.startswith("Cross the segments with Sessions, sessions_last_30d cut at ")
    whole = said.partition("; ")[2]
    assert re.fullmatch(r"S\d\d, .*(S\d\d|more) stay whole, as a part would be too small\.", whole)
    assert all(s.id in whole or "more" in whole for s in small)
    assert "instead of" not in said


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

    assert resolve(DropDimension(dimension="Profit"), *scene(min_size=1)).said == "Drop the dimension Profit."
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
    fives = [SetLevels(dimension=d.name, levels=5) for d in scene().plan.dimensions]

    said = refusal(*fives, AddDimension(column="sessions_last_30d", levels=5), of=scene(min_size=100))

    assert said.startswith("this makes 625 cells, more than 500: AOV 5 x Engagement 5 x Profit 5 x Sessions 5;")


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
