"""An event log judged a second time: plain loops over a user's rows, from the rules in docs/events.md alone."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

HOUR = timedelta(hours=1)
MONTH = timedelta(days=30)


class Event(NamedTuple):
    """One row of a log, as somebody would write it by hand; `kind` None: an event nobody knows.

    `name` tells apart what is of one kind.
    """

    user: str
    when: datetime
    kind: str | None
    session: str | None = None
    item: str | None = None
    price: float | None = None
    order: str | None = None
    quantity: float | None = None
    cost: float | None = None
    name: str | None = None


class Rules(NamedTuple):
    """The options that an import has."""

    as_of: datetime | None = None
    abandon_after: timedelta = timedelta(hours=24)
    session_gap: timedelta = timedelta(minutes=30)
    bot_events: int = 300
    quantities: bool = False
    costs: bool = False


USUAL = Rules()


def judged(log: Iterable[Event], rules: Rules = USUAL) -> dict[str, dict[str, Any]]:
    """What became of every user, and the columns of a cart where it is or may be abandoned."""
    rows = list(dict.fromkeys(log))
    now = rules.as_of or max(row.when for row in rows)
    by_user: dict[str, list[Event]] = defaultdict(list)
    for row in rows:
        if row.when <= now and row.kind:
            by_user[row.user].append(row)
    for events in by_user.values():
        events.sort(key=lambda e: e.when)
    activity = {user: _activity(events, now, rules) for user, events in by_user.items()}
    rates = {user: _rate(events) for user, events in by_user.items()} if rules.costs else {}
    ranks = [_percentiles({user: a[i] for user, a in activity.items()}) for i in range(3)]
    margins = _percentiles({user: rate for user, rate in rates.items() if rate is not None})
    found = {}
    for user, events in by_user.items():
        found[user] = {
            "outcome": _outcome(events, now, rules),
            "bot": _bot(events, rules),
            **_cart(events, rules),
            "sessions_last_30d": activity[user][0],
            "engagement_score": float(sum(rank[user] for rank in ranks) / 3),
            "profitability_score": float(margins[user]) if user in margins else None,
        }
    return found


def _percentiles(values: Mapping[str, Any]) -> dict[str, Fraction]:
    """Average rank from 1 at the smallest, divided by how many there are."""
    ordered = sorted(values.values())
    places: dict[Any, list[int]] = defaultdict(list)
    for place, value in enumerate(ordered, start=1):
        places[value].append(place)
    return {u: Fraction(sum(places[v]), len(places[v])) / len(ordered) for u, v in values.items()}


def _activity(events: Sequence[Event], now: datetime, rules: Rules) -> tuple[int, int, datetime]:
    recent = [e for e in events if e.when >= now - MONTH]
    ids = {e.session for e in recent if e.session is not None}
    runs, before = 0, None
    for event in (e for e in recent if e.session is None):
        runs += before is None or event.when - before > rules.session_gap
        before = event.when
    return len(ids) + runs, len(recent), events[-1].when


def _bot(events: Sequence[Event], rules: Rules) -> bool:
    return any(sum(e.when <= other.when <= e.when + HOUR for other in events) > rules.bot_events for e in events)


def _outcome(events: Sequence[Event], now: datetime, rules: Rules) -> str:
    carts = [e.when for e in events if e.kind == "cart"]
    if not carts:
        return "no_cart"
    later = [e.when for e in events if e.kind == "purchase" and e.when >= carts[-1]]
    if later:
        return "converted" if min(later) - carts[-1] <= rules.abandon_after else "recovered"
    if _cart(events, rules)["num_cart_items"] == 0:
        return "emptied"
    return "too_early" if now - carts[-1] < rules.abandon_after else "abandoned"


def _cart(events: Sequence[Event], rules: Rules) -> dict[str, Any]:
    carts = [e.when for e in events if e.kind == "cart"]
    if not carts:
        return {}
    orders = [e for e in events if e.kind == "purchase" and e.when < carts[-1]]
    since = max((e.when for e in orders), default=datetime.min.replace(tzinfo=UTC))
    handled = [e for e in events if e.kind in {"cart", "remove"} and e.when > since]
    items, value = 0, Fraction(0)
    known = True
    for item in {e.item for e in handled if e.item is not None}:
        number, worth = _left([e for e in handled if e.item == item], rules)
        items += number
        known, value = known and worth is not None, value + (worth or 0)
    nameless = [e for e in handled if e.item is None]
    puts, takes = ([e for e in nameless if e.kind == kind] for kind in ("cart", "remove"))
    if len(puts) > len(takes):
        items += len(puts) - len(takes)
        known = known and not takes and all(e.price is not None for e in puts)
        value += sum((_worth(e.price, e.quantity or 1) for e in puts), Fraction(0)) if known else 0
    values = _order_values(events, orders, rules)
    return {
        "cart_abandoned_date": carts[-1].date(),
        "last_order_date": since.date() if orders else None,
        "num_cart_items": items,
        "cart_value": float(value) if known and items else None,
        "avg_order_value": float(sum(values) / len(values)) if values else None,
    }


def _left(events: Sequence[Event], rules: Rules) -> tuple[int, Fraction | None]:
    """Whether an item is still in the cart, and its worth; None where its price is unknown."""
    puts, takes = ([e for e in events if e.kind == kind] for kind in ("cart", "remove"))
    if not puts:
        return 0, Fraction(0)
    inside = not takes or puts[-1].when > takes[-1].when
    net: float = 1
    if rules.quantities:
        net = sum(e.quantity or 1 for e in puts) - sum(e.quantity or 1 for e in takes)
        inside = inside or net > 0
        if net <= 0:
            net = max(e.quantity or 1 for e in puts if e.when == puts[-1].when)
    if not inside:
        return 0, Fraction(0)
    priced = [e for e in puts if e.price is not None]
    if not priced:
        return 1, None
    return 1, _worth(max(e.price or 0 for e in priced if e.when == priced[-1].when), net)


def _order_values(events: Sequence[Event], orders: Sequence[Event], rules: Rules) -> list[Fraction]:
    found: dict[Any, list[Event]] = defaultdict(list)
    for row in orders:
        key = ("order", row.order) if row.order else ("session", row.session)
        found[key if key[1] else ("run", _run(events, row, rules))].append(row)
    return [
        sum((_worth(e.price, e.quantity or 1) for e in rows), Fraction(0))
        for rows in found.values()
        if all(e.price is not None for e in rows)
    ]


def _run(events: Sequence[Event], row: Event, rules: Rules) -> datetime:
    """The first instant of the run of events without session id that a row belongs to."""
    first = row.when
    for event in reversed([e for e in events if e.session is None and e.when <= row.when]):
        if first - event.when > rules.session_gap:
            break
        first = event.when
    return first


def _rate(events: Sequence[Event]) -> Fraction | None:
    rows = [e for e in events if e.kind == "purchase" and e.price is not None and e.cost is not None]
    paid = sum((_worth(e.price, e.quantity or 1) for e in rows), Fraction(0))
    earned = sum((_worth((e.price or 0) - (e.cost or 0), e.quantity or 1) for e in rows), Fraction(0))
    return earned / paid if paid else None


def _worth(price: float | None, pieces: float) -> Fraction:
    """Money to the millionth."""
    assert price is not None
    return Fraction(math.floor(price * pieces * 1e6 + 0.5), 10**6)
