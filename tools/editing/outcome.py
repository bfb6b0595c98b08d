"""Which segments an edit merged and split on its own account, to keep to the limits of sizes."""

from collections.abc import Iterator
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
    found = list(dict.fromkeys((*_merges(before, draft), *_splits(draft))))
    if len(found) <= _ALL:
        return f"{after}{', '.join(found)}" if found else ""
    return f"{after}{', '.join(found[:_FIRST])} and {len(found) - _FIRST} more"


def _merges(before: SegmentPlan, draft: Draft) -> Iterator[str]:
    """Merges in their order; where parts that an edit had just made come together again, their segment stays whole."""
    old, new = ({s.id: s.rule for s in plan.segments} for plan in (before, draft.plan))
    for step in draft.steps:
        if isinstance(step, MergeStep):
            first, *others = step.segments
            whole = first in old and old[first] == new.get(first) and not any(i in old for i in others)
            yield from (f"{first} stays whole" if whole else f"{i} joins {first}" for i in others)


def _splits(draft: Draft) -> Iterator[str]:
    for step in draft.steps:
        if isinstance(step, SplitStep):
            yield f"{step.segment} is split by {step.column} at {numbers(step.cuts)}"
