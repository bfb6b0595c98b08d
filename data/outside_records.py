"""What comes of an evaluation's questions to models: a jury's names, and what readers outside of it say of names."""

from collections import Counter
from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from cartjury.data.base import Origin, Record
from cartjury.data.call_records import Call, Effort, Panel
from cartjury.data.chat_records import Reading
from cartjury.data.jury_records import JuryRecord

Side = Literal["first", "second", "tie"]


class ArmPlan(Record):
    """An arm of the naming evaluation: the product's own jury, with this preset and this effort.

    Attributes:
        title: what it is, in a sentence.
        preset: of the model table, or of data/evals/arms.toml.
    """

    name: str
    title: str
    preset: str
    effort: Effort


class Asked(Record):
    """What asking took, and where.

    Attributes:
        panel: who was to be asked, in what order.
        calls: every request.
        seconds: wall seconds, waits included; of a recording those that it took then.
        elsewhere: addresses that are not the provider's own, or lie on this machine, as "provider at address": what
            answers there may be anything.
    """

    panel: Panel
    calls: tuple[Call, ...] = ()
    seconds: float = 0.0
    elsewhere: tuple[str, ...] = ()

    @property
    def answered_by(self) -> tuple[str, ...]:
        """The models that gave an answer that could be read, at least in part, as "provider/id", most answers first."""
        found = Counter(f"{c.provider}/{c.model}" for c in self.calls if c.outcome in {"answered", "not_accepted"})
        return tuple(ref for ref, _ in found.most_common())


class Kept(Record):
    """What an evaluation keeps of a question beside its call log, so that it can be heard again.

    Attributes:
        seconds, elsewhere: see Asked.
        log_sha256: of the call log.
    """

    schema_version: Literal[1] = 1
    panel: Panel
    seconds: float
    elsewhere: tuple[str, ...] = ()
    log_sha256: str


class NamedTable(Asked):
    """A table of segments as a jury named it."""

    jury: JuryRecord

    @property
    def names(self) -> dict[str, str]:
        """By segment id."""
        return {v.segment_id: v.name for v in self.jury.verdicts}

    @property
    def origins(self) -> dict[str, Origin]:
        """Whose the names are, by segment id: what the offline jury filled in is told."""
        return {v.segment_id: v.origin for v in self.jury.verdicts}


class Matched(Asked):
    """What a reader took each name for.

    Attributes:
        choices: by the segment whose name was shown, the segment whose rule the reader chose; None where it chose
            none. That is no match, and counts as wrong.
        missing: why it chose none, by segment id.
    """

    choices: Mapping[str, str | None]
    missing: Mapping[str, str] = Field(default_factory=dict)

    @property
    def measured(self) -> bool:
        """Whether the reader said anything: where it did not, nothing is known, and no share of right choices is 0."""
        return any(choice is not None for choice in self.choices.values())

    @property
    def right(self) -> dict[str, bool]:
        """Whether each name was taken for its own rule."""
        return {segment_id: choice == segment_id for segment_id, choice in self.choices.items()}


class Understood(Asked):
    """What a model made of a message of the chat.

    Attributes:
        reading: None where no model gave one that can be.
        model: whose reading it is, "provider/id"; empty where there is none.
    """

    reading: Reading | None = None
    model: str = ""


class Preference(Record):
    """Which of two names of a segment is better.

    Attributes:
        better: "tie" where the answer changed with the order, or where both are one name; None where there was no
            answer in one order or in both.
        flipped: the answer changed when the names changed places.
        same: both are one name, and nobody was asked.
        reasons: sentences of the one who was asked, of the order A then B first.
        missing: why there is no answer.
    """

    better: Side | None
    flipped: bool = False
    same: bool = False
    reasons: tuple[str, ...] = ()
    missing: str = ""


class Preferred(Asked):
    """A comparison of the names of two arms, by segment id."""

    preferences: Mapping[str, Preference]
