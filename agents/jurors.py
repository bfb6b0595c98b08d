"""What models do in the seats of the personas: they propose names, rank the others' blindly, and argue in a debate.

Each returns what was said, who said nothing to which segments and why, and every call it took.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from cartjury.agents.ask import ask
from cartjury.agents.asking import Answer
from cartjury.agents.ballot_question import Ranking, on_ballot
from cartjury.agents.debate_question import Debating
from cartjury.agents.naming_question import NOBODY, Naming
from cartjury.agents.plain_names import seeded
from cartjury.data.call_records import Call, Stage
from cartjury.data.jury_records import Abstention, Ballot, Persona, Proposal
from cartjury.data.seats import SeatName

if TYPE_CHECKING:
    from cartjury.agents.desk import Desk
    from cartjury.agents.sitting import Hearing

T = TypeVar("T")
BY_RULE: Final = "rule"  # provider and model of a ballot on which there is nothing to choose


class Spoken(NamedTuple, Generic[T]):
    """What a seat said, its silence, and the calls it took."""

    said: tuple[T, ...]
    abstentions: tuple[Abstention, ...]
    calls: tuple[Call, ...]


async def propose(desk: "Desk", persona: Persona, hearing: "Hearing") -> Spoken[Proposal]:
    """Ask for a name for each open segment.

    The batches are asked one after the other: a later one is told which names are taken by then, so that a juror
    does not give one name twice and lose a segment by it.
    """
    return await _named(desk, Naming(persona, hearing, desk.panel.goal, plain=plain(desk, persona)))


async def argue(desk: "Desk", persona: Persona, hearing: "Hearing") -> Spoken[Proposal]:
    """Ask again for the contested segments, with all names and votes shown.

    A juror changes its name only for a reason that is found true (agents/concede.py). One that had no name for a
    segment proposes one. A name that is kept stays with the model that proposed it.
    """
    return await _named(desk, Debating(persona, hearing, desk.panel.goal, plain=plain(desk, persona)))


async def rank(desk: "Desk", persona: Persona, hearing: "Hearing") -> Spoken[Ballot]:
    """Ask for the order of the others' names of this round, batches side by side.

    Where there is one other name it is the ranking, and no model is asked; where there is none, there is no ballot.
    """
    names = {i: on_ballot(hearing, i, without=persona) for i in hearing.only}
    single = {i: tuple(found) for i, found in names.items() if len(found) == 1}
    several = {i: found for i, found in names.items() if len(found) > 1}
    asked = Ranking(persona, hearing, desk.panel.goal, several, plain=plain(desk, persona))
    parts = batches(hearing, asked.ids, desk.panel.batch, persona)
    answers = await asyncio.gather(*(ask(desk, asked.question(n, ids)) for n, ids in enumerate(parts)))
    said = {i: (s.provider, s.model, s.value) for a in answers for i, s in a.said.items()}
    said |= {i: (BY_RULE, BY_RULE, ranking) for i, ranking in single.items()}
    ballots = tuple(
        Ballot(persona=persona, provider=provider, model=model, segment_id=i, ranking=ranking, round=hearing.round)
        for i, (provider, model, ranking) in sorted(said.items())
    )
    return Spoken(ballots, silence(persona, "ballot", hearing.round, answers), _calls(answers))


def plain(desk: "Desk", persona: Persona) -> bool:
    """Whether a seat is asked without a persona."""
    seat = desk.panel.seats.get(persona)
    return seat is not None and seat.plain


async def _named(desk: "Desk", naming: Naming) -> Spoken[Proposal]:
    hearing, persona = naming.hearing, naming.persona
    answers = [
        await ask(desk, naming.question(part, ids))
        for part, ids in enumerate(batches(hearing, hearing.only, desk.panel.batch, persona))
    ]
    found = {i: s for a in answers for i, s in a.said.items()}
    said = (
        s.value.model_copy(update={"provider": s.provider, "model": s.model}) if s.value.model == NOBODY else s.value
        for _, s in sorted(found.items())
    )
    return Spoken(tuple(said), silence(persona, "proposal", hearing.round, answers), _calls(answers))


def batches(hearing: "Hearing", ids: Sequence[str], size: int, *who: str) -> list[list[str]]:
    """Segments in the plan's order, `size` at a time; within a batch in an order of each juror's own.

    Neighbours stay together, so that their names can be told apart; the order keeps jurors from all giving their best
    to the same segments.
    """
    known = [b.id for b in hearing.briefs if b.id in set(ids)]
    parts = [known[at : at + size] for at in range(0, len(known), size)]
    return [sorted(part, key=lambda i: seeded(hearing.seed, "order", str(hearing.round), *who, i)) for part in parts]


def silence(
    seat: SeatName, stage: Stage, round_: int, answers: Sequence[Answer[T]], prefix: str = ""
) -> tuple[Abstention, ...]:
    """An abstention for each reason for which something was not said."""
    missing = {i: prefix + why for a in answers for i, why in a.missing.items()}
    refs = list(dict.fromkeys(f"{c.provider}/{c.model}" for a in answers if a.missing for c in a.calls))
    return tuple(
        Abstention(
            persona=seat,
            model=" and ".join(refs) or "none",
            stage=stage,
            segment_ids=tuple(sorted(i for i, why in missing.items() if why == reason)),
            reason=reason,
            round=round_,
        )
        for reason in sorted(set(missing.values()))
    )


def _calls(answers: Sequence[Answer[T]]) -> tuple[Call, ...]:
    return tuple(call for answer in answers for call in answer.calls)
