"""The deterministic part of a run, load to publish, without the graph.

    python bench/ours.py INPUT OUTDIR [--memory-limit 500MB] [--engine duckdb]

Names come from the levels here, because naming is not what is measured. Exit code 2 and no output where the input
breaks the contract.
"""

import argparse
import gc
import sys
from pathlib import Path

from cartjury.data.errors import InputError
from cartjury.data.jury_records import JuryRecord
from cartjury.data.options import Options
from cartjury.data.records import ELSE, Segment, SegmentPlan
from cartjury.tools.bucket import fit_plan
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.engines import open_engine
from cartjury.tools.profile import cell_counts, feature_histogram, profile_segments
from cartjury.tools.proof import prove
from cartjury.tools.publish import Settings, publish_run
from cartjury.tools.results import Results
from cartjury.tools.score import score_segments
from cartjury.tools.size import apply_size_policy, default_policy
from cartjury.tools.universe import define_universe


def main(source: Path, folder: Path, options: Options) -> None:
    """Run every deterministic node once."""
    work = folder / ".work"
    work.mkdir(parents=True, exist_ok=True)
    engine = open_engine(options, work)
    dataset = engine.load(str(source), options, None, generated=False)
    universe = define_universe(engine, dataset, options, None)
    carts = Carts(engine, dataset, universe)
    fitted = fit_plan(carts, options, default_policy(universe.size, None, None))
    plan = apply_size_policy(fitted, cell_counts(carts, fitted), lambda s, c: feature_histogram(carts, fitted, s, c))
    plan = named(plan)
    profiles = profile_segments(carts, plan)
    scores = score_segments(plan, profiles)
    results = Results(dataset, universe, plan, profiles, JuryRecord(), scores, prove(carts, plan))
    publish_run(results, folder.name, folder, work, Settings(options, None, {}))


def named(plan: SegmentPlan) -> SegmentPlan:
    """Give every segment a name; that of a single cell is made of its levels, as on the other sides."""

    def name(segment: Segment) -> str:
        if segment.rule == ELSE:
            return "Rest"
        alone = len(segment.boxes) == 1 and not segment.boxes[0].where
        return "_".join(segment.boxes[0].levels) if alone else f"Segment_{segment.id}"

    changed = tuple(s.model_copy(update={"name": name(s), "named_by": "rule"}) for s in plan.segments)
    return plan.with_changes(segments=changed)


def options_of(args: argparse.Namespace) -> Options:
    """Return the options of a run; the engine is named only where it is not the default."""
    chosen = {"memory_limit": args.memory_limit, "engine": args.engine}
    return Options.model_validate({key: value for key, value in chosen.items() if value})


if __name__ == "__main__":
    gc.set_threshold(1_000_000)  # as the command line does
    parser = argparse.ArgumentParser()
    parser.add_argument("input", type=Path)
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--memory-limit")
    parser.add_argument("--engine")
    given = parser.parse_args()
    try:
        main(given.input, given.outdir, options_of(given))
    except InputError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
