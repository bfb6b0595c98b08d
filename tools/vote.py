"""From ballots and the judge's opinion to verdicts: first places, Borda, the contested, one unique assignment.

proposals, ballots -> Tally -> standing (first places, Borda, rubric, seeded order) -> assignment -> Verdict
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cartjury.data.jury_records import Ballot, Persona, Proposal, SegmentBrief, Verdict
from cartjury.data.opinion import Opinion
from cartjury.tools.vote_words import dissent, reason, stop_reason

SUPPORT: Final = 2  # first places that a clear favourite needs

Check = Callable[[str, SegmentBrief, Collection[str]], tuple[str, ...]]
Standing = tuple[int, float, float, str]


@dataclass(frozen=True)
class Tally:
    """The votes on one segment.

    Attributes:
        proposers: who proposed each name; its keys are the ballot.
        rankings: each juror's order of the names, best first.
    """

    proposers: Mapping[str, tuple[Persona, ...]]
    rankings: Mapping[Persona, tuple[str, ...]]

    @property
    def first_places(self) -> dict[str, int]:
        """How many jurors put each name first."""
        firsts = [ranking[0] for ranking in self.rankings.values() if ranking]
        return {name: firsts.count(name) for name in self.proposers}

    @property
    def borda(self) -> dict[str, float]:
        """Mean Borda points of each name over the jurors that ranked it: 1 for the first of a ranking, 0 for the last.

        Source: J.-C. de Borda, 1781, scaled to 0-1, because names proposed by two jurors stand on fewer ballots.
        """
        return {name: self._mean_points(name) for name in self.proposers}

    @property
    def favourite(self) -> str | None:
        """The name with more first places than any other, and at least two; the only name, where there is but one."""
        if len(self.proposers) == 1:
            return next(iter(self.proposers))
        firsts = sorted(self.first_places.items(), key=lambda item: -item[1])
        (name, most), (_, second) = firsts[:2]
        return name if most >= SUPPORT and most > second else None

    def _mean_points(self, name: str) -> float:
        points = [
            1.0 if len(r) == 1 else (len(r) - 1 - r.index(name)) / (len(r) - 1)
            for r in self.rankings.values()
            if name in r
        ]
        return round(sum(points) / len(points), 4) if points else 0.0


def tally(proposals: Sequence[Proposal], ballots: Sequence[Ballot], names: Collection[str]) -> Tally:
    """Count the votes of one segment and round.

    A juror whose own name was also proposed by another has in effect chosen it: it goes on top of that
    juror's ranking. Otherwise a name that three jurors found independently could lose to the fourth's, on
    which alone they may vote. Names that are not on the ballot are left out of a ranking, as are repetitions.
    """
    proposers = {n: tuple(dict.fromkeys(p.persona for p in proposals if p.name == n)) for n in names}
    rankings: dict[Persona, tuple[str, ...]] = {}
    for persona in dict.fromkeys((*(p.persona for p in proposals), *(b.persona for b in ballots))):
        own = [n for n in names if persona in proposers[n]]
        shared = [n for n in own if len(proposers[n]) > 1]
        ranked = [n for b in ballots if b.persona == persona for n in b.ranking if n in proposers and n not in own]
        if shared or ranked:
            rankings[persona] = tuple(dict.fromkeys((*shared, *ranked)))
    return Tally(proposers=proposers, rankings=rankings)


def contested(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """Ids of the segments that still have to be debated."""
    return tuple(v.segment_id for v in verdicts if v.contested and not v.stop_reason)


def decide(
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
) -> list[Verdict]:
    """Settle a round: one name for each segment that has proposals in it, no name twice.

    A segment is contested where no name is the clear favourite, where the judge flips with the order of the
    names, or where a name on the ballot fails the check; it is settled, and then stop_reason is set, when it
    is not contested, when its names did not change in the last round, or at the last round. Between names
    decide: first places, Borda, the rubric, a seeded order. Where two segments want one name, the assignment with
    the most points over all segments decides.

    Args:
        briefs: the segments.
        proposals: of all rounds so far; those of `round` are on the ballot, those before show what changed.
        ballots: likewise.
        opinions: the judge's, of this round.
        check: the naming rules.
        seed: decides between equals.
        round: 0, or the debate round.
        max_rounds: debate rounds at most.
        taken: names of segments that are settled or locked.

    Returns:
        A verdict for each segment, in the order of `briefs`. A segment without an allowed name gets none.
    """
    cases = {b.id: _case(b, proposals, ballots, opinions, check, seed, round, taken) for b in briefs}
    cases = {i: c for i, c in cases.items() if c.standing}
    chosen = assign({i: _points(c.standing) for i, c in cases.items()})
    return [_verdict(cases[i], chosen[i], round, max_rounds) for i in cases if i in chosen]


@dataclass(frozen=True)
class Case:
    """One segment on the judge's table: the votes, each allowed name's standing, and what is wrong."""

    segment_id: str
    votes: Tally
    opinion: Opinion
    standing: Mapping[str, Standing]
    failed: tuple[str, ...]
    changed: bool
    offline: frozenset[str]


def _case(
    brief: SegmentBrief,
    proposals: Sequence[Proposal],
    ballots: Sequence[Ballot],
    opinions: Sequence[Opinion],
    check: Check,
    seed: int,
    round_: int,
    taken: Collection[str],
) -> Case:
    about = [p for p in proposals if p.segment_id == brief.id]
    now = [p for p in about if p.round == round_]
    names = dict.fromkeys(p.name for p in now)
    failed = tuple(n for n in names if check(n, brief, taken))
    votes = tally(
        [p for p in now if p.name not in failed],
        [b for b in ballots if b.segment_id == brief.id and b.round == round_],
        [n for n in names if n not in failed],
    )
    nothing = Opinion(segment_id=brief.id, model="none", choice="")
    opinion = next((o for o in opinions if o.segment_id == brief.id), nothing)
    firsts, borda = votes.first_places, votes.borda
    return Case(
        segment_id=brief.id,
        votes=votes,
        opinion=opinion,
        standing={n: (firsts[n], borda[n], opinion.total(n), _order(seed, brief.id, n)) for n in votes.proposers},
        failed=failed,
        changed={(p.persona, p.name) for p in now} != {(p.persona, p.name) for p in about if p.round == round_ - 1},
        offline=frozenset(p.name for p in now if p.provider == "offline"),
    )


def _order(seed: int, segment_id: str, name: str) -> str:
    return hashlib.blake2b(f"{seed}|{segment_id}|{name}".encode(), digest_size=8).hexdigest()


def _points(standing: Mapping[str, Standing]) -> dict[str, float]:
    """One number a name that keeps the order of the standings: first places, Borda, rubric, seeded order."""
    last = {n: i for i, n in enumerate(sorted(standing, key=lambda n: standing[n][3], reverse=True))}
    return {n: 1e4 * f + 1e3 * b + 0.2 * r + 1e-3 * last[n] for n, (f, b, r, _) in standing.items()}


def assign(points: Mapping[str, Mapping[str, float]]) -> dict[str, str]:
    """Give every segment one of its names, no name twice, so that the sum of points is as large as possible.

    Args:
        points: by segment id and name; a name may stand under several segments, compared without case.

    Returns:
        Name by segment id. Where there are not enough names, the segment that costs least is left out.
    """
    best = {i: max(names, key=names.__getitem__) for i, names in points.items()}
    if len({n.casefold() for n in best.values()}) == len(best):
        return best
    # scipy takes a quarter of a second to load, and names rarely collide.
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415

    columns = list(dict.fromkeys(n.casefold() for names in points.values() for n in names))
    spelled = {i: {n.casefold(): n for n in names} for i, names in points.items()}
    absent = -1e9
    matrix = [[points[i].get(spelled[i].get(c, ""), absent) for c in columns] for i in points]
    rows, cols = linear_sum_assignment(matrix, maximize=True)
    ids = list(points)
    pairs = ((ids[r], columns[c]) for r, c in zip(rows, cols, strict=True))
    return {i: spelled[i][c] for i, c in pairs if c in spelled[i]}


def _verdict(case: Case, name: str, round_: int, max_rounds: int) -> Verdict:
    wanted = max(case.standing, key=lambda n: _points(case.standing)[n])
    open_question = case.votes.favourite is None or case.opinion.flipped or bool(case.failed)
    return Verdict(
        segment_id=case.segment_id,
        name=name,
        origin="offline" if name in case.offline else "model",
        model=case.opinion.model,
        proposed_by=case.votes.proposers[name],
        reason=reason(name, wanted, case.votes.first_places, case.votes.borda, case.opinion),
        rubric=case.opinion.rubric.get(name, {}),
        first_places=case.votes.first_places,
        borda=case.votes.borda,
        contested=open_question,
        flipped=case.opinion.flipped,
        rounds=round_,
        stop_reason=stop_reason(contested=open_question, changed=case.changed, round_=round_, max_rounds=max_rounds),
        dissent=dissent(name, case.votes.rankings, case.votes.proposers, case.opinion),
        displaced=wanted if wanted != name else None,
    )
