"""The vocabulary of a plan: dimensions, levels, boxes, segments.

Everything here is frozen and JSON-native. A `SegmentPlan` whose segments do not partition the rule
space cannot be constructed, so holding one is holding a MECE segmentation.

    SegmentPlan
      |- dimensions   AOV: avg_order_value, cuts (45, 120) -> Unknown | Low | Medium | High
      |- segments     S01: {AOV_High & Engagement_High & Profit_High}, named Premium_Engaged_Profitable
                        `- boxes: one level of every dimension, perhaps narrowed by local intervals
"""

import hashlib
import itertools
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cartjury.data.errors import PlanError

SCHEMA_VERSION: Final = 1
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

Share = Annotated[float, Field(ge=0, le=1)]
Origin = Literal["model", "offline", "person", "rule"]


class Record(BaseModel):
    """Base of all records: frozen, strict about unknown keys, never holding NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def to_json(self) -> str:
        """Return the record as indented JSON with a final newline, the same bytes for equal records."""
        return json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


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


class SizePolicy(Record):
    """Limits in users, both inclusive. `max_size` None: no maximum."""

    min_size: int = Field(ge=1)
    max_size: int | None = Field(default=None, ge=1)


class ScoreWeights(Record):
    """Weights of the five components of Overall_Score; they add up to 1."""

    conversion: Share = 0.3
    lift: Share = 0.2
    size: Share = 0.1
    profitability: Share = 0.3
    strategic_fit: Share = 0.1

    @model_validator(mode="after")
    def _sum_is_one(self) -> Self:
        total = sum(self.as_tuple())
        if abs(total - 1) > 1e-9:
            raise ValueError(f"the weights must add up to 1, not to {total:g}")
        return self

    def as_tuple(self) -> tuple[float, float, float, float, float]:
        """The weights in the order conversion, lift, size, profitability, strategic fit."""
        return (self.conversion, self.lift, self.size, self.profitability, self.strategic_fit)


class Baseline(Record):
    """How a feature was distributed when the plan was fitted; what `apply` measures drift against.

    Attributes:
        edges: inner bin edges, strictly increasing; bins are closed below.
        shares: share of the known values in each of the `len(edges) + 1` bins.
        missing: share of the universe without a value.
    """

    column: str
    edges: tuple[float, ...]
    shares: tuple[Share, ...]
    missing: Share


class Provenance(Record):
    """Where a plan was fitted. It never decides who is where, so it is no part of the plan's hash."""

    source: str
    source_sha256: str
    as_of: date
    universe_size: int
    baseline: tuple[Baseline, ...] = ()


class LogEntry(Record):
    """One step that made the plan what it is: a dropped cut, a merge, a split, a limit still broken."""

    action: Literal["round", "drop", "merge", "split", "keep"]
    segments: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    reason: str


class SegmentPlan(Record):
    """Dimensions, segments and all that decides who is where and what it is worth.

    Raises:
        pydantic.ValidationError: if the segments do not partition the cells; it names the box.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    revision: int = Field(default=1, ge=1)
    dimensions: tuple[Dimension, ...] = Field(max_length=8)
    segments: tuple[Segment, ...] = Field(min_length=1)
    window_days: int = Field(default=7, ge=0)
    filter: tuple[Comparison, ...] = ()
    size_policy: SizePolicy
    scoring: Literal["scaled", "seed"] = "scaled"
    weights: ScoreWeights = ScoreWeights()
    priorities: dict[str, dict[str, Share]] = Field(default_factory=dict)
    locks: tuple[str, ...] = ()
    log: tuple[LogEntry, ...] = ()
    provenance: Provenance | None = None

    @model_validator(mode="after")
    def _is_a_partition(self) -> Self:
        _check_unique("segment id", (s.id for s in self.segments))
        _check_unique("dimension", (d.name for d in self.dimensions))
        _check_unique("segment name", (s.name for s in self.segments if s.name))
        _check_partition(self)
        return self

    @classmethod
    def from_json(cls, text: str) -> "SegmentPlan":
        """Read a plan.

        Raises:
            PlanError: not JSON, a newer schema, or not a valid plan.
        """
        try:
            raw = json.loads(text)
        except ValueError as error:
            raise PlanError(f"this plan is not JSON: {error}") from error
        version = raw.get("schema_version") if isinstance(raw, dict) else None
        if isinstance(version, int) and version > SCHEMA_VERSION:
            raise PlanError(
                f"this plan has schema version {version}, this cartjury reads up to {SCHEMA_VERSION}: upgrade cartjury"
            )
        try:
            return cls.model_validate(raw)
        except ValueError as error:
            raise PlanError(f"this is not a valid plan: {error}") from error

    @property
    def plan_hash(self) -> str:
        """sha256 of all that decides who is where, what it is worth, and the names a person gave.

        Ids, revision, provenance, log and jury-made names are left out, so two plans that put the
        same users together and score them alike have the same hash.
        """
        return hashlib.sha256(_canonical(self._essence()).encode()).hexdigest()

    def segment(self, segment_id: str) -> Segment:
        """Return the segment with this id; KeyError if there is none."""
        found = next((s for s in self.segments if s.id == segment_id), None)
        if found is None:
            raise KeyError(segment_id)
        return found

    def with_changes(self, **changes: Any) -> "SegmentPlan":
        """Return a copy with some fields replaced, validated again."""
        return type(self).model_validate({**dict(self), **changes})

    def _essence(self) -> dict[str, Any]:
        groups = [
            {
                "boxes": sorted((b.model_dump(mode="json") for b in s.boxes), key=_canonical),
                "name": s.name if s.named_by == "person" else None,
                "locked": s.id in self.locks,
            }
            for s in self.segments
        ]
        return {
            "dimensions": [d.model_dump(mode="json", exclude={"quantiles"}) for d in self.dimensions],
            "segments": sorted(groups, key=_canonical),
            "window_days": self.window_days,
            "filter": [c.model_dump(mode="json") for c in self.filter],
            "size_policy": self.size_policy.model_dump(mode="json"),
            "scoring": self.scoring,
            "weights": self.weights.model_dump(mode="json"),
            "priorities": self.priorities,
        }


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _check_unique(what: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"the {what} {value} occurs twice")
        seen.add(value)


def _check_partition(plan: SegmentPlan) -> None:
    """Every cell is covered once: by one whole box, or by boxes whose local intervals partition it."""
    owners: dict[tuple[str, ...], list[tuple[str, Box]]] = defaultdict(list)
    for segment in plan.segments:
        for box in segment.boxes:
            owners[box.levels].append((segment.id, box))
    cells = set(itertools.product(*(d.level_names for d in plan.dimensions)))
    for levels, found in owners.items():
        if levels not in cells:
            raise ValueError(f"box {found[0][1]} of {found[0][0]} is no cell of the plan's dimensions")
    for cell in sorted(cells):
        if cell not in owners:
            raise ValueError(f"no segment covers the box {Box(levels=cell)}")
        _check_cell(owners[cell])


def _check_cell(found: list[tuple[str, Box]]) -> None:
    intervals = [i for _, box in found for i in box.where]
    columns = sorted({i.column for i in intervals})
    axes = [_witnesses(i for i in intervals if i.column == column) for column in columns]
    for point in itertools.product(*axes):
        values = dict(zip(columns, point, strict=True))
        inside = [(sid, box) for sid, box in found if all(i.holds(values[i.column]) for i in box.where)]
        if len(inside) != 1:
            where = f"{Box(levels=found[0][1].levels)}" + (f" at {values}" if values else "")
            what = "no segment covers" if not inside else f"{' and '.join(s for s, _ in inside)} overlap in"
            raise ValueError(f"{what} the box {where}")


def _witnesses(intervals: Iterable[Interval]) -> list[float | None]:
    """One value for each part of the line that the bounds cut it into, and None for missing."""
    bounds = sorted({b for i in intervals for b in (i.lower, i.upper) if b is not None})
    return [None, bounds[0] - 1, *bounds] if bounds else [None, 0.0]
