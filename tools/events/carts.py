"""The carts file of a log: the contract's columns for every user who is kept, and how many there are of whom."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import duckdb

from cartjury.data.errors import InputError
from cartjury.tools.engine.duck import literal, one, spreadsheet_safe
from cartjury.tools.events.moments import day_of
from cartjury.tools.events.orders import define_margins, define_order_values
from cartjury.tools.events.outcomes import OUTCOMES
from cartjury.tools.events.ranks import mean_percentile, twice_rank
from cartjury.tools.events.record import Wishes

COPY_OPTIONS = {
    ".csv.gz": "FORMAT csv, HEADER, COMPRESSION gzip",
    ".csv": "FORMAT csv, HEADER, COMPRESSION none",
    ".parquet": "FORMAT parquet",
}
BOT = "_suspect_bot"  # said after an outcome that would be kept


class Counts(NamedTuple):
    """How many users.

    Attributes:
        users: by outcome.
        bots: suspected bots, whatever became of their carts.
        kept: in the carts file.
        filled: whose avg_order_value is the cart's value.
    """

    users: dict[str, int]
    bots: int
    kept: int
    filled: int


def copy_options(path: Path) -> str:
    """How the engine writes a file with this name.

    Raises:
        InputError: the ending is unknown.
    """
    options = next((text for ending, text in COPY_OPTIONS.items() if path.name.lower().endswith(ending)), None)
    if options is None:
        raise InputError(f"cannot write {path.name}: the name must end in .parquet, .csv or .csv.gz")
    return options


def write_carts(
    connection: duckdb.DuckDBPyConnection, wishes: Wishes, gap: int, margin: str | None, target: Path, options: str
) -> Counts:
    """Write the carts in the order of their ids, and count the users.

    Args:
        connection: it has people, sessions, outcomes and actions.
        wishes: who is kept, and whether a cart's value stands in for orders.
        gap: microseconds between sessions.
        margin: a key of `orders.MARGINS`, None where nothing is known of margins.
        target: the file.
        options: as `copy_options` gives them.
    """
    young = "OR outcome = 'too_early'" if wishes.include_censored else ""
    human = "" if wishes.bots == "keep" else "AND NOT bot"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE chosen AS SELECT * FROM outcomes WHERE (outcome = 'abandoned' {young}) {human}"
    )
    define_order_values(connection, gap)
    if margin:
        define_margins(connection, margin)
    query = _carts(wishes, safe_ids=options.startswith("FORMAT csv"), profit=margin is not None)
    connection.execute(f"COPY (SELECT * FROM ({query}) ORDER BY user_id) TO {literal(str(target))} ({options})")
    return _counts(connection, wishes)


def ages(connection: duckdb.DuckDBPyConnection, as_of: int) -> dict[int, int]:
    """Users of the carts file by whole days between the day of the cart and the day of as_of."""
    rows = connection.execute(
        f"SELECT DATE '{day_of(as_of)}' - CAST(make_timestamp(last_cart) AS DATE) AS age, count(*) FROM chosen "
        f"GROUP BY age ORDER BY age"
    ).fetchall()
    return {int(age): int(count) for age, count in rows}


def _carts(wishes: Wishes, *, safe_ids: bool, profit: bool) -> str:
    aov = "coalesce(v.avg_order_value, c.cart_value)" if wishes.cart_value_as_aov else "v.avg_order_value"
    twice = ["s.twice", "e.twice", "l.twice"]
    flags = [
        *(["c.outcome = 'too_early' AS censored"] if wishes.include_censored else []),
        *(["c.bot AS suspect_bot"] if wishes.bots == "keep" else []),
    ]
    profit_rank = "CAST(m.twice AS DOUBLE) / CAST(2 * b.buyers AS DOUBLE)" if profit else "CAST(NULL AS DOUBLE)"
    margins = (
        f"LEFT JOIN margins r USING (user_id) LEFT JOIN {twice_rank('margins', 'rate')} m ON m.v = r.rate "
        f"CROSS JOIN (SELECT count(rate) AS buyers FROM margins) b"
        if profit
        else ""
    )
    columns = [
        f"{spreadsheet_safe('c.user_id') if safe_ids else 'c.user_id'} AS user_id",
        "CAST(make_timestamp(c.last_cart) AS DATE) AS cart_abandoned_date",
        "CAST(make_timestamp(c.last_order) AS DATE) AS last_order_date",
        f"{aov} AS avg_order_value",
        "a.sessions_30d AS sessions_last_30d",
        "c.items AS num_cart_items",
        f"{mean_percentile(twice, 'u.users')} AS engagement_score",
        f"{profit_rank} AS profitability_score",
        "c.cart_value",
        *flags,
    ]
    return (
        f"WITH activity AS MATERIALIZED (SELECT p.user_id, p.last_at, p.events_30d, "
        f"coalesce(n.sessions_30d, 0) AS sessions_30d FROM people p LEFT JOIN sessions n USING (user_id)) "
        f"SELECT {', '.join(columns)} FROM chosen c JOIN activity a USING (user_id) "
        f"LEFT JOIN order_values v USING (user_id) "
        f"JOIN {twice_rank('activity', 'sessions_30d')} s ON s.v = a.sessions_30d "
        f"JOIN {twice_rank('activity', 'events_30d')} e ON e.v = a.events_30d "
        f"JOIN {twice_rank('activity', 'last_at')} l ON l.v = a.last_at "
        f"CROSS JOIN (SELECT count(*) AS users FROM people) u {margins}"
    )


def _counts(connection: duckdb.DuckDBPyConnection, wishes: Wishes) -> Counts:
    found: Mapping[tuple[str, bool], int] = {
        (outcome, bot): count
        for outcome, bot, count in connection.execute(
            "SELECT outcome, bot, count(*) FROM outcomes GROUP BY outcome, bot"
        ).fetchall()
    }
    users = dict[str, int]()
    for outcome in OUTCOMES:
        apart = outcome in {"abandoned", "too_early"}
        users[outcome] = found.get((outcome, False), 0) + (0 if apart else found.get((outcome, True), 0))
        if apart:
            users[f"{outcome}{BOT}"] = found.get((outcome, True), 0)
    kept, filled = one(
        connection,
        "SELECT count(*), count(*) FILTER (avg_order_value IS NULL AND cart_value IS NOT NULL) "
        "FROM chosen LEFT JOIN order_values USING (user_id)",
    )
    bots = sum(count for (_, bot), count in found.items() if bot)
    return Counts(users, bots, kept, filled if wishes.cart_value_as_aov else 0)
