"""Exports are recognised by their headers, and other tables are not taken for them."""

import csv
from collections.abc import Sequence

import pytest

from cartjury.tools.platforms.table import advice, platforms, recognise
from cartjury.tools.platforms.values import KINDS
from tests.carts import SAMPLES
from tests.tools.platform_exports import ADMIN, CARTFLOWS, CHECKOUTS, ORDERS, PROFILES

GA4 = ("event_date", "event_timestamp", "event_name", "event_params", "user_id", "user_pseudo_id", "items")
HEADERS = {
    "shopify_orders": ORDERS,
    "shopify_checkouts": CHECKOUTS,
    "shopify_checkouts_admin": ADMIN,
    "woocommerce_cartflows": CARTFLOWS,
    "klaviyo_profiles": PROFILES,
    "ga4_bigquery": GA4,
}
NEAR_MISSES = {
    "the contract": ("user_id", "cart_abandoned_date", "last_order_date", "avg_order_value", "sessions_last_30d"),
    "orders of another shop": ("Id", "Email", "Created at", "Total", "Status"),
    "invoices": ("Name", "Email", "Created at", "Total", "Invoice number", "Due date"),
    "a list of contacts": ("Name", "Email", "Created at"),
    "orders from an API": (
        "id",
        "email",
        "created_at",
        "order_number",
        "financial_status",
        "total_price",
        "cart_token",
    ),
    "another table with a serialised cart": ("id", "email", "cart_contents", "time"),
    "another log of events": ("event_name", "event_timestamp", "user_id"),
    "a newsletter list": ("Email", "First Name", "Last Name", "Consent", "Last Open"),
    "nothing": (),
}


def found(columns: Sequence[str]) -> str | None:
    platform = recognise(columns)
    return platform.id if platform else None


@pytest.mark.parametrize(("expected", "columns"), HEADERS.items())
def test_a_header_says_which_platform_it_is_from(expected: str, columns: tuple[str, ...]) -> None:
    assert found(columns) == expected


@pytest.mark.parametrize(("expected", "columns"), HEADERS.items())
def test_case_order_spaces_a_byte_order_mark_and_further_columns_do_not_matter(
    expected: str, columns: tuple[str, ...]
) -> None:
    changed = [f" {c.upper()} " for c in reversed(columns)]

    assert found(["\ufeff" + changed[0], *changed[1:], "my own column", ""]) == expected


@pytest.mark.parametrize(
    ("platform", "optional"),
    [
        ("shopify_orders", ("Refunded Amount", "Discount Amount", "Phone", "Notes", "Currency", "Accepts Marketing")),
        ("shopify_checkouts", ("updated_at", "_fivetran_deleted", "email", "total_discounts", "credit_card_number")),
        ("shopify_checkouts_admin", ("Currency", "Lineitem quantity", "Lineitem name", "Shipping Name")),
        ("woocommerce_cartflows", ("unsubscribed", "coupon_code", "other_fields", "cart_total")),
        ("klaviyo_profiles", ("Average Order Value", "Historic Customer Lifetime Value", "Consent", "Last Click")),
    ],
)
def test_missing_optional_columns_do_not_matter(platform: str, optional: tuple[str, ...]) -> None:
    assert found([c for c in HEADERS[platform] if c not in optional]) == platform


@pytest.mark.parametrize("columns", NEAR_MISSES.values(), ids=NEAR_MISSES)
def test_a_table_that_only_looks_alike_is_not_recognised(columns: tuple[str, ...]) -> None:
    assert found(columns) is None


def test_the_admin_export_is_known_by_either_name_of_its_total() -> None:
    assert found(["Id", "Email", "Created at", "Total Price"]) == found(["Id", "Email", "Created at", "Total"])


def test_every_field_of_the_table_has_a_kind_and_every_export_of_carts_a_date() -> None:
    assert {field for platform in platforms() for field in platform.fields} <= set(KINDS)
    assert all("created" in platform.fields for platform in platforms() if platform.role == "carts")
    assert all(platform.needs for platform in platforms() if platform.role in {"orders", "profiles"})


def test_what_to_do_with_an_export_is_a_command() -> None:
    by_id = {platform.id: platform for platform in platforms()}

    assert advice(by_id["shopify_checkouts"], "c.csv").endswith("cartjury import platform c.csv")
    assert advice(by_id["shopify_orders"], "o.csv").endswith("platform CHECKOUTS_FILE --orders o.csv")
    assert advice(by_id["ga4_bigquery"], "e.csv").endswith("cartjury import events e.csv --preset ga4")


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="needs the sample files")
@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("shopify_orders_csv.header.csv", "shopify_orders"),
        ("shopify_orders_MADE_UP_rows.csv", "shopify_orders"),
        ("shopify_abandoned_checkout_api.header.csv", "shopify_checkouts"),
        ("woocommerce_cartflows.header.csv", "woocommerce_cartflows"),
        ("klaviyo_profiles_csv.header.csv", "klaviyo_profiles"),
    ],
)
def test_the_documented_headers_are_recognised(file: str, expected: str) -> None:
    with (SAMPLES / "open" / "formats" / file).open(encoding="utf-8", newline="") as text:
        assert found(next(csv.reader(text))) == expected


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="needs the sample files")
def test_no_cart_file_and_no_event_log_of_the_samples_is_taken_for_an_export() -> None:
    headers = []
    for path in sorted((SAMPLES / "nasty").glob("*.csv")):
        text = path.read_bytes()[:100_000].decode("utf-8", "replace").replace("\x00", "")
        headers.append(next(csv.reader(text.splitlines()), []))

    assert [found(header) for header in headers] == [None] * len(headers)
    assert len(headers) > 30
