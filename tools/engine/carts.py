"""The users of a universe, on an engine that can be asked for aggregates."""

from collections.abc import Sequence
from typing import NamedTuple

from cartjury.data.records import Comparison
from cartjury.data.run_records import Dataset, Universe
from cartjury.tools.engine import relation
from cartjury.tools.engine.protocol import Engine
from cartjury.tools.engine.sql import Sql


class Carts(NamedTuple):
    """What every measurement needs: the checked rows, who of them is in, and who reads them."""

    engine: Engine
    dataset: Dataset
    universe: Universe

    @property
    def sql(self) -> Sql:
        """How the engine writes SQL."""
        return self.engine.sql

    def users(self, conditions: Sequence[Comparison]) -> str:
        """SQL relation of the universe under a filter, with the derived features beside the columns."""
        return relation.users(self.sql, self.engine.rows(self.dataset), self.universe, conditions)
