"""The first steps of a run in one call: a file of carts, cut into segments of fitting size."""

from datetime import date
from pathlib import Path

from cartjury.data.options import Options
from cartjury.data.records import SegmentPlan
from cartjury.tools.bucket import fit_plan
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.engines import open_engine
from cartjury.tools.load import load
from cartjury.tools.profile import cell_counts, feature_histogram
from cartjury.tools.size import apply_size_policy, default_policy
from cartjury.tools.universe import define_universe


def fit_file(path: Path, work: Path, options: Options, as_of: date) -> tuple[SegmentPlan, Carts]:
    """Load carts, take those of the window, cut them into cells, and merge and split these.

    Args:
        path: the carts.
        work: an existing folder for the checked rows; it must stay as long as the carts are asked.
        options: of the run.
        as_of: the day that counts as today.

    Returns:
        The plan, whose segments have no names yet, and the users that it was fitted to.

    Raises:
        InputError: the carts or the options are not as they must be.
    """
    dataset = load(path, work, options, as_of)
    engine = open_engine(options, work)
    carts = Carts(engine, dataset, define_universe(engine, dataset, options, as_of))
    first = fit_plan(carts, options, default_policy(carts.universe.size, options.min_size, options.max_size))
    plan = apply_size_policy(first, cell_counts(carts, first), lambda s, c: feature_histogram(carts, first, s, c))
    return plan, carts
