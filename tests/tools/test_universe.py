"""Who is in: the edges of the window, the day that counts as today, the filter."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartjury.data.errors import InputError
from cartjury.data.records import Comparison
from cartjury.data.run_records import Universe
from cartjury.tools.engine.duck import connect, one
from cartjury.tools.engine.relation import passes, window
from cartjury.tools.engine.sql import Sql
from tests.carts import AS_OF, cart, carts, carts_in, loaded, segmented, users_of, write_csv


def ages(*days: int) -> list[dict[str, str]]:
    """Users u1, u2, ... who abandoned so many days before AS_OF."""
    return carts(*[str(AS_OF - timedelta(days=d)) for d in days], column="cart_abandoned_date")


def defined(folder: Path, rows: list[dict[str, str]], as_of: date | None = None, **options: object) -> Universe:
    return carts_in(loaded(write_csv(folder, rows), as_of, **options), as_of, **options).universe


def test_the_window_holds_day_zero_to_day_seven(tmp_path: Path) -> None:
    found = defined(tmp_path, ages(0, 1, 7, 8, 9, -1), AS_OF)
    assert (found.size, found.earlier, found.later, found.filtered) == (3, 2, 1, 0)
    assert (found.as_of, found.window_days) == (AS_OF, 7)
    assert found.notices == (f"1 users abandoned after {AS_OF} and are left out",)


def test_those_in_the_window_are_the_users_of_the_universe(tmp_path: Path) -> None:
    found = segmented(write_csv(tmp_path, ages(8, 7, -1, 0)), AS_OF)
    assert users_of(found, tmp_path / "users.csv")["user_id"].tolist() == ["u2", "u4"]


def test_without_as_of_the_newest_cart_is_today(tmp_path: Path) -> None:
    found = defined(tmp_path, ages(3, 10, 11))
    assert (found.as_of, found.size, found.earlier, found.later) == (AS_OF - timedelta(days=3), 2, 1, 0)


def test_a_window_of_no_days_is_the_day_itself(tmp_path: Path) -> None:
    assert defined(tmp_path, ages(0, 0, 1), AS_OF, window_days=0).size == 2


def test_the_hour_of_a_timestamp_does_not_count(tmp_path: Path) -> None:
    rows = carts("2026-11-16T00:00:00Z", "2026-11-15T23:59:59Z", column="cart_abandoned_date")
    assert defined(tmp_path, rows, AS_OF).size == 1


def test_a_lonely_newest_date_is_taken_for_a_typing_error(tmp_path: Path) -> None:
    rows = ages(-300, *[0] * 1001)
    newest = AS_OF + timedelta(days=300)
    with pytest.raises(InputError, match=f"newest cart_abandoned_date is {newest}, but only 1 of 1,002 rows"):
        defined(tmp_path, rows)


def test_a_thousandth_of_the_rows_is_not_lonely(tmp_path: Path) -> None:
    assert defined(tmp_path, ages(-300, *[0] * 999)).size == 1


def test_with_as_of_a_date_far_ahead_is_a_bad_row_and_never_today(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="more than a day after as_of"):
        defined(tmp_path, ages(-300, 0), AS_OF)


def test_an_empty_universe_says_which_dates_there_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="run from 2026-11-03 to 2026-11-13, the window from 2026-11-16 to 2026-11-23"):
        defined(tmp_path, ages(10, 20), AS_OF)


def test_a_filter_that_leaves_nobody_is_named_as_the_reason(tmp_path: Path) -> None:
    nobody = [{"column": "num_cart_items", "op": ">", "value": 99}]
    with pytest.raises(InputError, match="the filter leaves out all 2 inside"):
        defined(tmp_path, ages(0, 1, 30), AS_OF, filter=nobody)


def test_users_the_filter_leaves_out_are_counted(tmp_path: Path) -> None:
    rows = [cart(user_id=str(i), avg_order_value=v) for i, v in enumerate(("10", "20", "", "30"))]
    found = defined(tmp_path, rows, filter=[{"column": "avg_order_value", "op": ">=", "value": 20}])
    assert (found.size, found.filtered) == (2, 2)


def test_a_filter_may_read_any_column_of_the_file(tmp_path: Path) -> None:
    columns = (*cart(), "country", "points")
    rows = [
        {**cart(user_id=str(i)), "country": c, "points": p}
        for i, (c, p) in enumerate([("DE", "1"), ("007", "5"), ("", "")])
    ]
    path = write_csv(tmp_path, rows, columns)
    for condition, expected in [
        ({"column": "country", "op": "=", "value": "DE"}, ["0"]),
        ({"column": "country", "op": "=", "value": "007"}, ["1"]),  # compared as text, not as the number 7
        ({"column": "points", "op": ">=", "value": 1.5}, ["1"]),
        ({"column": "points", "op": "!=", "value": 1}, ["1"]),  # a missing value passes nothing
        ({"column": "days_since_abandonment", "op": "<=", "value": 0}, ["0", "1", "2"]),
        ({"column": "user_id", "op": "!=", "value": "1"}, ["0", "2"]),
    ]:
        options = {"filter": [condition], "min_size": 1}
        found = segmented(path, **options)
        assert users_of(found, tmp_path / "users.csv", **options)["user_id"].tolist() == expected


@given(op=st.sampled_from([">=", ">", "<=", "<", "=", "!="]), value=st.floats(-5, 5))
def test_a_missing_value_passes_no_condition(op: str, value: float) -> None:
    condition = Comparison.model_validate({"column": "x", "op": op, "value": value})
    with connect(Path()) as connection:
        assert one(connection, f"SELECT {passes(Sql(), [condition])} FROM (SELECT NULL::DOUBLE AS x)") == (False,)


def test_a_window_that_begins_before_the_calendar_begins_with_it() -> None:
    assert window(Sql(), date(1, 1, 3), 7) == "cart_abandoned_date BETWEEN DATE '0001-01-01' AND DATE '0001-01-03'"


def test_days_are_whole_calendar_days_before_as_of(tmp_path: Path) -> None:
    rows = [row | {"last_order_date": day} for row, day in zip(ages(0, 7), ("2026-11-24", ""), strict=True)]
    found = segmented(write_csv(tmp_path, rows), AS_OF)
    days = found.carts.engine.aggregate(
        f"SELECT days_since_abandonment, days_since_last_order FROM {found.carts.users(())}"
    )
    assert days == [(0, -1), (7, None)]
