"""What users paid and what was earned by it: `order_values(user_id, avg_order_value)`, `margins(user_id, rate)`.

One order = the purchase rows of a transaction id, else of a session. A session without id is a run of the user's
events without a longer gap.
"""

import duckdb

from cartjury.tools.events.outcomes import MICRO, micros
from cartjury.tools.events.people import PURCHASE

MARGINS = {
    "margin": "margin * n",
    "margin rate": "margin * price * n",
    "cost": "(price - cost) * n",
    "discount": "-discount * n",
}


def define_order_values(connection: duckdb.DuckDBPyConnection, gap: int) -> None:
    """Make the table `order_values` of the users in the table `chosen`: the mean over their orders before the cart.

    A free order counts 0. An order with an unknown price is left out of the mean; without any known one it is NULL.
    Nobody chosen has bought after the cart, so all of the user's orders are before it.
    """
    _number_runs(connection, gap)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE order_values AS SELECT user_id, "
        f"CAST(sum(value) AS DOUBLE) / count(value) / {MICRO} AS avg_order_value FROM ("
        f"SELECT user_id, order_key, coalesce(CASE WHEN starts_with(order_key, 'o') THEN max(revenue) "
        f"ELSE sum(revenue) END, CASE WHEN bool_and(known) THEN sum(price) END) AS value FROM ("
        # Rows of one instant repeat the revenue of their order, an item each.
        f"SELECT user_id, order_key, moment, max({micros('revenue')}) AS revenue, "
        f"count(price) = count(*) AS known, sum({micros('price * coalesce(quantity, 1)')}) AS price "
        f"FROM (SELECT a.*, CASE WHEN order_id IS NOT NULL THEN 'o' || order_id WHEN session IS NOT NULL "
        f"THEN 's' || session ELSE 'r' || coalesce(run, 0) END AS order_key FROM actions a JOIN chosen USING (user_id) "
        f"LEFT JOIN (SELECT DISTINCT user_id, moment, run FROM runs) USING (user_id, moment) "
        f"WHERE kind = {PURCHASE}) GROUP BY user_id, order_key, moment) GROUP BY user_id, order_key) GROUP BY user_id"
    )


def define_margins(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Make the table `margins` of all users who bought: what was earned per unit of money paid.

    rate = sum of margins / sum of prices, over the user's purchase rows of which both are known; NULL if nothing was
    paid.

    Args:
        connection: it has actions.
        source: a key of MARGINS: margin and cost are money a piece, `margin rate` is a share of the price, a discount
            is what was taken off a piece, so that the rate is 0 at best.
    """
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE margins AS SELECT user_id, "
        f"CAST(sum(earned) AS DOUBLE) / nullif(CAST(sum(paid) AS DOUBLE), 0) AS rate FROM ("
        f"SELECT user_id, {micros(MARGINS[source])} AS earned, {micros('price * n')} AS paid "
        f"FROM (SELECT *, coalesce(quantity, 1) AS n FROM actions WHERE kind = {PURCHASE})) "
        f"WHERE earned IS NOT NULL AND paid IS NOT NULL GROUP BY user_id"
    )


def _number_runs(connection: duckdb.DuckDBPyConnection, gap: int) -> None:
    """Number the runs of events without session id, of chosen users who bought without transaction and session id."""
    turn = "PARTITION BY user_id ORDER BY moment"
    buyers = (
        f"SELECT user_id FROM actions JOIN chosen USING (user_id) "
        f"WHERE kind = {PURCHASE} AND order_id IS NULL AND session IS NULL"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE runs AS "
        f"SELECT user_id, moment, sum(begins) OVER ({turn} ROWS UNBOUNDED PRECEDING) AS run "
        f"FROM (SELECT user_id, moment, "
        f"CASE WHEN moment - lag(moment) OVER ({turn}) > {gap} THEN 1 ELSE 0 END AS begins "
        f"FROM events SEMI JOIN ({buyers}) USING (user_id) WHERE session IS NULL)"
    )
