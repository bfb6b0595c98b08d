"""Cut a dimension otherwise: one cut moved, or all of them anew."""

from collections.abc import Sequence
from itertools import pairwise

from pydantic import ValidationError

from cartjury.data.edit_records import AddDimension, SetCut, SetLevels
from cartjury.data.errors import EditError
from cartjury.data.options import DimensionSpec
from cartjury.data.records import Dimension, SegmentPlan
from cartjury.data.step_records import RelevelStep
from cartjury.tools.bucket import Fit, fit_dimension
from cartjury.tools.editing.dimension_steps import place_of
from cartjury.tools.editing.drafts import Draft
from cartjury.tools.editing.lookup import dimension_of, next_number
from cartjury.tools.editing.measure import sizes_of, values_in_universe
from cartjury.tools.editing.outcome import outcome
from cartjury.tools.editing.places import value_range
from cartjury.tools.editing.rows import Row, rows_of
from cartjury.tools.editing.shape import check_shape, check_size
from cartjury.tools.editing.tidy import merged
from cartjury.tools.editing.wording import listed, numbers, percent
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.distribution import Distribution
from cartjury.tools.figures import number, told
from cartjury.tools.quantiles import quantiles
from cartjury.tools.rounding import round_cut


def set_cut(edit: SetCut, plan: SegmentPlan, carts: Carts) -> Draft:
    """Move one cut of a dimension; segments, ids and names stay, users move."""
    dimension = dimension_of(plan, edit.dimension)
    if (edit.quantile is None) == (edit.value is None):
        raise EditError(f"say either a value or a quantile for the cut of {dimension.name}")
    at = _position(dimension, edit.position)
    values = values_in_universe(carts, plan, dimension.column)
    cut = _cut(edit, dimension, at, values)
    if cut == dimension.cuts[at]:
        raise EditError(f"{dimension.name} is already cut at {number(cut)}")
    cuts = (*dimension.cuts[:at], cut, *dimension.cuts[at + 1 :])
    _check_order(dimension, cuts, at)
    _check_filled(dimension, cuts, values)
    new = dimension.model_copy(update={"cuts": cuts, "quantiles": _shares(dimension, at, edit.quantile)})
    where = f" (the quantile {percent(edit.quantile)})" if edit.quantile is not None else ""
    before, after = told((dimension.cuts[at], cut))
    return _moved(plan, carts, new, f"Move the cut of {dimension.name} from {before} to {after}{where}")


def set_levels(edit: SetLevels, plan: SegmentPlan, carts: Carts) -> Draft:
    """Cut a dimension anew."""
    old = dimension_of(plan, edit.dimension)
    spec = spec_of(edit, old.name, old.column)
    fit = fit_dimension(spec, values_in_universe(carts, plan, old.column), exact=False)
    notes = reasons(fit, old.name)
    if fit.dimension is None:
        raise EditError(f"{old.name} cannot be cut like that: {notes[0]}")
    new = fit.dimension.model_copy(update={"unknown": old.unknown})
    if new.cuts == old.cuts:
        raise EditError(f"{old.name} is already cut at {numbers(old.cuts)}" + "".join(f"; {n}" for n in notes))
    names = f"{len(new.cuts) + 1} levels: {listed(new.level_names[1:])}"
    said = f"Cut {old.name} at {numbers(new.cuts)} instead of {numbers(old.cuts)}, into {names}"
    if len(new.cuts) == len(old.cuts):
        return _moved(plan, carts, new, said, notes)
    return _releveled(plan, carts, new, said, notes)


def reasons(fit: Fit, name: str) -> tuple[str, ...]:
    """What there is to say about a dimension as it came out."""
    return tuple(entry.reason.removeprefix(f"{name} is not used: ") for entry in fit.log)


def spec_of(edit: SetLevels | AddDimension, name: str, column: str) -> DimensionSpec:
    """Return where an edit wants a column cut; a number of levels means equal shares.

    Raises:
        EditError: not exactly one way of saying it, or cuts that do not increase.
    """
    ways = (edit.levels is not None) + bool(edit.quantiles) + bool(edit.cuts)
    if ways > 1 or (not ways and isinstance(edit, SetLevels)):
        raise EditError(f"say one of these for {name}: how many levels, the quantiles, or the values to cut at")
    levels = edit.levels or 2
    shares = edit.quantiles or tuple(round(i / levels, 6) for i in range(1, levels))
    try:
        return DimensionSpec(name=name, column=column, quantiles=() if edit.cuts else shares, cuts=edit.cuts)
    except ValidationError as error:
        raise EditError(str(error.errors()[0]["msg"]).removeprefix("Value error, ")) from error


def _moved(plan: SegmentPlan, carts: Carts, new: Dimension, said: str, notes: Sequence[str] = ()) -> Draft:
    before = sizes_of(carts, plan)
    draft = Draft(plan, before=before).then(_step(plan, new, said), before)
    sizes = sizes_of(carts, draft.plan)
    return draft._replace(sizes=sizes).saying(f"{said}; all segments and their names stay.", notes)


def _releveled(plan: SegmentPlan, carts: Carts, new: Dimension, said: str, notes: Sequence[str]) -> Draft:
    place = place_of(plan, new.name)
    old = plan.dimensions[place]
    check_shape((*plan.dimensions[:place], new, *plan.dimensions[place + 1 :]))
    before, rows = sizes_of(carts, plan), rows_of(plan, place, old.level_names[1:])
    draft = Draft(plan, before=before).then(_step(plan, new, said), before)
    draft = draft._replace(sizes=sizes_of(carts, draft.plan))
    if len(new.cuts) > len(old.cuts):
        draft = merged(draft, _untouched(plan, rows.rows))
    check_size(draft.plan)
    end = [f"the local splits of {listed(rows.ended)} end: the cells they lie in are cut anew"] if rows.ended else []
    lost = _levels_lost(plan, new)
    return draft.saying(f"{said}{outcome(plan, draft, '; ')}.", [*notes, *end, *lost])


def _step(plan: SegmentPlan, new: Dimension, said: str) -> RelevelStep:
    return RelevelStep(dimension=new, next_id=next_number(plan), reason=f"{said}, at a person's wish")


def _untouched(plan: SegmentPlan, rows: Sequence[Row]) -> frozenset[str]:
    """The rules of the segments that the dimension does not divide anywhere: they hold whom they held."""
    divided = {i for row in rows if not row.is_whole for i in row.owners.values()}
    return frozenset(s.rule for s in plan.segments if s.id not in divided)


def _levels_lost(plan: SegmentPlan, new: Dimension) -> list[str]:
    lost = [level for level in plan.priorities.get(new.name, {}) if level not in new.level_names]
    return [f"the priorities of {new.name} for {listed(lost)} go with the levels"] if lost else []


def _position(dimension: Dimension, wanted: int | None) -> int:
    if wanted is None and len(dimension.cuts) == 1:
        return 0
    if wanted is None or wanted > len(dimension.cuts):
        numbered = listed(f"{i} at {cut}" for i, cut in enumerate(told(dimension.cuts), start=1))
        which = "say which cut is meant" if wanted is None else f"there is no cut {wanted}"
        count = len(dimension.cuts)
        raise EditError(f"{which}: {dimension.name} has {count} cut{'s' if count > 1 else ''}, {numbered}")
    return wanted - 1


def _cut(edit: SetCut, dimension: Dimension, at: int, values: Distribution) -> float:
    if edit.value is not None:
        return edit.value + 0.0  # never -0.0
    if not values.known:
        raise EditError(f"no user has a value of {dimension.column}, so it has no quantiles")
    (exact,) = quantiles(values, [edit.quantile or 0.0])
    rounded = round_cut(exact, values)
    return rounded if _fits(dimension.cuts, at, rounded) else exact


def _fits(cuts: Sequence[float], at: int, cut: float) -> bool:
    return all(a < b for a, b in pairwise((*cuts[:at], cut, *cuts[at + 1 :])))


def _check_order(dimension: Dimension, cuts: Sequence[float], at: int) -> None:
    if _fits(cuts, at, cuts[at]):
        return
    shown = told(cuts)
    below = [f"above {shown[at - 1]}"] if at else []
    above = [f"below {shown[at + 1]}"] if at + 1 < len(cuts) else []
    beside = f"its neighbour{'s' if below and above else ''}"
    raise EditError(
        f"the cut {at + 1} of {dimension.name} must stay {listed(below + above)}, {beside}, and "
        f"{shown[at]} does not; move the neighbour first, or cut {dimension.name} anew"
    )


def _check_filled(dimension: Dimension, cuts: Sequence[float], values: Distribution) -> None:
    bounds = [0, *values.below(cuts), values.known]
    empty = [name for name, (a, b) in zip(dimension.level_names[1:], pairwise(bounds), strict=True) if a == b]
    if not empty:
        return
    raise EditError(
        f"cutting {dimension.name} at {numbers(cuts)} leaves its level {listed(empty)} without users: the values of "
        f"{dimension.column} {value_range(values)}"
    )


def _shares(dimension: Dimension, at: int, share: float | None) -> tuple[float, ...]:
    if share is None or not (dimension.quantiles or len(dimension.cuts) == 1):
        return ()
    return (*dimension.quantiles[:at], share, *dimension.quantiles[at + 1 :])
