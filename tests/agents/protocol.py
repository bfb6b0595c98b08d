"""The whole protocol of the offline jury, driven as the graph drives it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

from cartjury.agents import offline
from cartjury.data.jury_records import PERSONAS, Ballot, Proposal, SegmentBrief, Trait, Verdict
from cartjury.data.lexicon import lexicon
from cartjury.tools.naming import check_name
from cartjury.tools.vote import contested, decide

check = partial(check_name, lexicon=lexicon())


@dataclass(frozen=True)
class Session:
    """All that was said, and the last verdict on each segment."""

    proposals: tuple[Proposal, ...]
    ballots: tuple[Ballot, ...]
    verdicts: dict[str, Verdict]
    first_contested: tuple[str, ...]


def hold(briefs: Sequence[SegmentBrief], *, seed: int = 42, max_rounds: int = 2) -> Session:
    """Propose, rank, judge; debate what is contested until it is settled."""
    proposals: list[Proposal] = []
    ballots: list[Ballot] = []
    verdicts: dict[str, Verdict] = {}
    still: tuple[str, ...] = tuple(b.id for b in briefs)
    first: tuple[str, ...] = ()
    for n in range(max_rounds + 1):
        taken = [v.name for v in verdicts.values() if v.segment_id not in still]
        before = tuple(proposals)
        for persona in PERSONAS:
            proposals += offline.propose(
                persona, briefs, check, seed=seed, round=n, taken=taken, only=still, before=before
            )
        for persona in PERSONAS:
            ballots += offline.rank(persona, briefs, proposals, seed=seed, round=n)
        opinions = offline.judge(briefs, proposals, seed=seed, round=n)
        found = decide(
            briefs, proposals, ballots, opinions, check, seed=seed, round=n, max_rounds=max_rounds, taken=taken
        )
        verdicts |= {v.segment_id: v for v in found}
        still = contested(found)
        first = first or still
        if not still:
            break
    return Session(tuple(proposals), tuple(ballots), verdicts, first)


def trait(label: str, column: str, levels: Sequence[str], of: Sequence[str] = ("Low", "High")) -> Trait:
    """A trait with the levels in the order of the dimension."""
    return Trait(label=label, column=column, levels=tuple(x for x in of if x in levels), of=tuple(of))


def twelve() -> tuple[SegmentBrief, ...]:
    """The default plan: AOV Low/Medium/High x Engagement Low/High x Profit Low/High."""
    cells = product(("Low", "Medium", "High"), ("Low", "High"), ("Low", "High"))
    return tuple(
        SegmentBrief(
            id=f"S{i:02}",
            rule=f"AOV_{a} & Engagement_{e} & Profit_{p}",
            traits=(
                trait("AOV", "avg_order_value", [a], ("Low", "Medium", "High")),
                trait("Engagement", "engagement_score", [e]),
                trait("Profit", "profitability_score", [p]),
            ),
            size=1000 + i,
        )
        for i, (a, e, p) in enumerate(cells, 1)
    )
