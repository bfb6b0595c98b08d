"""The vocabulary of edits: what a person may wish of a plan, and the same with all that the data had to say.

    Edit          one typed wish: merge S03 and S05                    (this file)
    Step          one elementary change, nothing left to look up       (step_records.py)
    ResolvedEdit  a wish and the steps it comes to                     (step_records.py)

`resolve(edit, plan, carts) -> ResolvedEdit` asks the data; `apply(plan, resolved) -> plan` is pure (tools/edit.py).
Undo, redo and reset are wishes about the thread and not about the plan: they move between its revisions.
"""

from typing import Annotated, Literal

from pydantic import Field

from cartjury.data.base import Record, Share
from cartjury.data.rule_records import Comparison
from cartjury.data.run_records import MetricName

SegmentId = Annotated[str, Field(pattern=r"^S\d{2,3}$")]
MOST_STEPS = 100_000
MOST_USERS = 2**53  # largest whole number that JSON and checkpoints keep exactly
GUIDANCE = 200  # characters of guidance at most
Number = Annotated[float, Field(allow_inf_nan=False)]
Quantile = Annotated[float, Field(gt=0, lt=1)]


class Rename(Record):
    """Give a segment a name of one's own; spaces stand for underscores."""

    kind: Literal["rename"] = "rename"
    segment: SegmentId
    name: str = Field(min_length=1, max_length=80)


class Merge(Record):
    """Make one segment of several; the lowest id stays."""

    kind: Literal["merge"] = "merge"
    segments: tuple[SegmentId, ...] = Field(min_length=2)


class Split(Record):
    """Cut one segment in parts, lowest values first; the lowest part keeps the id.

    Attributes:
        by: name of a dimension, or a column. Where the segment spans several levels of that dimension and no place is
            given, every level becomes a part; else the cut is local.
        quantiles: where to cut, as shares of the segment's users with a value.
        values: where to cut, in the column's unit; neither: at the median.
    """

    kind: Literal["split"] = "split"
    segment: SegmentId
    by: str
    quantiles: tuple[Quantile, ...] = Field(default=(), max_length=4)
    values: tuple[Number, ...] = Field(default=(), max_length=4)


class SetLevels(Record):
    """Cut a dimension anew, for the whole plan; exactly one of the three.

    Attributes:
        dimension: its name or its column.
        levels: how many, at equal shares of the universe.
        quantiles: shares of the universe.
        cuts: in the column's unit.
    """

    kind: Literal["set_levels"] = "set_levels"
    dimension: str
    levels: int | None = Field(default=None, ge=2, le=5)
    quantiles: tuple[Quantile, ...] = Field(default=(), max_length=4)
    cuts: tuple[Number, ...] = Field(default=(), max_length=4)


class SetCut(Record):
    """Move one cut of a dimension; exactly one of `quantile` and `value`.

    Attributes:
        position: which cut, 1 is the lowest; None where the dimension has but one.
    """

    kind: Literal["set_cut"] = "set_cut"
    dimension: str
    position: int | None = Field(default=None, ge=1, le=4)
    quantile: Quantile | None = None
    value: Number | None = None


class AddDimension(Record):
    """Cross all segments with a further feature; without levels, quantiles and cuts it is cut at its median.

    Attributes:
        name: how rules will call it; empty: made from the column.
    """

    kind: Literal["add_dimension"] = "add_dimension"
    column: str
    name: str = ""
    levels: int | None = Field(default=None, ge=2, le=5)
    quantiles: tuple[Quantile, ...] = Field(default=(), max_length=4)
    cuts: tuple[Number, ...] = Field(default=(), max_length=4)


class DropDimension(Record):
    """Tell the levels of a dimension apart no longer. `dimension`: its name or its column."""

    kind: Literal["drop_dimension"] = "drop_dimension"
    dimension: str


class SetWindow(Record):
    """Count carts as abandoned for this many whole days before as_of."""

    kind: Literal["set_window"] = "set_window"
    days: int = Field(ge=0, le=3650)


class SetSizes(Record):
    """Set limits in users; None leaves a limit as it is. Segments outside are merged or split.

    Attributes:
        no_max: take the maximum away.
    """

    kind: Literal["set_sizes"] = "set_sizes"
    min_size: int | None = Field(default=None, ge=-MOST_USERS, le=MOST_USERS)
    max_size: int | None = Field(default=None, ge=-MOST_USERS, le=MOST_USERS)
    no_max: bool = False


class SetWeights(Record):
    """Set weights of Overall_Score; those that are not named are scaled so that all add up to 1."""

    kind: Literal["set_weights"] = "set_weights"
    weights: dict[MetricName, Share] = Field(min_length=1)


class SetPriorities(Record):
    """Set one's own strategic fit, 0 to 1 by level of a dimension; no level takes it away."""

    kind: Literal["set_priorities"] = "set_priorities"
    dimension: str
    levels: dict[str, Share] = Field(default_factory=dict)


class SetFilter(Record):
    """Narrow the universe to users for whom all conditions hold.

    Attributes:
        conditions: comparisons on the input's columns; a missing value passes none.
        mode: "add" to the conditions there are, or "replace" them; replaced by none, everybody is in.
    """

    kind: Literal["set_filter"] = "set_filter"
    conditions: tuple[Comparison, ...] = ()
    mode: Literal["add", "replace"] = "add"


class Lock(Record):
    """Keep the names of segments whatever happens to them; no segment: of all."""

    kind: Literal["lock"] = "lock"
    segments: tuple[SegmentId, ...] = ()


class Unlock(Record):
    """Let the jury name segments again when they change; no segment: all that are locked."""

    kind: Literal["unlock"] = "unlock"
    segments: tuple[SegmentId, ...] = ()


class AskAgain(Record):
    """Ask the jury for other names; no segment: for all that are not locked.

    Attributes:
        guidance: what the names should be like, in the user's words ("more playful").
    """

    kind: Literal["ask_again"] = "ask_again"
    segments: tuple[SegmentId, ...] = ()
    guidance: str = Field(default="", max_length=GUIDANCE)


class Undo(Record):
    """Take back the last steps of the thread."""

    kind: Literal["undo"] = "undo"
    steps: int = Field(default=1, ge=1, le=MOST_STEPS)


class Redo(Record):
    """Do again what was taken back."""

    kind: Literal["redo"] = "redo"
    steps: int = Field(default=1, ge=1, le=MOST_STEPS)


class Reset(Record):
    """Go back to an earlier revision, the first where none is said; it is a step that can be undone itself."""

    kind: Literal["reset"] = "reset"
    revision: int = Field(default=1, ge=1, le=MOST_STEPS)


PlanEdit = Annotated[
    Rename
    | Merge
    | Split
    | SetLevels
    | SetCut
    | AddDimension
    | DropDimension
    | SetWindow
    | SetSizes
    | SetWeights
    | SetPriorities
    | SetFilter
    | Lock
    | Unlock
    | AskAgain,
    Field(discriminator="kind"),
]
Travel = Annotated[Undo | Redo | Reset, Field(discriminator="kind")]
Edit = Annotated[PlanEdit | Travel, Field(discriminator="kind")]
