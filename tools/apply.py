"""Apply a plan to new users: its cuts and segments as they are, scores within the new universe."""

from datetime import date
from pathlib import Path

from pydantic import ValidationError

from cartjury.data.errors import PlanError
from cartjury.data.jury_records import JuryRecord
from cartjury.data.options import SEED_DIMENSIONS, DimensionSpec, Options
from cartjury.data.records import SegmentPlan
from cartjury.tools.drift import drift
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.engines import open_engine
from cartjury.tools.profile import profile_segments
from cartjury.tools.proof import prove
from cartjury.tools.results import Results
from cartjury.tools.score import score_segments
from cartjury.tools.universe import define_universe


def options_of(plan: SegmentPlan, options: Options) -> Options:
    """Return the options with everything that the plan decides put in from the plan.

    Raises:
        PlanError: dimensions that a run cannot have, or that a kept column collides with.
    """
    columns = tuple(DimensionSpec(name=d.name, column=d.column, cuts=d.cuts) for d in plan.dimensions)
    decided = {
        "dimensions": columns or SEED_DIMENSIONS,
        "window_days": plan.window_days,
        "filter": plan.filter,
        "min_size": plan.size_policy.min_size,
        "max_size": plan.size_policy.max_size,
        "scoring": plan.scoring,
        "weights": plan.weights,
        "priorities": plan.priorities,
    }
    try:
        return Options.model_validate({**dict(options), **decided})
    except ValidationError as error:
        why = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise PlanError(f"this plan cannot be applied with these settings: {why}") from error


def apply_plan(plan: SegmentPlan, source: Path | str, work: Path, options: Options, as_of: date | None) -> Results:
    """Segment the users of a new file by a plan that was fitted before; nothing is refitted.

    Args:
        plan: a plan with named segments.
        source: CSV, CSV.gz or Parquet, or what the engine reads.
        work: an existing folder for working files.
        options: made by `options_of`.
        as_of: the day that counts as today; None: the newest cart of the new file.

    Raises:
        InputError: the file breaks the contract, or nobody is in its universe.
    """
    engine = open_engine(options, work)
    dataset = engine.load(str(source), options, as_of, generated=False)
    universe = define_universe(engine, dataset, options, as_of)
    carts = Carts(engine, dataset, universe)
    profiles = profile_segments(carts, plan)
    return Results(
        dataset=dataset,
        universe=universe,
        plan=plan,
        profiles=profiles,
        jury=JuryRecord(preset="plan", effort="plan"),
        scores=score_segments(plan, profiles),
        certificate=prove(carts, plan),
        drift=drift(carts, plan),
    )
