"""The vocabulary of the jury: what it is shown, what it proposes, ranks and decides."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from cartjury.data.base import Origin, Record
from cartjury.data.call_records import Call, Panel, Stage

Persona = Literal["creative_marketer", "growth_strategist", "data_scientist", "risk_manager"]
PERSONAS: tuple[Persona, ...] = ("creative_marketer", "growth_strategist", "data_scientist", "risk_manager")
Claims = Mapping[str, tuple[str, ...]]  # feature label -> levels that the name says the users have


class Trait(Record):
    """What a rule says of one feature.

    Attributes:
        label: the dimension's name ("AOV"), or the column of a local split.
        column: the column it reads.
        levels: the levels that occur in the segment, lowest first; for a local split its lower part
            is "Low", its upper part "High", parts between are "Medium".
        of: all levels there are, lowest first, `Unknown` before them where missing values are possible.
    """

    label: str
    column: str
    levels: tuple[str, ...]
    of: tuple[str, ...]

    @property
    def says_something(self) -> bool:
        """Whether the rule narrows this feature at all."""
        return set(self.levels) != set(self.of)


class SegmentBrief(Record):
    """All that a juror is shown of a segment: the rule, the size and rounded means. Never a user row.

    Attributes:
        traits: dimensions in the plan's order, then local splits. For a rule `(A) | (B)` the levels are
            those of all its boxes together.
        size: users, None where fewer than 20 (shown as "<20").
        figures: rounded means by column; empty where fewer than 20 users.
    """

    id: str
    rule: str
    in_words: str = ""
    traits: tuple[Trait, ...]
    is_else: bool = False
    size: int | None = None
    figures: dict[str, float] = Field(default_factory=dict)


class Proposal(Record):
    """A juror's name for a segment, and what the name claims of its users."""

    persona: Persona
    model: str
    provider: str
    segment_id: str
    name: str
    claims: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    reason: str = ""
    round: int = 0


class Ballot(Record):
    """A juror's blind ranking of the others' names for a segment, best first; its own name is not in it."""

    persona: Persona
    model: str
    provider: str
    segment_id: str
    ranking: tuple[str, ...]
    round: int = 0


class Abstention(Record):
    """A juror that failed, with the reason. Never a made-up proposal."""

    persona: str
    model: str
    stage: Stage
    segment_ids: tuple[str, ...]
    reason: str
    round: int = 0


class Verdict(Record):
    """The judge's choice for a segment, and how it came about.

    Attributes:
        model: the judge: "provider/id", several joined by " and ", or "offline".
        name_model: the model whose name it is: "provider/id", or "offline".
        rubric: points of the chosen name by criterion; the maxima add up to 100.
        reasons: the judge's sentence on each criterion.
        first_places: how many ballots put each name first.
        borda: Borda points of each name on the ballot.
        flipped: the judge chose differently when the candidates were shown in the reverse order.
        rounds: debate rounds that were held; 0 when the segment was settled at once.
        stop_reason: why the debate ended, or was never held.
        dissent: one line for each juror that preferred another name.
        displaced: the name that was first choice but went to another segment.
    """

    segment_id: str
    name: str
    origin: Origin
    model: str
    name_model: str = "offline"
    proposed_by: tuple[Persona, ...] = ()
    reason: str
    rubric: dict[str, float] = Field(default_factory=dict)
    reasons: dict[str, str] = Field(default_factory=dict)
    first_places: dict[str, int] = Field(default_factory=dict)
    borda: dict[str, float] = Field(default_factory=dict)
    contested: bool = False
    flipped: bool = False
    rounds: int = 0
    stop_reason: str = ""
    dissent: tuple[str, ...] = ()
    displaced: str | None = None


NOT_ASKED: Final = "none"  # preset and effort of a record where no names were asked for


class JuryRecord(Record):
    """All that a jury said, in the order it said it.

    Attributes:
        asked: the segments that this jury named; what is here of others was said at an earlier revision of the plan.
            None: all.
        panel: who was to be asked, in what order, within which limits; None: the offline jury alone.
        calls: every request to a model, in the order of the protocol; what was said in them is in jury.jsonl.
    """

    preset: str = "offline"
    effort: str = "offline"
    proposals: tuple[Proposal, ...] = ()
    ballots: tuple[Ballot, ...] = ()
    abstentions: tuple[Abstention, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    rounds: Annotated[int, Field(ge=0)] = 0
    panel: Panel | None = None
    calls: tuple[Call, ...] = ()
    asked: tuple[str, ...] | None = None

    @property
    def this_sitting(self) -> "JuryRecord":
        """The record without what was said at earlier revisions."""
        if self.asked is None:
            return self
        ids = set(self.asked)
        return self.model_copy(
            update={
                "proposals": tuple(p for p in self.proposals if p.segment_id in ids),
                "ballots": tuple(b for b in self.ballots if b.segment_id in ids),
                "verdicts": tuple(v for v in self.verdicts if v.segment_id in ids),
            }
        )
