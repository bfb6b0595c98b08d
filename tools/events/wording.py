"""The rules of an import in words, with its parameters."""

from cartjury.tools.events.record import Wishes

ENGAGEMENT = (
    "(r(sessions) + r(events) + r(last event)) / 3, with r(x) = average rank of the user's x among all users of the log / "
    "number of users; ranks count from 1 at the smallest x, equal values share the average of theirs; sessions and "
    "events are those of the 30 days before as_of"
)
RATES = {
    "margin": "sum(margin * quantity) / sum(price * quantity)",
    "margin rate": "sum(margin * price * quantity) / sum(price * quantity)",
    "cost": "sum((price - cost) * quantity) / sum(price * quantity)",
    "discount": "-sum(discount * quantity) / sum(price * quantity)",
}


def rules(wishes: Wishes) -> tuple[str, ...]:
    """What the outcomes and columns mean, a sentence each."""
    young = "kept, flagged in the column censored" if wishes.include_censored else "left out"
    bots = "left out" if wishes.bots == "exclude" else "kept, flagged in the column suspect_bot"
    return (
        "Times are UTC, and times without a zone are read as UTC. as_of is the end of the log, or what was given; later "
        "events do not count.",
        "A cart: the user's cart and remove events after the purchase before the user's last cart event.",
        f"abandoned: no purchase by the user at or after the last cart event, which is at least {wishes.abandon_after} "
        f"before as_of, and something is left in the cart.",
        f"too_early: the same, but the last cart event is younger than {wishes.abandon_after}: it may yet be bought "
        f"({young}).",
        f"converted: a purchase of anything at the same instant as the last cart event or up to {wishes.abandon_after} "
        f"after it. recovered: the first purchase came later. emptied: everything was removed again. no_cart: no cart "
        f"event. All of these are left out.",
        f"A suspected bot has more than {wishes.bot_events} events within some 60 minutes ({bots}).",
        f"A session: the events of a user with one session id, else events of a user with at most {wishes.session_gap} "
        f"between them. sessions_last_30d: sessions with an event in the 30 days before as_of.",
        "num_cart_items: distinct items in the cart; an item is out once removed after it was last put in (where "
        "quantities are known: unless more was put in than removed). Without item ids: cart events less removes.",
        "cart_value: the items' last known prices in the cart, times the quantity where one is known; empty where a price "
        "is missing.",
        "An order: the purchase rows of one transaction id, else of one session. avg_order_value: mean over the orders "
        "before the cart, where a free order counts 0; empty without an order of known value. last_order_date: last "
        "purchase before the cart.",
        "Rows that are equal in all columns that are read count once.",
    )


def formulas(margin: str | None) -> dict[str, str]:
    """How the two scores were made."""
    profit = (
        f"average rank of the user's margin rate among all buyers of the log / number of those; margin rate = "
        f"{RATES[margin]} over the user's purchase rows; empty without any"
        if margin
        else "empty: no margin, cost or discount column"
    )
    return {"engagement_score": ENGAGEMENT, "profitability_score": profit}
