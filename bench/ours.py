"""The deterministic part of a run, load to publish, without the graph: `python bench/ours.py INPUT OUTDIR`.

Names come from a list here, because naming is not what is measured.
"""

import gc
import sys
from pathlib import Path

from cartjury.data.jury_records import JuryRecord
from cartjury.data.options import Options
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


def main(source: Path, folder: Path) -> None:
    """Run every deterministic node once."""
    work = folder / ".work"
    work.mkdir(parents=True, exist_ok=True)
    options = Options()
    engine = open_engine(options, work)
    dataset = engine.load(str(source), options, None, generated=False)
    universe = define_universe(engine, dataset, options, None)
    carts = Carts(engine, dataset, universe)
    fitted = fit_plan(carts, options, default_policy(universe.size, None, None))
    plan = apply_size_policy(fitted, cell_counts(carts, fitted), lambda s, c: feature_histogram(carts, fitted, s, c))
    named = [s.model_copy(update={"name": f"Name_{s.id}", "named_by": "rule"}) for s in plan.segments]
    plan = plan.with_changes(segments=tuple(named))
    profiles = profile_segments(carts, plan)
    scores = score_segments(plan, profiles)
    results = Results(dataset, universe, plan, profiles, JuryRecord(), scores, prove(carts, plan))
    publish_run(results, folder.name, folder, work, Settings(options, None, {}))


if __name__ == "__main__":
    gc.set_threshold(1_000_000)  # as the command line does
    main(Path(sys.argv[1]), Path(sys.argv[2]))
