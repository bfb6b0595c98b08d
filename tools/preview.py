"""What edits would do, measured on all the data before anything changes.

resolved plan -> profiles -> scores, lines
              -> proof; a plan that is not proven is not shown
old and new plan -> who goes where
"""

from collections.abc import Iterator, Sequence

from cartjury.data.chat_records import SegmentLine
from cartjury.data.errors import PlanError
from cartjury.data.revision_records import Naming, Preview, Standing
from cartjury.data.step_records import ResolvedEdit, UnnameStep
from cartjury.tools.certify import in_words
from cartjury.tools.edit import Resolved
from cartjury.tools.engine.carts import Carts
from cartjury.tools.lines import lines_of, segment_lines
from cartjury.tools.migration import moves
from cartjury.tools.preview_notes import notes
from cartjury.tools.profile import profile_segments
from cartjury.tools.proof import prove
from cartjury.tools.score import score_segments


def preview(carts: Carts, standing: Standing, revision: int, resolved: Resolved) -> Preview:
    """Measure the plan that edits come to, and compare it with the one that stands.

    Args:
        carts: the users of the universe that stands.
        standing: the plan that the edits start from, with what was measured of it.
        revision: its number.
        resolved: the edits and what they come to.

    Returns:
        The preview; who would be asked for names, and what that costs, is left to whoever knows the jury.

    Raises:
        PlanError: the new plan is not proven to be a partition.
    """
    plan = resolved.plan
    profiles = profile_segments(resolved.carts, plan)
    scores = score_segments(plan, profiles)
    certificate = prove(resolved.carts, plan)
    if not certificate.proven:
        raise PlanError(f"this cannot be done, and nothing was changed. {in_words(certificate)}")
    before, after = lines_of(standing), segment_lines(plan, profiles, scores)
    return Preview(
        edits=tuple(resolved.edits),
        base_revision=revision,
        base_hash=standing.plan.plan_hash,
        plan_hash=plan.plan_hash,
        plan=plan,
        universe=resolved.carts.universe,
        profiles=profiles,
        scores=scores,
        certificate=certificate,
        before=before,
        after=after,
        moves=moves(carts, standing.plan, resolved.carts, plan),
        naming=_naming(resolved, after),
        notes=tuple(dict.fromkeys(notes(resolved.edits, standing.plan, plan, before, after))),
    )


def _naming(resolved: Resolved, after: Sequence[SegmentLine]) -> Naming:
    """The segments that a jury would be asked about: nobody names a segment without users."""
    wanted = {line.id for line in after if line.users and not line.name and not line.locked}
    asked = tuple(s.id for s in resolved.plan.segments if s.id in wanted)
    guidance = dict(_guidance(resolved.edits))
    return Naming(asked=asked, guidance={i: guidance[i] for i in asked if guidance.get(i)})


def _guidance(edits: Sequence[ResolvedEdit]) -> Iterator[tuple[str, str]]:
    steps = (step for edit in edits for step in edit.steps if isinstance(step, UnnameStep))
    return ((segment_id, step.guidance) for step in steps for segment_id in step.segments if step.guidance)
