"""What became of each user's last cart: the table `outcomes(user_id, outcome, bot, ...)`, one row a user.

The last cart is the user's cart and remove events after the purchase before the last cart event.
"""

from typing import Literal, get_args

import duckdb

from cartjury.tools.events.people import CART, PURCHASE, REMOVE

Outcome = Literal["abandoned", "too_early", "recovered", "converted", "emptied", "no_cart"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
MICRO = 1e6  # money is summed in whole millionths, so that a sum does not depend on the order of the rows


def micros(number: str) -> str:
    """SQL of an amount of money in whole millionths."""
    return f"CAST(floor({number} * {MICRO} + 0.5) AS HUGEINT)"


def define_outcomes(connection: duckdb.DuckDBPyConnection, as_of: int, abandon_after: int, *, quantities: bool) -> None:
    """Make the table `outcomes`, with what is in the cart (`items`) and its value (`cart_value`, NULL if unknown).

    Args:
        connection: it has people, bots and actions.
        as_of: microseconds.
        abandon_after: microseconds after the last cart event within which a purchase keeps it from being abandoned.
        quantities: whether the log has a quantity column.
    """
    _define_baskets(connection, quantities=quantities)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE outcomes AS SELECT p.user_id, p.last_cart, p.last_at, p.events_30d, "
        f"CASE WHEN p.last_purchase < p.last_cart THEN p.last_purchase END AS last_order, "
        f"b.items, b.cart_value, x.user_id IS NOT NULL AS bot, "
        f"CASE WHEN p.last_cart IS NULL THEN 'no_cart' "
        f"WHEN n.bought - p.last_cart <= {abandon_after} THEN 'converted' "
        f"WHEN n.bought IS NOT NULL THEN 'recovered' WHEN b.items = 0 THEN 'emptied' "
        f"WHEN {as_of} - p.last_cart < {abandon_after} THEN 'too_early' ELSE 'abandoned' END AS outcome "
        f"FROM people p LEFT JOIN bots x USING (user_id) LEFT JOIN baskets b USING (user_id) "
        f"LEFT JOIN (SELECT user_id, min(moment) AS bought FROM actions JOIN people USING (user_id) "
        f"WHERE kind = {PURCHASE} AND moment >= last_cart GROUP BY user_id) n USING (user_id)"
    )


def _define_baskets(connection: duckdb.DuckDBPyConnection, *, quantities: bool) -> None:
    """Make the table `baskets(user_id, items, cart_value)` of the users whose last cart no purchase followed."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE handled AS "
        f"SELECT user_id, moment, kind, item, price, coalesce(quantity, 1) AS n "
        f"FROM actions JOIN people USING (user_id) WHERE kind IN ({CART}, {REMOVE}) AND last_cart IS NOT NULL "
        f"AND coalesce(last_purchase < last_cart, true) AND coalesce(moment > last_purchase, true)"
    )
    # With quantities, a remove may take a part only.
    left = " OR carted > removed" if quantities else ""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE baskets AS SELECT user_id, CAST(sum(items) AS BIGINT) AS items, "
        # The value is known where the price of everything inside is.
        f"CASE WHEN bool_and(known) THEN CAST(sum(value) AS DOUBLE) / {MICRO} END AS cart_value FROM ("
        f"SELECT user_id, 1 AS items, price IS NOT NULL AS known, "
        f"{micros('price * CASE WHEN carted > removed THEN carted - removed ELSE last_n END')} AS value "
        f"FROM ({_by_item(quantities=quantities)}) "
        f"WHERE cart_at IS NOT NULL AND (remove_at IS NULL OR cart_at > remove_at{left}) "
        f"UNION ALL {_without_item()}) GROUP BY user_id"
    )
    connection.execute(
        "INSERT INTO baskets SELECT user_id, 0, NULL FROM (SELECT DISTINCT user_id FROM handled) "
        "ANTI JOIN baskets USING (user_id)"
    )


def _by_item(*, quantities: bool) -> str:
    """SQL of each item handled: when it was last put in and taken out, how many, and its price the last time."""
    n = "n" if quantities else "1"
    count = f"sum({n})" if quantities else "max(1)"
    return (
        f"SELECT user_id, item, max(moment) FILTER (kind = {CART}) AS cart_at, "
        f"max(moment) FILTER (kind = {REMOVE}) AS remove_at, {count} FILTER (kind = {CART}) AS carted, "
        f"coalesce({count if quantities else 'max(0)'} FILTER (kind = {REMOVE}), 0) AS removed, "
        f"max({{'at': moment, 'n': {n}}}) FILTER (kind = {CART}).n AS last_n, "
        # The same instant has one price as a rule; if it has two, the higher is taken.
        f"max({{'at': moment, 'price': price}}) FILTER (kind = {CART} AND price IS NOT NULL).price AS price "
        f"FROM handled WHERE item IS NOT NULL GROUP BY user_id, item"
    )


def _without_item() -> str:
    """SQL of events without an item id: puts less takes; what was taken is unknown, so then is the value."""
    puts, takes = f"count(*) FILTER (kind = {CART})", f"count(*) FILTER (kind = {REMOVE})"
    return (
        f"SELECT user_id, {puts} - {takes} AS items, "
        f"{takes} = 0 AND count(price) FILTER (kind = {CART}) = {puts} AS known, "
        f"sum({micros('price * n')}) FILTER (kind = {CART}) AS value "
        f"FROM handled WHERE item IS NULL GROUP BY user_id HAVING {puts} > {takes}"
    )
