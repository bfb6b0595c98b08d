"""The cells of a file's columns of texts: a sample of them, and all of them, to try styles on."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import duckdb

from cartjury.data.contract import Column
from cartjury.tools.engine.duck import one, quoted
from cartjury.tools.reading.styles import Style, is_missing, value_of

SAMPLED = "sample"  # a table of the first rows
NEARLY = 0.9  # share of the cells that makes a style worth a hint


class Cells(NamedTuple):
    """Where the cells are: a sample, and the whole column."""

    connection: duckdb.DuckDBPyConnection
    file: str
    everything: str
    given: Mapping[str, Style]

    def counts(self, relation: str, conditions: Sequence[str]) -> list[int]:
        """Count the rows that meet each condition."""
        if not conditions:
            return []
        return list(
            one(
                self.connection,
                f"SELECT {', '.join(f'count(*) FILTER (WHERE {c})' for c in conditions)} FROM {relation}",
            )
        )


def fails(column: Column, style: Style) -> str:
    """SQL that is true of a cell that holds something that a style does not read."""
    raw = quoted(column.name)
    value = value_of(column, raw, style)
    unread = f"({value}) IS NULL" if column.kind == "date" else f"coalesce(isnan({value}), true)"
    return f"NOT {is_missing(raw, style)} AND {unread}"
