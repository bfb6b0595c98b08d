"""The columns of a cart: sessions, orders, scores; each by a log small enough to follow by eye."""

from fractions import Fraction
from pathlib import Path

import pytest

from tests.tools.event_logs import HEADER, carts_of, imported, rees46

CART = "20 10:00:00,cart,A,10,u,s"
NO_SESSION = HEADER[:-1]
COSTS = (*HEADER, "cost")


def test_purchase_rows_of_one_session_are_one_order(tmp_path: Path) -> None:
    log = rees46(tmp_path, "10 09:00:00,purchase,B,30,u,s1", "10 09:00:00,purchase,C,20,u,s1", CART)

    assert carts_of(log)["u"]["avg_order_value"] == 50


def test_an_order_value_is_the_mean_over_orders_free_ones_too(tmp_path: Path) -> None:
    log = rees46(tmp_path, "10 09:00:00,purchase,B,30,u,s1", "11 09:00:00,purchase,C,0,u,s2", CART)

    assert carts_of(log)["u"]["avg_order_value"] == 15


def test_a_free_order_alone_is_zero_and_not_missing(tmp_path: Path) -> None:
    assert carts_of(rees46(tmp_path, "10 09:00:00,purchase,B,0,u,s1", CART))["u"]["avg_order_value"] == 0


def test_an_order_with_an_unknown_price_is_left_out_of_the_mean(tmp_path: Path) -> None:
    rows = ["10 09:00:00,purchase,B,30,u,s1", "10 09:01:00,purchase,C,,u,s1", "11 09:00:00,purchase,C,8,u,s2", CART]

    assert carts_of(rees46(tmp_path, *rows))["u"]["avg_order_value"] == 8


def test_without_orders_the_order_value_is_empty_unless_the_cart_value_is_asked_for(tmp_path: Path) -> None:
    log = rees46(tmp_path, CART, "10 09:00:00,purchase,B,0,buyer,s1", "20 10:00:00,cart,A,10,buyer,s")

    plain, filled = carts_of(log), carts_of(log, cart_value_as_aov=True)

    assert {u: (r["avg_order_value"], r["cart_value"]) for u, r in plain.items()} == {"u": (None, 10), "buyer": (0, 10)}
    assert {u: r["avg_order_value"] for u, r in filled.items()} == {"u": 10, "buyer": 0}
    assert any("1 user" in n and "avg_order_value" in n for n in imported(log, cart_value_as_aov=True).notices)


def test_a_session_id_that_two_users_share_is_a_session_of_each(tmp_path: Path) -> None:
    log = rees46(tmp_path, "20 10:00:00,cart,A,1,a,x", "20 11:00:00,cart,A,1,b,x", "20 12:00:00,view,A,1,b,y")

    assert {u: r["sessions_last_30d"] for u, r in carts_of(log).items()} == {"a": 1, "b": 2}


def test_without_ids_a_session_ends_after_more_than_half_an_hour(tmp_path: Path) -> None:
    rows = ["20 10:00:00,view,A,1,u", "20 10:30:00,cart,A,1,u", "20 11:00:01,view,A,1,u"]
    log = rees46(tmp_path, *rows, header=NO_SESSION)

    assert carts_of(log)["u"]["sessions_last_30d"] == 2
    assert carts_of(log, session_gap="31m")["u"]["sessions_last_30d"] == 1


def test_without_ids_an_order_is_what_was_bought_in_one_session(tmp_path: Path) -> None:
    bought = ["10 09:00:00,purchase,A,30,u", "10 09:20:00,view,A,30,u", "10 09:40:00,purchase,B,10,u"]
    log = rees46(tmp_path, *bought, "11 09:00:00,purchase,C,8,u", "20 10:00:00,cart,A,10,u", header=NO_SESSION)

    assert carts_of(log)["u"]["avg_order_value"] == (40 + 8) / 2


def test_sessions_are_those_of_the_thirty_days_before_as_of(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    inside, outside = "2026-10-24 00:00:00,cart,A,1,in,s", "2026-10-23 23:59:59,cart,A,1,out,s"
    log.write_text("\n".join([",".join(HEADER), inside, outside]))

    assert {u: r["sessions_last_30d"] for u, r in carts_of(log).items()} == {"in": 1, "out": 0}


def test_engagement_is_the_mean_of_three_ranks_among_all_users(tmp_path: Path) -> None:
    rows = [
        "22 10:00:00,view,A,1,a,s1",
        "21 10:00:00,view,A,1,a,s2",
        "20 10:00:00,cart,A,1,b,s",
        "19 10:00:00,cart,A,1,c,s",
    ]
    found = carts_of(rees46(tmp_path, *rows))

    # Of three users b and c share the ranks 1 and 2 in sessions and in events; b's last event is the second oldest.
    third = Fraction(1, 3)
    assert found["b"]["engagement_score"] == pytest.approx(float((1.5 * third + 1.5 * third + 2 * third) / 3))
    assert found["c"]["engagement_score"] == pytest.approx(float((1.5 * third + 1.5 * third + 1 * third) / 3))


def test_profitability_is_never_made_from_order_values(tmp_path: Path) -> None:
    log = rees46(tmp_path, "10 09:00:00,purchase,B,30,u,s1", CART)

    assert carts_of(log)["u"]["profitability_score"] is None
    assert any("the dimension Profit" in notice for notice in imported(log).notices)


def bought(folder: Path, *rows: tuple[str, float, float]) -> Path:
    """A log with a cost column: who bought at which price and cost, everybody with an abandoned cart after it."""
    orders = [f"10 09:00:00,purchase,B,{price},{user},s1,{cost}" for user, price, cost in rows]
    carts = [f"20 10:00:00,cart,A,10,{user},s2,1" for user, *_ in rows]
    return rees46(folder, *orders, *carts, header=COSTS)


@pytest.mark.parametrize(
    ("role", "worst", "best"),
    [("cost=cost", "dear", "cheap"), ("margin=cost", "cheap", "dear"), ("discount=cost", "dear", "cheap")],
)
def test_profitability_ranks_the_margin_rates_of_buyers(tmp_path: Path, role: str, worst: str, best: str) -> None:
    log = bought(tmp_path, ("cheap", 100, 10), ("dear", 10, 9))

    found = carts_of(log, columns=[role])

    assert (found[worst]["profitability_score"], found[best]["profitability_score"]) == (0.5, 1)


def test_equal_margin_rates_share_their_rank_and_free_orders_have_none(tmp_path: Path) -> None:
    log = bought(tmp_path, ("a", 100, 50), ("b", 10, 5), ("free", 0, 1))

    found = carts_of(log, columns=["cost=cost"])

    assert {u: r["profitability_score"] for u, r in found.items()} == {"a": 0.75, "b": 0.75, "free": None}


def test_a_revenue_counts_once_for_a_transaction_whatever_rows_it_has(tmp_path: Path) -> None:
    header = (*HEADER, "order", "total")
    rows = [
        "10 09:00:00,purchase,A,,u,s1,t1,50",
        "10 09:05:00,purchase,A,,u,s1,t1,50",
        "12 09:00:00,purchase,A,,u,s3,t2,10",
    ]
    log = rees46(tmp_path, *rows, "20 10:00:00,cart,A,10,u,s,,", header=header)

    assert carts_of(log, columns=["order=order", "revenue=total"])["u"]["avg_order_value"] == 30


def test_quantities_count_in_values_and_a_part_may_be_removed(tmp_path: Path) -> None:
    header = (*HEADER, "n")
    rows = ["10 09:00:00,purchase,B,3,u,s1,4", "20 10:00:00,cart,A,10,u,s,3", "20 10:05:00,remove_from_cart,A,10,u,s,1"]
    row = carts_of(rees46(tmp_path, *rows, header=header), columns=["quantity=n"])["u"]

    assert (row["avg_order_value"], row["num_cart_items"], row["cart_value"]) == (12, 1, 20)


def test_rows_that_repeat_another_count_once(tmp_path: Path) -> None:
    order = "10 09:00:00,purchase,B,30,u,s1"
    log = rees46(tmp_path, order, order, CART, CART, CART)

    assert carts_of(log)["u"]["avg_order_value"] == 30
    assert imported(log).rows.repeated == 3


def test_the_carts_are_in_the_order_of_their_ids(tmp_path: Path) -> None:
    log = rees46(tmp_path, *(f"20 10:00:00,cart,A,1,{user},s" for user in ("zoe", "10", "9", "ann")))

    assert list(carts_of(log)) == ["10", "9", "ann", "zoe"]
