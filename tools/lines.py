"""The plan as the chat shows it: a line for each segment, and all that a reader of messages knows."""

import math
from collections.abc import Sequence

from cartjury.data.chat_records import Asked, Scene, SegmentLine
from cartjury.data.records import SegmentPlan
from cartjury.data.revision_records import Standing
from cartjury.data.run_records import SegmentProfile, SegmentScore
from cartjury.tools.brief import SMALL
from cartjury.tools.editing.measure import columns_read
from cartjury.tools.engine.carts import Carts
from cartjury.tools.words import in_words


def segment_lines(
    plan: SegmentPlan, profiles: Sequence[SegmentProfile], scores: Sequence[SegmentScore]
) -> tuple[SegmentLine, ...]:
    """Return a line for each segment, best overall score first, those without users last by id.

    Args:
        plan: the segments.
        profiles: of all of them.
        scores: of those with users, best first.
    """
    users = {p.segment_id: p.users for p in profiles}
    ranked = {score.segment_id: (rank, score) for rank, score in enumerate(scores, start=1)}

    def line(segment_id: str) -> SegmentLine:
        segment = plan.segment(segment_id)
        rank, score = ranked.get(segment_id, (None, None))
        return SegmentLine(
            id=segment_id,
            name=segment.name,
            named_by=segment.named_by,
            rule=segment.rule,
            in_words=in_words(plan, segment),
            users=users[segment_id],
            rank=rank,
            overall=score.overall if score else None,
            valid=bool(score and score.valid),
            locked=segment_id in plan.locks,
        )

    empty = sorted((s.id for s in plan.segments if s.id not in ranked), key=by_number)
    return tuple(line(segment_id) for segment_id in (*ranked, *empty))


def by_number(segment_id: str) -> float:
    """Order ids by their number: S99 before S100. `""`, which stands for no segment, comes last."""
    return int(segment_id[1:]) if segment_id else math.inf


def lines_of(standing: Standing) -> tuple[SegmentLine, ...]:
    """Return the lines of what stands."""
    return segment_lines(standing.plan, standing.profiles, standing.scores)


def scene(
    standing: Standing,
    columns: Sequence[tuple[str, bool]],
    *,
    focus: Sequence[str] = (),
    recent: Sequence[tuple[str, tuple[str, ...]]] = (),
    asked: Asked | None = None,
    revision: int = 1,
    revisions: int = 1,
) -> Scene:
    """Return what a reader of messages is shown.

    Of a segment with fewer than 20 users neither how many nor their score: it could point at one of them.

    Args:
        standing: the plan as it is now.
        columns: what can be filtered on, and whether it holds numbers: see `columns_of`.
        focus: as in `Scene`.
        recent: as in `Scene`.
        asked: as in `Scene`.
        revision: as in `Scene`.
        revisions: as in `Scene`.
    """
    hidden = {"users": None, "overall": None}
    lines = tuple(line if (line.users or 0) >= SMALL else line.model_copy(update=hidden) for line in lines_of(standing))
    return Scene(
        lines=lines,
        plan=standing.plan,
        columns=tuple(name for name, _ in columns),
        numeric=tuple(name for name, is_numeric in columns if is_numeric),
        focus=tuple(focus),
        recent=tuple(recent),
        asked=asked,
        revision=revision,
        revisions=revisions,
    )


def columns_of(carts: Carts) -> tuple[tuple[str, bool], ...]:
    """Return the columns that a condition can compare, and whether they hold numbers: those can be split by too.

    They are the contract's without user_id, what else the checked rows hold, and the derived features.
    """
    kinds = columns_read(carts)
    return tuple((name, kind == "number") for name, kind in kinds.items() if name != "user_id" and kind != "other")
