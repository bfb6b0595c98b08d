"""The plans that the graded utterances are about: made from generated carts, each once, and as the cases set them up.

chat_plans.toml -> generated carts -> plan -> Ground (scene, carts)
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from cartjury.data.chat_cases import Before, PlanSource, plan_sources
from cartjury.data.chat_records import Scene
from cartjury.data.jury_records import JuryRecord
from cartjury.data.options import Options
from cartjury.data.records import SegmentPlan
from cartjury.data.revision_records import Standing
from cartjury.tools.edit import resolve_all
from cartjury.tools.engine.carts import Carts
from cartjury.tools.evals.fit import fit_file
from cartjury.tools.generate import write_mock
from cartjury.tools.lines import columns_of, scene
from cartjury.tools.profile import profile_segments
from cartjury.tools.proof import prove
from cartjury.tools.score import score_segments

AS_OF: Final = date(2026, 11, 23)
SEED: Final = 42


class Ground(NamedTuple):
    """What an utterance is said about: the scene that a reader is shown, and the users that edits are resolved on."""

    scene: Scene
    carts: Carts


class Grounds:
    """Makes the plans when they are first needed, in a folder that must outlive it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._fitted: dict[str, tuple[SegmentPlan, Carts]] = {}
        self._made: dict[str, Ground] = {}

    def of(self, before: Before) -> Ground:
        """Return what stands when an utterance is said."""
        key = before.to_json()
        if key not in self._made:
            self._made[key] = self._make(before)
        return self._made[key]

    def _make(self, before: Before) -> Ground:
        if before.plan not in self._fitted:
            self._fitted[before.plan] = fitted(plan_sources()[before.plan], self._folder / before.plan)
        plan, carts = self._fitted[before.plan]
        if before.edits:
            done = resolve_all(before.edits, plan, carts)
            plan, carts = done.plan, done.carts
        plan = named(plan, before.names)
        said = {name: getattr(before, name) for name in ("focus", "recent", "asked", "revision", "revisions")}
        return ground_of(plan, carts, **said)


def ground_of(plan: SegmentPlan, carts: Carts, **said: Any) -> Ground:
    """Work out what a reader is shown of a plan.

    Args:
        plan: all its segments.
        carts: the users of its universe.
        said: what was talked of, as in `Scene`.
    """
    profiles = profile_segments(carts, plan)
    standing = Standing(
        plan=plan,
        universe=carts.universe,
        profiles=profiles,
        scores=score_segments(plan, profiles),
        certificate=prove(carts, plan),
        jury=JuryRecord(),
    )
    return Ground(scene(standing, columns_of(carts), **said), carts)


def fitted(source: PlanSource, folder: Path) -> tuple[SegmentPlan, Carts]:
    """Generate the carts of a plan and fit it, in a folder that is made for it."""
    folder.mkdir(parents=True)
    path, options = folder / "carts.parquet", Options(dimension=source.dimension)
    write_mock(path, n_users=source.n_users, seed=SEED, as_of=AS_OF, missing_aov=source.missing_aov)
    plan, carts = fit_file(path, folder, options, AS_OF)
    return named(plan, source.names), carts


def named(plan: SegmentPlan, names: Mapping[str, str]) -> SegmentPlan:
    """Give names to segments as the offline jury does; others stay as they are."""
    given = (
        s.model_copy(update={"name": names[s.id], "named_by": "offline"}) if s.id in names else s for s in plan.segments
    )
    return plan.with_changes(segments=tuple(given))
