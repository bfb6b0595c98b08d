"""What every engine that speaks SQL has in common: all but reading, asking and writing."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from cartjury.data.records import SegmentPlan
from cartjury.tools.engine.distribution import Distribution, distributions
from cartjury.tools.engine.relation import segment_number
from cartjury.tools.engine.sql import Sql


class SqlEngine(ABC):
    """Thresholds and labels by the one SQL that all engines share, so that they agree bit for bit."""

    @property
    @abstractmethod
    def sql(self) -> Sql:
        """See `Engine`."""

    @abstractmethod
    def aggregate(self, query: str) -> list[tuple[Any, ...]]:
        """See `Engine`."""

    def thresholds(self, relation: str, columns: Sequence[str], users: int) -> Mapping[str, Distribution]:
        """See `Engine`."""
        return distributions(self.aggregate, self.sql, relation, columns, users)

    def assign(self, plan: SegmentPlan) -> str:
        """See `Engine`."""
        return segment_number(self.sql, plan)
