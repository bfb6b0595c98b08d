"""What steps do to a plan that leave all boxes as they are: names, locks, limits, worth, universe."""

from cartjury.data.records import Segment, SegmentPlan
from cartjury.data.step_records import LockStep, NameStep, PolicyStep, UniverseStep, UnnameStep, WorthStep
from cartjury.tools.editing.lookup import number_of


def name(plan: SegmentPlan, step: NameStep) -> SegmentPlan:
    """Let a segment have the name that a person gave it."""
    return _each(plan, (step.segment,), name=step.name, named_by="person")


def unname(plan: SegmentPlan, step: UnnameStep) -> SegmentPlan:
    """Take names away."""
    return _each(plan, step.segments, name="", named_by=None)


def lock(plan: SegmentPlan, step: LockStep) -> SegmentPlan:
    """Lock names, or unlock them."""
    for segment_id in step.segments:
        plan.segment(segment_id)
    locks = {*plan.locks} | {*step.segments} if step.locked else {*plan.locks} - {*step.segments}
    return plan.with_changes(locks=tuple(sorted(locks, key=number_of)))


def policy(plan: SegmentPlan, step: PolicyStep) -> SegmentPlan:
    """Set the limits."""
    return plan.with_changes(size_policy=step.policy)


def worth(plan: SegmentPlan, step: WorthStep) -> SegmentPlan:
    """Set weights and priorities."""
    return plan.with_changes(weights=step.weights, priorities=step.priorities)


def universe(plan: SegmentPlan, step: UniverseStep) -> SegmentPlan:
    """Set window and filter."""
    provenance = step.provenance or plan.provenance
    return plan.with_changes(window_days=step.window_days, filter=step.filter, provenance=provenance)


def _each(plan: SegmentPlan, ids: tuple[str, ...], **changes: str | None) -> SegmentPlan:
    chosen = {plan.segment(i).id for i in ids}

    def changed(segment: Segment) -> Segment:
        return segment.model_copy(update=changes) if segment.id in chosen else segment

    return plan.with_changes(segments=tuple(changed(s) for s in plan.segments))
