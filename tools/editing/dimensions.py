"""Add a dimension, drop one."""

import re
from typing import Final

from cartjury.data.dimension_spec import DimensionSpec, check_together, default_name
from cartjury.data.edit_records import AddDimension, DropDimension
from cartjury.data.errors import EditError
from cartjury.data.records import UNKNOWN, Dimension, Provenance, SegmentPlan
from cartjury.data.step_records import CrossStep, DropStep
from cartjury.tools.baseline import baseline
from cartjury.tools.bucket import fit_dimension
from cartjury.tools.editing.cutting import reasons, spec_of
from cartjury.tools.editing.dimension_steps import crossed_levels, place_of
from cartjury.tools.editing.drafts import Draft
from cartjury.tools.editing.lookup import dimension_of, next_number
from cartjury.tools.editing.measure import numeric_column, sizes_of, values_in_universe
from cartjury.tools.editing.outcome import outcome
from cartjury.tools.editing.rows import rows_of
from cartjury.tools.editing.shape import check_shape, check_size
from cartjury.tools.editing.tidy import merged
from cartjury.tools.editing.wording import listed, numbers
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.distribution import Distribution

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def add_dimension(edit: AddDimension, plan: SegmentPlan, carts: Carts) -> Draft:
    """Cross all segments with a further feature; what becomes too small or empty is merged again."""
    column = numeric_column(carts, plan, edit.column)
    if there := next((d for d in plan.dimensions if d.column == column), None):
        raise EditError(f"{column} is a dimension already, {there.name}: say how many levels {there.name} should have")
    spec = spec_of(edit, _name(edit, column, plan), column)
    _check_names(plan, spec)
    values = values_in_universe(carts, plan, column)
    fit = fit_dimension(spec, values, exact=False)
    notes = reasons(fit, spec.name)
    if fit.dimension is None:
        raise EditError(f"{column} cannot be a dimension: {notes[0]}")
    new = fit.dimension
    check_shape((*plan.dimensions, new))
    said = f"Cross the segments with {new.name}, {column} cut at {numbers(new.cuts)}"
    step = CrossStep(
        dimension=new,
        next_id=next_number(plan),
        provenance=_with_baseline(plan, column, values),
        reason=f"{said}, at a person's wish",
    )
    before = sizes_of(carts, plan)
    draft = Draft(plan, before=before).then(step, before)
    draft = draft._replace(sizes=sizes_of(carts, draft.plan))
    draft = merged(draft, frozenset(s.rule for s in plan.segments))
    check_size(draft.plan)
    if all(s.id in before for s in draft.plan.segments if not s.is_else):
        notes = (*notes, _nothing_apart(plan, new))
    said += f" ({listed(new.level_names[1:])})"
    return draft.saying(f"{said}{outcome(plan, draft, '; ')}.", (*notes, *_unknown_note(new, values)))


def drop_dimension(edit: DropDimension, plan: SegmentPlan, carts: Carts) -> Draft:
    """Tell the levels of a dimension apart no longer."""
    old = dimension_of(plan, edit.dimension)
    if len(plan.dimensions) == 1:
        raise EditError(f"{old.name} is the only dimension, and a plan needs one: add another one first")
    before = sizes_of(carts, plan)
    said = f"Drop the dimension {old.name}"
    step = DropStep(dimension=old.name, reason=f"{said}, at a person's wish")
    draft = Draft(plan, before=before).then(step, before)
    ended = rows_of(plan, place_of(plan, old.name), crossed_levels(old)).ended
    notes = [f"the local splits of {listed(ended)} end: the cells they lie in become one"] if ended else []
    notes += [f"the priorities of {old.name} go with it"] if old.name in plan.priorities else []
    draft = draft._replace(sizes=sizes_of(carts, draft.plan))
    return draft.saying(f"{said}.", notes)


def _name(edit: AddDimension, column: str, plan: SegmentPlan) -> str:
    wanted = edit.name.strip()
    if not wanted:
        return default_name(column, {d.name for d in plan.dimensions})
    if not _NAME.fullmatch(wanted):
        offer = default_name(wanted, {d.name for d in plan.dimensions})
        raise EditError(f"a dimension cannot be called {wanted!r}: take letters and digits only, such as {offer}")
    return wanted


def _check_names(plan: SegmentPlan, new: DimensionSpec) -> None:
    taken = next((d for d in plan.dimensions if d.name.casefold() == new.name.casefold()), None)
    if taken:
        raise EditError(f"there is a dimension {taken.name} already, which reads {taken.column}: say another name")
    others = [DimensionSpec(name=d.name, column=d.column, cuts=d.cuts) for d in plan.dimensions]
    try:
        check_together([new, *others][:8], ())
    except ValueError as error:
        raise EditError(str(error)) from error


def _with_baseline(plan: SegmentPlan, column: str, values: Distribution) -> Provenance | None:
    if plan.provenance is None or any(b.column == column for b in plan.provenance.baseline):
        return plan.provenance
    found = (*plan.provenance.baseline, baseline(column, values))
    return plan.provenance.model_copy(update={"baseline": found})


def _nothing_apart(plan: SegmentPlan, new: Dimension) -> str:
    least = plan.size_policy.min_size
    return f"{new.name} tells no segment apart: all parts would be under the minimum of {least:,} users; lower it first"


def _unknown_note(new: Dimension, values: Distribution) -> list[str]:
    missing = values.users - values.known
    if not missing:
        return []
    where = f"are told apart as {new.name}_{UNKNOWN}" if new.unknown == "level" else "join ELSE"
    return [f"{missing:,} users without a value of {new.column} {where}"]
