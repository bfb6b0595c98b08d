"""Logs as shops have them: other times, ids, separators, parts, presets; what cannot be read is said, never guessed."""

import csv
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cartjury.data.errors import InputError
from cartjury.data.event_presets import CUSTOM, presets
from tests.carts import SAMPLES, write_text
from tests.tools.event_logs import HEADER, carts_of, imported, rees46

CART = "20 10:00:00,cart,A,10,u,s"
FORMATS = SAMPLES / "open" / "formats" / "formats.json"
PLAIN = ("user=user", "time=time", "event=event")
NAMES = ("view=view", "cart=cart", "purchase=purchase")


def refusal(log: Path | str, **wishes: Any) -> str:
    with pytest.raises(InputError) as caught:
        imported(log, **wishes)
    return str(caught.value)


def custom(folder: Path, *times: str, written: str) -> dict[str, str]:
    """The day of each user's cart, the times of the carts being written so."""
    rows = [f'u{i},"{time}",cart' for i, time in enumerate(times)]
    log = write_text(folder, "\n".join(["user,time,event", *rows]), "log.csv")
    columns = ["user=user", f"time=time:{written}", "event=event"]
    found = carts_of(log, preset=CUSTOM, columns=columns, events=NAMES, as_of="2026-12-01")
    return {user: str(row["cart_abandoned_date"]) for user, row in found.items()}


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("iso", "2026-11-20 23:30:00"),
        ("iso", "2026-11-20T23:30Z"),
        ("iso", "2026-11-20 23:30:00 UTC"),
        ("iso", "2026-11-21T01:30:00.250+02:00"),
        ("iso", "2026-11-20T18:30:00-0500"),
        ("iso", "2026-11-21 05:00:00 +05:30"),
        ("epoch_s", "1795217400"),
        ("epoch_s", "1795217400.75"),
        ("epoch_ms", "1795217400123"),
        ("epoch_us", "1795217400123456"),
        ("%d.%m.%Y %H:%M", "20.11.2026 23:30"),
        ("date", "2026-11-20"),
    ],
)
def test_a_time_counts_in_utc_however_it_is_written(tmp_path: Path, written: str, time: str) -> None:
    assert custom(tmp_path, time, written=written) == {"u0": "2026-11-20"}


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("iso", "20.11.2026 10:00"),
        ("iso", "2026-02-30 10:00:00"),
        ("iso", "2026-11-20"),
        ("iso", "1795217400"),
        ("epoch_s", "1795217400123"),
        ("epoch_ms", "1795217400"),
        ("epoch_ms", "2026-11-20 10:00:00"),
        ("%d.%m.%Y %H:%M", "11/20/2026 10:00"),
    ],
)
def test_a_time_that_is_written_otherwise_is_a_bad_row(tmp_path: Path, written: str, time: str) -> None:
    with pytest.raises(InputError, match=rf"row 1, column time: '{time}' is no time between 1990 and 2100"):
        custom(tmp_path, time, written=written)


def test_times_without_a_zone_are_read_as_utc_and_this_is_said(tmp_path: Path) -> None:
    said = "times without a zone were read as UTC"
    zoned = write_text(tmp_path, ",".join(HEADER) + "\n2026-11-20T10:00:00+02:00,cart,A,1,u,s\n", "zoned.csv")

    assert said in imported(rees46(tmp_path, CART)).notices
    assert said not in imported(zoned).notices


def test_a_bad_row_stops_the_import_with_row_column_and_value(tmp_path: Path) -> None:
    log = rees46(tmp_path, CART, "20 10:00:00,cart,A,ten,u,s", "20 10:00:00,cart,A,-1,,s", "20 10:00:00,cart")

    said = refusal(log)

    assert "log.csv: 3 bad rows" in said
    assert "row 2, column price: 'ten' is not a number" in said
    assert "row 3, column user_id: is empty" in said
    assert "row 3, column price: '-1' is negative" in said
    assert "row 4: has too few columns: product_id is missing" in said
    assert [p.name for p in tmp_path.iterdir()] == ["log.csv"]


def test_only_the_first_twenty_faults_are_listed(tmp_path: Path) -> None:
    said = refusal(rees46(tmp_path, *["20 10:00:00,cart,A,1,,s"] * 30))

    assert said.count("is empty") == 20
    assert "and 10 more" in said


def test_quarantine_writes_bad_rows_beside_the_carts_and_goes_on(tmp_path: Path) -> None:
    log = rees46(tmp_path, "20 10:00:00,cart,A,ten,a,s", CART, "", "20 10:00:00", "20 10:00:00,cart,A,1, b,s")

    record = imported(log, on_bad_rows="quarantine")
    with (tmp_path / "carts.parquet.rejected_rows.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert (record.rows.read, record.rows.bad, record.kept) == (5, 4, 1)
    assert [(r["file"], r["row"], r["columns"], r["values"]) for r in rows] == [
        ("log.csv", "1", "price", "ten"),
        ("log.csv", "3", "the line", ""),
        ("log.csv", "4", "the line", ""),
        ("log.csv", "5", "user_id", " b"),
    ]


def test_a_line_that_is_torn_is_not_shown_because_of_what_it_may_hold(tmp_path: Path) -> None:
    log = rees46(tmp_path, CART, "20 10:00:00,cart,A,ann@example.com")

    assert "ann@example.com" not in refusal(log)
    imported(log, on_bad_rows="quarantine")
    assert "ann@example.com" not in (tmp_path / "carts.parquet.rejected_rows.csv").read_text()


@pytest.mark.parametrize("on_bad_rows", ["fail", "quarantine"])
def test_a_quote_that_is_never_closed_stops_the_import_because_of_the_rows_it_swallows(
    tmp_path: Path, on_bad_rows: str
) -> None:
    log = rees46(tmp_path, CART, '20 10:00:00,cart,"A,1,u,s', *[CART] * 5)

    assert "a quote that is opened in row 2 is not closed" in refusal(log, on_bad_rows=on_bad_rows)
    assert [p.name for p in tmp_path.iterdir()] == ["log.csv"]


def test_a_quote_inside_a_line_that_closes_it_is_one_bad_row(tmp_path: Path) -> None:
    log = rees46(tmp_path, '20 10:00:00,cart,"A"B"C",1,u,s', CART)

    assert "row 1: has a quote that does not end its field" in refusal(log)
    assert imported(log, on_bad_rows="quarantine").rows.bad == 1


def test_blank_lines_are_not_counted_as_rows(tmp_path: Path) -> None:
    text = ",".join(HEADER) + "\n\n2026-11-20 10:00:00,cart,A,1,u,s\n\n\n2026-11-20 10:00:00,cart\n"

    assert "row 2: has too few columns" in refusal(write_text(tmp_path, text, "log.csv"))


def test_times_in_another_form_come_with_the_option_that_says_it(tmp_path: Path) -> None:
    assert "said by --map 'time=event_time:...': iso, date, epoch_s" in refusal(rees46(tmp_path, "20,cart,A,1,u,s"))
    assert "--map" not in refusal(rees46(tmp_path, "20 10:00:00,cart,A,-1,u,s"))


def test_decimal_commas_come_with_the_option_that_reads_them(tmp_path: Path) -> None:
    log = rees46(tmp_path, '20 10:00:00,cart,A,"1.234,50",u,s')
    assert "--map 'price=price:comma' reads numbers such as 1.234,50" in refusal(log)
    assert carts_of(log, columns=["price=price:comma"])["u"]["cart_value"] == 1234.5


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_log_without_header_is_refused_without_showing_its_row(tmp_path: Path, delimiter: str) -> None:
    rows = [delimiter.join(("ann@example.com", "2026-11-20", "cart"))] * 2
    said = refusal(write_text(tmp_path, "\n".join(rows) + "\n", "log.csv"))
    assert "header" in said
    assert "ann@example.com" not in said


def test_an_optional_column_of_parquet_in_which_nothing_stands_counts_as_empty(tmp_path: Path) -> None:
    rows = {"user_id": ["u"], "event_time": ["2026-11-20 10:00:00"], "event_type": ["cart"], "product_id": ["A"]}
    log = tmp_path / "log.parquet"
    pq.write_table(pa.table(rows | {"price": pa.nulls(1), "user_session": pa.nulls(1)}), log)

    assert carts_of(log)["u"]["num_cart_items"] == 1


def test_a_line_longer_than_the_engine_reads_is_refused_instead_of_passed_over(tmp_path: Path) -> None:
    log = rees46(tmp_path, CART, "20 10:00:00,cart,A,1,v," + "x" * 35_000_000, CART)

    assert "log.csv has a line of more than 16 MB" in refusal(log, on_bad_rows="quarantine")


def test_ids_keep_their_nineteen_digits(tmp_path: Path) -> None:
    ids = ["9007199254740993001", "9007199254740993002"]
    log = rees46(tmp_path, *(f"20 10:00:00,cart,A,10,{i},s" for i in ids))

    assert list(carts_of(log)) == ids


@pytest.mark.parametrize("value", ["9.00720E+18", "1,5E+3"])
def test_an_id_that_a_spreadsheet_shortened_is_a_bad_row(tmp_path: Path, value: str) -> None:
    assert "has lost digits" in refusal(rees46(tmp_path, f'20 10:00:00,cart,A,10,"{value}",s'))


@pytest.mark.parametrize("name", ["Cart", " CART ", "cart"])
def test_event_names_are_known_in_any_case(tmp_path: Path, name: str) -> None:
    assert imported(rees46(tmp_path, f"20 10:00:00,{name},A,10,u,s")).kept == 1


def test_unknown_events_are_ignored_and_the_ten_most_frequent_named(tmp_path: Path) -> None:
    rows = [f"20 10:00:{i:02},odd{n},A,1,u,s" for n in range(12) for i in range(20 - n)]

    record = imported(rees46(tmp_path, CART, *rows))

    assert record.rows.unknown_event == len(rows)
    assert list(record.unknown_events.items())[:2] == [("odd0", 20), ("odd1", 19)]
    assert len(record.unknown_events) == 10
    assert any("odd0 (20)" in notice for notice in record.notices)


def test_event_names_can_be_added_and_a_star_stands_for_all_others(tmp_path: Path) -> None:
    log = rees46(tmp_path, "20 10:00:00,basket,A,1,u,s", "20 11:00:00,odd,A,1,u,s2")

    record = imported(log, events=["cart=Basket,trolley", "view=*"])

    assert (record.kept, record.rows.unknown_event) == (1, 0)


def test_prices_may_be_missing_but_not_senseless(tmp_path: Path) -> None:
    empty = "".join(f"2026-11-20 10:00:0{i},cart,A,{word},u,s\n" for i, word in enumerate(("", "null", "NaN")))
    log = write_text(tmp_path, ",".join(HEADER) + "\n" + empty, "log.csv")

    assert carts_of(log)["u"]["cart_value"] is None
    for price in ("inf", "1e13", "1_000", "$5"):
        assert "column price" in refusal(rees46(tmp_path, f"20 10:00:00,cart,A,{price},u,s"))


def test_prices_with_a_decimal_comma_are_read_where_this_is_said(tmp_path: Path) -> None:
    text = ";".join(HEADER) + "\n2026-11-20 10:00:00;cart;A;1.234,50;u;s\n"
    log = write_text(tmp_path, text, "log.csv")

    assert carts_of(log, delimiter=";", columns=["price=price:comma"])["u"]["cart_value"] == 1234.5
    assert "'1.234,50' is not a number" in refusal(log, delimiter=";")
    point = write_text(tmp_path, text.replace("1.234,50", "19.90"), "point.csv")
    assert "'19.90' is not a number" in refusal(point, delimiter=";", columns=["price=price:comma"])


def test_another_separator_is_named_by_the_error_and_taken_when_it_is_said(tmp_path: Path) -> None:
    text = "\ufeff" + ";".join(HEADER) + "\n2026-11-20 10:00:00;cart;A;1.5;u;s\n"
    log = write_text(tmp_path, text, "log.csv")

    assert "say --delimiter ';'" in refusal(log)
    assert imported(log, delimiter=";").kept == 1


def test_the_columns_may_stand_in_any_order_and_case_and_others_are_not_read(tmp_path: Path) -> None:
    header = ("EMAIL", "User_Session", "user_id", "price", "event_type", "product_id", "event_time", "email")
    log = write_text(tmp_path, f"{','.join(header)}\nx@y.example,s,u,1,cart,A,2026-11-20 10:00:00,z\n", "log.csv")

    record = imported(log)

    assert record.sources[0].roles["session"] == "User_Session"
    assert "example" not in (tmp_path / "carts.parquet.import.json").read_text()


def test_a_column_that_is_there_twice_is_an_error(tmp_path: Path) -> None:
    assert "the column price occurs twice" in refusal(rees46(tmp_path, CART + ",1", header=(*HEADER, "price")))


@pytest.mark.parametrize("preset", [name for name in presets() if name != CUSTOM])
def test_a_header_of_another_preset_is_recognised(tmp_path: Path, preset: str) -> None:
    columns = presets()[preset].columns
    log = write_text(tmp_path, ",".join(columns[role][0] for role in ("user", "time", "event")) + "\n", "log.csv")
    other = "retailrocket" if preset != "retailrocket" else "rees46"

    assert f"this header fits --preset {preset}" in refusal(log, preset=other)


def test_a_log_without_cart_events_says_so(tmp_path: Path) -> None:
    orders = rees46(tmp_path, "20 10:00:00,purchase,A,10,u,s", "20 10:00:00,purchase,B,10,u,s")
    baskets = write_text(tmp_path, "customer,date,basket\n1,2026-11-20,5\n", "baskets.csv")

    assert "holds no cart events, so nobody can be seen to abandon a cart" in refusal(orders)
    assert "purchase (2)" in refusal(orders)
    assert "such as an order history or grocery baskets, cannot tell who abandoned a cart" in refusal(baskets)
    said = refusal(baskets, preset=CUSTOM, columns=["user=customer", "time=date:date"])
    assert "a log of orders alone, such as grocery baskets, holds no cart events" in said


def test_a_last_event_long_after_all_others_is_not_taken_for_the_end(tmp_path: Path) -> None:
    rows = [f"20 10:{i // 60:02}:{i % 60:02},cart,A,1,u{i},s" for i in range(1200)]
    log = rees46(tmp_path, *rows)
    with log.open("a") as file:
        file.write("2038-01-01 00:00:00,view,A,1,late,s\n")

    assert "the last 1 events begin on 2038-01-01" in refusal(log, as_of=None)
    assert imported(log).users["abandoned"] == 1200


def test_daily_parts_of_any_kind_are_one_log(tmp_path: Path) -> None:
    whole = [CART, "20 11:00:00,view,A,1,v,s", "19 10:00:00,cart,B,1,w,s"]
    parts = tmp_path / "parts" / "day=1"
    parts.mkdir(parents=True)
    rees46(parts, whole[0], name="a.csv")
    (parts / "b.csv.gz").write_bytes(gzip.compress(rees46(tmp_path, whole[1]).read_bytes()))
    rows = {"user_id": ["w"], "event_type": ["cart"], "event_time": [datetime(2026, 11, 19, 10, tzinfo=UTC)]}
    pq.write_table(pa.table({**rows, "product_id": ["B"], "price": [1.0], "user_session": ["s"]}), parts / "c.parquet")
    (parts / "_SUCCESS").touch()
    (parts / "readme.txt").touch()

    out = tmp_path / "of_parts.parquet"
    record = imported(tmp_path / "parts", out=out)
    assert [source.name for source in record.sources] == ["day=1/a.csv", "day=1/b.csv.gz", "day=1/c.parquet"]
    imported(rees46(tmp_path, *whole))
    assert out.read_bytes() == (tmp_path / "carts.parquet").read_bytes()


def test_a_glob_names_the_files_of_a_log(tmp_path: Path) -> None:
    rees46(tmp_path, CART, name="2026-11-20.csv")
    rees46(tmp_path, "20 11:00:00,purchase,A,1,u,s", "20 11:00:00,cart,A,1,w,s", name="2026-11-21.csv")
    rees46(tmp_path, "20 11:00:00,cart,A,1,other,s", name="older.csv")

    record = imported(f"{tmp_path}/2026-*.csv", out=tmp_path / "carts.parquet")

    assert (record.users["converted"], record.users["abandoned"]) == (1, 1)


def test_a_bad_row_of_a_part_names_the_part(tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    parts.mkdir()
    rees46(parts, CART, name="a.csv")
    rees46(parts, CART, "20 10:00:00,cart,A,x,u,s", "20 10", name="b.csv")

    said = refusal(parts, out=tmp_path / "carts.parquet")

    assert "b.csv, row 2, column price: 'x' is not a number" in said
    assert "b.csv, row 3: has too few columns" in said


@pytest.mark.parametrize(
    ("ids", "said"), [(pa.array([1.0, None]), "write ids as text"), (pa.array([b"x", b"y"]), "write ids as text")]
)
def test_user_ids_of_a_type_that_loses_digits_are_refused(tmp_path: Path, ids: Any, said: str) -> None:
    times = pa.array([datetime(2026, 11, 20, tzinfo=UTC)] * 2)
    pq.write_table(pa.table({"user": ids, "time": times, "event": ["cart"] * 2}), tmp_path / "log.parquet")

    assert said in refusal(tmp_path / "log.parquet", preset=CUSTOM, columns=PLAIN, events=NAMES)


def test_whole_numbers_in_parquet_are_ids_and_floats_too_where_a_column_had_gaps(tmp_path: Path) -> None:
    table = {
        "visitorid": [9007199254740993001, 2, 2],
        "timestamp": [1795170000000, 1795170000000, 1794000000000],
        "event": ["addtocart", "addtocart", "transaction"],
        "itemid": [1, 2, 3],
        "transactionid": [None, None, 17.0],
    }
    pq.write_table(pa.table(table), tmp_path / "log.parquet")

    found = carts_of(tmp_path / "log.parquet", preset="retailrocket")

    assert list(found) == ["2", "9007199254740993001"]
    assert str(found["2"]["last_order_date"]) == "2026-11-06"


def test_a_nested_ga4_export_is_read_by_keys_and_items(tmp_path: Path) -> None:
    def event(
        user: str, name: str, hour: int, session: int, items: list[dict[str, Any]], **order: Any
    ) -> dict[str, Any]:
        moment = datetime(2026, 11, 20, hour, tzinfo=UTC)
        values = {"string_value": None, "int_value": session, "float_value": None, "double_value": None}
        page = {
            "string_value": "https://shop.example/ann",
            "int_value": None,
            "float_value": None,
            "double_value": None,
        }
        return {
            "event_timestamp": int(moment.timestamp() * 1_000_000),
            "event_name": name,
            "user_pseudo_id": user,
            "event_params": [{"key": "page_location", "value": page}, {"key": "ga_session_id", "value": values}],
            "ecommerce": {"transaction_id": order.get("order"), "purchase_revenue": order.get("revenue")},
            "items": items,
        }

    def item(name: str, price: float, quantity: int) -> dict[str, Any]:
        return {"item_id": name, "item_name": "secret", "price": price, "quantity": quantity}

    shown = [item("A", 10, 1), item("B", 5, 1), item("C", 1, 1)]
    rows = [
        event("u", "view_item_list", 8, 1, shown),
        event("u", "purchase", 9, 1, [item("C", 1, 3), item("D", 2, 1)], order="t1", revenue=4.5),
        event("u", "add_to_cart", 11, 2, [item("A", 10, 2), item("B", 5, 1)]),
        event("u", "remove_from_cart", 12, 2, [item("B", 5, 1)]),
        event("v", "page_view", 12, 2, []),
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "log.parquet")

    row = carts_of(tmp_path / "log.parquet", preset="ga4")["u"]
    record = json.loads((tmp_path / "carts.parquet.import.json").read_text())

    assert (row["num_cart_items"], row["cart_value"], row["avg_order_value"], row["sessions_last_30d"]) == (
        1,
        20,
        4.5,
        2,
    )
    assert record["rows"]["used"] == 1 + 2 + 2 + 1 + 1


def test_a_flattened_ga4_export_keys_sessions_on_user_and_session(tmp_path: Path) -> None:
    text = (
        "event_timestamp,user_pseudo_id,session_id,event_name,country\n"
        "1795170000000000,a.1,77,add_to_cart,DE\n1795170000000000,b.2,77,add_to_cart,FR\n"
    )
    found = carts_of(write_text(tmp_path, text, "log.csv"), preset="ga4")

    assert {u: (r["sessions_last_30d"], r["num_cart_items"]) for u, r in found.items()} == {
        "a.1": (1, 1),
        "b.2": (1, 1),
    }


@pytest.mark.skipif(not FORMATS.is_file(), reason="needs the sample formats")
@pytest.mark.parametrize(
    ("preset", "entry"),
    [
        ("rees46", "rees46_events"),
        ("retailrocket", "retailrocket_events"),
        ("retentioneering", "retentioneering_events"),
    ],
)
def test_the_presets_are_the_formats_that_were_verified(preset: str, entry: str) -> None:
    said = json.loads(FORMATS.read_text())[entry]
    known = presets()[preset]

    named = {known.columns[role][0] for role in known.columns}
    assert set(said["columns"]) <= named | {"category_id", "category_code", "brand"}
    kinds = {name: kind for kind, names in known.events.items() for name in names}
    assert {name: kinds[name] for name in said["events"] if name != "cart"} == {
        name: kind for name, kind in said["events"].items() if name != "cart"
    }


@pytest.mark.parametrize("name", ["carts.csv", "carts.csv.gz", "carts.parquet"])
def test_the_same_log_gives_the_same_bytes(tmp_path: Path, name: str) -> None:
    log = rees46(tmp_path, CART, *(f"19 10:{i:02}:00,cart,A,{i}.5,w{i},s" for i in range(50)))

    imported(log, out=tmp_path / name)
    first = (tmp_path / name).read_bytes()
    imported(log, out=tmp_path / name)

    assert (tmp_path / name).read_bytes() == first


def test_ids_that_a_spreadsheet_would_run_are_neutralised_in_csv_only(tmp_path: Path) -> None:
    log = rees46(tmp_path, "20 10:00:00,cart,A,1,=1+1,s")

    imported(log, out=tmp_path / "carts.csv")

    assert "'=1+1" in (tmp_path / "carts.csv").read_text()
    assert list(carts_of(log)) == ["=1+1"]


def test_a_gzip_file_that_is_cut_off_or_damaged_is_an_error(tmp_path: Path) -> None:
    rows = [f"20 10:00:00,cart,A{i % 977},10,u{i * 7919},s{i}" for i in range(100_000)]
    whole = gzip.compress(rees46(tmp_path, *rows).read_bytes(), 1)
    middle = len(whole) // 2

    for damaged in (whole[:middle], whole[:middle] + bytes(50) + whole[middle + 50 :]):
        assert "log.csv.gz is no readable gzip file" in refusal(write_text(tmp_path, damaged, "log.csv.gz"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"2026-11-20 10:00:00,cart,caf\xe9,10,u,s\n", "row 1: is not UTF-8"),
        (
            b'2026-11-20 10:00:00,cart,"A,10,u,s\n2026-11-20 10:00:00,cart,A,10,v,s\n',
            "a quote that is opened in row 1 is not closed",
        ),
    ],
)
def test_a_line_that_is_no_row_says_why(tmp_path: Path, line: bytes, said: str) -> None:
    assert said in refusal(write_text(tmp_path, ",".join(HEADER).encode() + b"\n" + line, "log.csv"))
