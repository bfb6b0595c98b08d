"""Rows of an export as the things they are about: one checkout, order or profile each.

Exports of orders and checkouts have one row per line item, and fill the order's own fields on the first row only. So
the first value that is there counts, the times of a checkout are its latest ones, and quantities add up.
"""

import duckdb

from cartjury.tools.engine.duck import literal, quoted
from cartjury.tools.platforms.header import Export
from cartjury.tools.platforms.table import fields_of
from cartjury.tools.platforms.values import KINDS, TYPES

LATEST = {"updated", "completed", "opened", "clicked", "active"}
SAID_ONCE = {"unsubscribed", "deleted"}  # true for all rows where one says so
SUMMED = {"quantity"}


def group_rows(connection: duckdb.DuckDBPyConnection, export: Export) -> None:
    """Make the table `grouped_<role>` of the table `<role>_rows`, and collect the faults that only whole groups have.

    Groups with a faulty row are left out whole: half an order would be a wrong order.
    """
    role, name = export.platform.role, literal(export.path.name)
    connection.execute(
        f"INSERT INTO faults SELECT {name}, row, NULL, 0, {literal(export.names['key'])}, 'is empty', NULL "
        f"FROM {role}_rows WHERE key IS NULL AND row NOT IN (SELECT row FROM faults WHERE file = {name})"
    )
    fields = ", ".join(f"{_merged(f)} AS {quoted(f)}" for f in fields_of(role) if f != "key")
    connection.execute(
        f"CREATE TEMP TABLE all_{role} AS SELECT key, min(row) AS row, {fields} FROM {role}_rows WHERE key IS NOT NULL "
        f"GROUP BY key"
    )
    connection.execute(f"DROP TABLE {role}_rows")
    for field in _needed(export):
        connection.execute(
            f"INSERT INTO faults SELECT {name}, row, key, 0, {literal(export.names[field])}, 'is empty', NULL "
            f"FROM all_{role} WHERE {field} IS NULL "
            f"AND key NOT IN (SELECT key FROM faults WHERE file = {name} AND key IS NOT NULL)"
        )
    connection.execute(
        f"CREATE TEMP TABLE grouped_{role} AS SELECT * FROM all_{role} "
        f"WHERE key NOT IN (SELECT key FROM faults WHERE file = {name} AND key IS NOT NULL)"
    )
    connection.execute(f"DROP TABLE all_{role}")


def no_groups(connection: duckdb.DuckDBPyConnection, role: str) -> None:
    """Make an empty table `grouped_<role>` for an export that was not given."""
    fields = ", ".join(f"{quoted(f)} {TYPES.get(KINDS[f], 'VARCHAR')}" for f in fields_of(role))
    connection.execute(f"CREATE TEMP TABLE grouped_{role} (row BIGINT, {fields})")


def _merged(field: str) -> str:
    if field in SUMMED:
        return f"sum({field})"
    if field in SAID_ONCE:
        return f"bool_or({field})"
    return f"max({field})" if field in LATEST else f"arg_min({field}, row)"


def _needed(export: Export) -> list[str]:
    """Fields without which a cart or an order means nothing."""
    if export.platform.role == "profiles":
        return []
    wanted = ["created", "quantity", "contents"] + (["status"] if export.platform.id == "woocommerce_cartflows" else [])
    return [field for field in wanted if field in export.names]
