"""A round of the jury: models in their seats, the offline jury where a seat is empty or has fallen silent.

    hear (each persona) -> complete (below the quorum) -> cast (ballots) -> weigh (the judge's opinions)

Whoever speaks, what comes out are the records of data/jury_records.py, each with its model. The offline jury computes
in a thread, so that other sittings on this loop are not kept waiting.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from cartjury.agents import jurors, offline, presiding
from cartjury.agents.desk import Desk
from cartjury.agents.distinct import placed, same
from cartjury.data.call_records import Call, Panel, Stage
from cartjury.data.jury_records import PERSONAS, Abstention, Ballot, Persona, Proposal, SegmentBrief
from cartjury.data.opinion import Opinion
from cartjury.data.seats import SeatName

QUORUM: Final = 2  # of the four: fewer proposals, or ballots, and the offline jury fills in
JUDGES: Final[tuple[SeatName, ...]] = ("judge", "second_judge")

CheckClaims = Callable[[Proposal, SegmentBrief], tuple[str, ...]]
Standing = Mapping[str, tuple[int, float]]  # first places and Borda points of each name


@dataclass(frozen=True)
class Hearing:
    """What a round is about, and what was said before it.

    Attributes:
        only: ids of the segments that are open.
        taken: names that other segments have for good.
        proposals: of all rounds so far, this one included.
        standing: of the names in the last vote, by segment id.
        check, check_claims: the naming rules; reasons why a name, or what is claimed of it, must not stand.
        guidance: what a name should be like, in the user's words, by segment id; the offline jury cannot follow it.
    """

    briefs: Sequence[SegmentBrief]
    seed: int
    round: int
    only: tuple[str, ...]
    taken: tuple[str, ...]
    proposals: Sequence[Proposal]
    standing: Mapping[str, Standing]
    check: offline.Check
    check_claims: CheckClaims
    guidance: Mapping[str, str] = field(default_factory=dict)

    @property
    def now(self) -> list[Proposal]:
        """The proposals of this round."""
        return [p for p in self.proposals if p.round == self.round]


@dataclass(frozen=True)
class Heard:
    """What was said, and what it took."""

    proposals: tuple[Proposal, ...] = ()
    ballots: tuple[Ballot, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    abstentions: tuple[Abstention, ...] = ()
    calls: tuple[Call, ...] = ()


async def hear(desk: Desk, persona: Persona, hearing: Hearing) -> Heard:
    """Let a persona propose names; in a debate round, let it keep or change the one it has.

    A seat that this effort does not give to a model is the offline juror's. One that should have a model and
    has none abstains. A juror that falls silent in a debate keeps the names it had.
    """
    if persona in desk.panel.empty:
        return Heard(abstentions=_absent(desk.panel, persona, "proposal", hearing))
    if persona not in desk.panel.seats:
        return Heard(proposals=await asyncio.to_thread(_stand_in, persona, hearing, hearing.only))
    before = [p for p in hearing.proposals if p.persona == persona and p.segment_id in hearing.only]
    if hearing.round:
        proposals, abstentions, calls = await jurors.argue(desk, persona, hearing)
    else:
        proposals, abstentions, calls = await jurors.propose(desk, persona, hearing)
    answered = {p.segment_id for p in proposals}
    kept = {p.segment_id: p for p in before if p.segment_id not in answered}
    kept_on = (p.model_copy(update={"round": hearing.round}) for p in kept.values())
    return Heard(proposals=(*proposals, *kept_on), abstentions=tuple(abstentions), calls=tuple(calls))


async def complete(panel: Panel, hearing: Hearing) -> Heard:
    """Let the offline jury speak for those who did not, on segments with fewer proposals than the quorum.

    Also where jurors want the same few names for more segments: each segment must be able to have one of its own.
    """
    if panel.effort not in {"standard", "thorough"}:
        return Heard()
    filled: list[Proposal] = []
    for persona in PERSONAS:
        short = [i for i in hearing.only if _voices(hearing.now, i) < QUORUM and not _spoke(hearing.now, persona, i)]
        if short:
            filled += await asyncio.to_thread(_stand_in, persona, hearing, short)
    more = await asyncio.to_thread(_spread, replace(hearing, proposals=(*hearing.proposals, *filled)))
    return Heard(proposals=(*filled, *more))


async def cast(desk: Desk, hearing: Hearing) -> Heard:
    """Let every juror rank the others' names; the offline jury fills in below the quorum."""
    ranks = desk.panel.effort in {"standard", "thorough"}
    voters = [p for p in PERSONAS if ranks and p in desk.panel.seats]
    answers = await asyncio.gather(*(jurors.rank(desk, p, hearing) for p in voters))
    ballots = [b for said, _, _ in answers for b in said]
    for persona in PERSONAS:
        stand_in = await asyncio.to_thread(_ranked, persona, hearing)
        # Where models vote, the offline jury only brings a segment up to the quorum.
        ballots += [b for b in stand_in if not ranks or _missing(ballots, voters, b)]
    return Heard(
        ballots=tuple(ballots),
        abstentions=tuple(a for _, silent, _ in answers for a in silent),
        calls=tuple(c for _, _, calls in answers for c in calls),
    )


async def weigh(desk: Desk, hearing: Hearing) -> Heard:
    """Hear the judge, or both; where none has an opinion on a segment, the offline rubric has.

    In a quick sitting one model names: its names stand where they pass the checks.
    """
    if desk.panel.effort == "quick":
        return Heard(opinions=_first(_as_named(hearing), await asyncio.to_thread(_rubric, hearing)))
    if desk.panel.effort == "offline":
        return Heard(opinions=await asyncio.to_thread(_rubric, hearing))
    absent = tuple(a for seat in JUDGES for a in _absent(desk.panel, seat, "verdict", hearing))
    seats = [seat for seat in JUDGES if seat in desk.panel.seats]
    answers = await asyncio.gather(*(presiding.judge(desk, seat, hearing) for seat in seats))
    opinions = presiding.merge([said for said, _, _ in answers])
    return Heard(
        opinions=_first(opinions, await asyncio.to_thread(_rubric, hearing)),
        abstentions=(*absent, *(a for _, silent, _ in answers for a in silent)),
        calls=tuple(c for _, _, calls in answers for c in calls),
    )


def _absent(panel: Panel, seat: SeatName, stage: Stage, hearing: Hearing) -> tuple[Abstention, ...]:
    """A seat that should have had a model abstains once, in the first round."""
    if seat not in panel.empty or hearing.round:
        return ()
    why, ids = panel.empty[seat], tuple(hearing.only)
    return (Abstention(persona=seat, model="none", stage=stage, segment_ids=ids, reason=why, round=0),)


def _stand_in(persona: Persona, hearing: Hearing, ids: Collection[str]) -> tuple[Proposal, ...]:
    said = offline.propose(
        persona,
        hearing.briefs,
        hearing.check,
        seed=hearing.seed,
        round=hearing.round,
        taken=hearing.taken,
        only=ids,
        before=[p for p in hearing.proposals if p.round < hearing.round],
    )
    return tuple(said)


def _spread(hearing: Hearing) -> list[Proposal]:
    """Names that nobody has said yet, until there are enough for all segments; of jurors that have none there."""
    more: list[Proposal] = []
    for segment_id in hearing.only:
        now = [*hearing.now, *more]
        silent = next((p for p in PERSONAS if not _spoke(now, p, segment_id)), None)
        enough = _placed(hearing, now)
        if silent is None or enough == len(hearing.only):
            continue
        new = _stand_in(silent, replace(hearing, taken=(*hearing.taken, *(p.name for p in now))), [segment_id])
        if _placed(hearing, [*now, *new]) > enough:
            more += new
    return more


def _placed(hearing: Hearing, proposals: Iterable[Proposal]) -> int:
    """How many open segments can have a name of their own. What was proposed has been checked; it may be taken now."""
    taken = {same(name) for name in hearing.taken}
    names: dict[str, list[str]] = {i: [] for i in hearing.only}
    for p in proposals:
        if same(p.name) not in taken:
            names[p.segment_id].append(p.name)
    return placed(names)


def _ranked(persona: Persona, hearing: Hearing) -> list[Ballot]:
    return offline.rank(persona, hearing.briefs, hearing.now, seed=hearing.seed, round=hearing.round)


def _voices(proposals: Iterable[Proposal], segment_id: str) -> int:
    return len({p.persona for p in proposals if p.segment_id == segment_id and p.provider != offline.OFFLINE})


def _spoke(proposals: Iterable[Proposal], persona: Persona, segment_id: str) -> bool:
    return any(p.persona == persona and p.segment_id == segment_id for p in proposals)


def _missing(ballots: Sequence[Ballot], voters: Sequence[Persona], stand_in: Ballot) -> bool:
    """Whether a segment has fewer ballots of models than the quorum, and none of this juror."""
    there = [b for b in ballots if b.segment_id == stand_in.segment_id]
    by_models = sum(b.persona in voters and b.provider != offline.OFFLINE for b in there)
    return by_models < QUORUM and all(b.persona != stand_in.persona for b in there)


def _rubric(hearing: Hearing) -> tuple[Opinion, ...]:
    return tuple(offline.judge(hearing.briefs, hearing.now, seed=hearing.seed, round=hearing.round))


def _as_named(hearing: Hearing) -> list[Opinion]:
    named = [p for p in hearing.now if p.provider != offline.OFFLINE]
    return [
        Opinion(segment_id=p.segment_id, model=f"{p.provider}/{p.model}", choice=p.name, binding=True, reason=p.reason)
        for p in named
    ]


def _first(*opinions: Iterable[Opinion]) -> tuple[Opinion, ...]:
    """Of the opinions on each segment the first, completed by the points of the others.

    Points of two judges do not compare: where the first settles nothing, the rubric in code alone orders the names.
    """
    found: dict[str, Opinion] = {}
    for opinion in (o for some in opinions for o in some):
        first = found.setdefault(opinion.segment_id, opinion)
        own = first.rubric if first.settles else {}
        found[opinion.segment_id] = first.model_copy(update={"rubric": {**opinion.rubric, **own}})
    return tuple(found.values())
