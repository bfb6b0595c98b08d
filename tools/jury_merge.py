"""The jury's record at a revision: what was said now, and what earlier revisions heard of names that still stand.

Calls, abstentions, panel, rounds, preset and effort are those of this revision alone: it tells what it took itself.
"""

from cartjury.data.jury_records import NOT_ASKED, JuryRecord, Verdict
from cartjury.data.records import Segment, SegmentPlan


def carried(before: JuryRecord, now: JuryRecord | None, plan: SegmentPlan) -> JuryRecord:
    """Return the record of a revision.

    Args:
        before: the record of the revision that was edited.
        now: what the jury said of the segments it was asked about; None, or a record of nobody asked: none were.
        plan: the new plan, with its names.

    Returns:
        `now`, and of `before` all that was said of segments whose names are still those of its verdicts. `asked` tells
        one from the other.
    """
    sitting = now or JuryRecord(preset=NOT_ASKED, effort=NOT_ASKED)
    asked = _heard_of(sitting)
    stands = {v.segment_id for v in before.verdicts if v.segment_id not in asked and _still(v, plan)}
    return sitting.model_copy(
        update={
            "proposals": (*(p for p in before.proposals if p.segment_id in stands), *sitting.proposals),
            "ballots": (*(b for b in before.ballots if b.segment_id in stands), *sitting.ballots),
            "verdicts": (*(v for v in before.verdicts if v.segment_id in stands), *sitting.verdicts),
            "asked": tuple(sorted(asked)),
        }
    )


def names_taken(before: SegmentPlan, plan: SegmentPlan) -> list[str]:
    """Names that the segments of a plan which have none yet must not get, in the order of the ids.

    They are those of all other segments, and the old name of a segment that is the same as before and has lost it: for
    that one another name was asked for.
    """
    old = {s.id: s for s in before.segments}
    found = {s.id: s.name or _given_up(s, old.get(s.id)) for s in plan.segments}
    return [found[i] for i in sorted(found) if found[i]]


def _given_up(segment: Segment, old: Segment | None) -> str:
    return old.name if old is not None and set(old.boxes) == set(segment.boxes) else ""


def _heard_of(jury: JuryRecord) -> set[str]:
    proposed = {p.segment_id for p in jury.proposals}
    judged = {v.segment_id for v in jury.verdicts}
    return (proposed | judged).union(*(a.segment_ids for a in jury.abstentions))


def _still(verdict: Verdict, plan: SegmentPlan) -> bool:
    segment = next((s for s in plan.segments if s.id == verdict.segment_id), None)
    return segment is not None and (segment.name, segment.named_by) == (verdict.name, verdict.origin)
