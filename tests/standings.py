"""What stands at a revision, small: a plan on made-up carts with names and a jury's record, and edits done by hand."""

from pathlib import Path

from cartjury.data.edit_records import Merge
from cartjury.data.jury_records import JuryRecord, Proposal, Verdict
from cartjury.data.records import SegmentPlan
from cartjury.data.revision_records import History, Revision, Standing
from cartjury.data.step_records import MergeStep, ResolvedEdit
from cartjury.tools.boxes import simplify
from cartjury.tools.engine.carts import Carts
from cartjury.tools.profile import profile_segments
from cartjury.tools.proof import prove
from cartjury.tools.rules import rule_text
from cartjury.tools.score import score_segments
from tests.carts import AS_OF, Segmented, random_carts, segmented, write_frame


def small(folder: Path, n: int = 900, missing: float = 0.0, **options: object) -> Segmented:
    """A plan on made-up carts of ten days, seven of them in the window."""
    path = write_frame(folder, random_carts(n, seed=3, days=10, missing=missing))
    return segmented(path, AS_OF, **{"min_size": 1, **options})


def standing(carts: Carts, plan: SegmentPlan, jury: JuryRecord | None = None) -> Standing:
    """Measure a plan."""
    profiles = profile_segments(carts, plan)
    return Standing(
        plan=plan,
        universe=carts.universe,
        profiles=profiles,
        scores=score_segments(plan, profiles),
        certificate=prove(carts, plan),
        jury=jury or JuryRecord(),
    )


def named(plan: SegmentPlan) -> SegmentPlan:
    """A plan whose segments the offline jury has named."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    given = {"named_by": "offline"}
    segments = [s.model_copy(update={"name": f"Shoppers_{letters[i]}", **given}) for i, s in enumerate(plan.segments)]
    return plan.with_changes(segments=tuple(segments))


def jury_of(plan: SegmentPlan) -> JuryRecord:
    """A jury's record with one verdict a segment."""
    who = {"persona": "risk_manager", "model": "offline", "provider": "offline"}
    return JuryRecord(
        proposals=tuple(Proposal.model_validate({**who, "segment_id": s.id, "name": s.name}) for s in plan.segments),
        verdicts=tuple(
            Verdict(
                segment_id=s.id, name=s.name, origin="offline", model="offline", reason=f"{s.name} is best.",
                proposed_by=("risk_manager",), first_places={s.name: 2, "Other_Name": 1},
                rubric={"mece_compliance": 28.0, "marketing_clarity": 20.5}, stop_reason="settled without a debate",
                dissent=("Data scientist preferred Other_Name.",),
            )
            for s in plan.segments
        ),
    )  # fmt: skip


def merged(plan: SegmentPlan, *ids: str) -> SegmentPlan:
    """A plan in which segments are one, without a name, under the first id."""
    boxes = simplify(plan.dimensions, [box for i in ids for box in plan.segment(i).boxes])
    rule = rule_text(plan.dimensions, boxes)
    one = plan.segment(ids[0]).model_copy(update={"boxes": boxes, "rule": rule, "name": "", "named_by": None})
    return plan.with_changes(segments=tuple(one if s.id == ids[0] else s for s in plan.segments if s.id not in ids[1:]))


def merge_of(*ids: str, said: str = "", notes: tuple[str, ...] = ()) -> ResolvedEdit:
    """The edit that goes with it."""
    step = MergeStep(segments=ids, sizes=(0,) * len(ids), reason="asked for")
    return ResolvedEdit(
        edit=Merge(segments=ids), steps=(step,), said=said or f"Merge {' and '.join(ids)}.", notes=notes
    )


def revision(number: int, plan: SegmentPlan, **given: object) -> Revision:
    """A revision that follows the one before it, approved by ana."""
    parent = number - 1 or None
    fields = {"parent": parent, "by": "ana", "at": f"2026-11-2{number}T10:00:00Z", "folder": f"runs/x/{number}"}
    return Revision.model_validate({"number": number, "plan_hash": plan.plan_hash, **fields, **given})


def history(*revisions: Revision) -> History:
    """A thread that went straight on."""
    way = tuple(r.number for r in revisions)
    return History(revisions=revisions, way=way, position=len(way) - 1)
