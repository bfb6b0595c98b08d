"""What the report tells of a run from its own record: what happened step by step, and how the jury fared as a jury."""

from collections.abc import Sequence
from typing import NamedTuple

from cartjury.data.call_records import Attempt
from cartjury.data.trace_records import Branch
from cartjury.tools.evals.health import health
from cartjury.tools.evals.health_words import in_words
from cartjury.tools.evals.sitting import sitting_of
from cartjury.tools.results import Results
from cartjury.tools.trace import turn_branch
from cartjury.tools.turn import Turn


class Told(NamedTuple):
    """The steps as a tree, and sentences on the jury of this turn; none where it was not asked."""

    steps: Branch
    health: tuple[str, ...]


def told(results: Results, attempts: Sequence[Attempt]) -> Told:
    """Return what a run's record tells.

    The times of nodes are left out: they are measured, and a rerun writes a report of the same bytes.

    Args:
        results: of the run.
        attempts: its requests to models.
    """
    turn = Turn(
        name="run",
        dataset=results.dataset,
        users=results.universe.size,
        plan=results.plan,
        jury=results.jury,
        attempts=attempts,
        certificate=results.certificate,
    )
    sitting = sitting_of(turn)
    figures = health([sitting], intervals=False)
    return Told(turn_branch(turn, "run"), in_words(figures, by_models=sitting.by_models))
