"""Give the segments of a plan the names a jury settled on."""

from collections.abc import Iterator

from cartjury.data.jury_records import JuryRecord
from cartjury.data.records import Segment, SegmentPlan

# Nobody is asked to name a segment without users, yet a later user may fall into it.
RULE_NAMES = ("Incomplete_Profiles", "Profiles_With_Gaps", "Partly_Known_Shoppers")


def name_segments(plan: SegmentPlan, jury: JuryRecord) -> SegmentPlan:
    """Return the plan with names and their origins.

    A segment that nobody was asked about, or that no name was found for, is named by rule, which is
    shown as its origin; locked names stay.
    """
    chosen = {v.segment_id: v for v in jury.verdicts}
    taken = {v.name for v in jury.verdicts} | {s.name for s in plan.segments if s.id in plan.locks}
    spare = _spare_names(taken)

    def named(segment: Segment) -> Segment:
        if segment.id in plan.locks:
            return segment
        verdict = chosen.get(segment.id)
        if verdict:
            return segment.model_copy(update={"name": verdict.name, "named_by": verdict.origin})
        return segment.model_copy(update={"name": next(spare), "named_by": "rule"})

    return plan.with_changes(segments=tuple(named(s) for s in plan.segments))


def _spare_names(taken: set[str]) -> Iterator[str]:
    yield from (name for name in RULE_NAMES if name not in taken)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    yield from (f"Unnamed_Users_{a}{b}" for a in letters for b in letters)
