"""Parquet of other programs: NaN, types, zones, and names that the program uses itself."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cartjury.data.errors import InputError
from cartjury.tools.engine.duck import connect
from tests.carts import (
    carts,
    loaded,
    segmented,
    stored,
    write_arrow,
    write_csv,
)

NAN = float("nan")


@pytest.mark.parametrize(
    "values",
    # Where the file has a NULL, or its bounds hold 0, the engine takes other paths (duckdb#25521).
    [[NAN, 0.2, 0.9], [NAN, 0.5, 0.5], [NAN, NAN, NAN], [NAN, None, 0.5], [0.0, NAN, 1.0], [0.5, -0.0, NAN]],
)
@pytest.mark.parametrize("width", [pa.float64(), pa.float32()])
def test_nan_in_parquet_is_a_missing_value_like_null(
    tmp_path: Path, values: list[float | None], width: pa.DataType
) -> None:
    found = loaded(write_arrow(tmp_path, {"engagement_score": pa.array(values, width)}))
    as_it_should_be = [None if v is None or np.isnan(v) else v for v in pa.array(values, width).to_pylist()]
    assert pq.read_table(found.path)["engagement_score"].to_pylist() == as_it_should_be


def test_nan_hides_no_value_out_of_range_beside_it(tmp_path: Path) -> None:
    path = write_arrow(tmp_path, {"engagement_score": pa.array([NAN, 1.5, -0.5, 0.5])})
    with pytest.raises(InputError, match=r"2 bad rows\nrow 2, column engagement_score: '1.5' .*\nrow 3"):
        loaded(path)


def test_minus_zero_in_parquet_is_zero(tmp_path: Path) -> None:
    path = write_arrow(tmp_path, {"avg_order_value": pa.array([-0.0, 7.0])})
    assert not np.signbit(stored(loaded(path))["avg_order_value"]).any()


def test_infinity_in_parquet_is_a_bad_row(tmp_path: Path) -> None:
    path = write_arrow(tmp_path, {"avg_order_value": pa.array([5.0, float("inf"), NAN])})
    with pytest.raises(InputError, match=r"1 bad row\nrow 2, column avg_order_value: 'inf' is not finite"):
        loaded(path)


@pytest.mark.parametrize("column", ["value", "Segment", "conversion", "days_since_abandonment", "problems"])
def test_columns_that_happen_to_be_called_like_ours_change_nothing(tmp_path: Path, column: str) -> None:
    path = write_arrow(tmp_path, {column: pa.array([7, 8, 9])})
    assert (
        segmented(path).profiles == segmented(write_arrow(tmp_path, {"x": pa.array([7, 8, 9])}, "x.parquet")).profiles
    )


def test_an_input_file_is_never_written_over(tmp_path: Path) -> None:
    path = write_arrow(tmp_path, {"avg_order_value": pa.array([5.0, 6.0])})
    before = path.read_bytes()
    loaded(path)
    with pytest.raises(InputError, match="more than a day after as_of"):
        loaded(path, date(2026, 1, 1))  # the same working folder
    assert path.read_bytes() == before


def test_nan_where_a_value_is_needed_is_a_bad_row(tmp_path: Path) -> None:
    path = write_arrow(tmp_path, {"sessions_last_30d": pa.array([2.0, NAN, None])})
    with pytest.raises(InputError, match=r"2 bad rows\nrow 2, column sessions_last_30d:.*is empty"):
        loaded(path)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pa.array([Decimal("49.90"), None], pa.decimal128(12, 2)), [49.9, None]),
        (pa.array([0.1, NAN], pa.float32()), [float(np.float32(0.1)), None]),
        (pa.array([3, None], pa.int8()), [3.0, None]),
        (pa.array(["49.90", ""]), [49.9, None]),
        (pa.array(["7", None], pa.large_string()), [7.0, None]),
    ],
)
def test_numbers_of_any_parquet_type_become_doubles(tmp_path: Path, values: pa.Array, expected: list[float]) -> None:
    found = stored(loaded(write_arrow(tmp_path, {"avg_order_value": values})))["avg_order_value"]
    assert found.dtype == np.float64
    assert [None if np.isnan(v) else v for v in found] == expected


def test_integer_ids_of_nineteen_digits_keep_every_digit(tmp_path: Path) -> None:
    ids = [1234567890123456789, 1234567890123456788]
    assert stored(loaded(write_arrow(tmp_path, {"user_id": pa.array(ids)})))["user_id"].tolist() == [
        str(i) for i in ids
    ]


@pytest.mark.parametrize(
    ("column", "values", "needs"),
    [
        ("user_id", pa.array([1.0, 2.0]), "text"),
        ("cart_abandoned_date", pa.array([20260101, 20260102]), "dates"),
        ("avg_order_value", pa.array([True, False]), "numbers"),
        ("num_cart_items", pa.array([[1], [2]]), "whole numbers"),
    ],
)
def test_a_type_that_cannot_hold_the_values_is_refused(
    tmp_path: Path, column: str, values: pa.Array, needs: str
) -> None:
    with pytest.raises(InputError, match=f"column {column} has the type .* it must hold {needs}"):
        loaded(write_arrow(tmp_path, {column: values}))


@pytest.mark.parametrize(
    "values",
    [
        pa.array([datetime(2026, 11, 20, 23, 30, tzinfo=UTC)], pa.timestamp("ns")),
        pa.array([datetime(2026, 11, 20, 23, 30, tzinfo=UTC)], pa.timestamp("us", tz="UTC")),
        pa.array([datetime(2026, 11, 20, 23, 30, tzinfo=UTC)], pa.timestamp("ms", tz="America/New_York")),
        pa.array([date(2026, 11, 20)]),
        pa.array(["2026-11-20T23:30:00Z"]),
    ],
)
def test_dates_of_any_parquet_type_become_utc_days(tmp_path: Path, values: pa.Array) -> None:
    found = stored(loaded(write_arrow(tmp_path, {"cart_abandoned_date": values})))
    assert found["cart_abandoned_date"].tolist() == [date(2026, 11, 20)]


@pytest.fixture
def zone_of_kiritimati() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Pacific/Kiritimati"  # 14 hours ahead
    time.tzset()
    yield
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


@pytest.mark.usefixtures("zone_of_kiritimati")
def test_the_zone_of_the_machine_moves_no_date(tmp_path: Path) -> None:
    late = pa.array([datetime(2026, 11, 20, 23, 30, tzinfo=UTC)], pa.timestamp("us", tz="UTC"))
    text = write_csv(tmp_path, carts("2026-11-20T23:30:00Z", column="cart_abandoned_date"))
    for path in (text, write_arrow(tmp_path, {"cart_abandoned_date": late})):
        assert stored(loaded(path))["cart_abandoned_date"].tolist() == [date(2026, 11, 20)]


def test_the_zone_of_a_fresh_process_moves_no_date(tmp_path: Path) -> None:
    late = pa.array([datetime(2026, 11, 20, 1, 30, tzinfo=UTC)], pa.timestamp("us", tz="Europe/Berlin"))
    path = write_arrow(tmp_path, {"cart_abandoned_date": late})
    code = (
        "import sys; from pathlib import Path; from cartjury.data.options import Options; import duckdb\n"
        "from cartjury.tools.load import load\n"
        "found = load(Path(sys.argv[1]), Path(sys.argv[1]).parent, Options(), None)\n"
        "print(duckdb.sql(f\"SELECT cart_abandoned_date::VARCHAR FROM '{found.path}'\").fetchall())"
    )
    env = {**os.environ, "TZ": "America/Los_Angeles"}
    done = subprocess.run([sys.executable, "-c", code, str(path)], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[('2026-11-20',)]"


def test_columns_that_another_program_wrote_without_any_value_are_empty(tmp_path: Path) -> None:
    found = loaded(write_arrow(tmp_path, {"last_order_date": pa.nulls(2), "avg_order_value": pa.nulls(2)}))

    assert stored(found)[["last_order_date", "avg_order_value"]].isna().all(axis=None)
    assert found.notices == ("last_order_date is entirely empty", "avg_order_value is entirely empty")


def test_a_required_column_without_any_value_is_bad_rows(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="row 1, column num_cart_items: is empty"):
        loaded(write_arrow(tmp_path, {"num_cart_items": pa.nulls(1)}))


def test_what_a_column_of_numbers_is_divided_by_is_told(tmp_path: Path) -> None:
    path = write_arrow(tmp_path, {"engagement_score": pa.array([62.0, 7.0])})
    found = loaded(path, scale={"engagement_score": 100})

    assert stored(found)["engagement_score"].tolist() == [0.62, 0.07]
    assert found.notices == ("engagement_score: 2 values were divided by 100",)


def test_ids_of_the_type_uuid_are_read_as_text(tmp_path: Path) -> None:
    path = write_arrow(tmp_path, {"x": pa.array([1])})
    target = tmp_path / "uuid.parquet"
    with connect(tmp_path) as connection:
        ids = "CAST('0b4e3f3c-7c3b-4e0e-9d3b-1f2a3b4c5d6e' AS UUID) AS user_id"
        connection.execute(f"COPY (SELECT * REPLACE ({ids}) FROM '{path}') TO '{target}' (FORMAT parquet)")

    assert stored(loaded(target))["user_id"].tolist() == ["0b4e3f3c-7c3b-4e0e-9d3b-1f2a3b4c5d6e"]
