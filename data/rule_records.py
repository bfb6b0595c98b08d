"""The vocabulary of rules: dimensions and their levels, boxes, segments."""

import itertools
from typing import Literal, Self

from pydantic import Field, model_validator

from cartjury.data.base import Origin, Record, Share

UNKNOWN = "Unknown"
ELSE = "ELSE"

# Names of the levels by how many there are, lowest first.
LEVEL_NAMES: dict[int, tuple[str, ...]] = {
    2: ("Low", "High"),
    3: ("Low", "Medium", "High"),
    4: ("Low", "MediumLow", "MediumHigh", "High"),
    5: ("VeryLow", "Low", "Medium", "High", "VeryHigh"),
}

# The three columns of the seed keep the seed's names for their bucket columns.
BUCKET_COLUMNS = {
    "avg_order_value": "aov_bucket",
    "engagement_score": "engagement_bucket",
    "profitability_score": "profitability_bucket",
}


class Level(Record):
    """One interval `lower <= x < upper` of a dimension; None is unbounded. `Unknown` holds missing values."""

    name: str
    lower: float | None = None
    upper: float | None = None

    @property
    def is_unknown(self) -> bool:
        """Whether this is the level of missing values."""
        return self.name == UNKNOWN


class Dimension(Record):
    """A feature, its cut points and, made from them, its ordered levels.

    Attributes:
        name: how rules call it ("AOV"), letters and digits only.
        column: the column it reads.
        cuts: one to four strictly increasing cut points, in the column's unit; `x >= cut` is above.
        quantiles: where the cuts came from, for the reader; empty for absolute cuts.
        unknown: "level" crosses missing values with the other dimensions, "else" sends them to ELSE.
    """

    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9]*$")
    column: str
    cuts: tuple[float, ...] = Field(min_length=1, max_length=4)
    quantiles: tuple[Share, ...] = ()
    unknown: Literal["level", "else"] = "else"

    @model_validator(mode="after")
    def _cuts_increase(self) -> Self:
        if any(a >= b for a, b in itertools.pairwise(self.cuts)):
            raise ValueError(f"the cuts of {self.name} must increase: {self.cuts}")
        return self

    @property
    def levels(self) -> tuple[Level, ...]:
        """All levels in order: Unknown, then from the lowest to the highest."""
        bounds = itertools.pairwise((None, *self.cuts, None))
        names = LEVEL_NAMES[len(self.cuts) + 1]
        known = (Level(name=name, lower=low, upper=up) for name, (low, up) in zip(names, bounds, strict=True))
        return (Level(name=UNKNOWN), *known)

    @property
    def level_names(self) -> tuple[str, ...]:
        """Names of all levels, Unknown first, then from the lowest to the highest."""
        return (UNKNOWN, *LEVEL_NAMES[len(self.cuts) + 1])

    @property
    def bucket_column(self) -> str:
        """Name of the output column that holds this dimension's level."""
        return BUCKET_COLUMNS.get(self.column, f"{self.column}_bucket")


class Interval(Record):
    """A local condition on a feature that is no dimension: `lower <= x < upper`, and perhaps missing values."""

    column: str
    lower: float | None = None
    upper: float | None = None
    unknown: bool = False

    def holds(self, witness: float | None) -> bool:
        """Whether a value (None: missing) lies in the interval."""
        if witness is None:
            return self.unknown
        return (self.lower is None or witness >= self.lower) and (self.upper is None or witness < self.upper)


class Box(Record):
    """A cell (one level of every dimension, in the plan's order), perhaps narrowed by local intervals."""

    levels: tuple[str, ...]
    where: tuple[Interval, ...] = ()

    def __str__(self) -> str:
        local = [f"{i.column} in [{i.lower}, {i.upper})" for i in self.where]
        return " & ".join((*self.levels, *local)) or "ALL"


class Segment(Record):
    """A stable id, a set of disjoint boxes, the rule text made from them, and a name with its origin."""

    id: str = Field(pattern=r"^S\d{2,3}$")
    boxes: tuple[Box, ...] = Field(min_length=1)
    rule: str
    name: str = ""
    named_by: Origin | None = None

    @property
    def is_else(self) -> bool:
        """Whether this is the segment of users with a value missing that is too rarely missing to be a level."""
        return self.rule == ELSE


class Comparison(Record):
    """One condition of a plan's filter on the universe: `column op value`. Missing values never pass."""

    column: str
    op: Literal[">=", ">", "<=", "<", "=", "!="]
    value: float | str
