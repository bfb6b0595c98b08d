"""Values become what the contract says, or their row is bad; the engine never guesses."""

import gzip
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cartjury.data.contract import COLUMN_NAMES
from cartjury.data.errors import InputError
from tests.carts import (
    cart,
    carts,
    csv_text,
    loaded,
    rejected,
    segmented,
    stored,
    write_arrow,
    write_csv,
    write_frame,
    write_text,
)
from tests.carts import random_carts as made_up

NAN = float("nan")
SHARED = Path("/work/shared/data/nasty")


def reasons(path: Path, column: str) -> dict[str, str]:
    """What a quarantine says of each bad value of a column; `'` stands before what a spreadsheet would run."""
    loaded(path, on_bad_rows="quarantine")
    return {r["values"].removeprefix("'"): r["reasons"].removeprefix(f"{column} ") for r in rejected(path)}


def test_a_text_becomes_the_number_that_python_reads(tmp_path: Path) -> None:
    texts = ["49.90", "1e5", " 12", "+5", ".5", "1e-320", "1e12", "0.30000000000000004", "84.369999999999997"]
    found = stored(loaded(write_csv(tmp_path, carts(*texts))))["avg_order_value"]
    assert found.tolist() == [float(text) for text in texts]


def test_what_is_no_number_is_a_bad_row(tmp_path: Path) -> None:
    texts = ["abc", "1_000", "0x10", "nan", "NaN", "1,5", "1.000,5", "12 EUR", "$3", "--1", "1 2", "\u0661", "NULL"]
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
        ("sessions_last_30d", "9007199254740993", "is not a whole number"),  # a double would make it ...992
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
    texts += ["2026-11-20T10:15:00+02:00", "2026-11-20T25:00", "2026-11-20T10:60", "1795219500", "46344.5417", "today"]
    texts += ["epoch", "infinity", "0000-00-00", "NA"]
    path = write_csv(tmp_path, carts("2026-11-20", *texts, column=column))
    assert reasons(path, column) == dict.fromkeys(texts, "is not a date in the form 2026-11-23")


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


def test_quotes_commas_and_line_ends_inside_a_field_survive(tmp_path: Path) -> None:
    ids = ['say "hi"', "a,b", "two\nlines", "=1+1"]
    assert stored(loaded(write_csv(tmp_path, [cart(user_id=i) for i in ids])))["user_id"].tolist() == ids


def test_one_bad_number_late_in_the_file_does_not_make_its_column_text(tmp_path: Path) -> None:
    frame = made_up(5000).astype({"avg_order_value": object})
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


@pytest.mark.parametrize(("end", "mark"), [("\n", "\ufeff"), ("\r\n", "\ufeff"), ("\r\n", ""), ("\r", "")])
def test_line_ends_a_byte_order_mark_and_a_missing_last_line_end_change_nothing(
    tmp_path: Path, end: str, mark: str
) -> None:
    text = mark + csv_text(carts("3", "4")).rstrip("\n").replace("\n", end)
    found = stored(loaded(write_text(tmp_path, text)))
    assert found["avg_order_value"].tolist() == [3, 4]
    assert found["user_id"].tolist() == ["u1", "u2"]
    assert found["profitability_score"].tolist() == [0.41, 0.41]


def test_mixed_line_ends_are_refused_rather_than_glued_together(tmp_path: Path) -> None:
    lines = csv_text(carts("3", "4", "5")).splitlines()
    text = lines[0] + "\r\n" + lines[1] + "\n" + lines[2] + "\r\n" + lines[3] + "\n"
    with pytest.raises(InputError, match="lines end in different ways"):
        loaded(write_text(tmp_path, text))


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    text = csv_text(carts("3", "4")).replace("\nu", "\n\nu") + "\n\n"
    assert stored(loaded(write_text(tmp_path, text)))["avg_order_value"].tolist() == [3, 4]


@pytest.mark.parametrize("name", ["carts.csv.gz", "carts.csv"])
def test_gzip_is_known_by_its_bytes_not_by_its_name(tmp_path: Path, name: str) -> None:
    packed = gzip.compress(csv_text(carts("3", "4")).encode())
    assert stored(loaded(write_text(tmp_path, packed, name)))["avg_order_value"].tolist() == [3, 4]


def test_a_truncated_gzip_file_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress(csv_text(carts(*map(str, range(2000)))).encode())
    with pytest.raises(InputError, match=r"carts\.csv\.gz"):
        loaded(write_text(tmp_path, packed[: len(packed) // 2], "carts.csv.gz"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "is empty"), (",".join(COLUMN_NAMES), "no rows below"), (",".join(COLUMN_NAMES) + "\n", "no rows below")],
)
def test_a_file_without_rows_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        loaded(write_text(tmp_path, text))


def test_a_field_of_a_million_characters_is_no_trouble(tmp_path: Path) -> None:
    assert stored(loaded(write_csv(tmp_path, [cart(user_id="x" * 1_000_000)])))["user_id"].str.len().tolist() == [
        1_000_000
    ]


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


@pytest.mark.parametrize("reader", ["keep_columns", "filter", "dimensions"])
@pytest.mark.parametrize("source", ["csv", "parquet"])
def test_a_column_that_is_not_there_is_named(tmp_path: Path, reader: str, source: str) -> None:
    wish = {
        "keep_columns": ["city"],
        "filter": [{"column": "city", "op": "=", "value": "Bonn"}],
        "dimensions": [{"name": "City", "column": "city", "quantiles": [0.5]}],
    }[reader]
    path = write_csv(tmp_path, [cart()]) if source == "csv" else write_arrow(tmp_path, {"x": pa.array([1])})
    with pytest.raises(InputError, match="there is no column city for"):
        loaded(path, **{reader: wish})


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


def test_rows_keep_the_order_of_the_file(tmp_path: Path) -> None:
    frame = made_up(30_000).sample(frac=1, random_state=3)
    assert stored(loaded(write_frame(tmp_path, frame)))["user_id"].tolist() == frame["user_id"].tolist()


def test_further_columns_are_ignored_unless_they_are_asked_for(tmp_path: Path) -> None:
    columns = (*COLUMN_NAMES, "email", "city")
    path = write_csv(tmp_path, [{**cart(), "email": "a@b.c", "city": "Köln"}], columns)
    assert not {"email", "city"} & set(stored(loaded(path)))
    kept = stored(loaded(path, keep_columns=["city"]))
    assert kept["city"].tolist() == ["Köln"]
    assert "email" not in kept


def test_two_thousand_further_columns_cost_nothing(tmp_path: Path) -> None:
    further = [f"x{i}" for i in range(2000)]
    path = write_csv(
        tmp_path, [{**c, **dict.fromkeys(further, "1")} for c in carts("3", "4")], (*further, *COLUMN_NAMES)
    )
    started = time.process_time()
    assert stored(loaded(path))["avg_order_value"].tolist() == [3, 4]
    assert time.process_time() - started < 3


def test_a_further_column_of_a_dimension_is_checked_like_the_others(tmp_path: Path) -> None:
    columns = (*COLUMN_NAMES, "points")
    points = [{"name": "Points", "column": "points", "quantiles": [0.5]}]
    good = [{**c, "points": p} for c, p in zip(carts("1", "2", "3"), ("-7.5", "", "1e3"), strict=True)]
    found = stored(loaded(write_csv(tmp_path, good, columns), dimensions=points))
    assert found["points"].tolist()[::2] == [-7.5, 1000]
    assert found["points"].isna().tolist() == [False, True, False]
    with pytest.raises(InputError, match="row 1, column points: 'many' is not a number"):
        loaded(write_csv(tmp_path, [{**cart(), "points": "many"}], columns), dimensions=points)


def test_a_small_memory_limit_is_enough_for_300_000_rows(tmp_path: Path) -> None:
    from cartjury.tools.generate import write_mock

    path = tmp_path / "carts.parquet"
    write_mock(path, n_users=300_000, seed=1, as_of=date(2026, 11, 23))
    assert loaded(path, memory_limit="100MB").rows == 300_000


def test_a_reference_names_source_hash_and_rows(tmp_path: Path) -> None:
    import hashlib

    path = write_csv(tmp_path, carts("1", "2"))
    found = loaded(path)
    assert found.source == "carts.csv"
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (found.rows, found.rejected, found.notices, found.generated) == (2, 0, (), False)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the broken files are not on this machine")
def test_a_broken_file_is_read_or_refused_but_never_a_crash(tmp_path: Path) -> None:
    expected = {
        "00_clean_control.csv": 6,
        "13_quoted_newlines.csv": 6,
        "42_invalid_dates.csv": 1,
        "14_empty_file.csv": 0,
    }
    expected |= {"60_three_thousand_users.csv": 3000, "57_many_bad_rows.csv": 200, "53_xlsx_named_csv.csv": 0}
    found = {}
    for path in sorted(SHARED.glob("*.csv")):
        copy = tmp_path / path.name
        copy.write_bytes(path.read_bytes())
        with suppress(InputError):
            found[path.name] = loaded(copy, on_bad_rows="quarantine").rows
    assert {name: found.get(name, 0) for name in expected} == expected


def test_days_are_counted_over_the_whole_calendar(tmp_path: Path) -> None:
    first = date(2026, 1, 1)
    days = [str(first + timedelta(days=i)) for i in range(365)]
    found = stored(loaded(write_csv(tmp_path, carts(*days, column="cart_abandoned_date"))))
    assert [str(d) for d in found["cart_abandoned_date"]] == days
