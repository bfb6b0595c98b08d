"""Files of all shapes: line ends, quotes, gzip, further columns, bad luck."""

import gzip
import hashlib
import time
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from cartjury.data.contract import COLUMN_NAMES
from cartjury.data.errors import InputError
from tests.carts import (
    cart,
    carts,
    csv_text,
    loaded,
    random_carts,
    stored,
    write_arrow,
    write_csv,
    write_frame,
    write_text,
)


def test_quotes_commas_and_line_ends_inside_a_field_survive(tmp_path: Path) -> None:
    ids = ['say "hi"', "a,b", "two\nlines", "=1+1"]
    assert stored(loaded(write_csv(tmp_path, [cart(user_id=i) for i in ids])))["user_id"].tolist() == ids


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


@pytest.mark.parametrize("above", ["\n", "  \n\n", "sep=,\n", "\ufeff\n"])
def test_blank_lines_above_the_header_are_passed_over(tmp_path: Path, above: str) -> None:
    path = write_text(
        tmp_path, above + csv_text([*carts("3", "4"), cart(user_id="u3", avg_order_value="x")]) + "torn\n"
    )
    with pytest.raises(InputError, match="row 3, column avg_order_value: 'x' is not a number\nrow 4: 'torn'"):
        loaded(path)


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


def test_an_id_of_a_million_characters_is_a_bad_row_that_is_not_shown(tmp_path: Path) -> None:
    path = write_csv(tmp_path, [cart(), cart(user_id="x" * 1_000_000)])
    with pytest.raises(InputError, match="row 2, column user_id: is 1,000,000 characters long, over 256") as caught:
        loaded(path)
    assert len(str(caught.value)) < 300


def test_a_field_of_a_million_characters_that_is_not_needed_is_no_trouble(tmp_path: Path) -> None:
    path = write_csv(tmp_path, [{**cart(), "note": "x" * 1_000_000}], (*COLUMN_NAMES, "note"))
    assert loaded(path).rows == 1


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


def test_rows_keep_the_order_of_the_file(tmp_path: Path) -> None:
    frame = random_carts(30_000).sample(frac=1, random_state=3)
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

    path = tmp_path / "carts.csv"
    write_mock(path, n_users=300_000, seed=1, as_of=date(2026, 11, 23))
    found = loaded(path, memory_limit="100MB")
    assert found.rows == 300_000
    ids = stored(found)["user_id"]
    assert ids.is_monotonic_increasing  # many threads, and still the order of the file


def test_a_reference_names_source_hash_and_rows(tmp_path: Path) -> None:
    path = write_csv(tmp_path, carts("1", "2"))
    found = loaded(path)
    assert found.source == "carts.csv"
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (found.rows, found.rejected, found.notices, found.generated) == (2, 0, (), False)
