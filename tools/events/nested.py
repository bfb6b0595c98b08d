"""Columns inside of columns, as the nested exports of analytics tools have them.

`a.b` is the field b of a structure a; the value of the key b in a list of keys and values; or the field b of a list
of items, which makes one row an item.
"""

from collections.abc import Iterable

from cartjury.tools.engine.duck import literal, quoted

ITEM = "item_of_list"


def nested_field(outer: str, sql_type: str, inner: str) -> str | None:
    """SQL of a field inside of a column, None where there is none.

    Args:
        outer: SQL of the column.
        sql_type: its type.
        inner: the name of the field, or the key.
    """
    if sql_type.startswith("STRUCT(") and _has(sql_type, inner):
        return f"{outer}.{quoted(inner)}" if not sql_type.endswith("[]") else f"{ITEM}.{quoted(inner)}"
    if sql_type.startswith("STRUCT(") and _has(sql_type, "key") and _has(sql_type, "value"):
        value = f"list_filter({outer}, lambda p: p.key = {literal(inner)})[1].value"
        return f"coalesce(CAST({value}.int_value AS VARCHAR), {value}.string_value)"
    return None


def one_row_an_item(relation: str, items: str, event: str, names: Iterable[str]) -> str:
    """SQL of a relation whose events of these names have a row for each item, in the column ITEM.

    A view of a list stays one row: its items were not taken into the hand.
    """
    unfold = " OR ".join(f"lower({event}) = {literal(name)}" for name in sorted(names)) or "false"
    return (
        f"(SELECT *, unnest(CASE WHEN len({items}) > 0 AND ({unfold}) THEN {items} ELSE [NULL] END) AS {ITEM} "
        f"FROM {relation})"
    )


def _has(struct: str, name: str) -> bool:
    fields = struct.replace('"', "").lower()
    return f"({name.lower()} " in fields or f", {name.lower()} " in fields
