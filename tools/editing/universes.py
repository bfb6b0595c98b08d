"""Who is in: the window and the filter."""

from collections.abc import Sequence

from cartjury.data.edit_records import SetFilter, SetWindow
from cartjury.data.errors import EditError, InputError
from cartjury.data.records import Comparison, Provenance, SegmentPlan
from cartjury.data.run_records import Universe
from cartjury.data.step_records import UniverseStep
from cartjury.tools.baseline import baseline
from cartjury.tools.columns import is_date
from cartjury.tools.editing.drafts import Draft
from cartjury.tools.editing.measure import check_finite, column_called, sizes_of
from cartjury.tools.editing.wording import listed, users
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.relation import window_start
from cartjury.tools.rules import short
from cartjury.tools.split import SPLIT_FEATURES
from cartjury.tools.universe import universe_of


def set_window(edit: SetWindow, plan: SegmentPlan, carts: Carts) -> Draft:
    """Count carts of other days."""
    if edit.days == plan.window_days:
        raise EditError(f"the window is {_days(edit.days)} already")
    said = f"Count carts abandoned within {_days(edit.days)} instead of {plan.window_days}"
    wanted = plan.with_changes(window_days=edit.days)
    return _other_universe(plan, wanted, carts, said, _reach_note(carts, edit.days))


def set_filter(edit: SetFilter, plan: SegmentPlan, carts: Carts) -> Draft:
    """Narrow the universe, or widen it again."""
    wished = tuple(dict.fromkeys(_checked(c, plan, carts) for c in edit.conditions))
    added = [c for c in wished if c not in plan.filter]
    if edit.mode == "add" and not added:
        shown = listed(map(in_words, wished)) if wished else ""
        raise EditError(f"the filter has {shown} already" if wished else "say a condition for the filter")
    if edit.mode == "replace" and set(wished) == set(plan.filter):
        raise EditError("the filter is so already" if wished else "there is no filter to take away")
    chosen = (*plan.filter, *added) if edit.mode == "add" else wished
    # In one order, so that conditions that were added one by one make the same plan as if together.
    ordered = tuple(sorted(chosen, key=lambda c: (c.column, c.op, str(c.value))))
    said = f"Keep only users with {listed(map(in_words, ordered))}" if ordered else "Take the filter away"
    return _other_universe(plan, plan.with_changes(filter=ordered), carts, said, ())


def in_words(condition: Comparison) -> str:
    """Say a condition: `sessions_last_30d >= 3`."""
    value = condition.value
    return f"{condition.column} {condition.op} {repr(value) if isinstance(value, str) else short(value)}"


def _other_universe(plan: SegmentPlan, wanted: SegmentPlan, carts: Carts, said: str, notes: Sequence[str]) -> Draft:
    try:
        universe = universe_of(carts.engine, carts.dataset, wanted, carts.universe.as_of)
    except InputError as error:
        raise EditError(f"this would leave nobody: {error}") from error
    inside = Carts(carts.engine, carts.dataset, universe)
    step = UniverseStep(
        window_days=wanted.window_days,
        filter=wanted.filter,
        size=universe.size,
        provenance=_provenance(inside, wanted),
    )
    draft = Draft(plan, before=sizes_of(carts, plan)).then(step, sizes_of(inside, wanted))
    text = f"{said}: {users(universe.size)} instead of {carts.universe.size:,}; all segments and their names stay."
    return draft.saying(text, (*notes, *_minimum_note(plan, universe)))


def _provenance(carts: Carts, plan: SegmentPlan) -> Provenance | None:
    if plan.provenance is None:
        return None
    columns = list(dict.fromkeys([*(d.column for d in plan.dimensions), *SPLIT_FEATURES]))
    values = carts.engine.thresholds(carts.users(plan.filter), columns, carts.universe.size)
    found = tuple(baseline(column, values[column]) for column in columns)
    return plan.provenance.model_copy(update={"universe_size": carts.universe.size, "baseline": found})


def _minimum_note(plan: SegmentPlan, universe: Universe) -> list[str]:
    least = plan.size_policy.min_size
    return [f"the minimum of {least:,} is more than all users together: lower it"] if least > universe.size else []


def _reach_note(carts: Carts, days: int) -> list[str]:
    ((oldest,),) = carts.engine.aggregate(f"SELECT min(cart_abandoned_date) FROM {carts.engine.rows(carts.dataset)}")
    start = window_start(carts.universe.as_of, days)
    return [f"the window begins on {start}, and the oldest cart of the data is of {oldest}"] if start < oldest else []


def _checked(condition: Comparison, plan: SegmentPlan, carts: Carts) -> Comparison:
    """Find the column of a condition and refuse what cannot be compared."""
    column, kind = column_called(carts, plan, condition.column)
    found = condition.model_copy(update={"column": column})
    said, value = in_words(found), condition.value
    if kind == "number":
        if isinstance(value, str):
            raise EditError(f"{said}: {column} holds numbers, and {value!r} is a text")
        check_finite(carts, plan, column)
        return found.model_copy(update={"value": float(value)})
    if not isinstance(value, str):
        raise EditError(f"{said}: {column} holds {'dates' if kind == 'date' else 'texts'}, not numbers")
    if kind == "date":
        if not is_date(value):
            raise EditError(f"{said}: {column} holds dates; write one as 2026-11-23")
    elif condition.op not in {"=", "!="}:
        raise EditError(f"{said}: {column} holds texts, which can only be compared with = and !=")
    return found


def _days(count: int) -> str:
    return f"{count:,} day{'' if count == 1 else 's'}"
