"""How two plans differ, in sentences: segments, dimensions, limits, weights, who is in."""

from collections.abc import Iterator

from cartjury.data.records import Comparison, Dimension, Segment, SegmentPlan
from cartjury.data.run_records import METRICS
from cartjury.tools.answers.subject import titled
from cartjury.tools.figures import NONE, change
from cartjury.tools.lines import by_number
from cartjury.tools.markdown import code, joined, shown
from cartjury.tools.report_view import METRIC_LABELS, number
from cartjury.tools.words import in_words


def difference(before: SegmentPlan, after: SegmentPlan) -> list[str]:
    """Say how two plans differ, ready for Markdown; nothing where they do not."""
    return [
        *_segments(before, after),
        *_dimensions(before, after),
        *_universe(before, after),
        *_worth(before, after),
    ]


def _segments(before: SegmentPlan, after: SegmentPlan) -> Iterator[str]:
    old, new = ({s.id: s for s in plan.segments} for plan in (before, after))
    for i in sorted(old.keys() - new.keys(), key=by_number):
        yield f"Gone: {titled(old[i])}, {code(old[i].rule)}"
    for i in sorted(new.keys() - old.keys(), key=by_number):
        yield f"New: {titled(new[i])}, {code(new[i].rule)}"
    for i in sorted(old.keys() & new.keys(), key=by_number):
        yield from _segment(before, old[i], after, new[i])


def _segment(before: SegmentPlan, was: Segment, after: SegmentPlan, is_: Segment) -> Iterator[str]:
    words = in_words(before, was), in_words(after, is_)
    if was.rule != is_.rule:
        yield f"Changed: {titled(is_)}, {code(was.rule)} → {code(is_.rule)}"
    elif words[0] != words[1]:
        yield f"Changed: {titled(is_)}, {code(is_.rule)}: {shown(words[0])} → {shown(words[1])}"
    if was.name != is_.name:
        yield f"Renamed: {is_.id}, {shown(was.name) or NONE} → {shown(is_.name) or NONE}"
    if (is_.id in before.locks) != (is_.id in after.locks):
        yield f"{'Locked' if is_.id in after.locks else 'No longer locked'}: {titled(is_)}"


def _dimensions(before: SegmentPlan, after: SegmentPlan) -> Iterator[str]:
    old, new = ({d.name: d for d in plan.dimensions} for plan in (before, after))
    for name in [n for n in old if n not in new]:
        yield f"Dimension dropped: {shown(name)}"
    for name in [n for n in new if n not in old]:
        yield f"Dimension added: {shown(name)} ({shown(new[name].column)}), cut at {_cuts(new[name])}"
    for name in [n for n in new if n in old and old[n] != new[n]]:
        if old[name].cuts != new[name].cuts:
            yield f"Cuts of {shown(name)}: {_cuts(old[name])} → {_cuts(new[name])}"
        if old[name].unknown != new[name].unknown:
            where = "a level of their own" if new[name].unknown == "level" else "in ELSE"
            yield f"Missing values of {shown(name)} are {where} now"


def _universe(before: SegmentPlan, after: SegmentPlan) -> Iterator[str]:
    if before.window_days != after.window_days:
        yield f"Window: {before.window_days} → {after.window_days} days"
    if before.filter != after.filter:
        yield f"Filter: {_filter(before)} → {_filter(after)}"
    for what in ("min_size", "max_size"):
        was, is_ = (getattr(plan.size_policy, what) for plan in (before, after))
        if was != is_:
            sizes = change(*("none" if size is None else f"{size:,}" for size in (was, is_)))
            yield f"{'Minimum' if what == 'min_size' else 'Maximum'} size: {sizes}"


def _worth(before: SegmentPlan, after: SegmentPlan) -> Iterator[str]:
    old, new = before.weights.as_tuple(), after.weights.as_tuple()
    changed = [(m, a, b) for m, a, b in zip(METRICS, old, new, strict=True) if a != b]
    if changed:
        yield "Weights: " + ", ".join(f"{METRIC_LABELS[m]} {a:.4g} → {b:.4g}" for m, a, b in changed)
    if before.scoring != after.scoring:
        yield f"Scoring: {before.scoring} → {after.scoring}"
    for name in sorted({*before.priorities, *after.priorities}):
        was, is_ = (plan.priorities.get(name, {}) for plan in (before, after))
        if was != is_:
            yield f"Priorities of {shown(name)}: {_priorities(was)} → {_priorities(is_)}"


def _priorities(levels: dict[str, float]) -> str:
    return ", ".join(f"{shown(level)} {value:g}" for level, value in levels.items()) or "none"


def _cuts(dimension: Dimension) -> str:
    return joined([number(cut) for cut in dimension.cuts])


def _filter(plan: SegmentPlan) -> str:
    return joined([code(_condition(c)) for c in plan.filter]) or "none"


def _condition(condition: Comparison) -> str:
    value = condition.value if isinstance(condition.value, str) else number(condition.value)
    return f"{condition.column} {condition.op} {value}"
