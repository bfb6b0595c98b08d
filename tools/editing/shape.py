"""How large a plan may become by an edit."""

import math
from collections.abc import Sequence

from cartjury.data.dimension_spec import MAX_DIMENSIONS
from cartjury.data.errors import EditError
from cartjury.data.records import Dimension, SegmentPlan
from cartjury.tools.rules import MAX_CELLS
from cartjury.tools.split import MAX_SEGMENTS


def check_shape(dimensions: Sequence[Dimension]) -> None:
    """Refuse too many dimensions, or more cells than can be merged sensibly.

    Raises:
        EditError: it shows how the cells come about.
    """
    if len(dimensions) > MAX_DIMENSIONS:
        names = ", ".join(d.name for d in dimensions[:-1])
        raise EditError(f"a plan can have {MAX_DIMENSIONS} dimensions, and has them: {names}; drop one first")
    levels = {d.name: len(d.level_names) - (d.unknown == "else") for d in dimensions}
    if (count := math.prod(levels.values())) > MAX_CELLS:
        shown = " x ".join(f"{name} {n}" for name, n in levels.items())
        raise EditError(
            f"this makes {count:,} cells, more than {MAX_CELLS}: {shown}; take fewer levels, or drop a dimension"
        )


def check_size(plan: SegmentPlan) -> None:
    """Refuse more segments than a team can act on.

    Raises:
        EditError: it says what would help.
    """
    if (count := len(plan.segments)) > MAX_SEGMENTS:
        raise EditError(
            f"this makes {count} segments, more than the {MAX_SEGMENTS} that a plan can have: raise the minimum "
            f"(now {plan.size_policy.min_size:,} users) first, or take fewer levels or parts"
        )
