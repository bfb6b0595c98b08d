"""The vocabulary of the chat: what a reader is shown, what it makes of a message.

| reading | what follows |
|---|---|
| Wishes | edits: resolved, previewed, decided on (revision_records.py) |
| Asked | a question back, with its options |
| Wondered | an answer, made from the record |
| Refused | the reason why it cannot be done |
"""

from typing import Annotated, Literal

from pydantic import Field

from cartjury.data.base import Origin, Record
from cartjury.data.edit_records import Edit, PlanEdit, SegmentId
from cartjury.data.plan_records import SegmentPlan

# --- what a reader is shown ---


class SegmentLine(Record):
    """One segment as the chat shows it.

    Attributes:
        rank: 1 is the best overall score; None where nobody is in it.
        users: None in a scene where fewer than 20 are in it.
    """

    id: SegmentId
    name: str
    named_by: Origin | None
    rule: str
    in_words: str
    users: int | None
    rank: int | None
    overall: float | None
    valid: bool
    locked: bool


class Scene(Record):
    """All that a reader knows besides the message: the plan in aggregates, and what was talked of. Never a user row.

    Attributes:
        lines: the segments as the user sees them, best first; those without users last.
        plan: the plan as it is now.
        columns: columns that can be filtered on; numeric ones can be split by and made dimensions.
        numeric: those of them that hold numbers.
        focus: the segments that were talked of last.
        recent: what was done last, newest first: the kind of edit, and the segments that came of it.
        asked: the question that is open, where there is one.
        revision: of the plan as it is now.
        revisions: how many there are in the thread.
    """

    lines: tuple[SegmentLine, ...]
    plan: SegmentPlan
    columns: tuple[str, ...]
    numeric: tuple[str, ...]
    focus: tuple[SegmentId, ...] = ()
    recent: tuple[tuple[str, tuple[SegmentId, ...]], ...] = ()
    asked: "Asked | None" = None
    revision: int = 1
    revisions: int = 1


# --- questions about the plan ---


class WhyName(Record):
    """Why a segment has its name."""

    kind: Literal["why_name"] = "why_name"
    segment: SegmentId


class WhyRank(Record):
    """Why a segment is ranked where it is; against another one where that is given."""

    kind: Literal["why_rank"] = "why_rank"
    segment: SegmentId
    against: SegmentId | None = None


class WhoIsIn(Record):
    """Who is in a segment: rule and profile."""

    kind: Literal["who_is_in"] = "who_is_in"
    segment: SegmentId


class WhatChanged(Record):
    """What changed since a revision; None: since the one before."""

    kind: Literal["what_changed"] = "what_changed"
    since: int | None = Field(default=None, ge=1)


class WhatIf(Record):
    """What edits would do; they are shown and not offered for approval."""

    kind: Literal["what_if"] = "what_if"
    edits: tuple[PlanEdit, ...] = Field(min_length=1)


class Overview(Record):
    """The segments as they are, best first; or the history of the thread, or what can be said here."""

    kind: Literal["overview"] = "overview"
    of: Literal["segments", "history", "help"] = "segments"


Topic = Annotated[
    WhyName | WhyRank | WhoIsIn | WhatChanged | WhatIf | Overview,
    Field(discriminator="kind"),
]


# --- what a reader makes of a message ---


class Wishes(Record):
    """The message asks for edits, in this order."""

    kind: Literal["wishes"] = "wishes"
    edits: tuple[Edit, ...] = Field(min_length=1)


class Wondered(Record):
    """The message asks about the plan."""

    kind: Literal["wondered"] = "wondered"
    topic: Topic


class Choice(Record):
    """One way to read a message that can be read in several.

    Attributes:
        label: for the user, without a number before it.
        reading: what choosing it comes to.
    """

    label: str
    reading: Annotated[Wishes | Wondered, Field(discriminator="kind")]


class Asked(Record):
    """The message is not clear: a question back, with the options where there are some."""

    kind: Literal["asked"] = "asked"
    question: str
    options: tuple[Choice, ...] = ()


class Refused(Record):
    """What the message asks for cannot be done here, or must not."""

    kind: Literal["refused"] = "refused"
    reason: str


Reading = Annotated[Wishes | Wondered | Asked | Refused, Field(discriminator="kind")]


class Talk(Record):
    """What a thread keeps of the conversation, besides the messages.

    Attributes:
        focus: the segments that were talked of last.
        asked: the question that is open, where there is one.
        read_by: who read the last message: "grammar", or "provider/model".
    """

    focus: tuple[SegmentId, ...] = ()
    asked: Asked | None = None
    read_by: str = ""


Scene.model_rebuild()
