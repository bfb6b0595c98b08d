"""Give the segments of a plan the names a jury settled on."""

import itertools
from collections.abc import Iterator

from cartjury.data.jury_records import JuryRecord
from cartjury.data.records import Segment, SegmentPlan

# Nobody is asked to name a segment without users, yet a later user may fall into it.
RULE_NAMES = ("Incomplete_Profiles", "Profiles_With_Gaps", "Partly_Known_Shoppers")


def name_segments(plan: SegmentPlan, jury: JuryRecord) -> SegmentPlan:
    """Return the plan with names and their origins.

    A name that a segment has stays, unless there is a verdict on it; a locked one always does. A segment without a
    name that nobody was asked about, or that no name was found for, is named by rule, which is shown as its origin.
    """
    chosen = {v.segment_id: v for v in jury.verdicts if v.segment_id not in plan.locks}
    kept = {s.name for s in plan.segments if s.id not in chosen}
    spare = _spare_names({_plain(name) for name in kept | {v.name for v in chosen.values()}})

    def named(segment: Segment) -> Segment:
        verdict = chosen.get(segment.id)
        if verdict:
            return segment.model_copy(update={"name": verdict.name, "named_by": verdict.origin})
        if segment.name or segment.id in plan.locks:
            return segment
        return segment.model_copy(update={"name": next(spare), "named_by": "rule"})

    return plan.with_changes(segments=tuple(named(s) for s in plan.segments))


def _spare_names(taken: set[str]) -> Iterator[str]:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    numbered = (f"Unnamed_Users_{a}{b}" for a in letters for b in letters)
    yield from (name for name in itertools.chain(RULE_NAMES, numbered) if _plain(name) not in taken)


def _plain(name: str) -> str:
    """Names are compared without case and underscores, as the naming rules do."""
    return name.replace("_", "").casefold()
