"""What a file is, and what its header must hold."""

import gzip
from pathlib import Path

import pytest

from cartjury.data.contract import COLUMN_NAMES
from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.tools.engine.duck import connect
from cartjury.tools.source import Source, check_header, open_source
from tests.carts import cart, csv_text, loaded, stored, write_csv, write_text

HEADER = ",".join(COLUMN_NAMES)
ROW = ",".join(cart().values())


def opened(path: Path) -> Source:
    with connect(path.parent) as connection:
        return open_source(path, connection, path.parent, Options())


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04rest", "an Excel workbook or a zip archive"),
        (b'{"user_id": 1}', "JSON"),
        (b"<html>", "HTML"),
        (b"user_id,a\x00b", "NUL bytes, the first in line 1"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\x28\xb5\x2f\xfd1234", "compressed with zstd"),
        (b'{"user_id": 1}\n{"user_id": 2}\n', "looks like JSON lines"),
        (b'[{"user_id": 1}]', "looks like JSON,"),
        (b"PAR1 and then nothing", "no readable Parquet file"),
        (b"\x1f\x8b and then nothing", "no readable gzip file"),
        (gzip.compress(b'{"user_id": 1}'), "JSON"),
        (b"", "is empty"),
    ],
)
def test_a_file_of_another_kind_is_told_by_its_first_bytes(tmp_path: Path, content: bytes, what: str) -> None:
    with pytest.raises(InputError, match=rf"carts\.csv.* {what}"):
        opened(write_text(tmp_path, content))


def test_a_file_that_is_not_there_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path / "none.csv", "there is no file"),
        (tmp_path, r"holds no file that ends in \.parquet"),
    ):
        with pytest.raises(InputError, match=said):
            opened(path)


def test_missing_columns_are_named_with_what_was_found_and_the_nearest_name() -> None:
    header = [*COLUMN_NAMES[:-2], "Engagement_Score", "profit"]
    with pytest.raises(InputError) as caught:
        check_header("carts.csv", header)
    lines = str(caught.value).splitlines()
    assert lines[0] == "carts.csv: missing columns engagement_score, profitability_score"
    assert lines[1].startswith("found: user_id, ")
    assert lines[2] == "engagement_score: did you mean 'Engagement_Score'?"
    assert lines[3].startswith("--map says which column is meant")


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_the_one_by_which_the_header_names_the_columns(tmp_path: Path, delimiter: str) -> None:
    source = opened(write_text(tmp_path, csv_text([cart()]).replace(",", delimiter)))
    assert source.types == dict.fromkeys(COLUMN_NAMES, "VARCHAR")
    assert source.notices == (f"the fields are separated by {'tab' if delimiter == chr(9) else delimiter!r}",)


def test_an_unusual_delimiter_has_to_be_named(tmp_path: Path) -> None:
    path = write_text(tmp_path, csv_text([cart()]).replace(",", "^"))
    with pytest.raises(InputError, match="not separated by commas; --delimiter names"):
        opened(path)
    assert loaded(path, delimiter="^").rows == 1


def test_of_a_wide_header_only_twenty_columns_are_shown() -> None:
    with pytest.raises(InputError, match=r"x19 and 1,?980 more") as caught:
        check_header("carts.csv", [f"x{i}" for i in range(2000)])
    assert "x20" not in str(caught.value)


def test_a_column_of_the_contract_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the column engagement_score occurs twice"):
        opened(write_text(tmp_path, f"{HEADER},engagement_score\n{ROW},0.9\n"))


@pytest.mark.parametrize("further", ["x,x", "x,X", ",", "x#10,x,x", "User_ID,AVG_ORDER_VALUE", "column 9,"])
def test_further_columns_that_cannot_be_told_apart_do_no_harm(tmp_path: Path, further: str) -> None:
    found = stored(loaded(write_text(tmp_path, f"{HEADER},{further}\n{ROW},7,8{',9' * (further.count(',') - 1)}\n")))
    assert found.loc[0, ["user_id", "avg_order_value", "profitability_score"]].tolist() == ["u1", 49.9, 0.41]


def test_columns_may_stand_in_any_order_and_be_quoted(tmp_path: Path) -> None:
    columns = tuple(reversed(COLUMN_NAMES))
    text = csv_text([cart()], columns).replace(",".join(columns), ",".join(f'"{c}"' for c in columns))
    assert opened(write_text(tmp_path, text)).types == dict.fromkeys(columns, "VARCHAR")
    assert stored(loaded(tmp_path / "carts.csv")).loc[0, ["user_id", "avg_order_value"]].tolist() == ["u1", 49.9]


def test_names_with_quotes_and_line_ends_are_names(tmp_path: Path) -> None:
    columns = (*COLUMN_NAMES, "it's", 'a "b"', "two\nlines")
    path = write_csv(tmp_path, [{**cart(), **dict.fromkeys(columns[8:], "x")}], columns)
    assert tuple(opened(path).types) == columns
    assert stored(loaded(path, keep_columns=columns[8:])).loc[0, list(columns[8:])].tolist() == ["x"] * 3


def test_a_file_name_may_hold_quotes(tmp_path: Path) -> None:
    path = write_text(tmp_path, csv_text([cart()]), 'it\'s "mine" [1]*.csv')
    assert loaded(path).rows == 1


@pytest.mark.parametrize(
    ("header", "command"),
    [
        (
            "Name,Email,Financial Status,Paid at,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price",
            "--orders",
        ),
        (
            "event_time,event_type,product_id,price,user_id,user_session",
            "cartjury import events carts.csv --preset rees46",
        ),
        ("timestamp,visitorid,event,itemid,transactionid", "cartjury import events carts.csv --preset retailrocket"),
    ],
)
def test_an_export_or_a_log_is_answered_by_the_command_that_reads_it(tmp_path: Path, header: str, command: str) -> None:
    with pytest.raises(InputError, match=r"carts\.csv holds no carts") as refused:
        opened(write_text(tmp_path, f"{header}\n{',' * header.count(',')}\n"))

    assert command in str(refused.value)
