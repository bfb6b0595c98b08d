"""What there is to say about a plan that was edited, whatever the edit was: limits, and names by people."""

from collections.abc import Iterable, Iterator, Mapping

from cartjury.data.records import Segment, SegmentPlan, SizePolicy
from cartjury.tools.editing.naming import contradictions
from cartjury.tools.editing.wording import called, listed, sized


def names_lost(before: SegmentPlan, after: SegmentPlan) -> Iterator[str]:
    """Say which names that a person gave are lost, and which of those that stay no longer fit."""
    now = {s.id: s for s in after.segments}
    kept = {s.name for s in after.segments if s.name}
    for old in before.segments:
        new = now.get(old.id)
        if old.named_by != "person" or (old.name in kept and (new is None or new.name != old.name)):
            continue
        if new is None:
            yield f"{called(old)}, a name by you, is gone with its segment: lock it first to keep it"
        elif not new.name:
            yield f"{old.id} was called {old.name} by you; the jury is asked for a new name: lock it first to keep it"
        elif new.name == old.name and new.rule != old.rule:
            yield from contradictions(after, new, new.name)


def limits_broken(
    before: SegmentPlan, after: SegmentPlan, users_before: Mapping[str, int], users: Mapping[str, int]
) -> Iterator[str]:
    """Say which segments are outside the limits or empty that were not before, and how to mend it."""
    policy = after.size_policy
    old = {s.id: (s.rule, _state(s, users_before[s.id], before.size_policy)) for s in before.segments}
    fresh = [
        (s, state)
        for s in after.segments
        if (state := _state(s, users[s.id], policy)) and old.get(s.id) != (s.rule, state)
    ]
    empty, small, large = ([s for s, state in fresh if state == kind] for kind in ("empty", "small", "large"))
    below = f'say "nobody below {policy.min_size:,}"'
    if empty:
        yield f"{listed(map(called, empty))} {_has(empty)} no users: {below} to let {_them(empty)} join another"
    if small:
        why = f"{_is(small)} under the minimum of {policy.min_size:,}"
        yield f"{_sized(small, users)} {why}: {below} to merge {_them(small)}"
    if large:
        why = f"{_is(large)} over the maximum of {policy.max_size:,}"
        yield f'{_sized(large, users)} {why}: say "nobody above {policy.max_size:,}" to split {_them(large)}'


def limits_left(after: SegmentPlan, users: Mapping[str, int]) -> Iterator[str]:
    """Say which segments are outside the limits although the limits were just applied."""
    policy = after.size_policy
    states = [(s, _state(s, users[s.id], policy)) for s in after.segments]
    small = [s for s, state in states if state in {"small", "empty"}]
    large = [s for s, state in states if state == "large"]
    if small:
        why = "no segment is left that could be joined within the limits"
        yield f"{_sized(small, users)} {_stays(small)} under the minimum: {why}"
    if large:
        yield f"{_sized(large, users)} {_stays(large)} over the maximum: no cut leaves both parts at least the minimum"


def _state(segment: Segment, count: int, policy: SizePolicy) -> str:
    if segment.is_else:
        return ""
    if not count:
        return "empty"
    if count < policy.min_size:
        return "small"
    return "large" if policy.max_size is not None and count > policy.max_size else ""


def _sized(found: Iterable[Segment], users: Mapping[str, int]) -> str:
    return listed(sized(s, users[s.id]) for s in found)


def _is(found: list[Segment]) -> str:
    return "is" if len(found) == 1 else "are"


def _has(found: list[Segment]) -> str:
    return "has" if len(found) == 1 else "have"


def _stays(found: list[Segment]) -> str:
    return "stays" if len(found) == 1 else "stay"


def _them(found: list[Segment]) -> str:
    return "it" if len(found) == 1 else "them"
