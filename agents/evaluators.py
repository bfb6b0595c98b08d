"""What readers and judges outside of a jury make of names: which rule each was made for, and which of two is better.

names of a table -> matching_question.py, one request -> by segment the segment whose rule was chosen
names of two arms -> preference_question.py, both orders -> better where both say the same, else a tie
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from cartjury.agents.ask import ask
from cartjury.agents.asking import Answer, Said
from cartjury.agents.desk import Desk
from cartjury.agents.matching_question import Matching
from cartjury.agents.outside import in_parts
from cartjury.agents.preference_question import Better, Preferring
from cartjury.agents.presiding import ORDERS
from cartjury.data.jury_records import SegmentBrief
from cartjury.data.outside_records import Matched, Preference, Preferred

NO_NAME: Final = "there was no name to be read"


async def match(desk: Desk, briefs: Sequence[SegmentBrief], names: Mapping[str, str], *, seed: int) -> Matched:
    """Ask the seat "matcher" which rule each name was made for. All names of a table are in one request.

    Args:
        desk: with a panel that seats a matcher.
        briefs: the table.
        names: by segment id. A segment without one is not asked about, and not matched.
        seed: of both shuffles.

    Returns:
        A choice, or None and the reason, for every segment of the table.

    Raises:
        ReplayError: the record of a replay holds another conversation.
    """
    asked = Matching(briefs, names, seed)
    answer = await ask(desk, asked.question())
    chosen = {i: answer.said[key].value for key, i in asked.names.items() if key in answer.said}
    silent = {i: answer.missing[key] for key, i in asked.names.items() if key in answer.missing}
    return Matched(
        panel=desk.panel,
        calls=answer.calls,
        choices={b.id: chosen.get(b.id) for b in briefs},
        missing={b.id: silent.get(b.id, NO_NAME) for b in briefs if b.id not in chosen},
    )


async def prefer(
    desk: Desk,
    briefs: Sequence[SegmentBrief],
    first: Mapping[str, str],
    second: Mapping[str, str],
    *,
    seed: int,
) -> Preferred:
    """Ask the seat "arbiter" which names are better, once as they are and once with A and B exchanged.

    Args:
        desk: with a panel that seats an arbiter.
        briefs: the table.
        first: names of one arm by segment id.
        second: names of the other.
        seed: decides for each segment whose name is A, and in which order the segments are shown.

    Returns:
        A preference for every segment of the table. Names that are the same but for case and underscores are a tie,
        and nobody is asked.

    Raises:
        ReplayError: the record of a replay holds another conversation.
    """
    asked = Preferring(briefs, first, second, seed)
    parts = in_parts(asked.ids, desk.panel.batch)
    questions = [asked.question(order, n, ids) for order in ORDERS for n, ids in enumerate(parts)]
    answers = await asyncio.gather(*(ask(desk, q) for q in questions))
    forward, reverse = (_joined([a for a, q in zip(answers, questions, strict=True) if q.order == o]) for o in ORDERS)
    found = {i: preference(i, forward, reverse) for i in asked.ids}
    return Preferred(
        panel=desk.panel,
        calls=tuple(call for a in answers for call in a.calls),
        preferences={b.id: found[b.id] if b.id in found else asked.unasked(b.id) for b in briefs},
    )


def preference(segment_id: str, forward: Answer[Better], reverse: Answer[Better]) -> Preference:
    """What both orders come to: one that is missing leaves nothing to be said, two that differ are a tie."""
    orders = zip(ORDERS, (forward, reverse), strict=True)
    silent = [f"in the {o} order: {a.missing[segment_id]}" for o, a in orders if segment_id in a.missing]
    said = [a.said[segment_id].value for a in (forward, reverse) if segment_id in a.said]
    reasons = tuple(s.reason for s in said)
    if silent:
        return Preference(better=None, reasons=reasons, missing="; ".join(silent))
    one, other = said
    flipped = one.side != other.side
    return Preference(better="tie" if flipped else one.side, flipped=flipped, reasons=reasons)


def _joined(answers: Sequence[Answer[Better]]) -> Answer[Better]:
    """The answers to all parts of one order as one."""
    said: dict[str, Said[Better]] = {i: s for a in answers for i, s in a.said.items()}
    missing = {i: why for a in answers for i, why in a.missing.items()}
    return Answer(said=said, missing=missing, calls=())
