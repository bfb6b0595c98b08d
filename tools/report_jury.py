"""What the report says of the jury: for each segment the names, who proposed them, the votes and the verdict."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cartjury.data.jury_records import PERSONAS, Abstention, Ballot, JuryRecord, Proposal, Verdict
from cartjury.data.opinion import CRITERIA
from cartjury.tools.jury_files import name_model
from cartjury.tools.report_calls import NOBODY, Bill, bill
from cartjury.tools.report_view import Row


class Candidate(NamedTuple):
    """A name on the ballot for a segment."""

    name: str
    proposals: tuple[Proposal, ...]
    first_places: int
    borda: float
    chosen: bool


class Criterion(NamedTuple):
    """What the judge gave a name on one criterion, and its sentence on it; without a sentence that is empty."""

    key: str
    points: float | None
    most: float
    sentence: str


class Hearing(NamedTuple):
    """All that the jury said of one segment.

    Attributes:
        model: whose name the segment bears now: "provider/id", "offline", or "" where no jury's.
        abstentions: of jurors that said nothing of this segment at some stage.
    """

    row: Row
    verdict: Verdict | None
    candidates: tuple[Candidate, ...]
    ballots: tuple[Ballot, ...]
    abstentions: tuple[Abstention, ...]
    model: str

    @property
    def proposers(self) -> tuple[str, ...]:
        """Whose name the segment bears now; nobody's if it was renamed after the verdict."""
        kept = self.verdict is not None and self.verdict.name == self.row.segment.name
        return self.verdict.proposed_by if self.verdict and kept else ()

    @property
    def has_votes(self) -> bool:
        """Whether anybody ranked the names."""
        return any(c.first_places or c.borda for c in self.candidates)

    @property
    def judge(self) -> str:
        """The model that judged; empty where it was the offline rubric, or nobody."""
        return self.verdict.model if self.verdict and self.verdict.model not in {"offline", NOBODY} else ""

    @property
    def judged(self) -> bool:
        """Whether there was a judge at all."""
        return self.verdict is not None and self.verdict.model != NOBODY

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Points and sentences by criterion; none where the judge gave no sentence."""
        if self.verdict is None or not self.verdict.reasons:
            return ()
        rubric, reasons = self.verdict.rubric, self.verdict.reasons
        return tuple(
            Criterion(key, rubric.get(key), most, reasons.get(key, ""))
            for key, most in CRITERIA.items()
            if key in rubric or key in reasons
        )


class Hearings(list[Hearing]):
    """The hearings in the order of the report's rows, and what all of them together took."""

    def __init__(self, heard: Iterable[Hearing], took: Bill) -> None:
        """Take both as they are."""
        super().__init__(heard)
        self.bill = took


def hearings(rows: Iterable[Row], jury: JuryRecord) -> Hearings:
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
        key = row.segment.id
        verdict = verdicts.get(key)
        candidates = _candidates(proposals[key], verdict)
        votes = sorted(ballots[key], key=lambda b: (b.round, PERSONAS.index(b.persona)))
        absent = tuple(a for a in jury.abstentions if key in a.segment_ids)
        found.append(Hearing(row, verdict, candidates, tuple(votes), absent, name_model(row.segment, verdicts)))
    return Hearings(found, bill(jury))


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
