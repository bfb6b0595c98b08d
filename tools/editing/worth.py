"""What segments are worth: weights and priorities."""

from decimal import Decimal
from typing import Final

from cartjury.data.edit_records import SetPriorities, SetWeights
from cartjury.data.errors import EditError
from cartjury.data.records import Dimension, ScoreWeights, SegmentPlan
from cartjury.data.run_records import METRICS
from cartjury.data.step_records import WorthStep
from cartjury.tools.editing.drafts import Draft
from cartjury.tools.editing.lookup import dimension_of
from cartjury.tools.editing.wording import listed
from cartjury.tools.engine.carts import Carts
from cartjury.tools.figures import number

_PLACES: Final = Decimal("0.000001")


def set_weights(edit: SetWeights, plan: SegmentPlan, _: Carts) -> Draft:
    """Set some weights; the others are scaled in proportion, so that all add up to 1."""
    old = {metric: Decimal(repr(float(w))) for metric, w in plan.weights.model_dump().items()}
    new = _scaled(old, {metric: Decimal(repr(float(w))) for metric, w in edit.weights.items()})
    weights = ScoreWeights.model_validate({metric: float(w) for metric, w in new.items()})
    if weights == plan.weights:
        raise EditError(f"the weights are so already: {_weights_said(weights)}")
    draft = Draft(plan).then(WorthStep(weights=weights, priorities=plan.priorities))
    return draft.saying(f"Weigh the score by {_weights_said(weights)}.")


def set_priorities(edit: SetPriorities, plan: SegmentPlan, _: Carts) -> Draft:
    """Set the strategic fit of the levels of a dimension, or take it away."""
    dimension = dimension_of(plan, edit.dimension)
    levels = {_level(dimension, name): share for name, share in edit.levels.items()}
    if levels == plan.priorities.get(dimension.name, {}):
        raise EditError(
            f"the priorities of {dimension.name} are so already" if levels else f"{dimension.name} has no priorities"
        )
    others = {name: of for name, of in plan.priorities.items() if name != dimension.name}
    priorities = {**others, dimension.name: levels} if levels else others
    draft = Draft(plan).then(WorthStep(weights=plan.weights, priorities=priorities))
    given = listed(f"{name} {number(share)}" for name, share in levels.items()) if levels else ""
    said = (
        f"Set the priorities of {dimension.name}: {given}."
        if levels
        else f"Take the priorities of {dimension.name} away."
    )
    rest = [name for name in dimension.level_names[1:] if name not in levels] if levels else []
    return draft.saying(said, [f"{listed(rest)} of {dimension.name} count as 0"] if rest else [])


def _scaled(old: dict[str, Decimal], named: dict[str, Decimal]) -> dict[str, Decimal]:
    total = sum(named.values(), Decimal(0))
    if total > 1:
        raise EditError(f"the weights that you say add up to {float(total):g}, which is {float(total - 1):g} too much")
    others = {metric: w for metric, w in old.items() if metric not in named}
    free, rest = 1 - total, sum(others.values(), Decimal(0))
    if free and not rest:
        left = f"and all others ({listed(others)}) are 0" if others else "and there are no others"
        raise EditError(f"the weights that you say add up to {float(total):g}, {left}: {float(free):g} is missing")
    scaled = {metric: (w * free / rest).quantize(_PLACES) if rest else w for metric, w in others.items()}
    if scaled and free:
        largest = max(scaled, key=lambda metric: scaled[metric])
        scaled[largest] += free - sum(scaled.values(), Decimal(0))
    return {metric: named.get(metric, scaled.get(metric, Decimal(0))) for metric in old}


def _level(dimension: Dimension, wanted: str) -> str:
    found = next((n for n in dimension.level_names if n.casefold() == wanted.strip().casefold()), None)
    if found is None:
        raise EditError(f"{dimension.name} has no level {wanted!r}: its levels are {', '.join(dimension.level_names)}")
    return found


def _weights_said(weights: ScoreWeights) -> str:
    return listed(f"{metric.replace('_', ' ')} {number(getattr(weights, metric))}" for metric in METRICS)
