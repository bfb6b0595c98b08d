"""Each segment's predicate says, alone, exactly what its boxes say."""

import math

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings

from cartjury.data.records import UNKNOWN, Box, Dimension, Interval, SegmentPlan
from cartjury.tools.engine.predicates import columns_of, predicate
from tests.tools.plan_examples import (
    AOV,
    ENGAGEMENT,
    PROFIT,
    Row,
    cells,
    critical_rows,
    halves,
    owners,
    plan_of,
    plans,
    twelve,
)


def texts(plan: SegmentPlan) -> list[str]:
    return [predicate(plan, segment) for segment in plan.segments]


def claimed(plan: SegmentPlan, rows: list[Row]) -> list[list[str]]:
    """What DuckDB says: the ids of the predicates that are TRUE, for every row."""
    columns = list(rows[0])
    table = pa.table({"place": range(len(rows)), **{c: pa.array([r[c] for r in rows], pa.float64()) for c in columns}})
    checks = ", ".join(f"({text}) IS TRUE" for text in texts(plan))
    with duckdb.connect() as engine:
        engine.register("points", table)
        answers = engine.execute(f"SELECT {checks} FROM points ORDER BY place").fetchall()
    ids = [segment.id for segment in plan.segments]
    return [[i for i, true in zip(ids, answer, strict=True) if true] for answer in answers]


def test_a_cell_is_written_as_intervals() -> None:
    plan = twelve()
    assert texts(plan)[6] == (
        '"avg_order_value" >= 45.0 AND "avg_order_value" < 120.0'
        ' AND "engagement_score" >= 0.6 AND "profitability_score" < 0.7'
    )


def test_else_is_spelled_out_as_an_explicit_disjunction() -> None:
    assert texts(twelve())[12] == (
        '"avg_order_value" IS NULL OR "engagement_score" IS NULL OR "profitability_score" IS NULL'
    )


def test_a_product_of_level_sets_is_written_column_by_column() -> None:
    inside = [Box(levels=c) for c in cells([AOV, ENGAGEMENT]) if c[0] in ("Low", "High") and c[1] != UNKNOWN]
    rest = [Box(levels=c) for c in cells([AOV, ENGAGEMENT]) if Box(levels=c) not in inside]
    assert texts(plan_of([AOV, ENGAGEMENT], [inside, rest])) == [
        '("avg_order_value" < 45.0 OR "avg_order_value" >= 120.0) AND "engagement_score" IS NOT NULL',
        (
            '("avg_order_value" >= 45.0 AND "avg_order_value" < 120.0) OR "avg_order_value" IS NULL'
            ' OR "engagement_score" IS NULL'
        ),
    ]


def test_neighbouring_levels_become_one_range() -> None:
    upper = [Box(levels=(level,)) for level in ("Medium", "High")]
    lower = [Box(levels=(level,)) for level in (UNKNOWN, "Low")]
    assert texts(plan_of([AOV], [lower, upper])) == [
        '"avg_order_value" < 45.0 OR "avg_order_value" IS NULL',
        '"avg_order_value" >= 45.0',
    ]


def test_a_dimension_with_all_levels_and_unknown_says_nothing() -> None:
    low = [Box(levels=c) for c in cells([AOV, PROFIT]) if c[1] == "Low"]
    rest = [Box(levels=c) for c in cells([AOV, PROFIT]) if c[1] != "Low"]
    assert texts(plan_of([AOV, PROFIT], [low, rest]))[0] == '"profitability_score" < 0.7'


def test_a_plan_without_dimensions_is_true() -> None:
    assert texts(plan_of([], [[Box(levels=())]])) == ["TRUE"]


def test_a_local_split_says_where_missing_values_go() -> None:
    below, above = halves("days_since_abandonment", 3.0)
    assert texts(plan_of([], [[Box(levels=(), where=(below,))], [Box(levels=(), where=(above,))]])) == [
        '"days_since_abandonment" < 3.0 OR "days_since_abandonment" IS NULL',
        '"days_since_abandonment" >= 3.0',
    ]


def test_two_halves_put_together_again_leave_no_trace_of_the_split() -> None:
    split = [Box(levels=("Low",), where=(side,)) for side in halves("sessions_last_30d", 4.0)]
    rest = [Box(levels=(level,)) for level in (UNKNOWN, "High")]
    assert texts(plan_of([PROFIT], [split, rest]))[0] == '"profitability_score" < 0.7'


def test_a_quote_in_a_column_name_does_not_end_the_name() -> None:
    strange = Dimension(name="Odd", column='a" IS NULL OR "b', cuts=(1.0,))
    plan = plan_of([strange], [[Box(levels=(level,))] for level in strange.level_names])
    assert texts(plan)[1] == '"a"" IS NULL OR ""b" < 1.0'


@pytest.mark.parametrize("cut", [0.1 + 0.2, 1e-7, 1e22, -5.5, 123456789.12345679])
def test_a_cut_survives_its_text_bit_for_bit(cut: float) -> None:
    dimension = Dimension(name="D", column="d", cuts=(cut,))
    plan = plan_of([dimension], [[Box(levels=(level,))] for level in dimension.level_names])
    with duckdb.connect() as engine:
        below, at = engine.execute(
            f"SELECT {texts(plan)[1]} FROM (SELECT unnest(?::DOUBLE[]) AS d) ORDER BY d",
            [[math.nextafter(cut, -math.inf), cut]],
        ).fetchall()
    assert (below, at) == ((True,), (False,))


def test_two_dimensions_on_one_column_and_an_empty_box_are_written_correctly() -> None:
    coarse = Dimension(name="Coarse", column="d0", cuts=(1.0,))
    fine = Dimension(name="Fine", column="d0", cuts=(0.0, 1.0))
    plan = plan_of([coarse, fine], [[Box(levels=c)] for c in cells([coarse, fine])])
    assert texts(plan)[cells([coarse, fine]).index(("High", "Low"))] == "FALSE"
    assert claimed(plan, critical_rows(plan)) == owners(plan, critical_rows(plan))


def test_the_columns_of_a_plan_are_its_dimensions_and_its_local_features() -> None:
    below, above = halves("num_cart_items", 2.0)
    boxes = [Box(levels=("Low",), where=(below,)), Box(levels=("Low",), where=(above,))]
    plan = plan_of([PROFIT], [boxes, [Box(levels=("High",))], [Box(levels=(UNKNOWN,))]])
    assert columns_of(plan) == ("profitability_score", "num_cart_items")


@settings(max_examples=30, deadline=None)
@given(plans())
def test_a_predicate_is_true_exactly_inside_the_boxes(plan: SegmentPlan) -> None:
    rows = critical_rows(plan)
    assert claimed(plan, rows) == owners(plan, rows)


@settings(max_examples=20, deadline=None)
@given(plans())
def test_the_order_of_boxes_does_not_change_the_text(plan: SegmentPlan) -> None:
    turned = plan.with_changes(
        segments=tuple(s.model_copy(update={"boxes": tuple(reversed(s.boxes))}) for s in plan.segments)
    )
    assert texts(plan) == texts(turned)


def test_an_interval_without_bounds_is_known_or_anything() -> None:
    known = Interval(column="x")
    missing = Interval(column="x", lower=0.0, upper=0.0, unknown=True)
    plan = plan_of([], [[Box(levels=(), where=(known,))], [Box(levels=(), where=(missing,))]])
    assert texts(plan) == ['"x" IS NOT NULL', '"x" IS NULL']
