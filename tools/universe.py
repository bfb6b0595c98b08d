"""Who is in: users who abandoned a cart within the window before as_of, and pass the filter."""

from datetime import date

from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.data.records import SegmentPlan
from cartjury.data.run_records import Dataset, Universe
from cartjury.tools.engine.protocol import Engine
from cartjury.tools.engine.relation import features, passes, window, window_start

LONELY_SHARE = 0.001  # under this share of the rows in its window, the newest date is taken for a typing error


def universe_of(engine: Engine, dataset: Dataset, plan: SegmentPlan, as_of: date) -> Universe:
    """Count who is inside the window and the filter of a plan, as `define_universe` does.

    Raises:
        InputError: the universe is empty.
    """
    return define_universe(engine, dataset, plan, as_of)


def define_universe(engine: Engine, dataset: Dataset, options: Options | SegmentPlan, as_of: date | None) -> Universe:
    """Count who is inside the window and the filter, and who is left out and why.

    Args:
        engine: reads the rows.
        dataset: the checked rows.
        options: `window_days` and `filter` matter here.
        as_of: the day that counts as today; None takes the newest cart_abandoned_date.

    Raises:
        InputError: the universe is empty, or without as_of the newest date stands alone.
    """
    sql, rows = engine.sql, engine.rows(dataset)
    ((oldest, newest),) = engine.aggregate(f"SELECT min(cart_abandoned_date), max(cart_abandoned_date) FROM {rows}")
    day = as_of or newest
    start, inside = window_start(day, options.window_days), window(sql, day, options.window_days)
    conditions = (
        inside,
        f"cart_abandoned_date > {sql.day(day)}",
        f"cart_abandoned_date < {sql.day(start)}",
        f"{inside} AND {passes(sql, options.filter)}",
    )
    counted = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in conditions)
    ((in_window, later, earlier, size),) = engine.aggregate(f"SELECT {counted} FROM {features(sql, rows, day)}")
    if as_of is None and in_window < LONELY_SHARE * dataset.rows:
        raise InputError(
            f"the newest cart_abandoned_date is {newest}, but only {in_window:,} of {dataset.rows:,} rows lie within "
            f"{options.window_days} days of it: is it a typing error? Say --as-of to decide which day counts"
        )
    if not size:
        why = f" and the filter leaves out all {in_window:,} inside" if in_window else ""
        raise InputError(
            f"nobody is in the universe: the dates run from {oldest} to {newest}, the window from {start} to {day}{why}"
        )
    return Universe(
        as_of=day,
        window_days=options.window_days,
        size=size,
        later=later,
        earlier=earlier,
        filtered=in_window - size,
        notices=(f"{later:,} users abandoned after {day} and are left out",) if later else (),
    )
