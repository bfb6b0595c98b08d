"""Counts over the checked rows, one scan, and what of them a user should know."""

from collections.abc import Sequence
from typing import NamedTuple

import duckdb

from cartjury.data.contract import Column
from cartjury.tools.engine.duck import one, quoted
from cartjury.tools.reading.ids import MAY_BE_ODD, MAY_BE_UNICODE


class Facts(NamedTuple):
    """Counts over all rows that were read.

    Attributes:
        rows: all, bad ones too.
        flagged: those with a fault or without any value.
        odd: rows with decimals that cannot stand as they are: NaN and negative zero.
        filled: cells with a value by column.
        no_items: carts without items.
        odd_ids, unicode_ids: ids that deserve a closer look.
        marks: rows by their marks, those without left out.
    """

    rows: int
    flagged: int
    odd: int
    filled: dict[str, int]
    no_items: int
    odd_ids: int
    unicode_ids: int
    marks: list[tuple[int, int]]


def facts_of(
    connection: duckdb.DuckDBPyConnection, relation: str, columns: Sequence[Column], odd: str, *, is_ascii: bool
) -> Facts:
    """Count.

    Args:
        connection: the engine.
        relation: SQL of the checked rows, with `is_bad` and `marks`.
        columns: those that were read.
        odd: SQL condition of a row with a decimal that must not stand as it is.
        is_ascii: whether no text is beyond ASCII.
    """
    nullable = [c.name for c in columns if c.nullable]
    rows, *filled = map(
        int, one(connection, f"SELECT count(*), {', '.join(f'count({quoted(n)})' for n in nullable)} FROM {relation}")
    )
    unicode = "false" if is_ascii else MAY_BE_UNICODE
    flagged, strange, empty, odd_ids, unicode_ids, marked = _counted(
        connection, relation, ("is_bad", odd, "num_cart_items = 0", MAY_BE_ODD, unicode, "marks > 0")
    )
    by_marks = (
        connection.execute(f"SELECT marks, count(*) FROM {relation} WHERE marks > 0 GROUP BY 1") if marked else ()
    )
    everywhere = dict.fromkeys((c.name for c in columns), rows - flagged)
    return Facts(
        rows,
        flagged,
        strange,
        {**everywhere, **dict(zip(nullable, filled, strict=True))},
        empty,
        odd_ids,
        unicode_ids,
        [(int(mark), int(n)) for mark, n in (by_marks.fetchall() if by_marks else ())],
    )


def _counted(connection: duckdb.DuckDBPyConnection, relation: str, conditions: Sequence[str]) -> list[int]:
    """Count the rows that meet each condition. Most files have none, which is seen at half of the cost."""
    any_of = " OR ".join(f"({condition})" for condition in conditions)
    if not one(connection, f"SELECT count(*) FROM {relation} WHERE {any_of}")[0]:
        return [0] * len(conditions)
    each = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in conditions)
    return [int(n) for n in one(connection, f"SELECT {each} FROM {relation}")]


def told_of_facts(facts: Facts, columns: Sequence[Column]) -> list[str]:
    """Say what of the counts a user should know."""
    found = [f"{c.name} is entirely empty" for c in columns if facts.rows and not facts.filled[c.name] and c.nullable]
    if facts.no_items:
        n = facts.no_items
        found.append(f"{n:,} cart{'s have' if n > 1 else ' has'} 0 items: an empty cart can hardly be abandoned")
    if facts.rows - facts.flagged == 1:
        found.append("there is only one user: too few for quantiles, so the cuts say nothing")
    return found
