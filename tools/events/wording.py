"""The rules of an import in words, with its parameters."""

from cartjury.tools.events.record import Wishes

ENGAGEMENT = (
    "(r(sessions) + r(events) + r(last event)) / 3, with r(x) = average rank of the user's x among all users of the "
    "log / number of users; ranks count from 1 at the smallest x, equal values share the average of theirs; sessions "
    "and events are those of the 30 days before as_of"
)
RATES = {
    "margin": "sum(margin * quantity) / sum(price * quantity)",
    "margin rate": "sum(margin * price * quantity) / sum(price * quantity)",
    "cost": "sum((price - cost) * quantity) / sum(price * quantity)",
    "discount": "-sum(discount * quantity) / sum(price * quantity)",
}
_RULES = """
Times are UTC, and times without a zone are read as UTC. as_of is the end of the log, or what was given; later events
do not count. Nor do events whose name is not known, nor rows that repeat another in all columns that are read.

A cart: the user's cart and remove events after the purchase before the user's last cart event.

abandoned: no purchase by the user at or after the last cart event, which is at least {abandon_after} before as_of, and
something is left in the cart.

too_early: the same, but the last cart event is younger than {abandon_after}: it may yet be bought ({young}).

converted: a purchase of anything at the instant of the last cart event or up to {abandon_after} after it (left out).

recovered: the first purchase after the last cart event came later than that (left out).

emptied: no purchase after the last cart event, but everything was removed again (left out).

no_cart: no cart event (left out).

A suspected bot has more than {bot_events} events within some 60 minutes ({bots}).

A session: the events of a user with one session id, else events of a user with at most {session_gap} between them.
sessions_last_30d: sessions with an event in the 30 days before as_of.

num_cart_items: distinct items in the cart. An item is out once it was removed at or after the last time that it was
put in (where quantities are known: unless more was put in than removed). Without item ids: cart events less removes.

cart_value: the last known prices of the items in the cart, times the quantity where one is known; empty where a price
is missing.

An order: the purchase rows of one transaction id, else of one session. avg_order_value: mean over the orders before
the cart, where a free order counts 0; empty without an order of known value. last_order_date: the last purchase before
the cart.
"""


def rules(wishes: Wishes) -> tuple[str, ...]:
    """What outcomes and columns mean, one rule each."""
    said = _RULES.format(
        abandon_after=wishes.abandon_after,
        session_gap=wishes.session_gap,
        bot_events=wishes.bot_events,
        young="kept, flagged in the column censored" if wishes.include_censored else "left out",
        bots="left out" if wishes.bots == "exclude" else "kept, flagged in the column suspect_bot",
    )
    return tuple(" ".join(rule.split()) for rule in said.strip().split("\n\n"))


def formulas(margin: str | None) -> dict[str, str]:
    """How the two scores were made."""
    profit = (
        f"average rank of the user's margin rate among all buyers of the log / number of those; margin rate = "
        f"{RATES[margin]} over the user's purchase rows; empty without any"
        if margin
        else "empty: no margin, cost or discount column"
    )
    return {"engagement_score": ENGAGEMENT, "profitability_score": profit}
