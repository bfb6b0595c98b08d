"""Which function does a step."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from cartjury.data.records import SegmentPlan
from cartjury.data.step_records import Step
from cartjury.tools.editing import dimension_steps, group_steps, plain_steps

DONE_BY: Final[Mapping[str, Callable[[SegmentPlan, Any], SegmentPlan]]] = {
    "name": plain_steps.name,
    "unname": plain_steps.unname,
    "lock": plain_steps.lock,
    "policy": plain_steps.policy,
    "worth": plain_steps.worth,
    "universe": plain_steps.universe,
    "merge": group_steps.merge,
    "split": group_steps.split,
    "part": group_steps.part,
    "relevel": dimension_steps.relevel,
    "cross": dimension_steps.cross,
    "drop": dimension_steps.drop,
}


def apply_step(plan: SegmentPlan, step: Step) -> SegmentPlan:
    """Return the plan after one step; it is validated as any plan is.

    Raises:
        EditError: a locked name stands in the way.
    """
    return DONE_BY[step.kind](plan, step)
