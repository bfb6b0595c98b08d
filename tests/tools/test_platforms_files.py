"""Exports as files: separators, marks, compression, Parquet; times and amounts as they are written."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartjury.data.errors import InputError
from cartjury.tools.engine.duck import connect, literal, one
from cartjury.tools.platforms.importing import import_exports
from cartjury.tools.platforms.records import Wish
from cartjury.tools.platforms.values import check
from tests.carts import write_csv
from tests.tools.platform_exports import (
    CARTFLOWS,
    CHECKOUTS,
    checkout,
    checkouts,
    flow,
    flows,
    id_of,
    imported,
    written,
)

ANN, BEN = "ann@example.com", "ben@example.com"


def read_as(field: str, text: str, folder: Path, zone: str = "UTC") -> tuple[str | None, str | None]:
    """The value that a field has with this text, as text, and what is wrong with it."""
    checked = check(field, literal(text), zone, {})
    with connect(folder) as connection:
        value, problem = one(connection, f"SELECT CAST({checked.value} AS VARCHAR), {checked.problem}")
    return value, problem


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_separator_is_told_by_the_header(tmp_path: Path, delimiter: str) -> None:
    file = written(tmp_path, "c.csv", CHECKOUTS, [checkout(1, ANN, "2026-11-20T10:00:00Z")], delimiter=delimiter)

    assert list(imported(file)[0]) == [id_of(ANN)]


def test_a_mark_at_the_start_windows_line_ends_and_lines_within_fields_do_no_harm(tmp_path: Path) -> None:
    rows = [
        checkout(1, ANN, "2026-11-20T10:00:00Z", abandoned_checkout_url="two\nlines"),
        checkout(2, BEN, "2026-11-19"),
    ]
    file = written(tmp_path, "c.csv", CHECKOUTS, rows)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))

    assert list(imported(file)[0]) == [id_of(ANN), id_of(BEN)]


def test_a_compressed_export_is_read(tmp_path: Path) -> None:
    file = checkouts(tmp_path, checkout(1, ANN, "2026-11-20T10:00:00Z"))
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(file.read_bytes()))

    assert list(imported(tmp_path / "c.csv.gz")[0]) == [id_of(ANN)]


def test_parquet_with_types_gives_the_same_carts_as_the_csv(tmp_path: Path) -> None:
    rows = [checkout(i, who, f"2026-11-2{i}T23:30:00Z", customer_id="7" * i) for i, who in enumerate((ANN, BEN))]
    csv_carts, _ = imported(checkouts(tmp_path, *rows))
    columns: dict[str, list[object]] = {c: [row.get(c) or None for row in rows] for c in CHECKOUTS}
    columns["id"] = [0, 1]
    columns["updated_at"] = [datetime(2026, 11, 20 + i, 23, 30, tzinfo=UTC) for i in range(2)]
    columns["total_line_items_price"] = [40.0, 40.0]
    columns["buyer_accepts_marketing"] = [True, True]
    pq.write_table(pa.table(columns), tmp_path / "c.parquet")

    parquet_carts, _ = imported(tmp_path / "c.parquet")

    assert parquet_carts == csv_carts
    assert len(csv_carts) == 2


def test_carts_are_written_as_parquet_by_the_name_of_the_file(tmp_path: Path) -> None:
    file = checkouts(tmp_path, checkout(1, "", "2026-11-20T10:00:00Z", customer_id="7"))

    import_exports(Wish(files=(file,), out=tmp_path / "carts.parquet"))

    (row,) = pq.read_table(tmp_path / "carts.parquet").to_pylist()
    assert (row["user_id"], row["cart_abandoned_date"].isoformat(), row["num_cart_items"]) == ("7", "2026-11-20", 1)


def test_carts_stand_in_the_order_of_the_export(tmp_path: Path) -> None:
    people = [f"p{i:03d}@example.com" for i in range(300)]
    file = flows(tmp_path, *(flow(i, who, f"2026-11-{10 + i % 9} 10:00:00") for i, who in enumerate(people)))

    assert list(imported(file)[0]) == [id_of(who) for who in people]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04 and more", "is an Excel workbook"),
        (b"\xff\xfeI\x00d\x00", "is UTF-16 or no text"),
        (b'{"id": 1}', "looks like JSON"),
        (b"Id\x00,Email", "holds NUL bytes"),
        (b"PAR1 but nothing else", "is no readable Parquet file"),
        (b"\x1f\x8b and no more", "is no readable gzip file"),
        (b"one,two\n1,2\n", "is no export that is known"),
        (b"7,ann@example.com,2026-11-20\n", "its first line is no header"),
    ],
)
def test_what_is_no_export_is_refused_with_the_reason(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "file.csv").write_bytes(content)

    with pytest.raises(InputError, match=message) as refused:
        imported(tmp_path / "file.csv")
    assert "ann@" not in str(refused.value)


def test_carts_are_sent_to_the_command_that_segments_them(tmp_path: Path) -> None:
    file = write_csv(tmp_path, []).rename(tmp_path / "mine.csv")

    with pytest.raises(InputError, match=r"holds carts already: cartjury run mine\.csv"):
        imported(file)


def test_letters_in_another_encoding_are_told_of(tmp_path: Path) -> None:
    file = flows(tmp_path, flow(1, "jos\xe9@example.com", "2026-11-20 10:00:00"))
    file.write_bytes(file.read_text(encoding="utf-8").encode("cp1252"))

    with pytest.raises(InputError, match="row 1: holds letters that are not UTF-8"):
        imported(file)


def test_a_header_with_a_column_twice_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, "c.csv", CARTFLOWS, [])
    file.write_text(file.read_text().strip() + ",Time\n")

    with pytest.raises(InputError, match="the column time occurs twice"):
        imported(file)


def test_an_event_log_is_sent_to_the_command_that_reads_it(tmp_path: Path) -> None:
    (tmp_path / "ga4.csv").write_text("event_timestamp,user_pseudo_id,session_id,event_name\n")

    with pytest.raises(InputError, match=r"cartjury import events .*ga4\.csv --preset ga4"):
        imported(tmp_path / "ga4.csv")


def test_two_exports_of_a_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cartflows.csv and c2.csv are both"):
        imported(flows(tmp_path), written(tmp_path, "c2.csv", CARTFLOWS, []))


def test_an_export_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no checkouts"):
        imported(checkouts(tmp_path))


def test_a_newest_day_that_stands_alone_is_taken_for_a_typing_error(tmp_path: Path) -> None:
    rows = [flow(i, f"p{i}@example.com", "2026-11-20 10:00:00") for i in range(1500)]

    with pytest.raises(InputError, match="newest checkout is of 2062-11-20, but only 1 of 1,501"):
        imported(flows(tmp_path, *rows, flow(9999, ANN, "2062-11-20 10:00:00")))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-02 11:10:40 +0100", "2026-11-02 10:10:40+00"),
        ("2026-11-02 11:10:40 -0330", "2026-11-02 14:40:40+00"),
        ("2026-11-02T11:10:40+01:00", "2026-11-02 10:10:40+00"),
        ("2026-11-02T11:10:40.500Z", "2026-11-02 11:10:40.5+00"),
        ("2026-11-02 11:10:40 UTC", "2026-11-02 11:10:40+00"),
        ("2026-11-02 11:10 +0100", "2026-11-02 10:10:00+00"),
        ("2026-11-02 11:10:40", "2026-11-02 10:10:40+00"),  # Berlin, winter
        ("2026-07-02 11:10:40", "2026-07-02 09:10:40+00"),  # Berlin, summer
        ("2026-11-02", "2026-11-01 23:00:00+00"),
    ],
)
def test_a_time_is_the_instant_it_states(text: str, instant: str, tmp_path: Path) -> None:
    assert read_as("created", text, tmp_path, zone="Europe/Berlin") == (instant, None)


@pytest.mark.parametrize(
    ("field", "text", "problem"),
    [
        ("created", "45998.4656", "spreadsheets number it: export it again"),
        ("created", "45998", "spreadsheets number it: export it again"),
        ("created", "11/2/2026 11:10", "may be read two ways: export it again"),
        ("created", "2.11.26", "may be read two ways: export it again"),
        ("created", "2026-02-30 10:00:00", "is no time in the form"),
        ("created", "2026-11-02 25:00:00", "is no time in the form"),
        ("total", "79,90", "is no amount in the form"),
        ("total", "$79.90", "is no amount in the form"),
        ("total", "-5.00", "is negative"),
        ("total", "nan", "is no amount in the form"),
        ("total", "1e9", "is no amount in the form"),
        ("quantity", "1.5", "is no whole number"),
        ("customer", "5.71235E+12", "has lost digits to a spreadsheet"),
        ("customer", "5,71235E+12", "has lost digits to a spreadsheet"),
        ("key", "5.71235E+12", "has lost digits to a spreadsheet"),
        ("customer", "ann@example.com", "is no id"),
        ("consent", "perhaps", "is neither yes nor no"),
        ("currency", "Euro", "is no currency code"),
    ],
)
def test_a_value_in_another_form_is_refused_and_not_guessed(
    field: str, text: str, problem: str, tmp_path: Path
) -> None:
    value, found = read_as(field, text, tmp_path)

    assert problem in str(found)
    if field not in {"customer", "key", "consent", "currency"}:
        assert value is None


@settings(max_examples=60, deadline=None)
@given(
    moment=st.datetimes(datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2090-01-01")),
    minutes=st.integers(-720, 840),
)
def test_any_time_with_an_offset_is_read_as_python_reads_it(
    moment: datetime, minutes: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    text = f"{moment:%Y-%m-%d %H:%M:%S}"
    expected = datetime.fromisoformat(f"{text}{sign}{hours:02d}:{rest:02d}").astimezone(UTC)

    value, problem = read_as("created", f"{text} {sign}{hours:02d}{rest:02d}", tmp_path_factory.getbasetemp())

    assert problem is None
    assert datetime.fromisoformat(str(value)) == expected


def test_ids_that_went_through_floating_point_numbers_are_whole_again(tmp_path: Path) -> None:
    assert read_as("customer", "5712345678901.0", tmp_path) == ("5712345678901", None)
