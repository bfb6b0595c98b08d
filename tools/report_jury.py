"""What the report says of the jury: for each segment the names, who proposed them, the votes and the verdict."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cartjury.data.jury_records import PERSONAS, Ballot, JuryRecord, Proposal, Verdict
from cartjury.tools.report_view import Row


class Candidate(NamedTuple):
    """A name on the ballot for a segment."""

    name: str
    proposals: tuple[Proposal, ...]
    first_places: int
    borda: float
    chosen: bool


class Hearing(NamedTuple):
    """All that the jury said of one segment."""

    row: Row
    verdict: Verdict | None
    candidates: tuple[Candidate, ...]
    ballots: tuple[Ballot, ...]

    @property
    def proposers(self) -> tuple[str, ...]:
        """Whose name the segment bears now; nobody's if it was renamed after the verdict."""
        kept = self.verdict is not None and self.verdict.name == self.row.segment.name
        return self.verdict.proposed_by if self.verdict and kept else ()

    @property
    def has_votes(self) -> bool:
        """Whether anybody ranked the names."""
        return any(c.first_places or c.borda for c in self.candidates)


def hearings(rows: Iterable[Row], jury: JuryRecord) -> list[Hearing]:
    """Return what the jury said of each row's segment, in the order of the rows; silence gives an empty hearing."""
    proposals: dict[str, list[Proposal]] = defaultdict(list)
    for proposal in jury.proposals:
        proposals[proposal.segment_id].append(proposal)
    ballots: dict[str, list[Ballot]] = defaultdict(list)
    for ballot in jury.ballots:
        ballots[ballot.segment_id].append(ballot)
    verdicts = {v.segment_id: v for v in jury.verdicts}
    found = []
    for row in rows:
        verdict = verdicts.get(row.segment.id)
        candidates = _candidates(proposals[row.segment.id], verdict)
        votes = sorted(ballots[row.segment.id], key=lambda b: (b.round, PERSONAS.index(b.persona)))
        found.append(Hearing(row, verdict, candidates, tuple(votes)))
    return found


def _candidates(proposals: Sequence[Proposal], verdict: Verdict | None) -> tuple[Candidate, ...]:
    by_name: dict[str, list[Proposal]] = defaultdict(list)
    for proposal in proposals:
        by_name[proposal.name].append(proposal)
    first = verdict.first_places if verdict else {}
    borda = verdict.borda if verdict else {}
    chosen = verdict.name if verdict else None
    names = dict.fromkeys([*by_name, *first, *borda, *([chosen] if chosen else [])])
    found = [
        Candidate(n, tuple(by_name.get(n, ())), first.get(n, 0), borda.get(n, 0.0), chosen=n == chosen) for n in names
    ]
    return tuple(sorted(found, key=lambda c: (not c.chosen, -c.first_places, -c.borda, c.name)))
