"""The jury's part of a trace: rounds, stages, seats, and each request to a model with what came of it."""

from collections.abc import Iterable, Iterator
from typing import Final

from cartjury.data.call_records import Attempt, Stage
from cartjury.data.journal import in_order
from cartjury.data.jury_records import NOT_ASKED, PERSONAS, Abstention, Ballot, JuryRecord, Proposal
from cartjury.data.seats import SeatName
from cartjury.data.trace_records import Branch
from cartjury.tools.report_calls import calls_of, money, used
from cartjury.tools.trace_attempt import attempt_branch
from cartjury.tools.trace_verdict import verdict_branches
from cartjury.tools.trace_words import OFFLINE, clean, counted, said_of, some, spoken
from cartjury.tools.turn import Turn

JUDGES: Final[tuple[SeatName, ...]] = ("judge", "second_judge")
STAGES: Final[tuple[tuple[Stage, str, tuple[SeatName, ...]], ...]] = (
    ("proposal", "propose", PERSONAS),
    ("ballot", "ballots", PERSONAS),
    ("verdict", "judge", JUDGES),
)


def jury_branch(turn: Turn) -> Branch:
    """Return what was said in a turn, round by round, and the verdicts that stand after it."""
    jury, sat = turn.jury, turn.jury.this_sitting
    spoken_in = {p.round for p in sat.proposals} | {b.round for b in sat.ballots} | {a.round for a in turn.attempts}
    rounds = tuple(_round(n, turn, sat) for n in sorted(spoken_in))
    verdicts = Branch(kind="stage", title="verdicts", children=verdict_branches(turn))
    facts = {"preset": jury.preset, "effort": jury.effort}
    return Branch(kind="node", title="jury", notes=_took(jury), facts=facts, children=(*rounds, verdicts))


def _took(jury: JuryRecord) -> tuple[str, ...]:
    if jury.preset == NOT_ASKED:
        return ("no names were asked for",)
    if jury.effort == OFFLINE:
        return ("the offline jury: code, no language model",)
    took = used(calls_of(jury))
    if not took.calls:
        return (clean(f"{jury.preset}, {jury.effort}"), "no request was sent")
    unknown = took.cost_unknown_calls
    cost = "cost not known" if unknown == took.calls else money(took.cost_usd)
    more = (f"cost of {counted(unknown, 'request')} not known",) if 0 < unknown < took.calls else ()
    tokens = f"{took.tokens_in:,} tokens in, {took.tokens_out:,} out"
    return (clean(f"{jury.preset}, {jury.effort}"), counted(took.calls, "request"), tokens, cost, *more)


def _round(number: int, turn: Turn, sat: JuryRecord) -> Branch:
    stages = (_stage(number, stage, title, seats, turn, sat) for stage, title, seats in STAGES)
    open_ids = tuple(sorted({p.segment_id for p in sat.proposals if p.round == number}))
    title = f"debate round {number}" if number else "first round"
    return Branch(kind="round", title=title, notes=(some(open_ids),), children=tuple(s for s in stages if s.children))


def _stage(number: int, stage: Stage, title: str, seats: tuple[SeatName, ...], turn: Turn, sat: JuryRecord) -> Branch:
    asked = [a for a in in_order(turn.attempts) if (a.round, a.stage) == (number, stage)]
    absent = [a for a in sat.abstentions if (a.round, a.stage) == (number, stage)]
    here = [r for r in _computed(stage, sat) if r.round == number]
    found = [_seat(seat, asked, here, absent) for seat in seats]
    if stage == "verdict":
        found += _code(asked, sat)
    debated = "debate" if number and stage == "proposal" else title
    return Branch(kind="stage", title=debated, children=tuple(s for s in found if s.children or s.said))


def _computed(stage: Stage, sat: JuryRecord) -> tuple[Proposal | Ballot, ...]:
    """What the offline jury said at a stage."""
    if stage == "proposal":
        return tuple(p for p in sat.proposals if p.provider == OFFLINE)
    return tuple(b for b in sat.ballots if b.provider == OFFLINE) if stage == "ballot" else ()


def _seat(
    seat: SeatName, asked: Iterable[Attempt], here: Iterable[Proposal | Ballot], absent: Iterable[Abstention]
) -> Branch:
    attempts = tuple(attempt_branch(a) for a in asked if a.persona == seat)
    silent = tuple(_silence(a) for a in absent if a.persona == seat)
    said = {r.segment_id: _said(r) for r in here if r.persona == seat}
    notes = ("the offline jury: code, no model",) if said and not attempts else ()
    if said and attempts:
        filled = Branch(kind="words", title="the offline jury filled in", segments=tuple(said), said=said)
        return Branch(kind="seat", title=spoken(seat), children=(*attempts, filled, *silent))
    return Branch(
        kind="seat", title=spoken(seat), notes=notes, segments=tuple(said), said=said, children=(*attempts, *silent)
    )


def _said(record: Proposal | Ballot) -> str:
    if isinstance(record, Ballot):
        return said_of(list(record.ranking))
    return said_of({"name": record.name, "reason": record.reason})


def _silence(absent: Abstention) -> Branch:
    why = f"abstained from {some(absent.segment_ids)}: {absent.reason}"
    facts = absent.model_dump(mode="json")
    return Branch(kind="words", title=clean(why), segments=absent.segment_ids, facts=facts)


def _code(asked: Iterable[Attempt], sat: JuryRecord) -> Iterator[Branch]:
    """Who judged where no model was asked to; the record keeps its points in the verdicts."""
    if any(asked) or not sat.verdicts:
        return
    if any(v.model == OFFLINE for v in sat.verdicts):
        what = "the offline rubric: code, no model; its points are in the verdicts"
    else:
        what = "nobody judged: the names of the one model stand where they pass the checks"
    yield Branch(kind="seat", title="judge", children=(Branch(kind="words", title=what),))
