"""The nodes of the jury: jurors propose side by side, rank blind, a judge decides, the contested is debated.

The offline jury sits here: no model is asked. What every node passes on are the records of
`data/jury_records.py`, whoever wrote them.
"""

from collections.abc import Collection, Sequence
from typing import Protocol

from cartjury.agents import offline
from cartjury.data.jury_records import PERSONAS, JuryRecord, Persona, SegmentBrief
from cartjury.data.lexicon import lexicon
from cartjury.graph.nodes import plain
from cartjury.graph.routes import MAX_ROUNDS
from cartjury.graph.state import JuryState, Update
from cartjury.tools.naming import check_name
from cartjury.tools.vote import contested, decide


class JuryNode(Protocol):
    """A node of the jury, as LangGraph calls it."""

    def __call__(self, state: JuryState) -> Update:
        """Return the keys to change."""
        ...


def juror(persona: Persona) -> JuryNode:
    """Make the node of one persona."""

    def node(state: JuryState) -> Update:
        """briefs, in a debate also what was said -> proposals for what is open."""
        proposals = offline.propose(
            persona,
            state.briefs,
            allowed,
            seed=state.seed,
            round=state.round,
            taken=settled(state),
            only=open_ids(state),
            before=state.proposals,
        )
        return {"proposals": [plain(p) for p in proposals]}

    return node


def ballots(state: JuryState) -> Update:
    """proposals -> each juror's ranking of the others' names, without knowing whose they are."""
    cast = [
        ballot
        for persona in PERSONAS
        for ballot in offline.rank(persona, state.briefs, state.proposals, seed=state.seed, round=state.round)
    ]
    return {"ballots": [plain(b) for b in cast]}


def judge(state: JuryState) -> Update:
    """proposals, ballots -> verdicts, and which of them are contested."""
    opinions = offline.judge(state.briefs, state.proposals, seed=state.seed, round=state.round)
    new = decide(
        open_briefs(state),
        state.proposals,
        state.ballots,
        opinions,
        allowed,
        seed=state.seed,
        round=state.round,
        max_rounds=MAX_ROUNDS,
        taken=settled(state),
    )
    decided = {v.segment_id for v in new}
    verdicts = [*(v for v in state.verdicts if v.segment_id not in decided), *new]
    return {"verdicts": [plain(v) for v in verdicts], "contested": list(contested(new))}


def debate(state: JuryState) -> Update:
    """round -> the next round, in which only the contested segments are heard."""
    return {"round": state.round + 1}


def record(state: JuryState) -> Update:
    """Everything that was said -> the jury's record."""
    said = {k: tuple(getattr(state, k)) for k in ("proposals", "ballots", "abstentions", "verdicts")}
    return {"jury": plain(JuryRecord(preset="offline", effort="offline", rounds=state.round, **said))}


def allowed(name: str, brief: SegmentBrief, taken: Collection[str]) -> tuple[str, ...]:
    """Reasons why a segment must not have this name; none: it may."""
    return check_name(name, brief, taken, lexicon())


def open_ids(state: JuryState) -> tuple[str, ...]:
    """Segments that this round is about: all at first, then the contested."""
    return tuple(state.contested) if state.round else tuple(b.id for b in state.briefs)


def open_briefs(state: JuryState) -> Sequence[SegmentBrief]:
    """Briefs of the segments that this round is about."""
    ids = set(open_ids(state))
    return [b for b in state.briefs if b.id in ids]


def settled(state: JuryState) -> tuple[str, ...]:
    """Names that are no longer to be had."""
    ids = set(open_ids(state))
    return tuple(v.name for v in state.verdicts if v.segment_id not in ids)
