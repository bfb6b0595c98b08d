"""Who is in: users who abandoned a cart within the window before as_of, and pass the filter."""

from datetime import date
from pathlib import Path

from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.data.run_records import Dataset, Universe
from cartjury.tools.engine.duck import connect, one
from cartjury.tools.engine.relation import features, passes, rows, window, window_start

LONELY_SHARE = 0.001  # under this share of the rows in its window, the newest date is taken for a typing error


def define_universe(dataset: Dataset, options: Options, as_of: date | None) -> Universe:
    """Count who is inside the window and the filter, and who is left out and why.

    Args:
        dataset: the checked rows.
        options: `window_days`, `filter` and `memory_limit` matter here.
        as_of: the day that counts as today; None takes the newest cart_abandoned_date.

    Raises:
        InputError: the universe is empty, or without as_of the newest date stands alone.
    """
    with connect(Path(dataset.path).parent, options.memory_limit) as connection:
        oldest, newest = one(
            connection, f"SELECT min(cart_abandoned_date), max(cart_abandoned_date) FROM {rows(dataset)}"
        )
        day = as_of or newest
        inside = window(day, options.window_days)
        start = window_start(day, options.window_days)
        in_window, later, earlier, size = one(
            connection,
            f"SELECT count(*) FILTER ({inside}), count(*) FILTER (cart_abandoned_date > DATE '{day}'), "
            f"count(*) FILTER (cart_abandoned_date < DATE '{start}'), "
            f"count(*) FILTER ({inside} AND {passes(options.filter)}) FROM {features(dataset, day)}",
        )
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
