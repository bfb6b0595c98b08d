"""Shopify checkouts alone. Every expected value is worked out by hand in the test."""

from datetime import date
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


def test_a_guest_with_an_address_that_two_customers_share_is_neither_of_them(tmp_path: Path) -> None:
    file = checkouts(
        tmp_path,
        checkout(1, ANN, "2026-11-18T10:00:00Z", customer_id="77"),
        checkout(2, ANN, "2026-11-19T10:00:00Z", customer_id="78"),
        checkout(3, ANN, "2026-11-20T10:00:00Z"),
    )

    assert set(imported(file)[0]) == {"77", "78", id_of(ANN)}


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


def test_a_row_of_the_admin_export_without_an_id_is_a_line_item_of_the_row_above(tmp_path: Path) -> None:
    first = {"Id": "9", "Email": ANN, "Created at": "2026-11-20 10:00:00 +0100", "Total": "90.00"}

    carts, _ = imported(admin(tmp_path, {**first, "Lineitem quantity": "2"}, {"Lineitem quantity": "3"}))

    assert carts[id_of(ANN)]["num_cart_items"] == "5"


def test_the_admin_export_is_read_by_its_other_names_too(tmp_path: Path) -> None:
    renamed = [{"Total": "Total Price", "Id": "Checkout ID"}.get(c, c) for c in ADMIN]
    row = {"Checkout ID": "9", "Email": ANN, "Created at": "2026-11-20 10:00:00 +0100", "Total Price": "90.00"}

    carts, _ = imported(admin(tmp_path, {**row, "Lineitem quantity": "1"}, columns=renamed))

    assert carts[id_of(ANN)]["cart_value"] == "90.0"


def test_without_a_discount_column_profitability_is_empty(tmp_path: Path) -> None:
    columns = [c for c in CHECKOUTS if c != "total_discounts"]
    row = {k: v for k, v in checkout(1, ANN, "2026-11-20T10:00:00Z").items() if k != "total_discounts"}

    carts, report = imported(checkouts(tmp_path, row, columns=columns))

    assert carts[id_of(ANN)]["profitability_score"] == ""
    assert "the Profit dimension will be dropped" in said(report, "profitability_score")


def test_mixed_currencies_are_refused_by_name(tmp_path: Path) -> None:
    file = checkouts(
        tmp_path, checkout(1, ANN, "2026-11-20T10:00:00Z"), checkout(2, BEN, "2026-11-20T10:00:00Z", currency="usd")
    )

    with pytest.raises(InputError, match=r"EUR \(1\), USD \(1\)"):
        imported(file)


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
