"""Which segments an edit merged and split on its own account, to keep to the limits of sizes."""

from collections.abc import Sequence
from typing import Final

from cartjury.data.records import SegmentPlan
from cartjury.data.step_records import MergeStep, SplitStep
from cartjury.tools.editing.drafts import Draft
from cartjury.tools.editing.wording import numbers

_ALL: Final = 4  # so many are told one by one
_FIRST: Final = 3  # of more


def outcome(before: SegmentPlan, draft: Draft, after: str) -> str:
    """Say what was merged and split, as the end of a sentence.

    Args:
        before: the plan that is edited.
        draft: the edit.
        after: what stands between it and the sentence.

    Returns:
        Such as "S02 joins S01, S04 joins S03"; more than four are counted after the third. Empty where there is
        nothing to say.
    """
    merges = [step for step in draft.steps if isinstance(step, MergeStep)]
    whole = [step.segments[0] for step in merges if _stays_whole(step, before, draft.plan)]
    joins = [
        f"{i} joins {step.segments[0]}" for step in merges for i in step.segments[1:] if step.segments[0] not in whole
    ]
    splits = [
        f"{step.segment} is split by {step.column} at {numbers(step.cuts)}"
        for step in draft.steps
        if isinstance(step, SplitStep)
    ]
    kept = f"{_first(whole)} stay{'s' * (len(whole) == 1)} whole, as a part would be too small" if whole else ""
    said = ", ".join(filter(None, (_first([*joins, *splits], ", "), kept)))
    return f"{after}{said}" if said else ""


def _stays_whole(step: MergeStep, before: SegmentPlan, after: SegmentPlan) -> bool:
    """Whether the parts of a segment that an edit had just made come together again."""
    old, new = ({s.id: s.rule for s in plan.segments} for plan in (before, after))
    first, *others = step.segments
    return first in old and old[first] == new.get(first) and not any(i in old for i in others)


def _first(texts: Sequence[str], last: str = " and ") -> str:
    if len(texts) > _ALL:
        return f"{', '.join(texts[:_FIRST])} and {len(texts) - _FIRST} more"
    return last.join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))
