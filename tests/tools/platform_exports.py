"""Small exports as the platforms write them, with invented people; and what an import makes of them."""

import csv
import hashlib
import hmac
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cartjury.tools.platforms.importing import import_exports
from cartjury.tools.platforms.records import ImportReport, Wish

KEY = "a key for tests, thirty-two bytes or more"
ORDERS = (
    *("Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing"),
    *("Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method"),
    *("Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Billing Name", "Billing Street"),
    *("Billing Phone", "Shipping Name", "Shipping Address1", "Notes", "Cancelled at", "Payment Method"),
    *("Refunded Amount", "Id", "Phone"),
)
CHECKOUTS = (
    *("id", "abandoned_checkout_url", "billing_address_address_1", "billing_address_name", "buyer_accepts_marketing"),
    *("cart_token", "completed_at", "created_at", "credit_card_number", "currency", "customer_id", "email", "phone"),
    *("shipping_address_name", "subtotal_price", "token", "total_discounts", "total_line_items_price", "total_price"),
    *("updated_at", "_fivetran_deleted"),
)
ADMIN = ("Id", "Email", "Created at", "Total", "Currency", "Lineitem quantity", "Lineitem name", "Shipping Name")
CARTFLOWS = (
    *("id", "checkout_id", "email", "cart_contents", "cart_total", "session_id", "other_fields", "order_status"),
    *("unsubscribed", "coupon_code", "time"),
)
PROFILES = (
    *("Email", "Klaviyo ID", "First Name", "Last Name", "Phone Number", "Address", "Consent", "Last Active"),
    *("Last Open", "Last Click", "Historic Customer Lifetime Value", "Average Order Value", "favourite_colour"),
)


def order(name: str, email: str, created: str, **changes: str) -> dict[str, str]:
    """A paid order of 50 EUR; other columns by their header, with _ for a space."""
    usual = {"Name": name, "Email": email, "Created at": created, "Paid at": created, "Financial Status": "paid"}
    usual |= {"Currency": "EUR", "Subtotal": "45.00", "Total": "50.00", "Discount Amount": "0.00"}
    usual |= {"Refunded Amount": "0.00", "Lineitem quantity": "1", "Lineitem name": "Mug"}
    return usual | {key.replace("_", " "): value for key, value in changes.items()}


def checkout(number: int, email: str, updated: str, **changes: str) -> dict[str, str]:
    """An abandoned checkout of 40 EUR by somebody who agreed to marketing."""
    usual = {"id": str(number), "email": email, "created_at": updated, "updated_at": updated, "currency": "EUR"}
    usual |= {"buyer_accepts_marketing": "true", "total_line_items_price": "40.00", "total_discounts": "0.00"}
    return usual | changes


def flow(number: int, email: str, time: str, **changes: str) -> dict[str, str]:
    """A row of the CartFlows table: an abandoned cart with two entries."""
    usual = {"id": str(number), "email": email, "time": time, "order_status": "abandoned", "unsubscribed": "0"}
    return {**usual, "cart_total": "40.00", "cart_contents": serialised(2), **changes}


def serialised(entries: int) -> str:
    """A cart as PHP serialises it, with one array an entry."""
    entry = 's:32:"{0:032x}";a:2:{{s:10:"product_id";i:{0};s:8:"quantity";i:1;}}'
    return f"a:{entries}:{{{''.join(entry.format(i) for i in range(entries))}}}"


def written(folder: Path, name: str, columns: Sequence[str], rows: Iterable[Mapping[str, str]], **form: Any) -> Path:
    """Write an export; `form` goes to csv.DictWriter."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n", **form)
    writer.writeheader()
    writer.writerows(rows)
    (folder / name).write_text(text.getvalue(), encoding="utf-8", newline="")
    return folder / name


def orders(folder: Path, *rows: Mapping[str, str], columns: Sequence[str] = ORDERS) -> Path:
    return written(folder, "orders.csv", columns, rows)


def checkouts(folder: Path, *rows: Mapping[str, str], columns: Sequence[str] = CHECKOUTS) -> Path:
    return written(folder, "checkouts.csv", columns, rows)


def flows(folder: Path, *rows: Mapping[str, str]) -> Path:
    return written(folder, "cartflows.csv", CARTFLOWS, rows)


def admin(folder: Path, *rows: Mapping[str, str], columns: Sequence[str] = ADMIN) -> Path:
    return written(folder, "checkouts_export_1.csv", columns, rows)


def profiles(folder: Path, *rows: Mapping[str, str], columns: Sequence[str] = PROFILES) -> Path:
    return written(folder, "profiles.csv", columns, rows)


def imported(*files: Path, **wish: Any) -> tuple[dict[str, dict[str, str]], ImportReport]:
    """The carts that an import wrote, by user id, and its report. The key is KEY."""
    folder = files[0].parent
    key_file = folder / "test.key"
    key_file.write_text(KEY)
    key_file.chmod(0o600)
    report = import_exports(Wish(files=files, out=folder / "carts.csv", key_file=key_file, **wish))
    with (folder / "carts.csv").open(encoding="utf-8", newline="") as file:
        return {row["user_id"]: row for row in csv.DictReader(file)}, report


def id_of(email: str) -> str:
    """The id of an address that is trimmed and in lower case already."""
    return hmac.new(KEY.encode(), email.encode(), hashlib.sha256).hexdigest()


def said(report: ImportReport, beginning: str) -> str:
    """The only notice that begins so."""
    (found,) = [notice for notice in report.notices if notice.startswith(beginning)]
    return found
