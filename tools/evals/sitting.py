"""A jury's sitting as figures are made of it: what was said, of which rules, and what each request brought."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cartjury.data.call_records import Attempt
from cartjury.data.jury_records import JuryRecord, Proposal, SegmentBrief, Verdict
from cartjury.tools.rules import traits
from cartjury.tools.turn import Turn

OFFLINE = "offline"


class Sitting(NamedTuple):
    """One sitting of a jury.

    Attributes:
        name: of the run.
        jury: what was said in this sitting alone.
        briefs: the rules of the segments that were asked for. Sizes and means are not published, and left out.
        attempts: requests to models, with what was accepted of their answers.
        names: of all segments of the plan, as they stand after the sitting, by segment id.
        seed: decided between equals; None where it is not known. A seed tells sittings of the offline jury apart.
    """

    name: str
    jury: JuryRecord
    briefs: Sequence[SegmentBrief] = ()
    attempts: Sequence[Attempt] = ()
    names: Mapping[str, str] = {}
    seed: int | None = None

    @property
    def by_models(self) -> bool:
        """Whether models had a part in it."""
        return any(attempt.sent for attempt in self.attempts) or any(call.sent for call in self.jury.calls)


def sitting_of(turn: Turn) -> Sitting:
    """Return the jury's part of a turn."""
    jury = turn.jury.this_sitting
    asked = {p.segment_id for p in jury.proposals} | {v.segment_id for v in jury.verdicts}
    briefs = tuple(
        SegmentBrief(id=s.id, rule=s.rule, traits=traits(turn.plan, s), is_else=s.is_else)
        for s in turn.plan.segments
        if s.id in asked
    )
    names = {s.id: s.name for s in turn.plan.segments if s.name}
    return Sitting(turn.name, jury, briefs, tuple(turn.attempts), names, turn.seed)


def last_proposals(sitting: Sitting, verdict: Verdict) -> tuple[Proposal, ...]:
    """Return the proposals for a segment in the round that settled it."""
    wanted = (verdict.segment_id, verdict.rounds)
    return tuple(p for p in sitting.jury.proposals if (p.segment_id, p.round) == wanted)


def model_of(proposal: Proposal) -> str:
    """Whose a proposal is: "provider/id", or "offline"."""
    return OFFLINE if proposal.provider == OFFLINE else f"{proposal.provider}/{proposal.model}"
