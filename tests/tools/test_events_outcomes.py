"""What becomes of a user's last cart, rule by rule, on logs small enough to follow by eye."""

import json
from pathlib import Path

import pytest

from cartjury.data.errors import InputError
from tests.carts import SAMPLES
from tests.tools.event_logs import carts_of, imported, outcome_of, rees46

EDGES = SAMPLES / "nasty" / "events_edge_cases.csv"
CART = "20 10:00:00,cart,A,10,u,s"


def outcome(folder: Path, *rows: str, **wishes: object) -> str:
    return outcome_of(rees46(folder, *rows), **wishes)


def test_a_cart_without_a_later_purchase_is_abandoned(tmp_path: Path) -> None:
    assert outcome(tmp_path, CART) == "abandoned"


def test_a_purchase_at_the_same_second_converts_the_cart(tmp_path: Path) -> None:
    assert outcome(tmp_path, "20 10:00:00,purchase,A,10,u,s", CART) == "converted"


@pytest.mark.parametrize(
    ("bought", "expected"), [("21 10:00:00", "converted"), ("21 10:00:01", "recovered"), ("22 23:00:00", "recovered")]
)
def test_a_purchase_converts_within_a_day_and_recovers_after_it(tmp_path: Path, bought: str, expected: str) -> None:
    assert outcome(tmp_path, CART, f"{bought},purchase,A,10,u,s2") == expected


def test_any_item_that_is_bought_ends_the_cart(tmp_path: Path) -> None:
    assert outcome(tmp_path, CART, "20 11:00:00,purchase,B,99,u,s") == "converted"


def test_a_purchase_before_the_cart_is_the_last_order(tmp_path: Path) -> None:
    row = carts_of(rees46(tmp_path, "10 09:00:00,purchase,B,30,u,s0", CART))["u"]

    assert str(row["last_order_date"]) == "2026-11-10"
    assert row["avg_order_value"] == 30


@pytest.mark.parametrize(
    ("as_of", "expected"), [("2026-11-21T09:59:59", "too_early"), ("2026-11-21T10:00:00", "abandoned")]
)
def test_a_cart_younger_than_a_day_is_too_early_to_judge(tmp_path: Path, as_of: str, expected: str) -> None:
    assert outcome(tmp_path, CART, as_of=as_of) == expected


def test_how_long_it_takes_is_an_option(tmp_path: Path) -> None:
    rows = (CART, "20 12:00:00,purchase,A,10,u,s")

    assert outcome(tmp_path, *rows, abandon_after="1h") == "recovered"
    assert outcome(tmp_path, *rows, abandon_after="2h") == "converted"


def test_young_carts_are_kept_and_flagged_when_asked_for(tmp_path: Path) -> None:
    log = rees46(tmp_path, CART, "22 22:00:00,cart,A,10,young,s")

    assert set(carts_of(log)) == {"u"}
    kept = carts_of(log, include_censored=True)
    assert {user: row["censored"] for user, row in kept.items()} == {"u": False, "young": True}


def test_a_cart_from_which_everything_was_removed_is_emptied(tmp_path: Path) -> None:
    assert outcome(tmp_path, CART, "20 10:05:00,remove_from_cart,A,10,u,s") == "emptied"


def test_an_item_removed_at_the_same_second_is_out(tmp_path: Path) -> None:
    assert outcome(tmp_path, "20 10:00:00,remove_from_cart,A,10,u,s", CART) == "emptied"


def test_an_item_that_was_put_back_is_in_the_cart(tmp_path: Path) -> None:
    log = rees46(tmp_path, CART, "20 10:05:00,remove_from_cart,A,10,u,s", "20 10:06:00,cart,A,12,u,s")

    row = carts_of(log)["u"]

    assert (row["num_cart_items"], row["cart_value"]) == (1, 12)


def test_removing_what_was_never_put_in_changes_nothing(tmp_path: Path) -> None:
    log = rees46(tmp_path, "20 09:00:00,remove_from_cart,B,10,u,s", CART)

    assert carts_of(log)["u"]["num_cart_items"] == 1


def test_what_was_put_in_before_an_earlier_purchase_is_not_in_this_cart(tmp_path: Path) -> None:
    log = rees46(tmp_path, "01 10:00:00,cart,B,99,u,s0", "01 10:10:00,purchase,B,99,u,s0", CART)

    row = carts_of(log)["u"]

    assert (row["num_cart_items"], row["cart_value"]) == (1, 10)


def test_the_same_item_twice_is_one_item(tmp_path: Path) -> None:
    row = carts_of(rees46(tmp_path, CART, "20 10:05:00,cart,A,10,u,s"))["u"]

    assert (row["num_cart_items"], row["cart_value"]) == (1, 10)


def test_a_cart_value_is_empty_where_a_price_is_missing(tmp_path: Path) -> None:
    row = carts_of(rees46(tmp_path, CART, "20 10:05:00,cart,B,,u,s"))["u"]

    assert (row["num_cart_items"], row["cart_value"]) == (2, None)


def test_the_order_of_the_rows_does_not_matter(tmp_path: Path) -> None:
    rows = ["10 09:00:00,purchase,B,30,u,s0", CART, "20 10:05:00,cart,B,5,u,s", "21 10:00:00,view,C,1,v,s9"]

    forth, back = carts_of(rees46(tmp_path, *rows)), carts_of(rees46(tmp_path, *reversed(rows)))

    assert forth == back


def test_users_without_a_cart_are_counted_and_left_out(tmp_path: Path) -> None:
    record = imported(rees46(tmp_path, CART, "20 10:00:00,view,A,10,looker,s", "20 10:00:00,purchase,A,1,buyer,s"))

    assert (record.users["no_cart"], record.users["abandoned"], record.kept) == (2, 1, 1)


def test_events_after_as_of_do_not_count_and_are_counted(tmp_path: Path) -> None:
    log = rees46(tmp_path, CART, "21 10:00:00,cart,B,10,u,s", "22 11:00:00,purchase,A,10,u,s")

    record = imported(log, as_of="2026-11-22T10:00:00Z")

    assert (record.rows.after_as_of, record.users["abandoned"]) == (1, 1)


def test_as_of_is_the_end_of_the_log_where_it_is_not_given(tmp_path: Path) -> None:
    record = imported(rees46(tmp_path, CART, "22 11:00:00,view,A,10,v,s"), as_of=None)

    assert (record.as_of, record.wishes.as_of) == ("2026-11-22T11:00:00Z", None)


def bursts(count: int, seconds: int) -> list[str]:
    """Views of user u, one every so many seconds from 8 o'clock on."""
    clocks = [8 * 3600 + i * seconds for i in range(count)]
    return [f"20 {c // 3600:02}:{c // 60 % 60:02}:{c % 60:02},view,I{c},1,u,s" for c in clocks]


@pytest.mark.parametrize(("views", "seconds", "bot"), [(301, 12, True), (300, 12, False), (301, 13, False)])
def test_more_than_300_events_within_an_hour_make_a_suspected_bot(
    tmp_path: Path, views: int, seconds: int, bot: bool
) -> None:
    expected = "abandoned_suspect_bot" if bot else "abandoned"

    assert outcome(tmp_path, *bursts(views, seconds), "21 10:00:00,cart,A,10,u,s") == expected


def test_suspected_bots_are_flagged_when_they_are_kept(tmp_path: Path) -> None:
    log = rees46(tmp_path, *bursts(400, 2), "21 10:00:00,cart,A,10,u,s", "20 10:00:00,cart,A,10,human,s")

    record = imported(log)
    kept = carts_of(log, bots="keep")

    assert (record.kept, record.users["abandoned_suspect_bot"]) == (1, 1)
    assert any("1 suspected bot" in notice for notice in record.notices)
    assert {user: row["suspect_bot"] for user, row in kept.items()} == {"human": False, "u": True}


def test_a_log_in_which_nobody_abandoned_a_cart_says_what_became_of_the_users(tmp_path: Path) -> None:
    log = rees46(tmp_path, CART, "20 12:00:00,purchase,A,10,u,s", "22 23:00:00,cart,A,10,young,s")

    with pytest.raises(InputError, match=r"too_early 1, converted 1(.|\n)*--include-censored"):
        imported(log)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["log.csv"]


@pytest.mark.skipif(not EDGES.is_file(), reason="needs the sample logs")
def test_the_seventeen_users_of_the_sample_end_as_expected(tmp_path: Path) -> None:
    told = json.loads(EDGES.with_name("events_edge_cases_expected.json").read_text())
    out = tmp_path / "carts.parquet"
    wanted = {user: e for user, e in told["expected"].items() if e["status"] in {"abandoned", "abandoned_suspect_bot"}}
    statuses = [e["status"] for e in told["expected"].values()]

    record = imported(EDGES, out=out, as_of=told["as_of"], bots="keep")
    found = _rows(out)

    assert {status: count for status, count in record.users.items() if count} == {
        status: statuses.count(status) for status in statuses
    }
    assert set(found) == set(wanted)
    for user, expected in wanted.items():
        row = found[user]
        assert row["suspect_bot"] == (expected["status"] == "abandoned_suspect_bot")
        for said, column in {"items": "num_cart_items", "aov": "avg_order_value", "cart_value": "cart_value"}.items():
            assert said not in expected or row[column] == expected[said], (user, column)
        last = expected.get("last_order")
        assert "last_order" not in expected or str(row["last_order_date"]) == str(last and last[:10])
        assert row["sessions_last_30d"] == expected.get("sessions_last_30d", row["sessions_last_30d"])
    assert record.unknown_events == {"wishlist_add": 1}
    assert record.rows.repeated == 2


def _rows(path: Path) -> dict[str, dict[str, object]]:
    import pyarrow.parquet as pq

    return {row["user_id"]: row for row in pq.read_table(path).to_pylist()}
