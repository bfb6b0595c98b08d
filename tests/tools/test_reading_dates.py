"""Dates of other countries and programs: one format a column, and an error where two are possible."""

from pathlib import Path
from typing import Any

import pytest

from cartjury.data.errors import InputError
from tests.carts import cart, carts, loaded, stored, write_csv

COLUMN = "cart_abandoned_date"


def days(folder: Path, *texts: str, **options: Any) -> list[str]:
    rows = [{**row, "last_order_date": ""} for row in carts(*texts, column=COLUMN)]
    return [str(d) for d in stored(loaded(write_csv(folder, rows), **options))[COLUMN]]


@pytest.mark.parametrize(
    "text",
    [
        "23.11.2026",
        "23/11/2026",
        "11/23/2026",
        "2026/11/23",
        "20261123",
        "23-Nov-2026",
        "23-Nov-26",
        "Nov 23 2026",
        "Nov 23, 2026",
        "23 Nov 2026",
        "23 November 2026",
        "November 23, 2026",
        "Mon Nov 23 2026",
        "23.11.26",
        "11/23/26",
        "2026-11-23 10:15 PM",
        "11/23/2026 10:40 PM",
        "23.11.2026 22:15",
        "23/11/2026 22:15:59",
        "22/11/2026 19:30 -0500",
        "2026-11-23 10:15:00 UTC",
        "Mon Nov 23 2026 22:15:00 GMT+0100 (CET)",
        "Mon, 23 Nov 2026 10:15:00 +0000",
        "1795392000",
        "1795392000.5",
        "1795392000000",
        "46349",
        "46349.5417",
        "2026-11-22T23:30:00-05:00",
    ],
)
def test_a_column_in_one_format_is_read_and_said(tmp_path: Path, text: str) -> None:
    rows = [{**row, "last_order_date": ""} for row in carts(text, text, column=COLUMN)]
    found = loaded(write_csv(tmp_path, rows))
    assert [str(d) for d in stored(found)[COLUMN]] == ["2026-11-23"] * 2
    assert any(COLUMN in notice for notice in found.notices)


def test_days_and_months_that_may_be_swapped_are_an_error_that_names_the_option(tmp_path: Path) -> None:
    texts = ["03/04/2026", "05/06/2026"]
    with pytest.raises(InputError, match=r"'03/04/2026', can be read as %d/%m/%Y or %m/%d/%Y\n.*--date-format"):
        days(tmp_path, *texts)
    assert days(tmp_path, *texts, date_format="%d/%m/%Y") == ["2026-04-03", "2026-06-05"]
    assert days(tmp_path, *texts, date_format=[f"{COLUMN}=%m/%d/%Y"]) == ["2026-03-04", "2026-05-06"]


def test_one_day_above_twelve_anywhere_in_the_column_settles_it(tmp_path: Path) -> None:
    texts = [*["03/04/2026"] * 2500, "23/04/2026"]
    assert set(days(tmp_path, *texts)[:-1]) == {"2026-04-03"}


def test_days_that_are_the_same_either_way_are_no_matter(tmp_path: Path) -> None:
    assert days(tmp_path, "11/11/2026", "10/10/2026") == ["2026-11-11", "2026-10-10"]


def test_each_column_has_its_own_format(tmp_path: Path) -> None:
    path = write_csv(tmp_path, [cart(cart_abandoned_date="23.11.2026", last_order_date="2026/10/31")])
    assert [str(d) for d in stored(loaded(path)).loc[0, [COLUMN, "last_order_date"]]] == ["2026-11-23", "2026-10-31"]


def test_no_row_is_guessed_where_one_has_another_format(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"20 bad rows(.|\n)*--date-format {COLUMN}=%d/%m/%Y reads it so"):
        days(tmp_path, *["23/11/2026"] * 20, "2026-11-22")


def test_a_column_of_all_formats_gets_the_option_as_a_hint(tmp_path: Path) -> None:
    texts = ["20/11/2026 10:15", "1795219500", "46344.5417", "22 Nov 2026", "2026-11-19"]
    with pytest.raises(InputError, match=rf"4 bad rows(.|\n)*{COLUMN} is not in one format; --date-format says"):
        days(tmp_path, *texts)


def test_with_a_format_given_only_what_does_not_fit_is_bad(tmp_path: Path) -> None:
    texts = [*["23/11/2026"] * 3, "2026-11-22"]
    with pytest.raises(
        InputError, match=r"1 bad row\nrow 4, .*'2026-11-22' is not a date in the format of this column"
    ):
        days(tmp_path, *texts, date_format="%d/%m/%Y")


@pytest.mark.parametrize("form", ["%Q", "%d %"])
def test_a_format_that_means_nothing_is_refused(tmp_path: Path, form: str) -> None:
    with pytest.raises(InputError, match="--date-format"):
        days(tmp_path, "2026-11-22", date_format=form)


def test_options_for_columns_that_hold_something_else_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"--date-format engagement_score=\.\.\.: there are the columns cart_abandoned"
    ):
        days(tmp_path, "2026-11-22", date_format=["engagement_score=%d"])
    with pytest.raises(InputError, match=r"--scale user_id=\.\.\.: there are the columns avg_order_value"):
        days(tmp_path, "2026-11-22", scale=["user_id=3"])


@pytest.mark.parametrize(
    ("cart_date", "order_date", "recovered"),
    [
        ("2026-11-20", "2026-11-21", True),
        ("2026-11-20", "2026-11-20", False),  # whole days do not tell which came first
        ("2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z", True),
        ("2026-11-20T10:00:00Z", "2026-11-20T09:59:59Z", False),
        ("2026-11-20T10:00:00Z", "2026-11-20T12:30:00+02:00", True),
        ("2026-11-20T10:00:00Z", "2026-11-20T11:30:00+02:00", False),
        ("2026-11-20T10:00:00Z", "2026-11-20", False),
        ("20.11.2026 10:00", "20.11.2026 11:00", True),
    ],
)
def test_an_order_on_or_after_the_cart_is_told_and_left_out_on_request(
    tmp_path: Path, cart_date: str, order_date: str, *, recovered: bool
) -> None:
    dates = {"cart_abandoned_date": cart_date, "last_order_date": order_date}
    path = write_csv(tmp_path, [cart(**dates), cart(**{**dates, "last_order_date": ""}, user_id="u2")])
    found = loaded(path)
    assert found.rows == 2
    assert any("1 user ordered on or after the cart date" in n for n in found.notices) is recovered
    assert loaded(path, on_bad_rows="quarantine").rows == (1 if recovered else 2)


@pytest.mark.parametrize("form", ["%d/%m", "%Y-%m", "%H:%M", "dd.mm.yyyy", ""])
def test_a_format_that_does_not_say_year_month_and_day_is_refused(tmp_path: Path, form: str) -> None:
    # The engine would fill in 1900 for the year, or the first of the month for the day.
    with pytest.raises(InputError, match="must say year, month and day: a pattern such as %d/%m/%Y"):
        days(tmp_path, "23/11", date_format=[f"{COLUMN}={form}"])


def test_a_year_of_two_digits_that_may_stand_first_or_last_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'26-11-20', can be read as %d-%m-%y or %y-%m-%d\n.*--date-format"):
        days(tmp_path, "26-11-20", "26-11-21")
    assert days(tmp_path, "26-11-20", date_format=[f"{COLUMN}=%y-%m-%d"]) == ["2026-11-20"]
    assert days(tmp_path, "20-11-26", date_format=[f"{COLUMN}=%d-%m-%y"]) == ["2026-11-20"]


def test_an_offset_of_whole_hours_as_postgres_writes_it_is_brought_to_utc(tmp_path: Path) -> None:
    assert days(tmp_path, "2026-11-20 23:30:00+00", "2026-11-20 23:30:00-05") == ["2026-11-20", "2026-11-21"]


def test_dates_in_no_known_format_come_with_the_option_that_says_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not in one format; --date-format says which"):
        days(tmp_path, "20. Dezember 2026", "21. Dezember 2026")
