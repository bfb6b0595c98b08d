"""What to know before approving: limits that would break, segments nobody is in, names that would no longer be true."""

from collections.abc import Iterator, Mapping, Sequence

from cartjury.data.chat_records import SegmentLine
from cartjury.data.jury_records import SegmentBrief
from cartjury.data.lexicon import lexicon
from cartjury.data.records import SegmentPlan, SizePolicy
from cartjury.data.step_records import ResolvedEdit
from cartjury.tools.figures import users_said
from cartjury.tools.naming import check_name
from cartjury.tools.rules import traits


def notes(
    edits: Sequence[ResolvedEdit],
    plan_before: SegmentPlan,
    plan: SegmentPlan,
    before: Sequence[SegmentLine],
    after: Sequence[SegmentLine],
) -> Iterator[str]:
    """Say what is new with the plan that edits come to; what was so before is no news.

    Args:
        edits: with the notes of their own.
        plan_before: the plan that stands.
        plan: the plan after the edits.
        before: lines of the plan that stands.
        after: lines of the plan after the edits.
    """
    yield from (note for edit in edits for note in edit.notes)
    old = {line.id: line for line in before}
    yield from _limits(plan_before, plan, old, after)
    yield from _empty(old, after)
    yield from _names(plan_before, plan)


def _limits(
    plan_before: SegmentPlan, plan: SegmentPlan, before: Mapping[str, SegmentLine], after: Sequence[SegmentLine]
) -> Iterator[str]:
    limits = plan.size_policy
    words = {
        "few": f"fewer than the minimum of {limits.min_size:,}",
        "many": f"more than the maximum of {limits.max_size:,}",
    }
    for line in after:
        broken, was = _broken(limits, line.users), before.get(line.id)
        if broken and not (was and broken == _broken(plan_before.size_policy, was.users)):
            yield f"{line.id} would have {users_said(line.users or 0)}, {words[broken]}"


def _broken(limits: SizePolicy, users: int | None) -> str:
    if not users:
        return ""
    return "few" if users < limits.min_size else "many" if users > (limits.max_size or users) else ""


def _empty(before: Mapping[str, SegmentLine], after: Sequence[SegmentLine]) -> Iterator[str]:
    for line in after:
        was = before.get(line.id)
        if not line.users and (was is None or was.users):
            yield f"nobody would be in {line.id} ({line.rule}) today; later users may be"


def _names(before: SegmentPlan, after: SegmentPlan) -> Iterator[str]:
    """Names that a person keeps though the rule has changed under them."""
    old = {s.id: s for s in before.segments}
    for segment in after.segments:
        kept = segment.id in after.locks or segment.named_by == "person"
        was = old.get(segment.id)
        if not kept or not segment.name:
            continue
        known = _faults(before, segment.id, segment.name) if was and was.name == segment.name else ()
        for fault in _faults(after, segment.id, segment.name):
            if fault not in known:
                yield f"{segment.id} keeps its name {segment.name}. {fault}"


def _faults(plan: SegmentPlan, segment_id: str, name: str) -> tuple[str, ...]:
    segment = plan.segment(segment_id)
    brief = SegmentBrief(id=segment.id, rule=segment.rule, traits=traits(plan, segment), is_else=segment.is_else)
    return check_name(name, brief, (), lexicon())
