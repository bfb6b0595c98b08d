"""Who goes where when a plan changes, counted on all the data in one pass.

each row -> its segment by the old plan, None outside its universe
         -> its segment by the new plan, None outside its universe -> how many by pair
"""

from cartjury.data.errors import InputError
from cartjury.data.records import SegmentPlan
from cartjury.data.revision_records import Move
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.relation import features, passes, window
from cartjury.tools.lines import by_number

OUTSIDE = 0  # beside the positions of segments, which count from 1


def moves(carts_before: Carts, before: SegmentPlan, carts_after: Carts, after: SegmentPlan) -> tuple[Move, ...]:
    """Count the users on their way from each segment of one plan to each of another; those who stay, too.

    Args:
        carts_before: the rows, with the universe of the old plan.
        before: the old plan.
        carts_after: the same rows, with the universe of the new plan; window and filter may differ.
        after: the new plan.

    Returns:
        All pairs that have users, in the order of the ids; None, which is outside of a universe, last.

    Raises:
        InputError: the two speak of other carts, or of another day.
    """
    data, day = carts_after.dataset, carts_after.universe.as_of
    if (carts_before.dataset.sha256, carts_before.universe.as_of) != (data.sha256, day):
        raise InputError("users can only be followed from plan to plan on the same carts and the same day")
    rows = features(carts_after.sql, carts_after.engine.rows(data), day)
    days = max(carts_before.universe.window_days, carts_after.universe.window_days)
    counted = carts_after.engine.aggregate(
        f"SELECT source, target, count(*) FROM (SELECT {_position(carts_before, before)} AS source, "
        f"{_position(carts_after, after)} AS target FROM {rows} WHERE {window(carts_after.sql, day, days)}) "
        f"WHERE source <> {OUTSIDE} OR target <> {OUTSIDE} GROUP BY source, target"
    )
    found = [(_at(before, source), _at(after, target), users) for source, target, users in counted]
    found.sort(key=lambda move: (by_number(move[0] or ""), by_number(move[1] or "")))
    return tuple(Move(source=source, target=target, users=users) for source, target, users in found)


def _position(carts: Carts, plan: SegmentPlan) -> str:
    """SQL of a row's segment as its position in the plan, `OUTSIDE` where it is not in the universe."""
    sql, universe = carts.sql, carts.universe
    inside = f"{window(sql, universe.as_of, universe.window_days)} AND {passes(sql, plan.filter)}"
    return f"CASE WHEN {inside} THEN {carts.engine.assign(plan)} ELSE {OUTSIDE} END"


def _at(plan: SegmentPlan, position: int) -> str | None:
    return None if position == OUTSIDE else plan.segments[position - 1].id
