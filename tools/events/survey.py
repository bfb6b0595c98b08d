"""What a log holds before anybody is judged: its names, its days, its end; and whether that makes sense."""

from itertools import pairwise
from typing import NamedTuple

import duckdb

from cartjury.data.errors import InputError
from cartjury.tools.engine.duck import one
from cartjury.tools.events.moments import day_of, in_words
from cartjury.tools.events.people import CART, PURCHASE
from cartjury.tools.events.times import DAY

TOP = 10  # event names that a notice lists
LONELY_SHARE = 0.001  # fewer rows than this share after a long silence at the end are taken for a clock gone wrong
SILENCE = 30  # days


class Survey(NamedTuple):
    """Names and times of a log.

    Attributes:
        start, end: microseconds of the first and the last event.
        as_of: microseconds that count as now.
        after: rows later than as_of.
        unknown: rows whose event is not known, up to as_of.
        unknown_names: the most frequent of their names.
        purchases: rows up to as_of.
    """

    start: int
    end: int
    as_of: int
    after: int
    unknown: int
    unknown_names: dict[str, int]
    purchases: int


def survey(connection: duckdb.DuckDBPyConnection, name: str, as_of: int | None) -> Survey:
    """Look over the view `good`.

    Args:
        connection: it has the view.
        name: of the log, for messages.
        as_of: microseconds; None takes the end of the log.

    Raises:
        InputError: no events, no cart events, or a last event so far from the others that it cannot be the end.
    """
    start, end = one(connection, "SELECT min(moment), max(moment) FROM good")
    if start is None:
        raise InputError(f"{name} has no usable rows")
    if as_of is None:
        _refuse_lonely_end(connection, name)
    now = end if as_of is None else as_of
    (after,) = one(connection, f"SELECT count(*) FROM good WHERE moment > {now}") if now < end else (0,)
    found = connection.execute(
        f"SELECT event, kind, count(*) FROM good WHERE moment <= {now} GROUP BY event, kind ORDER BY 3 DESC, 1"
    ).fetchall()
    if not found:
        raise InputError(f"{name} has no event up to --as-of {in_words(now)}; its first is of {in_words(start)}")
    unknown = {event: count for event, kind, count in found if kind is None}
    carts, purchases = (sum(count for _, k, count in found if k == kind) for kind in (CART, PURCHASE))
    if not carts:
        raise InputError(*_no_carts(name, [(event, count) for event, _, count in found]))
    top = dict(list(unknown.items())[:TOP])
    return Survey(start, end, now, after, sum(unknown.values()), top, purchases)


def _no_carts(name: str, found: list[tuple[str, int]]) -> tuple[str, tuple[str, ...]]:
    shown = ", ".join(f"{event} ({count:,})" for event, count in found[:TOP])
    more = f" and {len(found) - TOP} more" if len(found) > TOP else ""
    hint = (
        "if one of these puts something into the cart, say --event cart=NAME; an order history or grocery baskets "
        "cannot tell who left without buying: take the shop's clickstream"
    )
    return f"{name} holds no cart events, so nobody can be seen to abandon a cart", (f"its events: {shown}{more}", hint)


def _refuse_lonely_end(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Refuse a log whose end is a few rows long after the others, by which every cart would look old."""
    days = connection.execute(
        f"SELECT moment // {DAY} AS day, count(*) FROM good GROUP BY day ORDER BY day DESC"
    ).fetchall()
    most, seen = LONELY_SHARE * sum(count for _, count in days), 0
    for (day, count), (before, _) in pairwise(days):
        seen += count
        if seen > most:
            return
        if day - before > SILENCE:
            raise InputError(
                f"{name}: the last {seen:,} events begin on {day_of(day * DAY)}, {day - before} days after all others: "
                f"is a clock wrong? Say --as-of to decide what counts as now: --as-of {day_of((before + 1) * DAY)}"
            )
