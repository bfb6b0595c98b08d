"""Shopify orders beside checkouts: last order, order value, discounts, recovered carts. Worked out by hand."""

from pathlib import Path

import pytest

from cartjury.data.errors import InputError
from tests.tools.platform_exports import admin, checkout, checkouts, id_of, imported, order, orders, said

ANN, BEN, CAT = "ann@example.com", "ben@example.com", "cat@example.com"


def test_orders_give_the_last_order_and_the_mean_of_what_was_kept_of_each(tmp_path: Path) -> None:
    file = checkouts(tmp_path, checkout(1, ANN, "2026-11-20T10:00:00Z"), checkout(2, BEN, "2026-11-20T10:00:00Z"))
    beside = orders(
        tmp_path,
        order("#1", ANN, "2026-10-01 10:00:00 +0000", Total="80.00", Refunded_Amount="20.00"),
        # A later row of an order repeats its name and leaves the order's own fields blank.
        {"Name": "#1", "Lineitem quantity": "2", "Lineitem name": "Plate"},
        order(
            "#2", "Ann@Example.com", "2026-10-05 10:00:00 +0000", Total="100.00", Paid_at="2026-10-07 10:00:00 +0000"
        ),
    )

    carts, report = imported(file, beside)

    assert carts[id_of(ANN)]["last_order_date"] == "2026-10-07"
    assert carts[id_of(ANN)]["avg_order_value"] == "80.0"  # (80 - 20 + 100) / 2
    assert carts[id_of(BEN)]["last_order_date"] == ""
    assert "empty for 1 of 2 people" in said(report, "avg_order_value")


@pytest.mark.parametrize("given_first", [True, False])
def test_the_exports_may_be_given_either_way_round(tmp_path: Path, given_first: bool) -> None:
    files = [checkouts(tmp_path, checkout(1, ANN, "2026-11-20T10:00:00Z")), orders(tmp_path)]

    carts, report = imported(*(files if given_first else files[::-1]))

    assert list(carts) == [id_of(ANN)]
    assert [source.platform for source in report.sources] == ["shopify_checkouts", "shopify_orders"]


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({}, True),
        ({"Financial_Status": "partially_refunded", "Refunded_Amount": "10.00"}, True),
        ({"Financial_Status": "PAID"}, True),
        ({"Financial_Status": "refunded", "Refunded_Amount": "50.00"}, False),
        ({"Financial_Status": "pending", "Paid_at": ""}, False),
        ({"Financial_Status": "authorized", "Paid_at": ""}, False),
        ({"Financial_Status": "voided"}, False),
        ({"Cancelled_at": "2026-10-02 10:00:00 +0000"}, False),
        ({"Financial_Status": "", "Paid_at": ""}, False),
        ({"Financial_Status": ""}, True),
    ],
)
def test_only_orders_that_were_paid_and_not_cancelled_count(
    tmp_path: Path, change: dict[str, str], counts: bool
) -> None:
    file = checkouts(tmp_path, checkout(1, ANN, "2026-11-20T10:00:00Z"))

    carts, _ = imported(file, orders(tmp_path, order("#1", ANN, "2026-10-01 10:00:00 +0000", **change)))

    assert bool(carts[id_of(ANN)]["last_order_date"]) is counts
    assert bool(carts[id_of(ANN)]["avg_order_value"]) is counts


@pytest.mark.parametrize(
    ("created", "change", "recovered"),
    [
        ("2026-11-20 12:00:01 +0100", {}, True),  # a second after the cart, which is of 11:00 UTC
        ("2026-11-20 12:00:00 +0100", {}, True),
        ("2026-11-20 11:59:59 +0100", {}, False),
        ("2026-11-20 11:30:00 +0000", {"Financial_Status": "pending", "Paid_at": ""}, True),
        ("2026-11-20 11:30:00 +0000", {"Financial_Status": "refunded"}, True),
        ("2026-11-20 11:30:00 +0000", {"Financial_Status": "voided"}, False),
        ("2026-11-20 11:30:00 +0000", {"Cancelled_at": "2026-11-21 10:00:00 +0000"}, False),
    ],
)
def test_a_cart_with_a_standing_order_afterwards_is_recovered(
    tmp_path: Path, created: str, change: dict[str, str], recovered: bool
) -> None:
    file = checkouts(tmp_path, checkout(1, ANN, "2026-11-20T11:00:00Z"), checkout(2, BEN, "2026-11-20T11:00:00Z"))

    carts, report = imported(file, orders(tmp_path, order("#1", ANN, created, **change)))

    assert (id_of(ANN) not in carts) is recovered
    assert report.outcomes["recovered"] == int(recovered)


def test_profitability_comes_from_the_discounts_of_orders_and_never_from_their_value(tmp_path: Path) -> None:
    file = checkouts(tmp_path, *(checkout(i, who, "2026-11-20T10:00:00Z") for i, who in enumerate((ANN, BEN, CAT))))
    beside = orders(
        tmp_path,
        order("#1", ANN, "2026-10-01 10:00:00 +0000", Subtotal="60.00", Discount_Amount="12.00"),
        order("#2", ANN, "2026-10-02 10:00:00 +0000", Subtotal="20.00", Discount_Amount=""),
        order("#3", BEN, "2026-10-02 10:00:00 +0000", Subtotal="10.00", Discount_Amount="30.00", Total="900.00"),
    )

    carts, _ = imported(file, beside)

    # 1 - 12 / 80; 1 - 30 / 10 is below 0; no order, so nothing known
    assert [carts[id_of(who)]["profitability_score"] for who in (ANN, BEN, CAT)] == ["0.85", "0.0", ""]


def test_the_value_of_the_cart_stands_in_for_order_value_only_when_asked_for(tmp_path: Path) -> None:
    file = checkouts(tmp_path, checkout(1, ANN, "2026-11-20T10:00:00Z"), checkout(2, BEN, "2026-11-20T10:00:00Z"))
    beside = orders(tmp_path, order("#1", ANN, "2026-10-01 10:00:00 +0000"))

    carts, report = imported(file, beside, cart_value_as_aov=True)

    assert [carts[id_of(who)]["avg_order_value"] for who in (ANN, BEN)] == ["50.0", "40.0"]
    assert "value of the cart (total_line_items_price)" in report.mapping["avg_order_value"]


def test_a_refund_above_the_total_counts_as_nothing_kept_and_is_told(tmp_path: Path) -> None:
    file = checkouts(tmp_path, checkout(1, ANN, "2026-11-20T10:00:00Z"))
    beside = orders(tmp_path, order("#1", ANN, "2026-10-01 10:00:00 +0000", Total="10.00", Refunded_Amount="11.00"))

    carts, report = imported(file, beside)

    assert carts[id_of(ANN)]["avg_order_value"] == "0.0"
    assert said(report, "1 orders have more refunded")


def test_an_order_without_an_address_is_nobodys(tmp_path: Path) -> None:
    file = checkouts(tmp_path, checkout(1, "", "2026-11-20T10:00:00Z", customer_id="7"))

    carts, report = imported(file, orders(tmp_path, order("#1", "", "2026-10-01 10:00:00 +0000")))

    assert carts["7"]["last_order_date"] == ""
    assert said(report, "1 orders have no e-mail address")
    assert said(report, "no order of orders.csv is by anybody who left a cart")


def test_what_the_last_order_says_of_marketing_counts_where_the_carts_say_nothing(tmp_path: Path) -> None:
    row = {"Created at": "2026-11-20 10:00:00 +0100", "Total": "90.00", "Lineitem quantity": "1"}
    file = admin(tmp_path, *({**row, "Id": str(i), "Email": who} for i, who in enumerate((ANN, BEN, CAT))))
    beside = orders(
        tmp_path,
        order("#1", ANN, "2026-10-01 10:00:00 +0000", Accepts_Marketing="yes"),
        order("#2", ANN, "2026-10-02 10:00:00 +0000", Accepts_Marketing="no"),
        order("#3", BEN, "2026-10-02 10:00:00 +0000", Accepts_Marketing="yes"),
    )

    carts, report = imported(file, beside)

    assert set(carts) == {id_of(BEN), id_of(CAT)}
    assert "whether 1 of 2 people agreed" in said(report, "these exports")


def test_orders_in_another_currency_than_the_carts_are_refused(tmp_path: Path) -> None:
    file = checkouts(tmp_path, checkout(1, ANN, "2026-11-20T10:00:00Z"))

    with pytest.raises(InputError, match=r"EUR \(1\), USD \(1\)"):
        imported(file, orders(tmp_path, order("#1", ANN, "2026-10-01 10:00:00 +0000", Currency="USD")))


def test_orders_alone_are_refused_with_the_companion_and_the_command(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        imported(orders(tmp_path, order("#1", ANN, "2026-10-01 10:00:00 +0000")))

    assert "is a Shopify orders export: it has no date of an abandoned cart" in str(refused.value)
    assert "Abandoned checkouts" in str(refused.value)
    assert f"cartjury import platform CHECKOUTS_FILE --orders {tmp_path / 'orders.csv'}" in str(refused.value)
