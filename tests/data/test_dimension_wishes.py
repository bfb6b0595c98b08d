"""Dimensions in one line of text each: what they add, replace and leave out, and what is refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cartjury.data.dimension_spec import DimensionSpec, default_name
from cartjury.data.dimension_wishes import with_wishes
from cartjury.data.errors import InputError
from cartjury.data.options import SEED_DIMENSIONS, Options

AOV, ENGAGEMENT, PROFIT = SEED_DIMENSIONS


def wished(*wishes: str) -> tuple[DimensionSpec, ...]:
    return with_wishes(SEED_DIMENSIONS, wishes)


def test_a_further_column_comes_after_the_seed_s_three() -> None:
    sessions = DimensionSpec(name="Sessions", column="sessions_last_30d", quantiles=(0.5,))
    assert wished("sessions_last_30d:q0.5") == (*SEED_DIMENSIONS, sessions)


def test_numbers_without_a_q_are_values() -> None:
    assert wished("cart_value: 50, 200")[3] == DimensionSpec(name="CartValue", column="cart_value", cuts=(50, 200))


def test_a_column_that_is_there_gets_other_cuts_in_its_place_under_its_name() -> None:
    spend = DimensionSpec(name="AOV", column="avg_order_value", cuts=(45, 120))
    assert wished("avg_order_value:45,120") == (spend, ENGAGEMENT, PROFIT)


def test_a_name_can_be_said() -> None:
    assert wished("Recency=days_since_last_order:q0.3,0.6")[3] == DimensionSpec(
        name="Recency", column="days_since_last_order", quantiles=(0.3, 0.6)
    )
    assert wished("Spend=avg_order_value:q0.5")[0].name == "Spend"


@pytest.mark.parametrize("wish", ["avg_order_value:off", "AOV:off", "AOV=avg_order_value:OFF"])
def test_a_dimension_is_left_out_by_its_column_or_its_name(wish: str) -> None:
    assert wished(wish) == (ENGAGEMENT, PROFIT)


def test_wishes_are_granted_one_after_the_other() -> None:
    found = wished("avg_order_value:off", "cart_value:q0.5", "cart_value:q0.2,0.8", "avg_order_value:30")
    assert [(d.name, d.quantiles or d.cuts) for d in found[2:]] == [("CartValue", (0.2, 0.8)), ("AOV", (30,))]


def test_a_column_may_hold_any_character() -> None:
    found = wished("Umsatz: gesamt (EUR):q0.5")[3]
    assert (found.name, found.column) == ("UmsatzGesamtEUR", "Umsatz: gesamt (EUR)")


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("days_since_abandonment", "DaysSinceCart"),
        ("lifetime_value", "LifetimeValue"),
        ("cartValue", "CartValue"),
        ("größe", "Groe"),
        ("30d visits", "Feature30dVisits"),
        ("金額", "Feature"),
        ("a_very_long_column_that_nobody_wants_to_read", "AVeryLongColumnThatNobodyWants"),
    ],
)
def test_a_name_is_made_from_the_column(column: str, name: str) -> None:
    assert default_name(column, ()) == name


def test_a_made_up_name_differs_from_all_others() -> None:
    assert [d.name for d in wished("cart_value:1", "Cart Value:1", "CART-VALUE:1")[3:]] == [
        "CartValue",
        "CartValue2",
        "CARTVALUE3",
    ]


@given(st.text(min_size=1), st.lists(st.sampled_from(["Feature", "A", "a2", "B"])))
def test_every_column_has_a_name_that_rules_can_hold(column: str, taken: list[str]) -> None:
    name = default_name(column, taken)
    assert DimensionSpec(name=name, column=column, cuts=(1,)).name.casefold() not in {t.casefold() for t in taken}


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ("sessions_last_30d", "say a column and where to cut it"),
        (":q0.5", "say a column"),
        ("cart_value:", "say a column"),
        ("cart_value:q", "say a column"),
        ("cart_value:low", "say a column"),
        ("cart_value:q0.2;0.4", "say a column"),
        ("cart_value:q50", "the quantile 50.0 is not between 0 and 1"),
        ("cart_value:q-0.5", "the quantile -0.5 is not between 0 and 1"),
        ("cart_value:1,2,3,4,5", "at most 4 cuts, which make 5 levels"),
        ("cart_value:200,50", "the cuts of dimension CartValue must increase"),
        ("cart_value:nan", "nan is no cut"),
        ("cart_value:off", r"there are: avg_order_value \(AOV\), engagement_score \(Engagement\)"),
    ],
)
def test_what_cannot_be_read_is_quoted_with_the_reason(wish: str, why: str) -> None:
    with pytest.raises(InputError, match=rf"^--dimension '.*': .*{why}") as caught:
        wished(wish)
    assert repr(wish) in str(caught.value)


def test_options_hold_what_came_of_the_wishes_and_nothing_else() -> None:
    options = Options.model_validate({"dimension": ["cart_value:50", "AOV:off"]})
    assert [d.name for d in options.dimensions] == ["Engagement", "Profit", "CartValue"]
    recorded = options.model_dump(mode="json")
    assert "dimension" not in recorded
    assert Options.model_validate(recorded) == options


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"dimension": [f"c{i}:1" for i in range(6)]}, r"9 dimensions are more than the 8 .* --dimension .*:off"),
        ({"dimension": ["AOV:off", "Engagement:off", "Profit:off"]}, "no dimension is left"),
        ({"dimension": ["aov=cart_value:1"]}, "two dimensions have the name aov"),
        ({"dimension": ["aov:1"]}, "two dimensions have the output aov_bucket"),
        ({"dimensions": [AOV, AOV.model_copy(update={"name": "B"})]}, "two dimensions have the column avg_order_value"),
        ({"dimension": ["tier:1"], "keep_columns": ["tier_bucket"]}, "the levels of Tier go by this name"),
        ({"dimension": "cart_value:1"}, "dimension"),
    ],
)
def test_dimensions_that_no_plan_can_hold_together_are_refused(given: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Options.model_validate(given)
