"""The front of editing: a wish about a plan, what the data has to say to it, and the plan it comes to.

    resolve(edit, plan, carts) -> ResolvedEdit     asks the data; says precisely why an edit is impossible
    apply(plan, resolved) -> SegmentPlan           pure: the steps, one after the other
    resolve_all(edits, plan, carts) -> Resolved    several, each about the plan that the one before makes

Every step goes through `SegmentPlan`, which cannot be made of segments that are no partition.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from cartjury.data.edit_records import PlanEdit
from cartjury.data.errors import EditError
from cartjury.data.records import Segment, SegmentPlan
from cartjury.data.step_records import ResolvedEdit
from cartjury.tools.editing import (
    cutting,
    dimensions,
    limits,
    merging,
    naming,
    splitting,
    universes,
    worth,
)
from cartjury.tools.editing.applying import apply_step
from cartjury.tools.editing.drafts import Draft
from cartjury.tools.editing.notes import limits_broken, names_lost
from cartjury.tools.editing.remake import named_like
from cartjury.tools.editing.shape import check_size
from cartjury.tools.engine.carts import Carts
from cartjury.tools.universe import universe_of

_WORKED_OUT_BY: Final[Mapping[str, Callable[[Any, SegmentPlan, Carts], Draft]]] = {
    "rename": naming.rename,
    "merge": merging.merge,
    "split": splitting.split,
    "set_levels": cutting.set_levels,
    "set_cut": cutting.set_cut,
    "add_dimension": dimensions.add_dimension,
    "drop_dimension": dimensions.drop_dimension,
    "set_window": universes.set_window,
    "set_sizes": limits.set_sizes,
    "set_weights": worth.set_weights,
    "set_priorities": worth.set_priorities,
    "set_filter": universes.set_filter,
    "lock": naming.lock,
    "unlock": naming.unlock,
    "ask_again": naming.ask_again,
}


class Resolved(NamedTuple):
    """Edits with everything filled in, the plan they come to, and the users of that plan's universe."""

    edits: tuple[ResolvedEdit, ...]
    plan: SegmentPlan
    carts: Carts


def resolve(edit: PlanEdit, plan: SegmentPlan, carts: Carts) -> ResolvedEdit:
    """Work out what a wish comes to.

    Args:
        edit: the wish.
        plan: that it is about.
        carts: the users of the plan's universe.

    Raises:
        EditError: the wish cannot be granted; it says why, and what could be said instead.
    """
    draft = _WORKED_OUT_BY[edit.kind](edit, plan, carts)
    resolved = ResolvedEdit(edit=edit, steps=draft.steps, said=draft.said)
    after = apply(plan, resolved)
    if len(after.segments) > len(plan.segments):
        check_size(after)
    notes = list(draft.notes)
    if draft.sizes and edit.kind != "set_sizes":
        notes += limits_broken(plan, after, draft.before, draft.sizes)
    return resolved.model_copy(update={"notes": (*notes, *names_lost(plan, after))})


def apply(plan: SegmentPlan, resolved: ResolvedEdit) -> SegmentPlan:
    """Return the plan after an edit; the same plan and edit give the same plan, to the byte.

    Raises:
        EditError: the edit was worked out for another plan.
    """
    after = plan
    try:
        for step in resolved.steps:
            after = apply_step(after, step)
    except (KeyError, ValueError) as error:
        raise EditError(
            f"this edit was worked out for another plan and cannot be applied to this one: {error}"
        ) from error
    return after if resolved.edit.kind == "ask_again" else _with_names_again(plan, after)


def resolve_all(edits: Iterable[PlanEdit], plan: SegmentPlan, carts: Carts) -> Resolved:
    """Work out several wishes, each about the plan that the one before makes.

    Raises:
        EditError: one of them cannot be granted.
    """
    found: list[ResolvedEdit] = []
    for edit in edits:
        resolved = resolve(edit, plan, carts)
        found.append(resolved)
        plan, before = apply(plan, resolved), plan
        if (plan.window_days, plan.filter) != (before.window_days, before.filter):
            universe = universe_of(carts.engine, carts.dataset, plan, carts.universe.as_of)
            carts = Carts(carts.engine, carts.dataset, universe)
    return Resolved(tuple(found), plan, carts)


def _with_names_again(before: SegmentPlan, after: SegmentPlan) -> SegmentPlan:
    """Give names back to segments that lost them on the way, and in the end have the rule that they had."""
    old = {s.id: s for s in before.segments}

    def renamed(segment: Segment) -> Segment:
        was = old.get(segment.id)
        same = was is not None and was.rule == segment.rule and not segment.name
        return named_like(segment, was) if was is not None and same else segment

    return after.with_changes(segments=tuple(renamed(s) for s in after.segments))
