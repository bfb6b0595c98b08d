"""Files that other programs wrote: encodings, packing, headers, rows that are no users, and ids that suffered."""

import bz2
import gzip
import lzma
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from cartjury.data.aliases import load_aliases
from cartjury.data.contract import COLUMN_NAMES
from cartjury.data.errors import InputError
from cartjury.tools.reading.header import plain, resolve
from tests.carts import cart, carts, csv_text, loaded, stored, write_arrow, write_csv, write_text

HEADER = ",".join(COLUMN_NAMES)


def ids(folder: Path, content: str | bytes, **options: Any) -> list[str]:
    found: list[str] = stored(loaded(write_text(folder, content), **options))["user_id"].tolist()
    return found


@pytest.mark.parametrize(
    ("codec", "mark"),
    [
        ("utf-8", ""),
        ("utf-8", "\ufeff"),
        ("utf-16-le", "\ufeff"),
        ("utf-16-be", "\ufeff"),
        ("utf-16-le", ""),
        ("utf-16-be", ""),
        ("utf-32-le", "\ufeff"),
        ("cp1252", ""),
    ],
)
def test_the_encoding_is_decided_from_the_file_and_said(tmp_path: Path, codec: str, mark: str) -> None:
    path = write_text(tmp_path, (mark + csv_text([cart(user_id="K\u00f6ln 5\u20ac"), cart()])).encode(codec))
    found = loaded(path)
    assert stored(found)["user_id"].tolist() == ["K\u00f6ln 5\u20ac", "u1"]
    assert [n for n in found.notices if "read as" in n] == list(found.notices)
    assert bool(found.notices) is not codec.startswith("utf-8")
    assert [p.name for p in (tmp_path / "carts.csv.work").glob("*.csv")] == []


def test_another_encoding_is_read_where_it_is_named(tmp_path: Path) -> None:
    text = csv_text([cart(user_id="\u0142\u00f3d\u017a")]).encode("cp1250")
    assert ids(tmp_path, text, encoding="cp1250") == ["\u0142\u00f3d\u017a"]
    with pytest.raises(InputError, match="--encoding klingon: there is no such encoding"):
        ids(tmp_path, text, encoding="klingon")
    with pytest.raises(InputError, match=r"not valid utf-16.*--encoding"):
        ids(tmp_path, text + b"\n", encoding="utf-16")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_packed_files_are_known_by_their_bytes(tmp_path: Path, pack: Any) -> None:
    assert ids(tmp_path, pack(csv_text(carts("1", "2")).encode("utf-16"))) == ["u1", "u2"]
    with pytest.raises(InputError, match=r"carts\.csv is no readable"):
        ids(tmp_path, pack(csv_text(carts("1", "2")).encode())[:-9])


def test_bytes_that_are_no_text_are_named_by_their_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it holds NUL bytes, the first in line 3"):
        ids(tmp_path, csv_text(carts("1", "2\0")))


@pytest.mark.parametrize("above", ["Export of 23 November\n", "# made by a shop\n# for you\n", "Carts,,,\n\n"])
def test_a_title_above_the_header_is_an_error_that_names_the_line_of_the_header(tmp_path: Path, above: str) -> None:
    line = 1 + above.count("\n")
    with pytest.raises(InputError, match=f"the names of the columns stand in line {line}; delete what is above"):
        ids(tmp_path, above + csv_text([cart()]))


def test_a_file_without_header_is_refused_without_showing_its_row(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no header: its first line holds values") as caught:
        ids(tmp_path, csv_text([cart(user_id="somebody")]).split("\n", 1)[1])
    assert "somebody" not in str(caught.value)


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_a_file_without_header_and_commas_is_not_shown_either(tmp_path: Path, delimiter: str) -> None:
    row = delimiter.join(("ann@example.com", "2026-11-20", "4"))
    with pytest.raises(InputError, match="has no header: its first line holds values") as caught:
        loaded(write_text(tmp_path, f"{row}\n{row}\n"))
    assert "ann@example.com" not in str(caught.value)


def test_the_separator_line_of_a_spreadsheet_is_obeyed(tmp_path: Path) -> None:
    text = csv_text([cart(), cart(user_id="u2", avg_order_value="x")]).replace(",", ";")
    with pytest.raises(InputError, match="row 2, column avg_order_value: 'x'"):
        ids(tmp_path, "sep=;\r\n" + text.replace("\n", "\r\n"))


def test_headers_are_known_by_other_names_whatever_their_case_and_spaces() -> None:
    found = [" User ID ", "CART-ABANDONED-DATE", "last\u00a0order\u00a0date", "AOV", "Sessions (30d)", "Items in Cart"]
    header = resolve("carts.csv", [*found, "\ufeffEngagement", "Profitability", "email"], {})
    assert header.names == [*COLUMN_NAMES, "email"]
    (notice,) = header.notices
    assert "'AOV' as avg_order_value" in notice
    assert "email" not in notice


def test_an_exact_name_comes_before_all_others_and_the_others_are_told() -> None:
    header = resolve("carts.csv", [*COLUMN_NAMES, "User ID", "AOV"], {})
    assert header.names == [*COLUMN_NAMES, "User ID", "AOV"]
    assert header.notices == ("the column 'User ID' was left aside: another one is read in its place",)


def test_two_possible_columns_are_an_error_that_names_the_option() -> None:
    found = ["User ID", *COLUMN_NAMES[1:], "customer_id"]
    with pytest.raises(InputError, match="user_id could be 'User ID' or 'customer_id'; say which, for example --map"):
        resolve("carts.csv", found, {})
    assert resolve("carts.csv", found, {"user_id": "customer_id"}).names.index("user_id") == 8


def test_map_names_a_column_even_beside_one_of_the_exact_name(tmp_path: Path) -> None:
    path = write_csv(tmp_path, [{**cart(), "AOV (USD)": "7"}], (*COLUMN_NAMES, "AOV (USD)"))
    assert stored(loaded(path, map=["avg_order_value=AOV (USD)"]))["avg_order_value"].tolist() == [7]
    assert stored(loaded(path))["avg_order_value"].tolist() == [49.9]


def test_a_column_that_map_gives_to_another_is_not_read_twice(tmp_path: Path) -> None:
    path = write_csv(tmp_path, carts("7"))
    reason = "--map reads the column engagement_score as avg_order_value; say which one is engagement_score: --map eng"
    with pytest.raises(InputError, match=reason):
        loaded(path, map=["avg_order_value=engagement_score"])


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"avg_order_value": "price"}, "the column 'price' that --map names is not there"),
        ({"avg_order": "x"}, "the contract has no column avg_order, did you mean avg_order_value"),
        ({"user_id": "last_order_date", "last_order_date": "last_order_date"}, "two meanings"),
    ],
)
def test_a_map_that_cannot_be_followed_is_refused(wish: dict[str, str], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        resolve("carts.csv", COLUMN_NAMES, wish)


def test_no_alias_means_two_columns() -> None:
    words = [plain(w) for column, others in load_aliases().columns.items() for w in (column, *others)]
    assert len(words) == len(set(words))
    assert list(load_aliases().columns) == list(COLUMN_NAMES)


def test_the_headers_of_parquet_are_known_by_other_names_too(tmp_path: Path) -> None:
    path = write_arrow(tmp_path, {"avg_order_value": pa.array([5.0, 6.0]), "email": pa.array(["a", "b"])})
    table = pa.parquet.read_table(path)
    pa.parquet.write_table(
        table.rename_columns(["AOV" if c == "avg_order_value" else c for c in table.column_names]), path
    )
    found = loaded(path)
    assert stored(found)["avg_order_value"].tolist() == [5, 6]
    assert "email" not in stored(found)


def test_rows_without_any_value_are_left_out_and_counted(tmp_path: Path) -> None:
    text = csv_text(carts("1", "2")) + ",,,,,,,\n ,,,,,,,\n" + csv_text([cart(user_id="u9")]).split("\n", 1)[1]
    found = loaded(write_text(tmp_path, text))
    assert stored(found)["user_id"].tolist() == ["u1", "u2", "u9"]
    assert (found.rows, found.rejected, found.notices) == (3, 0, ("2 rows without any value left out",))


@pytest.mark.parametrize("word", ["Total", "Grand total:", "SUMME", "Gesamtergebnis"])
def test_a_line_of_totals_is_left_out_and_counted(tmp_path: Path, word: str) -> None:
    found = loaded(write_text(tmp_path, csv_text(carts("1", "2")) + f"{word},,,3,6,4,,\n"))
    assert stored(found)["user_id"].tolist() == ["u1", "u2"]
    assert found.notices == ("1 row of totals left out",)


def test_a_user_who_is_called_total_is_a_user(tmp_path: Path) -> None:
    assert ids(tmp_path, csv_text([cart(user_id="Total"), cart()])) == ["Total", "u1"]


def test_ids_that_a_spreadsheet_rounded_are_bad_rows(tmp_path: Path) -> None:
    rows = [cart(user_id=i) for i in ("1.51592E+18", "1,5E+11", "1e5", "E+18", "a1.5E+18")]
    with pytest.raises(InputError, match=r"2 bad rows\nrow 1, .*'1.51592E\+18' is a number that a spreadsheet rounded"):
        loaded(write_csv(tmp_path, rows))


@pytest.mark.parametrize(
    ("odd", "what"),
    [
        ("1-Mar", "look like dates that a spreadsheet made of them"),
        ("Mar-26", "look like dates"),
        ("123.0", "end in .0"),
        ("#NAME?", "are error values of a spreadsheet"),
        ("a\u200bb", "hold invisible characters"),
        ("\u202eevil", "hold invisible characters"),
        ("\u201cu1\u201d", "hold curly quotes"),
    ],
)
def test_odd_ids_are_kept_and_told(tmp_path: Path, odd: str, what: str) -> None:
    found = loaded(write_csv(tmp_path, [cart(user_id=odd), cart(user_id="1-2"), cart(user_id="a-b"), cart()]))
    assert stored(found)["user_id"].tolist() == [odd, "1-2", "a-b", "u1"]
    assert [n for n in found.notices if what in n and "1 id" in n] == list(found.notices)
    assert found.notices


def test_ids_that_differ_only_in_how_accents_are_encoded_are_told(tmp_path: Path) -> None:
    found = loaded(write_csv(tmp_path, [cart(user_id="caf\u00e9"), cart(user_id="cafe\u0301"), cart(user_id="cafe")]))
    assert found.rows == 3
    assert found.notices == ("user_id: once two ids differ only in how accents are encoded (NFC and NFD)",)


def test_empty_columns_empty_carts_and_a_single_user_are_told(tmp_path: Path) -> None:
    found = loaded(write_csv(tmp_path, [cart(avg_order_value="", num_cart_items="0")]))
    assert [n.split(":")[0] for n in found.notices] == [
        "avg_order_value is entirely empty",
        "1 cart has 0 items",
        "there is only one user",
    ]


def test_parquet_that_stands_as_it_is_is_told_of_like_any_file(tmp_path: Path) -> None:
    path = write_arrow(tmp_path, {"user_id": pa.array(["123.0", "caf\u00e9"]), "num_cart_items": pa.array([0, 1])})
    notices = loaded(path).notices
    assert ["0 items" in n or ".0" in n for n in notices] == [True, True]


def test_a_wide_file_with_bad_rows_is_fast(tmp_path: Path) -> None:
    further = [f"x{i}" for i in range(2000)]
    rows = [{**c, **dict.fromkeys(further, "1")} for c in carts("3", "abc")]
    path = write_csv(tmp_path, rows, (*further, *COLUMN_NAMES))
    started = time.process_time()
    with pytest.raises(InputError, match="row 2, column avg_order_value: 'abc'"):
        loaded(path)
    assert time.process_time() - started < 5


@pytest.mark.parametrize("length", [17_000_000, 70_000_000])
def test_a_line_that_is_longer_than_what_is_read_at_once_is_refused_rather_than_lost(
    tmp_path: Path, length: int
) -> None:
    text = csv_text(carts("1", "2")).encode() + b"x" * length + b",2026-11-20,,1,1,1,0.5,0.5\n"
    with pytest.raises(InputError, match=r"a line of more than 16 MB, from byte 2[0-9]{2} on"):
        ids(tmp_path, text, on_bad_rows="quarantine")
