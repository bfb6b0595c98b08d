"""What an answer is about: a segment with everything that is recorded of it."""

from typing import NamedTuple

from cartjury.data.errors import EditError
from cartjury.data.jury_records import Verdict
from cartjury.data.records import Segment
from cartjury.data.revision_records import Standing
from cartjury.data.run_records import SegmentProfile, SegmentScore
from cartjury.tools.markdown import code, joined, shown
from cartjury.tools.words import in_words


class Subject(NamedTuple):
    """A segment with its record.

    Attributes:
        words: its rule in words.
        rank: 1 is the best; None where nobody is in it, and then there is no score either.
        verdict: the jury's, on the name it bears; None where it bears another one.
        other: the jury's verdict on another name.
    """

    segment: Segment
    words: str
    profile: SegmentProfile
    rank: int | None
    score: SegmentScore | None
    verdict: Verdict | None
    other: Verdict | None

    @property
    def title(self) -> str:
        """Id and name, ready for Markdown."""
        return titled(self.segment)

    @property
    def rule(self) -> str:
        """The rule as code and in words."""
        return f"Rule: {code(self.segment.rule)}: {shown(self.words, 400)}."


def titled(segment: Segment) -> str:
    """Write id and name, ready for Markdown."""
    return f"{segment.id} {shown(segment.name)}".strip()


def subject(segment_id: str, standing: Standing) -> Subject:
    """Gather what is recorded of a segment.

    Raises:
        EditError: there is no such segment.
    """
    plan = standing.plan
    segment = next((s for s in plan.segments if s.id == segment_id), None)
    if segment is None:
        raise EditError(f"there is no segment {segment_id}; there are {joined([s.id for s in plan.segments])}")
    ranked = next(((n, s) for n, s in enumerate(standing.scores, 1) if s.segment_id == segment_id), (None, None))
    verdict = next((v for v in reversed(standing.jury.verdicts) if v.segment_id == segment_id), None)
    own = verdict is not None and verdict.name == segment.name and segment.named_by != "person"
    return Subject(
        segment=segment,
        words=in_words(plan, segment),
        profile=next(p for p in standing.profiles if p.segment_id == segment_id),
        rank=ranked[0],
        score=ranked[1],
        verdict=verdict if own else None,
        other=None if own else verdict,
    )
