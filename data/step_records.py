"""The vocabulary of steps: elementary changes of a plan, with nothing left to look up, and the edits they make up."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from cartjury.data.base import Record, Share
from cartjury.data.edit_records import Number, PlanEdit, SegmentId
from cartjury.data.plan_records import Provenance, ScoreWeights, SizePolicy
from cartjury.data.rule_records import Comparison, Dimension


class NameStep(Record):
    """A person names a segment."""

    kind: Literal["name"] = "name"
    segment: SegmentId
    name: str


class LockStep(Record):
    """Names are locked, or no longer."""

    kind: Literal["lock"] = "lock"
    segments: tuple[SegmentId, ...]
    locked: bool


class UnnameStep(Record):
    """Names go, so that the jury is asked for new ones."""

    kind: Literal["unname"] = "unname"
    segments: tuple[SegmentId, ...]
    guidance: str = ""


class MergeStep(Record):
    """Segments become one, under the first id.

    Attributes:
        segments: at least two, the one that stays first.
        sizes: their users, in this order.
        reason: for the plan's log.
    """

    kind: Literal["merge"] = "merge"
    segments: tuple[SegmentId, ...] = Field(min_length=2)
    sizes: tuple[int, ...]
    reason: str


class SplitStep(Record):
    """A segment is cut by a column; missing values go with the lowest part.

    Attributes:
        column: a feature, or the column of a dimension within whose levels the cut lies.
        cuts: strictly increasing, closed below.
        ids: of the parts, lowest first: the segment's own, then new ones.
        sizes: users of the parts.
    """

    kind: Literal["split"] = "split"
    segment: SegmentId
    column: str
    cuts: tuple[Number, ...] = Field(min_length=1)
    ids: tuple[SegmentId, ...] = Field(min_length=2)
    sizes: tuple[int, ...]
    reason: str


class PartStep(Record):
    """A segment is parted by the levels of a dimension.

    Attributes:
        parts: the levels of each part, lowest first; together all levels that the segment has.
        ids, sizes: as in SplitStep.
    """

    kind: Literal["part"] = "part"
    segment: SegmentId
    dimension: str
    parts: tuple[tuple[str, ...], ...] = Field(min_length=2)
    ids: tuple[SegmentId, ...] = Field(min_length=2)
    sizes: tuple[int, ...]
    reason: str


class RelevelStep(Record):
    """A dimension of the plan is cut otherwise.

    Segments that the dimension does not divide keep their boxes. Of the others, each new level has a segment for each
    group of cells that the same segments held before.

    Attributes:
        dimension: as it will be; its name says which one it replaces.
        next_id: number of the first new id, where more segments come out than went in.
    """

    kind: Literal["relevel"] = "relevel"
    dimension: Dimension
    next_id: int
    provenance: Provenance | None = None
    reason: str


class CrossStep(Record):
    """All segments are crossed with a new dimension, the last one; its lowest level keeps the id.

    Attributes:
        next_id: number of the first new id.
        provenance: with the distribution of the new column.
    """

    kind: Literal["cross"] = "cross"
    dimension: Dimension
    next_id: int
    provenance: Provenance | None = None
    reason: str


class DropStep(Record):
    """A dimension goes; cells that only it told apart become one, under the lowest id of those that held them."""

    kind: Literal["drop"] = "drop"
    dimension: str
    reason: str


class UniverseStep(Record):
    """The universe is another one; nobody changes the segment.

    Attributes:
        size: users, as counted.
        provenance: with the distributions of the new universe.
    """

    kind: Literal["universe"] = "universe"
    window_days: int
    filter: tuple[Comparison, ...]
    size: int
    provenance: Provenance | None = None


class PolicyStep(Record):
    """The limits of sizes are others; merges and splits that follow from it are steps of their own."""

    kind: Literal["policy"] = "policy"
    policy: SizePolicy


class WorthStep(Record):
    """Segments are scored otherwise."""

    kind: Literal["worth"] = "worth"
    weights: ScoreWeights
    priorities: dict[str, dict[str, Share]]


Step = Annotated[
    NameStep
    | LockStep
    | UnnameStep
    | MergeStep
    | SplitStep
    | PartStep
    | RelevelStep
    | CrossStep
    | DropStep
    | UniverseStep
    | PolicyStep
    | WorthStep,
    Field(discriminator="kind"),
]


class ResolvedEdit(Record):
    """A wish with everything filled in that the data had to say.

    Attributes:
        said: what it does, in a sentence for the one who asked.
        notes: what else to know before approving: limits that break, names that no longer fit.
    """

    edit: PlanEdit
    steps: tuple[Step, ...]
    said: str
    notes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not self.steps:
            raise ValueError("an edit without steps changes nothing")
        return self
