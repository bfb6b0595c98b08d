"""Whatever is edited: a plan stays a partition that is proven, or an edit is refused and nothing happens."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cartjury.data.edit_records import (
    DropDimension,
    Lock,
    Merge,
    PlanEdit,
    Rename,
    SetCut,
    SetPriorities,
    SetSizes,
    SetWeights,
    Split,
)
from cartjury.data.errors import EditError
from cartjury.data.records import SegmentPlan
from cartjury.data.step_records import ResolvedEdit
from cartjury.tools.edit import apply, resolve_all
from cartjury.tools.editing.applying import apply_step
from cartjury.tools.editing.lookup import number_of
from cartjury.tools.engine.carts import Carts
from cartjury.tools.proof import prove
from tests.tools.editing.edit_examples import edits, scene, sizes_by_pandas

SCENES = [(0.02, None), (0.15, None), (0.0, 60)]  # ELSE; Unknown as a level; local splits
slow = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize(("missing", "max_size"), SCENES)
@slow
@given(wishes=st.lists(edits(), min_size=1, max_size=5))
def test_any_edits_are_refused_or_keep_the_partition(
    missing: float, max_size: int | None, wishes: list[PlanEdit]
) -> None:
    plan, carts = scene(missing, max_size=max_size)
    for wish in wishes:
        before = plan.to_json()
        try:
            found = resolve_all([wish], plan, carts)
        except EditError:
            assert plan.to_json() == before
            continue
        check(plan, found.edits[0], found.plan, found.carts, carts)
        plan, carts = found.plan, found.carts


def check(plan: SegmentPlan, resolved: ResolvedEdit, after: SegmentPlan, carts: Carts, old_carts: Carts) -> None:
    again = ResolvedEdit.model_validate_json(resolved.to_json())
    assert apply(plan, again).to_json() == after.to_json()
    proof, counted = prove(carts, after), sizes_by_pandas(carts, after)
    assert proof.proven
    assert proof.sizes == counted
    assert sum(counted.values()) == carts.universe.size
    check_identity(plan, resolved, after)
    check_who_stayed(plan, resolved, after, sizes_by_pandas(old_carts, plan), counted)
    check_stated(plan, resolved, old_carts)


def check_identity(plan: SegmentPlan, resolved: ResolvedEdit, after: SegmentPlan) -> None:
    now = {s.id: s for s in after.segments}
    assert list(now) == sorted(now, key=number_of)
    assert set(after.locks) <= set(now)
    for old in plan.segments:
        if old.id in plan.locks:
            assert old.name in {s.name for s in after.segments}
        if old.id not in now or resolved.edit.kind in {"rename", "ask_again"}:
            continue
        new = now[old.id]
        if new.rule == old.rule:
            assert (new.name, new.named_by) == (old.name, old.named_by)
        elif old.id not in plan.locks:
            assert new.name != old.name or not old.name
    logged = {i for e in (*plan.log, *after.log) for i in e.segments}
    assert {s.id for s in plan.segments} - set(now) <= logged


def check_who_stayed(
    plan: SegmentPlan, resolved: ResolvedEdit, after: SegmentPlan, old: dict[str, int], new: dict[str, int]
) -> None:
    """A rule that reads as before, and does not speak of the dimension that was cut, holds whom it held."""
    edit = resolved.edit
    if edit.kind in {"set_window", "set_filter", "add_dimension", "drop_dimension"}:
        return  # another universe, or users without a value on their way to ELSE and back
    cut = {step.dimension.name for step in resolved.steps if step.kind == "relevel"}
    rules = {s.id: s.rule for s in after.segments}
    for segment in plan.segments:
        if rules.get(segment.id) == segment.rule and not any(f"{name}_" in segment.rule for name in cut):
            assert old[segment.id] == new[segment.id]


def check_stated(plan: SegmentPlan, resolved: ResolvedEdit, carts: Carts) -> None:
    """What merges and splits say of the users is what pandas counts at that point."""
    for step in resolved.steps:
        counted = sizes_by_pandas(carts, plan)
        plan = apply_step(plan, step)
        if step.kind == "merge":
            assert step.sizes == tuple(counted[i] for i in step.segments)
        if step.kind in {"split", "part"}:
            counted = sizes_by_pandas(carts, plan)
            assert step.sizes == tuple(counted[i] for i in step.ids)


INDEPENDENT: list[PlanEdit] = [
    Merge(segments=("S01", "S02")),
    Merge(segments=("S08", "S07")),
    Split(segment="S10", by="sessions_last_30d", values=(4,)),
    Rename(segment="S04", name="Warm_Hearts"),
    Lock(segments=("S05",)),
    SetWeights(weights={"conversion": 0.5}),
    SetPriorities(dimension="AOV", levels={"High": 1}),
    SetCut(dimension="Engagement", value=0.5),
]


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(INDEPENDENT))
def test_independent_edits_give_the_same_plan_in_any_order(order: list[PlanEdit]) -> None:
    plan, carts = scene()

    assert resolve_all(order, plan, carts).plan.plan_hash == resolve_all(INDEPENDENT, plan, carts).plan.plan_hash


def test_an_edit_changes_neither_the_plan_nor_what_was_resolved() -> None:
    plan, carts = scene()
    text = plan.to_json()

    resolved = resolve_all([Merge(segments=("S01", "S02"))], plan, carts).edits[0]
    shown = resolved.to_json()
    apply(plan, resolved)

    assert (plan.to_json(), resolved.to_json()) == (text, shown)


def test_an_edit_of_another_plan_is_refused() -> None:
    plan, carts = scene()
    resolved = resolve_all([Merge(segments=("S01", "S12"))], plan, carts).edits[0]
    dropped = resolve_all([DropDimension(dimension="AOV")], plan, carts).plan

    with pytest.raises(EditError, match="another plan"):
        apply(dropped, resolved)


def test_several_edits_are_each_about_the_plan_that_the_one_before_makes() -> None:
    plan, carts = scene()

    found = resolve_all([SetSizes(min_size=60), Rename(segment="S01", name="Warm_Hearts")], plan, carts)

    assert found.plan.segment("S01").name == "Warm_Hearts"
    assert len(found.plan.segments) < len(plan.segments)
