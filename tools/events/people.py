"""Who is in a log and how active: one row a user in the table `people`.

stages -> repeated rows dropped -> view `events` (known kinds, up to as_of) -> people, bots, sessions
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from cartjury.tools.engine.duck import PARQUET, literal, one
from cartjury.tools.events.staging import KIND_CODES
from cartjury.tools.events.times import DAY, HOUR

CART, REMOVE, PURCHASE, VIEW = (KIND_CODES[kind] for kind in ("cart", "remove", "purchase", "view"))
LOOK_BACK = 30 * DAY
BATCH = 8_000_000  # rows whose hashes are compared at once, so that memory stays small
COLUMNS = "user_id, moment, event, session, item, order_id, price, quantity, revenue, margin, cost, discount, kind"


def drop_repeated(connection: duckdb.DuckDBPyConnection, stages: Sequence[Path]) -> tuple[int, int]:
    """Make the view `good` of the rows without faults, equal ones once.

    Returns:
        How many rows without faults there are, and how many of them only repeat another.
    """
    files = "[" + ", ".join(literal(str(stage)) for stage in stages) + "]"
    stored = f"(SELECT * FROM read_parquet({files}) WHERE codes IS NULL)"
    (rows,) = one(connection, f"SELECT count(*) FROM {stored}")
    connection.execute("CREATE OR REPLACE TEMP TABLE twins (line_hash UBIGINT, times BIGINT)")
    batches = rows // BATCH + 1
    for batch in range(batches):
        connection.execute(
            f"INSERT INTO twins SELECT line_hash, count(*) FROM {stored} WHERE line_hash % {batches} = {batch} "
            f"GROUP BY line_hash HAVING count(*) > 1"
        )
    # Hashes only say which rows may be equal; these are few, and compared as they are.
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW good AS SELECT {COLUMNS} FROM {stored} ANTI JOIN twins USING (line_hash) "
        f"UNION ALL SELECT DISTINCT {COLUMNS} FROM {stored} SEMI JOIN twins USING (line_hash)"
    )
    suspects, distinct = one(
        connection,
        f"SELECT (SELECT coalesce(sum(times), 0) FROM twins), (SELECT count(*) FROM "
        f"(SELECT DISTINCT {COLUMNS} FROM {stored} SEMI JOIN twins USING (line_hash)))",
    )
    return int(rows), int(suspects - distinct)


def define_people(connection: duckdb.DuckDBPyConnection, as_of: int, gap: int, bot_events: int, scratch: Path) -> None:
    """Make the view `events`, the view `actions` (carts, removes, purchases), and the tables `people` and `bots`.

    Args:
        connection: it has the view `good`.
        as_of: microseconds; later events do not count.
        gap: microseconds without an event after which a session without id has ended.
        bot_events: more than so many events within an hour make a user a suspected bot.
        scratch: folder for the actions.
    """
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW events AS SELECT * FROM good WHERE kind IS NOT NULL AND moment <= {as_of}"
    )
    actions = literal(str(scratch / "actions.parquet"))
    connection.execute(f"COPY (SELECT * FROM events WHERE kind != {VIEW}) TO {actions} ({PARQUET})")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW actions AS SELECT * FROM {actions}")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE people AS SELECT user_id, max(moment) AS last_at, count(*) AS all_events, "
        f"count(*) FILTER (moment >= {as_of - LOOK_BACK}) AS events_30d, "
        f"max(moment) FILTER (kind = {CART}) AS last_cart, "
        f"max(moment) FILTER (kind = {PURCHASE}) AS last_purchase FROM events GROUP BY user_id"
    )
    _find_bots(connection, bot_events)
    _count_sessions(connection, as_of - LOOK_BACK, gap)


def _find_bots(connection: duckdb.DuckDBPyConnection, bot_events: int) -> None:
    # Only who has so many events at all can have them within an hour, and those are few.
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE bots AS SELECT DISTINCT user_id FROM ("
        f"SELECT user_id, moment - lag(moment, {bot_events}) OVER (PARTITION BY user_id ORDER BY moment) AS span "
        f"FROM events SEMI JOIN (SELECT user_id FROM people WHERE all_events > {bot_events}) USING (user_id)) "
        f"WHERE span <= {HOUR}"
    )


def _count_sessions(connection: duckdb.DuckDBPyConnection, start: int, gap: int) -> None:
    """Count each user's sessions since `start`: ids that the user has, and runs of events without an id."""
    recent = f"(SELECT user_id, moment, session FROM events WHERE moment >= {start})"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE sessions AS SELECT user_id, CAST(sum(n) AS BIGINT) AS sessions_30d FROM ("
        # An id may be shared by two users, so it is counted for each.
        f"SELECT user_id, count(*) AS n FROM (SELECT user_id, session FROM {recent} WHERE session IS NOT NULL "
        f"GROUP BY user_id, session) GROUP BY user_id "
        f"UNION ALL SELECT user_id, count(*) FILTER (before IS NULL OR moment - before > {gap}) AS n FROM ("
        f"SELECT user_id, moment, lag(moment) OVER (PARTITION BY user_id ORDER BY moment) AS before FROM {recent} "
        f"WHERE session IS NULL) GROUP BY user_id) GROUP BY user_id"
    )
