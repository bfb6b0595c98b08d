"""Shopify: checkouts alone, and orders beside them. Every expected value is worked out by hand in the test."""

from pathlib import Path

import pytest

from cartjury.data.contract import COLUMN_NAMES
from cartjury.data.errors import InputError
from tests.tools.platform_exports import (
    ADMIN,
    CHECKOUTS,
    admin,
    checkout,
    checkouts,
    id_of,
    imported,
    order,
    orders,
    said,
)

ANN, BEN, CAT = "ann@example.com", "ben@example.com", "cat@example.com"


def test_a_checkout_becomes_the_eight_columns_of_a_cart(tmp_path: Path) -> None:
    file = checkouts(tmp_path, checkout(1, ANN, "2026-11-20T10:00:00Z", customer_id="77", total_discounts="10.00"))

    carts, report = imported(file)

    assert carts == {
        "77": {
            "user_id": "77",
            "cart_abandoned_date": "2026-11-20",
            "last_order_date": "",
            "avg_order_value": "",
            "sessions_last_30d": "1",
            "num_cart_items": "1",
            "engagement_score": "",
            "profitability_score": "0.75",  # 1 - 10 / 40
            "cart_value": "40.0",
        }
    }
    assert tuple(next(iter(carts.values())))[:8] == COLUMN_NAMES
    assert "Engagement dimension will be dropped" in said(report, "engagement_score")
    assert "AOV dimension will be dropped" in said(report, "avg_order_value")
    assert "does not list items" in said(report, "num_cart_items")


def test_a_guest_is_known_by_a_keyed_hash_of_the_trimmed_lower_case_address(tmp_path: Path) -> None:
    carts, _ = imported(checkouts(tmp_path, checkout(1, "  Ann@Example.COM ", "2026-11-20T10:00:00Z")))

    assert list(carts) == [id_of(ANN)]


def test_a_guest_checkout_of_a_customer_is_the_customers(tmp_path: Path) -> None:
    file = checkouts(
        tmp_path,
        checkout(1, ANN, "2026-11-18T10:00:00Z", customer_id="77", total_line_items_price="11.00"),
        checkout(2, "ANN@example.com", "2026-11-20T10:00:00Z", total_line_items_price="22.00"),
    )

    carts, report = imported(file)

    assert list(carts) == ["77"]
    assert carts["77"]["cart_value"] == "22.0"
    assert report.outcomes["replaced"] == 1


def test_addresses_are_not_read_where_every_checkout_has_a_customer(tmp_path: Path) -> None:
    file = checkouts(tmp_path, checkout(1, "no address at all", "2026-11-20T10:00:00Z", customer_id="77"))

    carts, report = imported(file)

    assert list(carts) == ["77"]
    assert report.mapping["user_id"] == "customer_id"
    assert "email" not in report.sources[0].columns


def test_the_latest_cart_of_a_person_counts_and_all_of_them_are_sessions(tmp_path: Path) -> None:
    days = ("2026-11-20", "2026-11-19", "2026-10-21", "2026-10-20")  # the last two: 30 and 31 days before
    file = checkouts(tmp_path, *(checkout(i, ANN, f"{day}T10:00:00Z") for i, day in enumerate(days)))

    carts, report = imported(file)

    assert carts[id_of(ANN)]["cart_abandoned_date"] == "2026-11-20"
    assert carts[id_of(ANN)]["sessions_last_30d"] == "3"
    assert report.outcomes["replaced"] == 3
    assert "lower bound" in said(report, "sessions_last_30d")


def test_a_completed_checkout_is_no_cart_and_recovers_the_one_before_it(tmp_path: Path) -> None:
    file = checkouts(
        tmp_path,
        checkout(1, ANN, "2026-11-18T10:00:00Z"),
        checkout(2, ANN, "2026-11-19T10:00:00Z", completed_at="2026-11-19T10:05:00Z"),
        checkout(3, BEN, "2026-11-18T10:00:00Z", completed_at="2026-11-18T10:05:00Z"),
        checkout(4, BEN, "2026-11-19T10:00:00Z"),
    )

    carts, report = imported(file)

    assert list(carts) == [id_of(BEN)]
    assert (report.outcomes["bought"], report.outcomes["recovered"]) == (2, 1)


def test_updated_at_is_the_date_and_created_at_stands_in_for_it(tmp_path: Path) -> None:
    file = checkouts(
        tmp_path,
        checkout(1, ANN, "2026-11-20T10:00:00Z", created_at="2026-11-01T10:00:00Z"),
        checkout(2, BEN, "", created_at="2026-11-19T10:00:00Z"),
    )

    carts, _ = imported(file)

    assert [c["cart_abandoned_date"] for c in carts.values()] == ["2026-11-20", "2026-11-19"]


def test_what_the_source_marks_as_deleted_is_left_out(tmp_path: Path) -> None:
    file = checkouts(
        tmp_path,
        checkout(1, ANN, "2026-11-20T10:00:00Z"),
        checkout(2, ANN, "2026-11-21T10:00:00Z", _fivetran_deleted="true"),
    )

    carts, report = imported(file)

    assert carts[id_of(ANN)]["cart_abandoned_date"] == "2026-11-20"
    assert carts[id_of(ANN)]["sessions_last_30d"] == "1"
    assert report.outcomes["deleted"] == 1


def test_a_checkout_without_customer_and_address_is_left_out_and_counted(tmp_path: Path) -> None:
    file = checkouts(
        tmp_path, checkout(1, ANN, "2026-11-20T10:00:00Z"), checkout(2, "", "2026-11-20T10:00:00Z", phone="1")
    )

    _, report = imported(file)

    assert report.outcomes["no_key"] == 1
    assert "1 without customer id and e-mail address" in said(report, "checkouts left out")


@pytest.mark.parametrize("consent", ["false", "no", "0", ""])
def test_nobody_without_consent_is_written_unless_asked_for(tmp_path: Path, consent: str) -> None:
    file = checkouts(
        tmp_path,
        checkout(1, ANN, "2026-11-20T10:00:00Z", buyer_accepts_marketing=consent),
        checkout(2, BEN, "2026-11-20T10:00:00Z"),
    )

    carts, report = imported(file)
    all_carts, _ = imported(file, keep_without_consent=True)

    assert (list(carts), report.outcomes["no_consent"]) == ([id_of(BEN)], 1)
    assert [c["marketing_consent"] for c in all_carts.values()] == ["no", "yes"]


def test_carts_after_as_of_are_left_out(tmp_path: Path) -> None:
    file = checkouts(tmp_path, checkout(1, ANN, "2026-11-10T10:00:00Z"), checkout(2, ANN, "2026-11-20T10:00:00Z"))
    from datetime import date

    carts, report = imported(file, as_of=date(2026, 11, 15))

    assert carts[id_of(ANN)]["cart_abandoned_date"] == "2026-11-10"
    assert (report.as_of, report.outcomes["later"]) == (date(2026, 11, 15), 1)


def test_line_items_of_the_admin_export_are_one_cart(tmp_path: Path) -> None:
    first = {"Id": "9", "Email": ANN, "Created at": "2026-11-20 10:00:00 +0100", "Total": "90.00", "Currency": "EUR"}
    file = admin(
        tmp_path,
        {**first, "Lineitem quantity": "2"},
        {"Id": "9", "Lineitem quantity": "3"},
        {**first, "Id": "8", "Email": BEN, "Lineitem quantity": "1"},
    )

    carts, report = imported(file)

    assert [c["num_cart_items"] for c in carts.values()] == ["5", "1"]
    assert carts[id_of(ANN)]["cart_value"] == "90.0"
    assert "is not documented" in said(report, "checkouts_export_1.csv: ")
    assert "does not say which checkouts were completed" in said(report, "this export does not say")
    assert "whether anybody agreed to marketing" in said(report, "these exports")


def test_the_admin_export_is_read_by_its_other_names_too(tmp_path: Path) -> None:
    renamed = [{"Total": "Total Price", "Id": "Checkout ID"}.get(c, c) for c in ADMIN]
    row = {"Checkout ID": "9", "Email": ANN, "Created at": "2026-11-20 10:00:00 +0100", "Total Price": "90.00"}

    carts, _ = imported(admin(tmp_path, {**row, "Lineitem quantity": "1"}, columns=renamed))

    assert carts[id_of(ANN)]["cart_value"] == "90.0"


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


def test_without_a_discount_column_profitability_is_empty(tmp_path: Path) -> None:
    columns = [c for c in CHECKOUTS if c != "total_discounts"]
    row = {k: v for k, v in checkout(1, ANN, "2026-11-20T10:00:00Z").items() if k != "total_discounts"}

    carts, report = imported(checkouts(tmp_path, row, columns=columns))

    assert carts[id_of(ANN)]["profitability_score"] == ""
    assert "the Profit dimension will be dropped" in said(report, "profitability_score")


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


def test_mixed_currencies_are_refused_by_name(tmp_path: Path) -> None:
    file = checkouts(
        tmp_path, checkout(1, ANN, "2026-11-20T10:00:00Z"), checkout(2, BEN, "2026-11-20T10:00:00Z", currency="usd")
    )

    with pytest.raises(InputError, match=r"EUR \(1\), USD \(1\)"):
        imported(file)


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


def test_nobody_left_is_an_error_that_says_why(tmp_path: Path) -> None:
    file = checkouts(tmp_path, checkout(1, ANN, "2026-11-20T10:00:00Z", completed_at="2026-11-20T10:00:00Z"))

    with pytest.raises(InputError, match="leaves no carts to work with as of 2026-11-20: 1 completed"):
        imported(file)


def test_every_checkout_has_exactly_one_outcome(tmp_path: Path) -> None:
    file = checkouts(
        tmp_path,
        *(checkout(i, who, f"2026-11-{10 + i}T10:00:00Z") for i, who in enumerate((ANN, BEN, ANN, CAT, ""))),
        checkout(9, BEN, "2026-11-15T10:00:00Z", completed_at="2026-11-15T11:00:00Z"),
    )

    _, report = imported(file)

    assert sum(report.outcomes.values()) == 6
    assert {k: n for k, n in report.outcomes.items() if n} == {
        "no_key": 1,
        "bought": 1,
        "replaced": 1,
        "recovered": 1,
        "written": 2,
    }
