"""Values become what the contract says, or their row is bad; the engine never guesses."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from cartjury.data.contract import COLUMN_NAMES
from cartjury.data.errors import InputError
from tests.carts import (
    cart,
    carts,
    loaded,
    random_carts,
    rejected,
    stored,
    write_csv,
    write_frame,
)


def reasons(path: Path, column: str) -> dict[str, str]:
    """What a quarantine says of each bad value of a column; `'` stands before what a spreadsheet would run."""
    loaded(path, on_bad_rows="quarantine")
    return {r["values"].removeprefix("'"): r["reasons"].removeprefix(f"{column} ") for r in rejected(path)}


def test_a_text_becomes_the_number_that_python_reads(tmp_path: Path) -> None:
    texts = ["49.90", "1e5", " 12", "+5", ".5", "1e-320", "1e12", "0.30000000000000004", "84.369999999999997"]
    found = stored(loaded(write_csv(tmp_path, carts(*texts))))["avg_order_value"]
    assert found.tolist() == [float(text) for text in texts]


def test_what_is_no_number_is_a_bad_row(tmp_path: Path) -> None:
    texts = ["abc", "1_000", "0x10", "true", "1,5", "1.000,5", "12 EUR", "$3", "--1", "1 2", "\u0661", "(75.00)"]
    found = reasons(write_csv(tmp_path, carts("3", *texts)), "avg_order_value")
    assert found == dict.fromkeys(texts, "is not a number")


def test_infinity_is_a_bad_row_however_it_is_written(tmp_path: Path) -> None:
    texts = ["inf", "-inf", "Infinity", "1e400", "-1e999"]
    assert reasons(write_csv(tmp_path, carts("3", *texts)), "avg_order_value") == dict.fromkeys(texts, "is not finite")


def test_values_outside_the_contract_are_bad_rows(tmp_path: Path) -> None:
    wrong = [
        ("avg_order_value", "-0.01", "is negative"),
        ("avg_order_value", "1.1e12", "is too large (over 1e12)"),
        ("sessions_last_30d", "2.5", "is not a whole number"),
        ("sessions_last_30d", "-1", "is negative"),
        (
            "sessions_last_30d",
            "9007199254740993",
            "is too large (over 9007199254740991)",
        ),  # a double would make it ...992
        ("num_cart_items", "", "is empty"),
        ("engagement_score", "62", "is not between 0 and 1"),
        ("profitability_score", "-0.01", "is not between 0 and 1"),
        ("profitability_score", "1.0000001", "is not between 0 and 1"),
        ("cart_abandoned_date", "", "is empty"),
        ("user_id", "", "is empty"),
        ("user_id", "   ", "is empty"),
        ("user_id", " u2", "begins or ends with a space"),
        ("user_id", "u2\u00a0", "begins or ends with a space"),
    ]
    rows = [cart(user_id=f"w{i}") | {column: text} for i, (column, text, _) in enumerate(wrong)]
    path = write_csv(tmp_path, [cart(), *rows])
    assert loaded(path, on_bad_rows="quarantine").rows == 1
    assert [r["reasons"] for r in rejected(path)] == [f"{column} {reason}" for column, _, reason in wrong]


def test_columns_that_may_be_empty_hold_null(tmp_path: Path) -> None:
    optional = ["last_order_date", "avg_order_value", "engagement_score", "profitability_score"]
    found = stored(loaded(write_csv(tmp_path, [cart(), cart(user_id="u2", **dict.fromkeys(optional, ""))])))
    assert found[optional].isna().to_numpy().tolist() == [[False] * 4, [True] * 4]


def test_minus_zero_is_zero(tmp_path: Path) -> None:
    found = stored(loaded(write_csv(tmp_path, carts("-0", "-0.0", "0"))))["avg_order_value"]
    assert not np.signbit(found).any()
    assert found.tolist() == [0, 0, 0]


def test_whole_numbers_may_be_written_with_a_point_or_an_exponent(tmp_path: Path) -> None:
    found = stored(loaded(write_csv(tmp_path, carts("3.0", "1e3", "9007199254740991", column="sessions_last_30d"))))
    assert found["sessions_last_30d"].tolist() == [3, 1000, 2**53 - 1]


def test_a_date_or_a_utc_timestamp_is_its_day(tmp_path: Path) -> None:
    texts = ["2026-11-20"] + [
        f"2026-11-20{time_}" for time_ in ("T23:59:59Z", " 00:00", "T10:15:00.123456789Z", "T10:15:00+00:00")
    ]
    found = stored(loaded(write_csv(tmp_path, carts(*texts, column="cart_abandoned_date"))))
    assert found["cart_abandoned_date"].tolist() == [date(2026, 11, 20)] * len(texts)


@pytest.mark.parametrize("column", ["cart_abandoned_date", "last_order_date"])
def test_any_other_date_is_a_bad_row(tmp_path: Path, column: str) -> None:
    texts = [
        "2026/11/23",
        "23-11-2026",
        "23/11/2026",
        "20261123",
        "2026-1-2",
        "2026-02-30",
        " 2026-11-20",
        "2026-11-2x",
    ]
    texts += ["2026-11-20T10:15:00+2", "2026-11-20T25:00", "2026-11-20T10:60", "1795219500", "46344.5417", "today"]
    texts += ["epoch", "infinity", "0000-00-00"]
    path = write_csv(tmp_path, carts("2026-11-20", *texts, column=column))
    assert reasons(path, column) == dict.fromkeys(texts, "is not a date in the form 2026-11-23")


def test_an_offset_moves_a_time_to_its_day_in_utc(tmp_path: Path) -> None:
    texts = ["2026-11-20T01:15:00+02:00", "2026-11-20T23:30:00-0500", "2026-11-20T23:30+00:00", "2026-11-20 23:30:00"]
    found = loaded(write_csv(tmp_path, carts(*texts, column="cart_abandoned_date")))
    assert [d.day for d in stored(found)["cart_abandoned_date"]] == [19, 21, 20, 20]
    (notice,) = found.notices
    moved, naive = notice.split("; ")
    assert moved == "times: 2 of cart_abandoned_date with another zone were brought to UTC"
    assert naive == "1 of cart_abandoned_date without a zone were taken as UTC"


def test_the_zero_of_computer_clocks_is_a_bad_row(tmp_path: Path) -> None:
    texts = ["1970-01-01", "1970-01-01T00:00:00Z"]
    path = write_csv(tmp_path, carts("2026-11-20", *texts, column="last_order_date"))
    assert reasons(path, "last_order_date") == dict.fromkeys(texts, "is the zero of computer clocks, not a date")


def test_a_year_that_no_shop_has_seen_is_a_bad_row(tmp_path: Path) -> None:
    texts = ["0001-01-01", "1899-12-31", "9999-12-31", "-026-11-20"]
    path = write_csv(tmp_path, carts("2026-11-20", *texts, column="cart_abandoned_date"))
    assert reasons(path, "cart_abandoned_date") == dict.fromkeys(texts, "is outside the years 1900 to 9998")


def test_with_as_of_a_date_more_than_a_day_later_is_bad(tmp_path: Path) -> None:
    path = write_csv(tmp_path, carts("2026-11-20", "2026-11-21", "2026-11-22", column="cart_abandoned_date"))
    with pytest.raises(InputError, match=r"1 bad row\nrow 3, .* '2026-11-22' is more than a day after as_of"):
        loaded(path, date(2026, 11, 20))
    assert loaded(path).rows == 3


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_the_calendar_are_days_like_any_other(tmp_path: Path, day: date) -> None:
    path = write_csv(tmp_path, [cart(last_order_date="")])
    if day == date.max:
        assert loaded(path, day).rows == 1
    else:
        with pytest.raises(InputError, match="more than a day after as_of"):
            loaded(path, day)


def test_an_id_is_text_whatever_it_looks_like(tmp_path: Path) -> None:
    ids = [
        "NA",
        "NULL",
        "null",
        "nan",
        "None",
        "1e5",
        "007",
        "7",
        "1234567890123456789",
        "3.0",
        "TRUE",
        "\\N",
        "#N/A",
        "'",
    ]
    ids += ["ünï 🛒", "-1", "=1+1"]
    assert stored(loaded(write_csv(tmp_path, [cart(user_id=i) for i in ids])))["user_id"].tolist() == ids


def test_one_bad_number_late_in_the_file_does_not_make_its_column_text(tmp_path: Path) -> None:
    frame = random_carts(5000).astype({"avg_order_value": object})
    frame.loc[4990, "avg_order_value"] = "abc"
    path = write_frame(tmp_path, frame)
    with pytest.raises(InputError, match="1 bad row\nrow 4,991, column avg_order_value: 'abc' is not a number"):
        loaded(path)
    kept = stored(loaded(path, on_bad_rows="quarantine"))
    assert len(kept) == 4999
    assert kept["avg_order_value"].dtype == np.float64


def test_every_column_is_checked_though_few_of_them_are_used(tmp_path: Path) -> None:
    rows = [cart(user_id=f"w{i}") | {column: "x"} for i, column in enumerate(COLUMN_NAMES[1:])]
    path = write_csv(tmp_path, [cart(), *rows])
    one_dimension = [{"name": "AOV", "column": "avg_order_value", "quantiles": [0.5]}]
    assert loaded(path, dimensions=one_dimension, on_bad_rows="quarantine").rejected == 7
    assert [r["columns"] for r in rejected(path)] == list(COLUMN_NAMES[1:])


def test_days_are_counted_over_the_whole_calendar(tmp_path: Path) -> None:
    first = date(2026, 1, 1)
    days = [str(first + timedelta(days=i)) for i in range(365)]
    found = stored(loaded(write_csv(tmp_path, carts(*days, column="cart_abandoned_date"))))
    assert [str(d) for d in found["cart_abandoned_date"]] == days


def test_an_id_that_ends_with_a_tab_is_a_bad_row(tmp_path: Path) -> None:
    found = reasons(write_csv(tmp_path, [cart(), cart(user_id="a\t")]), "user_id")

    assert list(found.values()) == ["begins or ends with a space"]
