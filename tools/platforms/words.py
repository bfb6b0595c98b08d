"""An import in words: what each column holds, the rules, and what the user should know before using the carts."""

from collections.abc import Mapping
from typing import NamedTuple

from cartjury.tools.platforms.features import SESSION_DAYS
from cartjury.tools.platforms.header import Export
from cartjury.tools.platforms.people import OUTCOMES

NOT_HERE = "not in these exports"
DIMENSIONS = {"avg_order_value": "AOV", "engagement_score": "Engagement", "profitability_score": "Profit"}


class Facts(NamedTuple):
    """What the words depend on.

    Attributes:
        exports: by role.
        empty: people without a value, by column.
        outcomes: checkouts by outcome.
        with_email: whether e-mail addresses were read, into ids.
        timezone: None where it was not given.
        naive: whether a time without a zone was met.
        unknown_consent: written people of whom no export says whether they agreed.
        overdrawn: orders with more refunded than paid.
        matched: orders of people who are written.
        nameless: orders without e-mail address, so nobody's.
    """

    exports: Mapping[str, Export]
    empty: Mapping[str, int]
    outcomes: Mapping[str, int]
    with_email: bool
    timezone: str | None
    naive: bool
    unknown_consent: int
    overdrawn: int
    matched: int
    nameless: int
    keep_without_consent: bool
    cart_value_as_aov: bool


def mapping(facts: Facts) -> dict[str, str]:
    """Say what each column of the carts holds."""
    carts, orders, profiles = (facts.exports.get(role) for role in ("carts", "orders", "profiles"))
    names = carts.names if carts else {}
    aov = ["mean of Total - Refunded Amount over paid orders"] if orders else []
    aov += [f"{profiles.names['order_value']} of the profile"] if profiles and "order_value" in profiles.names else []
    aov += [f"value of the cart ({names['value']})"] if facts.cart_value_as_aov and "value" in names else []
    kept = "1 - sum(Discount Amount) / sum(Subtotal) over paid orders, not below 0: a proxy" if orders else ""
    if not orders and {"discount", "subtotal"} <= set(names):
        kept = f"1 - {names['discount']} / {names['subtotal']} of the cart, not below 0: a proxy"
    at = " or else ".join(names[f] for f in ("updated", "created") if f in names)
    return {
        "user_id": _user_id(names, with_email=facts.with_email),
        "cart_abandoned_date": f"day of {at} of the person's latest abandoned cart",
        "last_order_date": "day of Paid at, or else Created at, of the last paid order" if orders else NOT_HERE,
        "avg_order_value": ", or else ".join(aov) or NOT_HERE,
        "sessions_last_30d": f"the person's checkouts in the {SESSION_DAYS} days before as_of: a lower bound",
        "num_cart_items": _items(names),
        "engagement_score": (
            "percentile rank of the profile's last activity (open, click, visit) among all profiles: a proxy"
            if profiles and {"opened", "clicked", "active"} & set(profiles.names)
            else NOT_HERE
        ),
        "profitability_score": kept or NOT_HERE,
    }


def rules(facts: Facts) -> tuple[str, ...]:
    """Say what was counted and what was left out."""
    zone = facts.timezone or "UTC"
    consent = (
        "people without consent to marketing are kept, and marked in the column marketing_consent"
        if facts.keep_without_consent
        else "people who refused marketing, did not agree to it where the carts say so, or unsubscribed are left out"
    )
    return (
        "a cart is a checkout that was not completed; completed_at filled, or a status that says so, is an order",
        "of several carts of a person the latest counts, with its own items and value",
        "a cart is recovered, and left out, where the same person ordered at the same time or later",
        "an order recovers a cart unless it was cancelled, voided or expired",
        "last_order_date, avg_order_value and discounts take paid orders, not cancelled ones; refunds are subtracted",
        "a person is a customer id, or else an e-mail address as HMAC-SHA256 with the local key",
        "an e-mail address that has exactly one customer id in these exports is that customer",
        f"days are those of the time zone {zone}",
        consent,
    )


def notices(facts: Facts, columns: Mapping[str, str]) -> list[str]:
    """Say what the user should know: what the exports are, what could not be derived, who was left out."""
    said = [f"{e.path.name} is a {e.platform.title}, recognised by its header" for e in facts.exports.values()]
    said += [f"{e.path.name}: {e.platform.caution}" for e in facts.exports.values() if e.platform.caution]
    said += _about_time(facts)
    said += _about_empty(facts, columns)
    said.append(
        f"sessions_last_30d: exports have no sessions; these are the person's checkouts in the {SESSION_DAYS} days "
        "before as_of, a lower bound"
    )
    carts = facts.exports["carts"]
    if not {"quantity", "contents"} & set(carts.names):
        said.append("num_cart_items: this export does not list items; it is 1 for everybody and never used for a split")
    if not {"completed", "status"} & set(carts.names) and "orders" not in facts.exports:
        said.append("this export does not say which checkouts were completed: give --orders to leave buyers out")
    said += _about_consent(facts)
    if facts.overdrawn:
        said.append(f"{facts.overdrawn:,} orders have more refunded than they cost; they count as 0")
    if "orders" in facts.exports and not facts.matched:
        orders = facts.exports["orders"].path.name
        said.append(f"no order of {orders} is by anybody who left a cart: are both exports of the same shop and time?")
    if facts.nameless:
        said.append(f"{facts.nameless:,} orders have no e-mail address and belong to nobody here")
    left_out = [f"{n:,} {OUTCOMES[o]}" for o, n in facts.outcomes.items() if n and o != "written"]
    return [*said, *([f"checkouts left out: {'; '.join(left_out)}"] if left_out else [])]


def _user_id(names: Mapping[str, str], *, with_email: bool) -> str:
    hashed = "HMAC-SHA256 of the e-mail address with the local key"
    if "customer" not in names:
        return hashed
    return f"{names['customer']}, or else the {hashed}" if with_email else names["customer"]


def _items(names: Mapping[str, str]) -> str:
    if "quantity" in names:
        return f"sum of {names['quantity']} over the line items"
    return f"entries of {names['contents']}" if "contents" in names else "1 for everybody: not in these exports"


def _about_time(facts: Facts) -> list[str]:
    if facts.timezone:
        return []
    if facts.naive:
        return ["times without a zone were read as UTC; say --timezone with the shop's zone, such as Europe/Berlin"]
    return ["days are days in UTC; say --timezone with the shop's zone for its own days"]


def _about_empty(facts: Facts, columns: Mapping[str, str]) -> list[str]:
    said, written = [], facts.outcomes["written"]
    for column, number in facts.empty.items():
        dimension = DIMENSIONS.get(column)
        if number == written:
            means = f"; the {dimension} dimension will be dropped" if dimension else "; nobody's last order is known"
            said.append(f"{column}: {_why(column, columns)}{means}{_remedy(column, facts)}")
        elif number:
            means = f"; they are Unknown in the {dimension} dimension" if dimension else ""
            said.append(f"{column}: empty for {number:,} of {written:,} people{means}")
    return said


def _why(column: str, columns: Mapping[str, str]) -> str:
    return "not in this export" if columns[column] == NOT_HERE else "known of nobody here"


def _remedy(column: str, facts: Facts) -> str:
    if column in {"last_order_date", "avg_order_value"} and "orders" not in facts.exports:
        carts = facts.exports["carts"]
        ways = ["a Shopify orders export as --orders adds it"] if carts.platform.id.startswith("shopify") else []
        if column == "avg_order_value" and "value" in carts.names:
            ways.append("--cart-value-as-aov uses the value of the cart")
        return f" ({', '.join(ways)})" if ways else ""
    if column == "engagement_score" and "profiles" not in facts.exports:
        return " (a Klaviyo profiles export as --profiles adds a proxy)"
    return ""


def _about_consent(facts: Facts) -> list[str]:
    if not facts.unknown_consent:
        return []
    number = facts.unknown_consent
    everybody = number == facts.outcomes["written"]
    who = "anybody" if everybody else f"{number:,} of {facts.outcomes['written']:,} people"
    return [f"these exports do not say whether {who} agreed to marketing: check that before anything is sent"]
