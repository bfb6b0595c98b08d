"""Which further columns are read, and which wishes are refused before anything is read."""

import pytest

from cartjury.data.contract import COLUMN_NAMES
from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.tools.columns import further_numbers, further_texts

FILE = dict.fromkeys((*COLUMN_NAMES, "points", "city", "Value"), "VARCHAR")


def wishes(**options: object) -> tuple[list[str], tuple[str, ...]]:
    chosen = Options.model_validate(options)
    return [c.name for c in further_numbers(FILE, chosen)], further_texts(FILE, chosen)


def condition(column: str, value: float | str) -> dict[str, object]:
    return {"filter": [{"column": column, "op": ">=", "value": value}]}


def test_nothing_beyond_the_contract_is_read_without_a_wish() -> None:
    assert wishes() == ([], ())


def test_dimensions_and_numbers_of_a_filter_are_read_as_numbers_and_the_rest_as_text() -> None:
    by_points = [{"name": "Points", "column": "points", "quantiles": [0.5]}]
    assert wishes(dimensions=by_points, keep_columns=["city", "city", "user_id"]) == (["points"], ("city",))
    assert wishes(**condition("points", 3)) == (["points"], ())
    assert wishes(**condition("city", "Bonn")) == ([], ("city",))


@pytest.mark.parametrize("column", ["days_since_abandonment", "days_since_last_order", "avg_order_value"])
def test_what_the_program_knows_itself_needs_no_column(column: str) -> None:
    by_column = [{"name": "D", "column": column, "quantiles": [0.5]}]
    assert wishes(dimensions=by_column, **condition(column, 3)) == ([], ())


@pytest.mark.parametrize("column", ["user_id", "cart_abandoned_date", "last_order_date"])
def test_a_dimension_needs_numbers(column: str) -> None:
    with pytest.raises(InputError, match=f"dimension D needs a column of numbers, not {column}"):
        wishes(dimensions=[{"name": "D", "column": column, "quantiles": [0.5]}])


def test_a_name_that_the_program_uses_itself_is_refused_in_any_case() -> None:
    for wish in (
        {"keep_columns": ["Value"]},
        {"dimensions": [{"name": "D", "column": "Value", "quantiles": [0.5]}]},
        condition("Value", 3),
        condition("Value", "3"),
    ):
        with pytest.raises(InputError, match="cannot read the column Value: cartjury uses this name itself"):
            wishes(**wish)


@pytest.mark.parametrize(
    ("column", "value", "needs"),
    [
        ("avg_order_value", "10", "a number"),
        ("days_since_abandonment", "2026-11-20", "a number"),
        ("cart_abandoned_date", 3, "a date in the form"),
        ("cart_abandoned_date", "yesterday", "a date in the form"),
        ("last_order_date", "20261120", "a date in the form"),
        ("user_id", 5, "a text"),
    ],
)
def test_a_filter_compares_like_with_like(column: str, value: float | str, needs: str) -> None:
    with pytest.raises(InputError, match=rf"the filter {column} >= .* needs {needs}"):
        wishes(**condition(column, value))


def test_a_date_in_the_usual_form_is_compared() -> None:
    assert wishes(**condition("last_order_date", "2026-11-20")) == ([], ())
