"""A plan that is no partition cannot be built; records hold no nonsense."""

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cartjury.data.options import Options
from cartjury.data.records import (
    Baseline,
    Box,
    Comparison,
    Dimension,
    Interval,
    ScoreWeights,
    SegmentPlan,
    SizePolicy,
)
from tests.tools.plan_examples import AOV, PROFIT, cells, critical_rows, halves, owners, plan_of, plans

NAN, INFINITY = float("nan"), float("inf")
TWO = [Box(levels=(name,)) for name in PROFIT.level_names]  # Unknown, Low, High


def split(*wheres: Interval) -> list[list[Box]]:
    """Segments of PROFIT whose High is cut by local intervals, a segment each."""
    parts = [[Box(levels=("High",), where=(where,))] for where in wheres]
    return [[TWO[0]], [TWO[1]], *parts]


def test_a_gap_is_named_by_its_box() -> None:
    with pytest.raises(ValidationError, match="no segment covers the box High"):
        plan_of([PROFIT], [TWO[:2]])


def test_a_gap_among_many_dimensions_is_named_by_all_its_levels() -> None:
    boxes = [Box(levels=cell) for cell in cells([AOV, PROFIT]) if cell != ("Medium", "Unknown")]
    with pytest.raises(ValidationError, match="no segment covers the box Medium & Unknown"):
        plan_of([AOV, PROFIT], [boxes])


def test_an_overlap_names_both_segments_and_the_box() -> None:
    with pytest.raises(ValidationError, match="S01 and S02 overlap in the box High"):
        plan_of([PROFIT], [TWO, [TWO[2]]])


def test_a_box_twice_in_one_segment_is_an_overlap() -> None:
    with pytest.raises(ValidationError, match="overlap in the box High"):
        plan_of([PROFIT], [[*TWO, TWO[2]]])


@pytest.mark.parametrize("levels", [("Medium",), ("High", "High"), (), ("high",)])
def test_a_box_that_is_no_cell_is_named(levels: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match=r"box .* of S01 is no cell of the plan's dimensions"):
        plan_of([PROFIT], [[*TWO, Box(levels=levels)]])


def test_a_gap_between_local_intervals_is_named_with_a_value() -> None:
    lower, upper = Interval(column="x", upper=4, unknown=True), Interval(column="x", lower=5)
    with pytest.raises(ValidationError, match=r"no segment covers the box High at \{'x': 4.0\}"):
        plan_of([PROFIT], split(lower, upper))


def test_an_overlap_of_local_intervals_is_named_with_a_value() -> None:
    lower, upper = Interval(column="x", upper=4, unknown=True), Interval(column="x", lower=3)
    with pytest.raises(ValidationError, match=r"S03 and S04 overlap in the box High at \{'x': 3.0\}"):
        plan_of([PROFIT], split(lower, upper))


@pytest.mark.parametrize(("unknown", "what"), [(False, "no segment covers"), (True, "S03 and S04 overlap")])
def test_missing_values_of_a_local_column_belong_to_exactly_one_part(unknown: bool, what: str) -> None:
    parts = Interval(column="x", upper=4, unknown=unknown), Interval(column="x", lower=4, unknown=unknown)
    with pytest.raises(ValidationError, match=rf"{what} .*\{{'x': None\}}"):
        plan_of([PROFIT], split(*parts))


def test_local_intervals_over_two_columns_are_checked_together() -> None:
    (x_low, x_high), (y_low, y_high) = halves("x", 4), halves("y", 1)
    whole = [(x_low, y_low), (x_low, y_high), (x_high,)]
    rest = [[TWO[0]], [TWO[1]]]
    assert plan_of([PROFIT], [*rest, *([Box(levels=("High",), where=w)] for w in whole)])
    with pytest.raises(ValidationError, match="no segment covers"):
        plan_of([PROFIT], [*rest, *([Box(levels=("High",), where=w)] for w in whole[1:])])


@settings(max_examples=60, deadline=None)
@given(plan=plans())
def test_in_every_plan_that_can_be_built_everybody_has_one_segment(plan: SegmentPlan) -> None:
    assert {len(found) for found in owners(plan, critical_rows(plan))} == {1}


@settings(max_examples=60, deadline=None)
@given(plan=plans(), data=st.data())
def test_a_plan_without_one_of_its_boxes_cannot_be_built(plan: SegmentPlan, data: st.DataObject) -> None:
    boxes = [b for s in plan.segments for b in s.boxes]
    lost = data.draw(st.integers(0, len(boxes) - 1))
    rest = boxes[:lost] + boxes[lost + 1 :]
    if rest:
        with pytest.raises(ValidationError, match="no segment covers"):
            plan_of(plan.dimensions, [rest])
    with pytest.raises(ValidationError, match="overlap"):
        plan_of(plan.dimensions, [boxes, [boxes[lost]]])


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda p: {"segments": tuple(s.model_copy(update={"id": "S01"}) for s in p.segments)}, "segment id S01"),
        (lambda p: {"segments": tuple(s.model_copy(update={"name": "Same"}) for s in p.segments)}, "segment name Same"),
        (lambda p: {"dimensions": (PROFIT, PROFIT)}, "dimension Profit"),
    ],
)
def test_ids_names_and_dimensions_occur_once(change: Any, what: str) -> None:
    plan = plan_of([PROFIT], [[box] for box in TWO])
    with pytest.raises(ValidationError, match=f"the {what} occurs twice"):
        plan.with_changes(**change(plan))


@pytest.mark.parametrize("cuts", [(), (2.0, 1.0), (1.0, 1.0), (NAN,), (INFINITY,), (1.0, 2.0, 3.0, 4.0, 5.0)])
def test_cuts_are_one_to_four_finite_increasing_numbers(cuts: tuple[float, ...]) -> None:
    with pytest.raises(ValidationError):
        Dimension(name="D", column="d", cuts=cuts)


@pytest.mark.parametrize("name", ["", "A O V", "AOV_", "1st", "AOV&", "Größe"])
def test_a_dimension_has_a_name_that_rules_can_hold(name: str) -> None:
    with pytest.raises(ValidationError):
        Dimension(name=name, column="d", cuts=(1.0,))


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_levels_go_from_unknown_over_low_to_high_and_share_their_bounds(count: int) -> None:
    levels = Dimension(name="D", column="d", cuts=tuple(range(count))).levels
    assert levels[0].name == "Unknown"
    assert levels[0].is_unknown
    assert (levels[1].lower, levels[-1].upper) == (None, None)
    assert all(a.upper == b.lower for a, b in itertools.pairwise(levels[1:]))
    assert len({level.name for level in levels}) == count + 2


@pytest.mark.parametrize("bad", [NAN, INFINITY, -INFINITY])
@pytest.mark.parametrize(
    "build",
    [
        lambda x: Interval(column="x", lower=x),
        lambda x: Comparison(column="x", op=">=", value=x),
        lambda x: ScoreWeights(conversion=x),
        lambda x: Baseline(column="x", edges=(x,), shares=(0.5, 0.5), missing=0.0),
    ],
)
def test_nan_and_infinity_are_refused_everywhere(build: Any, bad: float) -> None:
    with pytest.raises(ValidationError):
        build(bad)


def test_weights_add_up_to_one() -> None:
    with pytest.raises(ValidationError, match=r"must add up to 1, not to 1\.2"):
        ScoreWeights(conversion=0.5)
    assert sum(ScoreWeights().as_tuple()) == pytest.approx(1)


def test_unknown_keys_are_errors() -> None:
    with pytest.raises(ValidationError, match="extra"):
        SizePolicy.model_validate({"min_size": 1, "minimum": 2})
    with pytest.raises(ValidationError, match="extra"):
        Options.model_validate({"min_sise": 1})


def test_records_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        PROFIT.name = "Other"  # type: ignore[misc] # that is the point


@pytest.mark.parametrize("witness", [None, 3.9, 4.0, 6.9, 7.0])
def test_an_interval_is_closed_below_and_open_above(witness: float | None) -> None:
    inside = Interval(column="x", lower=4, upper=7, unknown=True).holds(witness)
    assert inside == (witness in {None, 4.0, 6.9})
