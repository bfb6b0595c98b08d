"""The vocabulary of plans: segments with all that decides who is where and what it is worth."""

import hashlib
import json
from datetime import date
from typing import Any, Final, Literal, Self

from pydantic import Field, model_validator

from cartjury.data.base import Record, Share
from cartjury.data.errors import PlanError
from cartjury.data.partition import check_partition, check_unique
from cartjury.data.rule_records import Comparison, Dimension, Segment

SCHEMA_VERSION: Final = 1


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
    """One step that made the plan what it is: a dropped cut, a tie at a cut, a merge, a split, a limit still broken."""

    action: Literal["round", "drop", "tie", "merge", "split", "keep"]
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
        check_unique("segment id", (s.id for s in self.segments))
        check_unique("dimension", (d.name for d in self.dimensions))
        check_unique("segment name", (s.name for s in self.segments if s.name))
        check_partition(self.dimensions, self.segments)
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
