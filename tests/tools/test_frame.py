"""A frame reaches the loader with every id whole and every missing value missing."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.tools.frame import positions, write_frame
from cartjury.tools.load import load
from tests.carts import carts_in

Values = list[Any]
DAY = pd.Timestamp("2026-11-23")


def carts(users: int, **columns: Any) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "user_id": [f"u{n}" for n in range(users)],
            "cart_abandoned_date": DAY,
            "last_order_date": pd.NaT,
            "avg_order_value": 10.0,
            "sessions_last_30d": 1,
            "num_cart_items": 2,
            "engagement_score": 0.5,
            "profitability_score": 0.5,
        }
    )
    return frame.assign(**columns)


def loaded(folder: Path, frame: pd.DataFrame, options: Options = Options()) -> Path:  # noqa: B008 - frozen
    path = folder / "DataFrame"
    write_frame(frame, path, options)
    return Path(load(path, folder, options, None).path)


def stored(folder: Path, column: str, values: Any) -> Values:
    """What the loader stores of a column."""
    path = loaded(folder, carts(len(values), **{column: values}))
    return [row[0] for row in duckdb.sql(f"SELECT {column} FROM read_parquet('{path}')").fetchall()]


@pytest.mark.parametrize(
    "ids",
    [
        pd.Series([1_234_567_890_123_456_789, 2], dtype="int64"),
        pd.Series([2**64 - 1, 2], dtype="uint64"),
        pd.Series([9_007_199_254_740_993, 2], dtype="Int64"),
        pd.Series([9_007_199_254_740_993, 2], dtype="int64[pyarrow]"),
        pd.Series([10**25, 2], dtype="object"),
        pd.Series([9_007_199_254_740_993, 2], dtype="category"),
        pd.Series(["007", "NA", "nan", "None", "null", "1e5", "-0"], dtype="str"),
        pd.Series(["007", "NA", 5, np.int64(6)], dtype="object"),
        pd.Series(["007", "NA"], dtype="category"),
        pd.Series(["007", "NA"], dtype="string[pyarrow]"),
        pd.Series(["007", "NA"], dtype="string[python]"),
        # A sample of the first values would take these for numbers.
        pd.Series([*range(3_000), "x"], dtype="object"),
    ],
    ids=lambda ids: str(ids.dtype),
)
def test_ids_keep_every_digit(ids: "pd.Series[Any]", tmp_path: Path) -> None:
    assert stored(tmp_path, "user_id", ids) == [str(i) for i in ids]


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        (pd.Series([1.0, 2.0]), "user_id holds decimal numbers .float64., in which long ids lose digits"),
        (pd.Series([1.0, 2.0], dtype="double[pyarrow]"), "lose digits"),
        (pd.Series(["a", 1.5], dtype="object"), "row 2, column user_id: '1.5' is of type float"),
        (pd.Series(["a", True], dtype="object"), "row 2, column user_id: 'True' is of type bool"),
        (pd.Series([b"a", "b"], dtype="object"), "row 1, column user_id: .* is of type bytes"),
        (pd.Series([["a"], "b"], dtype="object"), "row 1, column user_id: .* is of type list"),
        (pd.Series([True, False]), "column user_id has the type BOOLEAN"),
        (pd.Series(["a", None], dtype="object"), "row 2, column user_id: is empty"),
        (pd.Series(["a", ""]), "row 2, column user_id: is empty"),
        (pd.Series([1, None], dtype="Int64"), "row 2, column user_id: is empty"),
        (pd.Series(["a", "a"]), "row 2, column user_id: 'a' is also in row 1"),
        (pd.Series(["\ud800", "b"], dtype="object"), "DataFrame cannot be read: .*surrogate"),
    ],
)
def test_ids_that_are_no_ids_are_refused(ids: "pd.Series[Any]", said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        loaded(tmp_path, carts(len(ids), user_id=ids))


@pytest.mark.parametrize(
    "scores",
    [
        pd.Series([0.25, np.nan, 1.0], dtype="float64"),
        pd.Series([0.25, np.nan, 1.0], dtype="float32"),
        pd.Series([0.25, np.nan, 1.0], dtype="float16"),
        pd.Series([0.25, None, 1.0], dtype="Float64"),
        pd.Series([0.25, None, 1.0], dtype="double[pyarrow]"),
        pd.Series([0.25, np.nan, 1.0]).astype("Sparse[float64]"),
        pd.Series([0.25, np.nan, 1.0], dtype="category"),
        pd.Series([0.25, None, 1], dtype="object"),
        pd.Series(["0.25", pd.NA, 1.0], dtype="object"),
        pd.Series(["0.25", "", "1"]),
        pd.Series([Decimal("0.25"), Decimal("NaN"), Decimal(1)], dtype="object"),
    ],
    ids=lambda scores: str(scores.dtype),
)
def test_scores_are_read_and_the_missing_stay_missing(scores: "pd.Series[Any]", tmp_path: Path) -> None:
    assert stored(tmp_path, "engagement_score", scores) == [0.25, None, 1.0]


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ([0.5, 1.5], "row 2, column engagement_score: '1.5' is not between 0 and 1"),
        ([0.5, np.inf], "row 2, column engagement_score: 'inf' is not finite"),
        (pd.Series([0.5, "0,7"], dtype="object"), "row 2, column engagement_score: '0,7' is not a number"),
        (pd.Series([0.5, True], dtype="object"), "row 2, column engagement_score: 'True' is not a number"),
        (pd.Series([0.5, [1]], dtype="object"), "row 2, column engagement_score: '.1.' is not a number"),
        ([True, False], "column engagement_score has the type BOOLEAN"),
    ],
)
def test_scores_that_are_none_are_refused(scores: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        loaded(tmp_path, carts(2, engagement_score=scores))


@pytest.mark.parametrize(
    "days",
    [
        pd.Series([pd.Timestamp("2026-11-23 15:30"), pd.NaT]).astype("datetime64[ns]"),
        pd.Series([pd.Timestamp("2026-11-23 15:30"), pd.NaT]).astype("datetime64[s]"),
        pd.Series([pd.Timestamp("2026-11-23 15:30"), pd.NaT]).astype("timestamp[us][pyarrow]"),
        # In New York it is still the day before.
        pd.Series([pd.Timestamp("2026-11-22 22:00", tz="America/New_York"), pd.NaT]),
        pd.Series([pd.Timestamp("2026-11-22 22:00", tz="America/New_York"), pd.NaT]).astype(object),
        pd.Series([date(2026, 11, 23), None], dtype="object"),
        pd.Series([date(2026, 11, 23), None], dtype="date32[pyarrow]"),
        pd.Series([datetime(2026, 11, 23, 1, tzinfo=UTC), np.nan], dtype="object"),
        pd.Series(["2026-11-23", None]),
        pd.Series(["2026-11-23 15:30:00", ""]),
        pd.Series([pd.Timestamp("2026-11-23"), pd.NaT], dtype="category"),
    ],
    ids=lambda days: str(days.dtype),
)
def test_days_are_read_however_they_are_written(days: "pd.Series[Any]", tmp_path: Path) -> None:
    assert stored(tmp_path, "last_order_date", days) == [date(2026, 11, 23), None]


def test_a_column_without_any_value_may_have_any_type(tmp_path: Path) -> None:
    nothing = {c: [np.nan, np.nan] for c in ("last_order_date", "avg_order_value", "engagement_score")}

    rows = loaded(tmp_path, carts(2, **nothing))

    found = duckdb.sql(f"SELECT {', '.join(nothing)} FROM read_parquet('{rows}')").fetchall()
    assert found == [(None, None, None)] * 2


@pytest.mark.parametrize("days", [[20261123, 20261122], ["03/11/2026", "02/11/2026"]])
def test_days_that_would_have_to_be_guessed_are_refused(days: Values, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="date"):
        loaded(tmp_path, carts(2, cart_abandoned_date=days))


def test_columns_nobody_asked_for_are_left_out(tmp_path: Path) -> None:
    frame = carts(2, city=["Linz", "Graz"], secret=[[1], [2]])

    rows = loaded(tmp_path, frame, Options(keep_columns=("city",)))

    columns = duckdb.sql(f"SELECT * FROM read_parquet('{rows}')").columns
    assert "city" in columns
    assert "secret" not in columns


@pytest.mark.parametrize("column", ["user_id", "city"])
def test_a_column_that_is_there_twice_is_refused(column: str, tmp_path: Path) -> None:
    frame = carts(2, city="Linz")
    frame.insert(0, column, "x", allow_duplicates=True)

    with pytest.raises(InputError, match=f"the column {column} occurs twice"):
        loaded(tmp_path, frame, Options(keep_columns=("city",)))


def test_a_frame_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no rows"):
        loaded(tmp_path, carts(0))


def test_positions_point_at_the_first_row_of_each_user_inside(tmp_path: Path) -> None:
    days = [DAY, DAY - pd.Timedelta(days=30), DAY, DAY, DAY]
    frame = carts(
        5, user_id=["a", "b", "a", "c", "d"], cart_abandoned_date=days, engagement_score=[0.5, 0.5, 0.5, 7, 1]
    )
    options = Options(on_bad_rows="quarantine")
    path = tmp_path / "DataFrame"
    write_frame(frame, path, options)
    dataset = load(path, tmp_path, options, None)

    assert positions(path, carts_in(dataset), ()).tolist() == [0, 4]
