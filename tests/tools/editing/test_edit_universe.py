"""Window and filter: who is in afterwards, and why they may be refused."""

import functools
import tempfile
from pathlib import Path

import numpy as np
import pytest

from cartjury.data.edit_records import Merge, PlanEdit, SetFilter, SetWindow
from cartjury.data.records import Comparison
from cartjury.data.step_records import UniverseStep
from cartjury.tools.edit import resolve, resolve_all
from cartjury.tools.proof import prove
from tests.carts import random_carts, segmented, write_frame
from tests.tools.editing.edit_examples import Scene, scene, sizes_by_pandas
from tests.tools.editing.test_edit_names import refusal

VISITS = Comparison(column="sessions_last_30d", op=">=", value=3)


@functools.cache
def with_countries() -> Scene:
    frame = random_carts(400, 3)
    frame["Country"] = np.where(np.arange(400) % 3, "DE", "ES")
    found = segmented(write_frame(Path(tempfile.mkdtemp()), frame), keep_columns=("Country",), min_size=10)
    return Scene(found.plan, found.carts)


def test_a_window_keeps_segments_ids_and_names_and_counts_anew() -> None:
    base = scene()
    found = resolve_all([SetWindow(days=3)], *base)

    counted = sizes_by_pandas(base.carts, found.plan)
    assert found.plan.segments == base.plan.segments
    assert found.carts.universe.size == sum(counted.values()) < base.carts.universe.size
    assert prove(found.carts, found.plan).sizes == counted


def test_the_provenance_is_that_of_the_new_universe() -> None:
    before = scene().plan.provenance
    found = resolve_all([SetWindow(days=3)], *scene())

    after = found.plan.provenance
    assert before is not None
    assert after is not None
    assert after.universe_size == found.carts.universe.size
    assert [b.column for b in after.baseline] == [b.column for b in before.baseline]
    assert after.baseline != before.baseline


def test_a_window_that_reaches_before_the_oldest_cart_says_so() -> None:
    notes = resolve(SetWindow(days=60), *scene()).notes

    assert any("and the oldest cart of the data is of" in note for note in notes)


def test_a_filter_counts_those_who_pass() -> None:
    base = scene()
    resolved = resolve(SetFilter(conditions=(VISITS,)), *base)

    step = resolved.steps[0]
    assert isinstance(step, UniverseStep)
    assert step.size == sum(sizes_by_pandas(base.carts, base.plan.with_changes(filter=(VISITS,))).values())
    assert resolved.said.startswith(f"Keep only users with sessions_last_30d >= 3: {step.size} users instead of")


def test_missing_values_pass_no_condition() -> None:
    base = scene()
    known = Comparison(column="days_since_last_order", op="!=", value=-1)
    found = resolve_all([SetFilter(conditions=(known,))], *base)

    assert found.carts.universe.size < base.carts.universe.size


def test_conditions_added_one_by_one_in_any_order_make_the_same_plan() -> None:
    base = scene()
    other = SetFilter(conditions=(Comparison(column="num_cart_items", op="<", value=3),))
    one = SetFilter(conditions=(VISITS,))

    assert resolve_all([one, other], *base).plan.plan_hash == resolve_all([other, one], *base).plan.plan_hash


def test_replacing_by_nothing_takes_the_filter_away() -> None:
    base = scene()
    found = resolve_all([SetFilter(conditions=(VISITS,)), SetFilter(mode="replace")], *base)

    assert found.plan.plan_hash == base.plan.plan_hash
    assert found.carts.universe == base.carts.universe


def test_what_comes_after_a_filter_is_counted_in_the_new_universe() -> None:
    base = scene()
    found = resolve_all([SetFilter(conditions=(VISITS,)), Merge(segments=("S01", "S02"))], *base)

    counted = sizes_by_pandas(base.carts, base.plan.with_changes(filter=(VISITS,)))
    assert found.edits[1].steps[0].model_dump()["sizes"] == (counted["S01"], counted["S02"])


def test_a_kept_text_column_can_be_filtered_on_in_any_case() -> None:
    base = with_countries()
    found = resolve_all([SetFilter(conditions=(Comparison(column="country", op="=", value="ES"),))], *base)

    assert found.plan.filter == (Comparison(column="Country", op="=", value="ES"),)
    assert found.carts.universe.size == sum(sizes_by_pandas(base.carts, found.plan).values())


def test_dates_are_compared_as_dates() -> None:
    base = scene()
    day = Comparison(column="last_order_date", op=">=", value="2026-10-01")

    found = resolve_all([SetFilter(conditions=(day,))], *base)

    assert 0 < found.carts.universe.size < base.carts.universe.size


def test_segments_that_a_filter_empties_or_makes_small_are_noted() -> None:
    high = Comparison(column="avg_order_value", op=">=", value=scene().plan.dimensions[0].cuts[1])
    notes = resolve(SetFilter(conditions=(high,)), *scene()).notes

    assert any('have no users: say "nobody below 20" to let them join another' in note for note in notes)


def where(column: str, op: str, value: float | str) -> SetFilter:
    return SetFilter(conditions=(Comparison.model_validate({"column": column, "op": op, "value": value}),))


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (SetWindow(days=7), "the window is 7 days already"),
        (where("country", "=", "DE"), "there is no column 'country' among those that were read"),
        (where("sessions_last_30d", "=", "many"), "holds numbers, and 'many' is a text"),
        (where("last_order_date", ">=", 5), "holds dates, not numbers"),
        (where("last_order_date", ">=", "soon"), "write one as 2026-11-23"),
        (where("user_id", ">", "u1"), "can only be compared with = and !="),
        (where("user_id", "=", 5), "holds texts, not numbers"),
        (where("sessions_last_30d", ">", 999), "this would leave nobody"),
        (SetFilter(), "say a condition"),
        (SetFilter(mode="replace"), "there is no filter to take away"),
    ],
)
def test_impossible_universes_say_why(edit: PlanEdit, why: str) -> None:
    assert why in refusal(edit)


def test_conditions_that_contradict_each_other_leave_nobody() -> None:
    never = Comparison(column="sessions_last_30d", op="<", value=3)

    assert "the filter leaves out all" in refusal(SetFilter(conditions=(VISITS, never)))


def test_a_filter_that_is_there_already_is_refused() -> None:
    assert refusal(SetFilter(conditions=(VISITS,)), SetFilter(conditions=(VISITS,))) == (
        "the filter has sessions_last_30d >= 3 already"
    )
    assert refusal(SetFilter(conditions=(VISITS,)), SetFilter(conditions=(VISITS,), mode="replace")) == (
        "the filter is so already"
    )
