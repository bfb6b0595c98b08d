"""DuckDB as an engine: one machine, one file, what does not fit into memory spills to disk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cartjury.data.options import Options
from cartjury.data.run_records import Dataset, FileEntry
from cartjury.tools.engine.duck import connect
from cartjury.tools.engine.sql import Sql
from cartjury.tools.engine.sql_engine import SqlEngine

SQL = Sql()
FORMATS = {".csv": "FORMAT csv, HEADER", ".parquet": "FORMAT parquet"}


@dataclass(frozen=True)
class DuckEngine(SqlEngine):
    """An engine in this process.

    Attributes:
        work: folder for checked rows, and for what does not fit into memory.
        memory_limit: such as "500MB"; None takes the default of memory.py, else DuckDB's own.
    """

    work: Path
    memory_limit: str | None = None

    @property
    def sql(self) -> Sql:
        """See `Engine`."""
        return SQL

    def load(self, source: str, options: Options, as_of: date | None, *, generated: bool) -> Dataset:
        """See `Engine`."""
        from cartjury.tools.load import load

        return load(source, self.work, options, as_of, generated=generated)

    def rows(self, dataset: Dataset) -> str:
        """See `Engine`."""
        return f"read_parquet({self.sql.text(dataset.path)})"

    def aggregate(self, query: str) -> list[tuple[Any, ...]]:
        """See `Engine`."""
        with connect(self.work, self.memory_limit) as connection:
            return connection.execute(query).fetchall()

    def write(self, query: str, target: Path) -> Mapping[str, FileEntry]:
        """See `Engine`."""
        with connect(self.work, self.memory_limit) as connection:
            connection.execute(f"COPY ({query}) TO {self.sql.text(str(target))} ({FORMATS[target.suffix]})")
        return {}
