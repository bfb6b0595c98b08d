"""The vocabulary of change: what is previewed, decided on, and kept as a revision of a thread."""

import hashlib
import json
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from cartjury.data.base import Record
from cartjury.data.chat_records import SegmentLine
from cartjury.data.edit_records import SegmentId
from cartjury.data.jury_records import JuryRecord
from cartjury.data.plan_records import SegmentPlan
from cartjury.data.run_records import Certificate, SegmentProfile, SegmentScore, Universe
from cartjury.data.step_records import ResolvedEdit
from cartjury.data.text import one_line


class Move(Record):
    """Users on their way from a segment of the old plan to one of the new; None: outside the universe."""

    source: SegmentId | None
    target: SegmentId | None
    users: int


class Naming(Record):
    """Names that would be asked for anew, and what that is expected to cost.

    Attributes:
        asked: segments that the jury would name.
        jury: who would name them: preset and effort.
        guidance: what the names should be like, by segment.
        calls, tokens, cost_usd, seconds: an estimate, None of cost where a price is not known.
    """

    asked: tuple[SegmentId, ...] = ()
    jury: str = "offline"
    guidance: dict[SegmentId, str] = Field(default_factory=dict)
    calls: int = 0
    tokens: int = 0
    cost_usd: float | None = 0.0
    seconds: float = 0.0


class Preview(Record):
    """What edits would do, worked out on all the data; nothing has changed yet.

    Attributes:
        edits: in the order in which they are applied.
        base_revision, base_hash: the plan it starts from.
        plan_hash: of the plan it comes to: what an approval is bound to, together with the base.
        before, after: the segments, best first, those without users last.
        moves: how many users go from where to where, all pairs that have any, in the order of the ids.
        notes: what to know before approving.
    """

    edits: tuple[ResolvedEdit, ...] = Field(min_length=1)
    base_revision: int
    base_hash: str
    plan_hash: str
    plan: SegmentPlan
    universe: Universe
    profiles: tuple[SegmentProfile, ...]
    scores: tuple[SegmentScore, ...]
    certificate: Certificate
    before: tuple[SegmentLine, ...]
    after: tuple[SegmentLine, ...]
    moves: tuple[Move, ...]
    naming: Naming = Naming()
    notes: tuple[str, ...] = ()

    @property
    def preview_id(self) -> str:
        """What tells this preview from any other: wishes for names lead to plans with the same hash."""
        edits = [edit.edit.model_dump(mode="json") for edit in self.edits]
        told = json.dumps([self.base_revision, self.base_hash, self.plan_hash, edits], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()


class Standing(Record):
    """All that stands at a revision: what a thread goes back to, and what answers are made from."""

    plan: SegmentPlan
    universe: Universe
    profiles: tuple[SegmentProfile, ...]
    scores: tuple[SegmentScore, ...]
    certificate: Certificate
    jury: JuryRecord


class Revision(Record):
    """One plan of a thread, and how it came about.

    Attributes:
        number: 1 is the plan that the run fitted; numbers are never used twice.
        parent: the revision it was made from; None of the first.
        edits: what was applied to the parent.
        said: the same in sentences.
        by: who approved it.
        at: when, in UTC, ISO 8601.
        folder: where its files are.
        work: where its own working files are.
    """

    number: int = Field(ge=1)
    parent: int | None = None
    plan_hash: str
    edits: tuple[ResolvedEdit, ...] = ()
    said: tuple[str, ...] = ()
    by: str
    at: str
    folder: str
    work: str = ""


class Journey(Record):
    """One thing that was done in a thread: a revision was made, or taken back to, or a preview was turned down.

    Attributes:
        what: "made", "undo", "redo", "reset" or "rejected".
        revision: the one that was current afterwards.
        reason: why it was rejected, in the words of who did.
    """

    what: Literal["made", "undo", "redo", "reset", "rejected"]
    revision: int
    by: str
    at: str
    reason: str = ""


class History(Record):
    """All revisions of a thread and the way through them.

    Attributes:
        revisions: by number.
        way: revision numbers in the order in which they were current, as far as undo and redo reach.
        position: where in `way` the thread is.
        journeys: all that was done, oldest first; it only grows.
    """

    revisions: tuple[Revision, ...] = Field(min_length=1)
    way: tuple[int, ...] = Field(min_length=1)
    position: int = 0
    journeys: tuple[Journey, ...] = ()

    @property
    def current(self) -> Revision:
        """The revision that is current."""
        return self.revision(self.way[self.position])

    def revision(self, number: int) -> Revision:
        """Return a revision by number; KeyError if there is none."""
        found = next((r for r in self.revisions if r.number == number), None)
        if found is None:
            raise KeyError(number)
        return found


class Edited(Record):
    """What a person wants instead of what was shown, as the approval form sends it back."""

    name: str = "apply_edits"
    args: dict[str, object] = Field(default_factory=dict)


class Decision(Record):
    """What a person decided on a preview.

    Attributes:
        plan_hash, preview_id: of the preview that was looked at; where given, another one is refused.
        edited_action: of "edit": its `args.edits` replace the edits that were shown.
        message: of "reject": why.
        by: who decided.
    """

    type: Literal["approve", "edit", "reject"]
    plan_hash: str | None = None
    preview_id: str | None = None
    edited_action: Edited | None = None
    message: Annotated[str, AfterValidator(one_line), Field(max_length=500)] = ""
    by: Annotated[str, AfterValidator(one_line), Field(max_length=60)] | None = None
