"""From ballots and the judge's opinion to verdicts: what is contested, what is settled, and why.

proposals, ballots -> Tally -> standing (first places, Borda, rubric, seeded order) -> assignment -> Verdict
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from cartjury.data.jury_records import Ballot, Proposal, SegmentBrief, Verdict
from cartjury.data.opinion import Opinion
from cartjury.tools.tally import Tally, assign, tally
from cartjury.tools.vote_words import dissent, reason, stop_reason

OFFLINE = "offline"
Check = Callable[[str, SegmentBrief, Collection[str]], tuple[str, ...]]  # reasons why a name must not be given


@dataclass(frozen=True)
class Case:
    """One segment on the judge's table.

    Attributes:
        votes: the names that pass the check, and the votes on them.
        points: what decides between them, as one number a name.
        failed: names that do not pass.
        changed: whether a juror changed its name since the last round.
        models: the model whose name each is; "offline" only where no model proposed it.
    """

    segment_id: str
    votes: Tally
    opinion: Opinion
    points: Mapping[str, float]
    failed: bool
    changed: bool
    models: Mapping[str, str]


def contested(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """Ids of the segments that still have to be debated."""
    return tuple(v.segment_id for v in verdicts if v.contested and not v.stop_reason)


def decide(  # noqa: PLR0913  all that was said, and the terms of the round by keyword
    briefs: Sequence[SegmentBrief],
    proposals: Sequence[Proposal],
    ballots: Sequence[Ballot],
    opinions: Sequence[Opinion],
    check: Check,
    *,
    seed: int,
    round: int = 0,  # noqa: A002  the word of the records
    max_rounds: int = 2,
    taken: Collection[str] = (),
    halt: str = "",
) -> list[Verdict]:
    """Settle a round: one name for each segment that has proposals in it, no name twice.

    A segment is contested where no name is the clear favourite, where the judge flips with the order of the
    names, or where a name on the ballot fails the check. It is settled, and then stop_reason is set, when it
    is not contested, when no juror changed its name since the last round, or in the last round. Between names
    decide: the judge's choice where it is binding and did not flip; then first places, Borda, the rubric, a seeded
    order. Where two segments want one name, the assignment with the most points over all segments decides.

    Args:
        briefs: the segments.
        proposals: of all rounds so far; those of `round` are on the ballot, those before show what changed.
        ballots: of all rounds so far.
        opinions: the judge's, of this round.
        check: the naming rules.
        seed: decides between equals.
        round: 0, or the debate round.
        max_rounds: debate rounds at most.
        taken: names of segments that are settled or locked.
        halt: why no further round can be held, whatever is contested; empty: it can.

    Returns:
        A verdict for each segment, in the order of `briefs`. A segment without an allowed name gets none.
    """
    cases: dict[str, Case] = {}
    for brief in briefs:
        said = [p for p in proposals if p.segment_id == brief.id and p.round in {round, round - 1}]
        cast = [b for b in ballots if b.segment_id == brief.id and b.round == round]
        opinion = next((o for o in opinions if o.segment_id == brief.id), None)
        failed = {p.name for p in said if p.round == round and check(p.name, brief, taken)}
        cases[brief.id] = _case(said, cast, opinion or _no_opinion(brief.id), failed, (seed, round))
    chosen = assign({i: c.points for i, c in cases.items() if c.points})
    return [_verdict(case, chosen[i], round, max_rounds, halt) for i, case in cases.items() if i in chosen]


def standing(proposals: Sequence[Proposal], ballots: Sequence[Ballot]) -> dict[str, dict[str, tuple[int, float]]]:
    """First places and Borda points of each name in the last round that voted on its segment, by segment id."""
    found: dict[str, dict[str, tuple[int, float]]] = {}
    for segment_id in dict.fromkeys(b.segment_id for b in ballots):
        last = max(b.round for b in ballots if b.segment_id == segment_id)
        votes = tally(
            [p for p in proposals if p.segment_id == segment_id and p.round == last],
            [b for b in ballots if b.segment_id == segment_id and b.round == last],
        )
        found[segment_id] = {name: (votes.first_places[name], votes.borda[name]) for name in votes.proposers}
    return found


def _no_opinion(segment_id: str) -> Opinion:
    return Opinion(segment_id=segment_id, model="none", choice="")


def _case(
    said: Sequence[Proposal], cast: Sequence[Ballot], opinion: Opinion, failed: set[str], terms: tuple[int, int]
) -> Case:
    seed, round_ = terms
    now = [p for p in said if p.round == round_]
    votes = tally([p for p in now if p.name not in failed], cast)
    last = {(p.persona, p.name) for p in said if p.round == round_ - 1}
    return Case(
        segment_id=opinion.segment_id,
        votes=votes,
        opinion=opinion,
        points=_points(votes, opinion, seed),
        failed=bool(failed),
        changed={(p.persona, p.name) for p in now} != last,
        models={p.name: _model(p) for p in sorted(now, key=lambda p: p.provider != OFFLINE)},
    )


def _model(proposal: Proposal) -> str:
    return OFFLINE if proposal.provider == OFFLINE else f"{proposal.provider}/{proposal.model}"


def _points(votes: Tally, opinion: Opinion, seed: int) -> dict[str, float]:
    """Each name's standing as one number: judge before first places, Borda, rubric and order.

    The steps: the judge's choice by 100,000; first places by 10,000; Borda (0-1, unequal means differ by 0.013 or more)
    by 1,000; rubric (0-100) by 0.1; order by 0.001.
    """

    def order(name: str) -> str:
        text = f"{seed}|{opinion.segment_id}|{name}"
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    choice = opinion.settles
    last = {name: i for i, name in enumerate(sorted(votes.proposers, key=order, reverse=True))}
    return {
        n: 1e5 * (n == choice)
        + 1e4 * votes.first_places[n]
        + 1e3 * votes.borda[n]
        + 0.1 * opinion.total(n)
        + 1e-3 * last[n]
        for n in votes.proposers
    }


def _verdict(case: Case, name: str, round_: int, max_rounds: int, halt: str) -> Verdict:
    wanted = max(case.points, key=case.points.__getitem__)
    votes, opinion = case.votes, case.opinion
    disputed = votes.favourite is None or opinion.flipped or case.failed
    return Verdict(
        segment_id=case.segment_id,
        name=name,
        origin="offline" if case.models[name] == OFFLINE else "model",
        model=opinion.model,
        name_model=case.models[name],
        proposed_by=votes.proposers[name],
        reason=reason(name, wanted, votes, opinion),
        rubric=opinion.rubric.get(name, {}),
        reasons=opinion.reasons if name == opinion.settles else {},
        first_places=votes.first_places,
        borda=votes.borda,
        contested=disputed,
        flipped=opinion.flipped,
        rounds=round_,
        stop_reason=(disputed and halt)
        or stop_reason(contested=disputed, changed=case.changed, round_=round_, max_rounds=max_rounds),
        dissent=dissent(name, votes, opinion),
        displaced=wanted if wanted != name else None,
    )
