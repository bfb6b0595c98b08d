"""Whose each checkout, order and profile is, and what became of every checkout.

A person is a customer id where there is one. An e-mail address (as its keyed hash) that belongs to exactly one customer
id anywhere in the exports stands for that customer, so a guest checkout of a customer is theirs; any other address is
a person of its own.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

import duckdb

from cartjury.data.errors import InputError
from cartjury.tools.engine.duck import literal, one

LONELY_DAYS, LONELY_SHARE = 7, 0.001  # a newest day with so few checkouts near it is taken for a typing error

# What can become of a checkout: the word in the table, and what it says. The first that is true counts.
OUTCOMES: Final[Mapping[str, str]] = {
    "deleted": "deleted in the shop",
    "no_key": "without customer id and e-mail address",
    "later": "after as_of",
    "bought": "completed, so not abandoned",
    "waiting": "still open, not yet counted as abandoned by the platform",
    "replaced": "replaced by a later cart of the same person",
    "recovered": "recovered: the same person ordered afterwards",
    "no_consent": "without consent to marketing, or unsubscribed",
    "written": "written as carts",
}


def identify(connection: duckdb.DuckDBPyConnection, zone: str) -> None:
    """Make the tables `carts`, `orders` and `profiles`: the groups with their person and day."""
    exports = ["grouped_carts", "grouped_orders"]
    known = " UNION ALL ".join(f"SELECT email, customer FROM {table}" for table in exports)
    connection.execute(
        f"CREATE TEMP TABLE links AS SELECT email, min(customer) AS only_customer FROM ({known}) "
        f"WHERE email IS NOT NULL AND customer IS NOT NULL GROUP BY email HAVING count(DISTINCT customer) = 1"
    )
    for table, made, days in (
        (
            "grouped_carts",
            "carts",
            f", coalesce(updated, created) AS moment, {_day('coalesce(updated, created)', zone)} AS day",
        ),
        ("grouped_orders", "orders", f", {_day('coalesce(paid, created)', zone)} AS day"),
        ("grouped_profiles", "profiles", ""),
    ):
        connection.execute(
            f"CREATE TEMP TABLE {made} AS SELECT g.*, coalesce(customer, only_customer, email) AS person{days} "
            f"FROM {table} g LEFT JOIN links USING (email)"
        )
        connection.execute(f"DROP TABLE {table}")


def newest_day(connection: duckdb.DuckDBPyConnection) -> date:
    """Return the day of the newest checkout, which counts as today unless another was given.

    Raises:
        InputError: there is none, or it stands so alone that it must be a typing error.
    """
    query = "SELECT count(*), max(day) FROM carts WHERE deleted IS NOT TRUE"
    total, newest = one(connection, query)
    if newest is None:
        raise InputError("the export has no checkouts")
    (near,) = one(
        connection,
        f"SELECT count(*) FROM carts WHERE deleted IS NOT TRUE AND day >= DATE '{newest}' - {LONELY_DAYS}",
    )
    if near < LONELY_SHARE * total:
        raise InputError(
            f"the newest checkout is of {newest}, but only {near:,} of {total:,} lie within {LONELY_DAYS} days of it: "
            "is it a typing error? Say --as-of to decide which day counts"
        )
    day: date = newest
    return day


def decide(
    connection: duckdb.DuckDBPyConnection, as_of: date, *, carts_state_consent: bool, keep_without_consent: bool
) -> dict[str, int]:
    """Give every checkout one outcome, in the table `outcomes`, and count them.

    Args:
        connection: with the tables that `identify` made.
        as_of: later carts are left out.
        carts_state_consent: whether the carts have a column for it; then an empty one is no consent.
        keep_without_consent: whether people who did not agree stay in.

    Returns:
        Checkouts by outcome, in the order of OUTCOMES; they add up to all checkouts.
    """
    connection.execute(
        "CREATE TEMP TABLE purchases AS SELECT person, max(moment) AS last FROM ("
        "SELECT person, coalesce(created, paid) AS moment FROM orders "
        "WHERE cancelled IS NULL AND coalesce(status, 'paid') != 'void' "
        "UNION ALL SELECT person, coalesce(completed, moment) FROM carts "
        "WHERE completed IS NOT NULL OR status = 'bought') "
        "WHERE person IS NOT NULL GROUP BY person"
    )
    _collect_consent(connection, stated=carts_state_consent)
    refused = "false" if keep_without_consent else "agrees IS FALSE"
    connection.execute(
        f"CREATE TEMP TABLE outcomes AS SELECT c.person, c.row, day, value, discount, subtotal, "
        f"quantity, contents, agrees, CASE "
        f"WHEN deleted IS TRUE THEN 'deleted' WHEN c.person IS NULL THEN 'no_key' "
        f"WHEN day > DATE '{as_of}' THEN 'later' "
        f"WHEN completed IS NOT NULL OR status = 'bought' THEN 'bought' WHEN status = 'waiting' THEN 'waiting' "
        f"WHEN row_number() OVER (PARTITION BY c.person, ({_open(as_of)}) ORDER BY moment DESC, row DESC) > 1 "
        f"THEN 'replaced' "
        f"WHEN p.last >= moment THEN 'recovered' WHEN {refused} THEN 'no_consent' ELSE 'written' END AS outcome "
        f"FROM carts c LEFT JOIN purchases p ON p.person = c.person LEFT JOIN consents n ON n.person = c.person"
    )
    found = dict(connection.execute("SELECT outcome, count(*) FROM outcomes GROUP BY outcome").fetchall())
    return {outcome: int(found.get(outcome, 0)) for outcome in OUTCOMES}


def check_currencies(connection: duckdb.DuckDBPyConnection) -> None:
    """Refuse exports in more than one currency.

    Raises:
        InputError: it names them.
    """
    found = connection.execute(
        "SELECT currency, count(*) FROM (SELECT currency FROM carts UNION ALL SELECT currency FROM orders) "
        "WHERE currency IS NOT NULL GROUP BY currency ORDER BY currency"
    ).fetchall()
    if len(found) > 1:
        named = ", ".join(f"{currency} ({count:,})" for currency, count in found)
        raise InputError(
            f"the exports mix currencies: {named}; amounts cannot be compared, export one market at a time"
        )


def _collect_consent(connection: duckdb.DuckDBPyConnection, *, stated: bool) -> None:
    """Make the table `consents`: does a person agree to marketing; NULL where no export says anything of them.

    A refusal in any export counts: an unsubscription on any cart, the newest cart's own statement, a profile's. What
    an order says counts, the newest first, only where the carts say nothing.
    """
    own = "coalesce(arg_max(consent, moment), false)" if stated else "NULL"
    connection.execute(
        "CREATE TEMP TABLE consents AS SELECT person, CASE WHEN unsubscribed OR own IS FALSE OR profile IS FALSE "
        "THEN false ELSE coalesce(own, profile, ordered) END AS agrees FROM ("
        f"SELECT person, bool_or(unsubscribed) AS unsubscribed, {own} AS own FROM carts GROUP BY person) "
        "LEFT JOIN (SELECT person, bool_and(agreed) AS profile FROM profiles GROUP BY person) USING (person) "
        "LEFT JOIN (SELECT person, arg_max(consent, created) AS ordered FROM orders GROUP BY person) USING (person)"
    )


def _open(as_of: date) -> str:
    return (
        f"deleted IS NOT TRUE AND day <= DATE '{as_of}' AND completed IS NULL AND (status IS NULL OR status = 'open')"
    )


def _day(instant: str, zone: str) -> str:
    return f"CAST(timezone({literal(zone)}, {instant}) AS DATE)"
