"""The seam between what is measured and the machine that reads the rows.

    Engine     load, thresholds, assign, aggregate, write                       (this file)
    SqlEngine  thresholds and assign, for every engine that speaks SQL          (sql_engine.py)
    Sql        what the engines write differently                               (sql.py)
    Carts      the users of a universe on an engine: what tools are handed      (carts.py)

An engine is one file: a subclass of `SqlEngine` that can load, aggregate and write, and a row in `engines.py`.
Rows stay where the engine reads them; what comes back are aggregates.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from cartjury.data.options import Options
from cartjury.data.records import SegmentPlan
from cartjury.data.run_records import Dataset, FileEntry
from cartjury.tools.engine.distribution import Distribution
from cartjury.tools.engine.sql import Sql


class Engine(Protocol):
    """A machine that reads rows."""

    @property
    def sql(self) -> Sql:
        """How it writes SQL."""
        ...

    def load(self, source: str, options: Options, as_of: date | None, *, generated: bool) -> Dataset:
        """Check the carts of a source against the contract, and refer to the checked rows.

        Args:
            source: a file, or what else the engine can read.
            options: how to read it.
            as_of: where given, dates more than a day after it are bad.
            generated: whether the rows are mock data.

        Raises:
            InputError: a source that cannot be read, or bad rows.
        """
        ...

    def rows(self, dataset: Dataset) -> str:
        """SQL relation of the checked rows, in the input's order where the engine knows one."""
        ...

    def thresholds(self, relation: str, columns: Sequence[str], users: int) -> Mapping[str, Distribution]:
        """Prepare exact order statistics and counts of columns.

        Args:
            relation: SQL relation of the users.
            columns: numeric columns of it.
            users: rows of the relation.
        """
        ...

    def assign(self, plan: SegmentPlan) -> str:
        """SQL of a user's segment: its position in the plan's segments, counted from 1."""
        ...

    def aggregate(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query whose result is small, and return its rows."""
        ...

    def write(self, query: str, target: Path) -> Mapping[str, FileEntry]:
        """Write the rows of a query: a file by the ending of `target`, or a folder of that name.

        Returns:
            What was written elsewhere instead, by URL; nothing where all of it is at `target`.
        """
        ...
