"""Everything that a run worked out, in one hand: what its files are made from."""

from collections.abc import Sequence
from typing import NamedTuple

from cartjury.data.jury_records import JuryRecord
from cartjury.data.records import SegmentPlan
from cartjury.data.run_records import Certificate, Dataset, SegmentProfile, SegmentScore, Universe
from cartjury.tools.words import in_words


class Results(NamedTuple):
    """The parts of a run; `profiles` in the plan's order, `scores` best first."""

    dataset: Dataset
    universe: Universe
    plan: SegmentPlan
    profiles: Sequence[SegmentProfile]
    jury: JuryRecord
    scores: Sequence[SegmentScore]
    certificate: Certificate
    drift: tuple[str, ...] = ()

    def warnings(self) -> tuple[str, ...]:
        """What a reader must know before trusting the numbers, most important first."""
        proof = () if self.certificate.proven else ("the MECE proof FAILED, see certificate.json",)
        broken = [self.plan.segment(s.segment_id).name for s in self.scores if not s.valid]
        limits = f"{len(broken)} of {len(self.scores)} segments break a size limit: {', '.join(broken)}"
        dropped = tuple(entry.reason for entry in self.plan.log if entry.action == "drop")
        notices = (*self.dataset.notices, *self.universe.notices)
        return (*proof, *notices, *self.drift, *dropped, *((limits,) if broken else ()))

    def words(self) -> dict[str, str]:
        """Each segment's rule in plain words, by segment id."""
        return {s.id: in_words(self.plan, s) for s in self.plan.segments}
