"""What real models answered in the predecessor's run, scored beside ours on the same twelve segments.

The replies are recorded answers of real models: of one run, of withdrawn models, to other prompts. They show what such
answers look like and what the checks make of them, not how today's models would do.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from cartjury.app.evals.naming_arm import WHOSE, Shelf
from cartjury.data.eval_records import Arm, Figure, Row, Source
from cartjury.data.outside_records import ArmPlan
from cartjury.data.predecessor import predecessor_case, predecessor_names, read_predecessor
from cartjury.graph.predecessor import AGAIN, predecessor_now
from cartjury.tools.evals.naming_figures import figures
from cartjury.tools.evals.naming_scores import score_names

THEN: Final = "predecessor"
OFFLINE: Final = ArmPlan(
    name="offline_same",
    title="The offline jury on the predecessor's twelve segments: no model",
    preset="offline",
    effort="offline",
)


def beside(path: Path | None, shelf: Shelf) -> tuple[tuple[Arm, ...], tuple[Row, ...]]:
    """Score the predecessor's replies.

    Args:
        path: of the replies; None: they are not scored.
        shelf: readers and seed.

    Returns:
        An arm for the names that its judge chose then and one for each of its personas, one for what this jury makes
        of the same replies, and the offline jury on the same segments; and their rows.

    Raises:
        InputError: the file cannot be read, or is none of such replies.
    """
    if path is None:
        return (), ()
    found = list(_arms(path, shelf))
    return tuple(arm for arm, _ in found), tuple(row for _, row in found)


def _arms(path: Path, shelf: Shelf) -> Iterator[tuple[Arm, Row]]:
    replies = read_predecessor(path)
    models = {r.role: r.model for r in replies}
    for role, names in predecessor_names(replies).items():
        name = THEN if role == "judge" else f"{THEN}_{role}"
        title = "The names that its judge chose then" if role == "judge" else f"The names of its {role} then"
        yield _arm(name, title, "recorded", names, shelf, models=(f"groq/{models[role]}",))
    now = predecessor_now(replies, seed=shelf.evaluating.seed)
    arm, row = _arm(AGAIN.name, AGAIN.title, "recorded", now.names, shelf, models=now.answered_by)
    own = list(now.origins.values()).count("model")
    whose = Figure(name=WHOSE, value=own / len(now.origins), n=len(now.origins), better="higher")
    yield arm.model_copy(update={"figures": (whose, *arm.figures)}), row
    ours = shelf.evaluating.name_table(OFFLINE, predecessor_case())
    yield _arm(OFFLINE.name, OFFLINE.title, "offline", ours.names, shelf)


def _arm(
    name: str, title: str, source: Source, names: Mapping[str, str], shelf: Shelf, models: tuple[str, ...] = ()
) -> tuple[Arm, Row]:
    seed = shelf.evaluating.seed
    row = score_names(name, predecessor_case(), names, shelf.readers, seed=seed)
    return Arm(name=name, title=title, source=source, models=models, figures=figures([row], {}, seed=seed)), row
