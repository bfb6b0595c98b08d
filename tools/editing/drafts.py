"""An edit that is being worked out: the plan so far, the steps that led there, and what there is to say."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cartjury.data.records import SegmentPlan
from cartjury.data.step_records import MergeStep, PartStep, SplitStep, Step
from cartjury.tools.editing.applying import apply_step


class Draft(NamedTuple):
    """An edit that is being worked out.

    Attributes:
        plan: after the steps.
        said: what the edit does.
        notes: what else to know.
        before: users by segment before the edit; empty where nobody can change the segment.
        sizes: users by segment after the steps, likewise.
    """

    plan: SegmentPlan
    steps: tuple[Step, ...] = ()
    said: str = ""
    notes: tuple[str, ...] = ()
    before: Mapping[str, int] = {}
    sizes: Mapping[str, int] = {}

    def then(self, step: Step, sizes: Mapping[str, int] | None = None) -> "Draft":
        """Add a step.

        Args:
            step: as it will be stored.
            sizes: users by segment after it, where the step itself does not say.
        """
        counted = _after(step, self.sizes) if sizes is None else sizes
        return self._replace(plan=apply_step(self.plan, step), steps=(*self.steps, step), sizes=counted)

    def saying(self, said: str, notes: Iterable[str] = ()) -> "Draft":
        """Say what it does, and what else to know."""
        return self._replace(said=said, notes=(*self.notes, *notes))


def _after(step: Step, sizes: Mapping[str, int]) -> Mapping[str, int]:
    if isinstance(step, MergeStep):
        first, *others = step.segments
        return {i: sum(step.sizes) if i == first else n for i, n in sizes.items() if i not in others}
    if isinstance(step, SplitStep | PartStep):
        return {**sizes, **dict(zip(step.ids, step.sizes, strict=True))}
    return sizes
