"""What to know before approving: limits that would break, segments nobody is in, names that would no longer be true."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from cartjury.data.chat_records import SegmentLine
from cartjury.data.records import ELSE, SegmentPlan, SizePolicy
from cartjury.data.step_records import ResolvedEdit
from cartjury.tools.editing.naming import contradictions
from cartjury.tools.figures import users_said

# Notes of edits that speak of sizes already, and the segments in them.
_SIZES: Final = re.compile(r"minimum|maximum|no users")
_ID: Final = re.compile(r"\bS\d{2,3}\b")


def notes(
    edits: Sequence[ResolvedEdit],
    plan_before: SegmentPlan,
    plan: SegmentPlan,
    before: Sequence[SegmentLine],
    after: Sequence[SegmentLine],
) -> Iterator[str]:
    """Say what is new with the plan that edits come to; what was so before, or what an edit says itself, is no news.

    Args:
        edits: with the notes of their own.
        plan_before: the plan that stands.
        plan: the plan after the edits.
        before: lines of the plan that stands.
        after: lines of the plan after the edits.
    """
    told = [note for edit in edits for note in edit.notes]
    yield from told
    old = {line.id: line for line in before}
    known = {i for note in told if _SIZES.search(note) for i in _ID.findall(note)}
    news = [line for line in after if line.id not in known and line.rule != ELSE]
    yield from _limits(plan_before, plan, old, news)
    yield from _empty(old, news)
    yield from (note for note in _names(plan_before, plan) if note not in told)


def _limits(
    plan_before: SegmentPlan, plan: SegmentPlan, before: Mapping[str, SegmentLine], after: Sequence[SegmentLine]
) -> Iterator[str]:
    for line in after:
        broken, was = _broken(plan.size_policy, line.users), before.get(line.id)
        side = broken.partition(" ")[0]
        if broken and not (was and _broken(plan_before.size_policy, was.users).startswith(side)):
            yield f"{line.id} would have {users_said(line.users)}, {broken}"


def _broken(limits: SizePolicy, users: int | None) -> str:
    """Say which limit a size breaks; nothing where it breaks none."""
    if users and users < limits.min_size:
        return f"under the minimum of {limits.min_size:,}"
    if users and limits.max_size and users > limits.max_size:
        return f"over the maximum of {limits.max_size:,}"
    return ""


def _empty(before: Mapping[str, SegmentLine], after: Sequence[SegmentLine]) -> Iterator[str]:
    for line in after:
        was = before.get(line.id)
        if not line.users and (was is None or was.users):
            yield f"nobody would be in {line.id} ({line.rule}) today; later users may be"


def _names(before: SegmentPlan, after: SegmentPlan) -> Iterator[str]:
    """Say what names that stay, though the rule has changed under them, claim against it."""
    old = {s.id: s for s in before.segments}
    for segment in after.segments:
        kept = segment.id in after.locks or segment.named_by == "person"
        was = old.get(segment.id)
        if not kept or not segment.name:
            continue
        known = contradictions(before, was, was.name) if was and was.name == segment.name else ()
        yield from (note for note in contradictions(after, segment, segment.name) if note not in known)
