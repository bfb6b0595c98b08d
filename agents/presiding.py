"""What models do in the seats of the judges: they see each ballot in both orders and choose from it.

A choice that changes with the order is a flip; two judges that differ are one, too.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from cartjury.agents.ask import ask
from cartjury.agents.asking import Said
from cartjury.agents.ballot_question import on_ballot
from cartjury.agents.judge_question import Judgement, Judging
from cartjury.agents.jurors import Spoken, batches, silence
from cartjury.data.call_records import Order
from cartjury.data.opinion import CRITERIA, Opinion
from cartjury.data.seats import SeatName

if TYPE_CHECKING:
    from cartjury.agents.desk import Desk
    from cartjury.agents.sitting import Hearing

ORDERS: Final[tuple[Order, Order]] = ("forward", "reverse")
Heard = Mapping[str, Said[Judgement]]


async def judge(desk: "Desk", seat: SeatName, hearing: "Hearing") -> Spoken[Opinion]:
    """Ask a judge about the open segments that have two names or more, in both orders side by side.

    Returns:
        An opinion on each segment that was judged. It is binding where both orders were; where one is missing an
        abstention tells which.
    """
    names = {i: found for i in hearing.only if len(found := on_ballot(hearing, i)) > 1}
    judging = Judging(seat, hearing, desk.panel.goal, names)
    parts = batches(hearing, tuple(names), desk.panel.batch, "judge")
    questions = [judging.question(order, n, ids) for order in ORDERS for n, ids in enumerate(parts)]
    answers = await asyncio.gather(*(ask(desk, q) for q in questions))
    by_order = {o: [a for a, q in zip(answers, questions, strict=True) if q.order == o] for o in ORDERS}
    forward, reverse = ({i: s for a in by_order[o] for i, s in a.said.items()} for o in ORDERS)
    opinions = (opinion(i, forward.get(i), reverse.get(i)) for i in sorted(names))
    silent = [
        abstention
        for order, found in by_order.items()
        for abstention in silence(seat, "verdict", hearing.round, found, f"in the {order} order: ")
    ]
    return Spoken(tuple(o for o in opinions if o), tuple(silent), tuple(c for a in answers for c in a.calls))


def opinion(segment_id: str, forward: Said[Judgement] | None, reverse: Said[Judgement] | None) -> Opinion | None:
    """What a judge thinks of one segment, from its judgements in both orders; None where there is none."""
    said = [s for s in (forward, reverse) if s]
    if not said:
        return None
    first = said[0].value
    return Opinion(
        segment_id=segment_id,
        model=_joined(f"{s.provider}/{s.model}" for s in said),
        choice=first.choice,
        binding=len(said) == len(ORDERS),
        flipped=any(s.value.choice != first.choice for s in said),
        rubric=_mean([{s.value.choice: s.value.points} for s in said]),
        reason=first.reasons[max(CRITERIA, key=lambda c: first.points[c] / CRITERIA[c])],
        reasons=first.reasons,
    )


def merge(judges: Sequence[Sequence[Opinion]]) -> list[Opinion]:
    """One opinion a segment: where judges agree it is binding, where they differ it is a flip.

    A flip of one judge is not healed by another that agrees with its first choice. The words are the first judge's.
    """
    by_id: dict[str, list[Opinion]] = {}
    for found in (o for said in judges for o in said):
        by_id.setdefault(found.segment_id, []).append(found)
    return [found[0] if len(found) == 1 else _merged(found) for found in by_id.values()]


def _merged(found: Sequence[Opinion]) -> Opinion:
    first = found[0]
    return first.model_copy(
        update={
            "model": _joined(name for o in found for name in o.model.split(" and ")),
            "binding": True,
            "flipped": any(o.flipped or o.choice != first.choice for o in found),
            "rubric": _mean([o.rubric for o in found]),
        }
    )


def _mean(rubrics: Sequence[Mapping[str, Mapping[str, float]]]) -> dict[str, dict[str, float]]:
    """The mean of the points of each name, over those who gave it any, to a hundredth."""
    given: dict[str, list[Mapping[str, float]]] = {}
    for name, points in (item for rubric in rubrics for item in rubric.items()):
        given.setdefault(name, []).append(points)
    return {
        name: {c: round(sum(p[c] for p in found) / len(found), 2) for c in CRITERIA} for name, found in given.items()
    }


def _joined(names: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(names))
