"""The eight columns of the contract, made from the checkouts that are left and what else is known of their people."""

from datetime import date, timedelta
from pathlib import Path

import duckdb

from cartjury.tools.engine.duck import PARQUET, literal, one
from cartjury.tools.platforms.header import Export

SESSION_DAYS = 30
# Money adds up in millionths, so that a mean is the same bits in whatever order the rows come.
MICRO = "CAST(floor(({}) * 1e6 + 0.5) AS HUGEINT)"


def make_features(
    connection: duckdb.DuckDBPyConnection,
    carts: Export,
    as_of: date,
    *,
    has_orders: bool,
    cart_value_as_aov: bool,
) -> dict[str, int]:
    """Make the table `features`, one row a person in the order of the export.

    Args:
        connection: with the tables that `decide` made.
        carts: the export of the carts; what it lacks decides what is left empty.
        as_of: sessions are counted in the 30 days before it, and on it.
        has_orders: whether an orders export is there, which then decides about discounts.
        cart_value_as_aov: whether the value of the cart stands in where no order value is known.

    Returns:
        The people without a value, by column that may be empty.
    """
    _collect_orders(connection, as_of)
    _collect_profiles(connection)
    items = "quantity" if "quantity" in carts.names else "contents" if "contents" in carts.names else "1"
    value = "coalesce(orders.aov, profiles.aov" + (", c.value)" if cart_value_as_aov else ")")
    profit = "orders.kept" if has_orders else _share_kept("c.discount", "c.subtotal")
    connection.execute(
        f"CREATE TEMP TABLE features AS SELECT c.person AS user_id, c.day AS cart_abandoned_date, "
        f"orders.last_day AS last_order_date, {value} AS avg_order_value, sessions AS sessions_last_30d, "
        f"CAST({items} AS BIGINT) AS num_cart_items, profiles.engagement AS engagement_score, "
        f"{profit} AS profitability_score, c.value AS cart_value, "
        f"CASE agrees WHEN true THEN 'yes' WHEN false THEN 'no' ELSE 'unknown' END AS marketing_consent, row "
        f"FROM outcomes c LEFT JOIN order_facts orders ON orders.person = c.person "
        f"LEFT JOIN profile_facts profiles ON profiles.person = c.person "
        f"LEFT JOIN ({_sessions(as_of)}) s ON s.person = c.person WHERE outcome = 'written'"
    )
    empty = ("last_order_date", "avg_order_value", "engagement_score", "profitability_score")
    counted = ", ".join(f"count(*) FILTER ({column} IS NULL)" for column in empty)
    return dict(zip(empty, one(connection, f"SELECT {counted} FROM features"), strict=True))


def write_features(connection: duckdb.DuckDBPyConnection, draft: Path, further: tuple[str, ...]) -> None:
    """Write the carts to a file, Parquet or CSV by its name."""
    left_out = [c for c in ("cart_value", "marketing_consent") if c not in further]
    columns = f"* EXCLUDE ({', '.join(('row', *left_out))})"
    form = PARQUET if draft.suffix == ".parquet" else "FORMAT csv, HEADER"
    connection.execute(f"COPY (SELECT {columns} FROM features ORDER BY row) TO {literal(str(draft))} ({form})")


def _sessions(as_of: date) -> str:
    start = as_of - timedelta(days=SESSION_DAYS)
    return (
        f"SELECT person, count(*) FILTER (day BETWEEN DATE '{start}' AND DATE '{as_of}') AS sessions "
        f"FROM carts WHERE deleted IS NOT TRUE GROUP BY person"
    )


def _collect_orders(connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Make `order_facts` of the paid orders up to as_of: last day, mean of total less refund, share not discounted."""
    net = MICRO.format("greatest(coalesce(total, subtotal) - coalesce(refunded, 0), 0)")
    discount, subtotal = (f"sum({MICRO.format(f'coalesce({c}, 0)')})" for c in ("discount", "subtotal"))
    known = "CASE WHEN bool_or(discount IS NOT NULL) THEN"
    connection.execute(
        f"CREATE TEMP TABLE order_facts AS SELECT person, max(day) AS last_day, "
        f"CAST(sum({net}) AS DOUBLE) / nullif(count(coalesce(total, subtotal)), 0) / 1e6 AS aov, "
        f"{known} {_share_kept(discount, subtotal)} END AS kept FROM orders "
        f"WHERE person IS NOT NULL AND cancelled IS NULL AND day <= DATE '{as_of}' "
        f"AND (status = 'paid' OR (status IS NULL AND paid IS NOT NULL)) GROUP BY person"
    )


def _collect_profiles(connection: duckdb.DuckDBPyConnection) -> None:
    """Order value of a profile, and engagement: the percentile rank, over all profiles, of their last activity.

    Rank = (profiles with an earlier activity + half of those with the same) / profiles with any.
    """
    last = "greatest(max(opened), max(clicked), max(active))"
    connection.execute(
        f"CREATE TEMP TABLE profile_facts AS SELECT person, aov, CASE WHEN last IS NOT NULL THEN "
        f"(rank() OVER (PARTITION BY last IS NULL ORDER BY last) - 1 + count(*) OVER (PARTITION BY last) / 2.0) "
        f"/ count(last) OVER () END AS engagement FROM "
        f"(SELECT person, max(order_value) AS aov, {last} AS last FROM profiles WHERE person IS NOT NULL "
        f"GROUP BY person)"
    )


def _share_kept(discount: str, subtotal: str) -> str:
    """SQL of 1 - discount / subtotal, not below 0; NULL where either is unknown or there is no subtotal."""
    share = f"1 - CAST({discount} AS DOUBLE) / CAST({subtotal} AS DOUBLE)"
    # Not `greatest` alone, which takes no notice of NULL.
    return f"CASE WHEN {discount} IS NOT NULL AND {subtotal} > 0 THEN greatest({share}, 0.0) END"
