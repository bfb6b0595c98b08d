"""The plan as the chat shows it: a line for each segment, and all that a reader of messages knows."""

import math
from collections.abc import Sequence

from cartjury.data.chat_records import Asked, Scene, SegmentLine
from cartjury.data.contract import COLUMN_NAMES, DERIVED
from cartjury.data.records import SegmentPlan
from cartjury.data.revision_records import Standing
from cartjury.data.run_records import SegmentProfile, SegmentScore
from cartjury.tools.brief import SMALL
from cartjury.tools.columns import KINDS, RESERVED
from cartjury.tools.engine.carts import Carts
from cartjury.tools.words import in_words

FLOATS = ("double", "float", "real")
NUMBERS = (*FLOATS, "decimal", "tinyint", "smallint", "int", "bigint", "hugeint", "utinyint", "usmallint", "uint")
TEXTS = ("varchar", "string", "date", "boolean")  # what a condition can compare with a text


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

    They are the contract's without user_id, the derived features, and what else the checked rows hold. A further column
    with NaN in it is left out: nobody has checked it, and NaN would pass as the largest value there is.
    """
    # Both engines tell of a query's columns with this word.
    told = carts.engine.aggregate(f"DESCRIBE SELECT * FROM {carts.engine.rows(carts.dataset)}")
    types = {str(row[0]): str(row[1]).lower() for row in told}
    further = {n: t for n, t in types.items() if n not in COLUMN_NAMES and n.casefold() not in RESERVED}
    odd = _with_nan(carts, [name for name, kind in further.items() if kind.startswith(FLOATS)])
    known = [(name, KINDS[name] != "date") for name in COLUMN_NAMES if name != "user_id"]
    beyond = [
        (name, kind.startswith(NUMBERS))
        for name, kind in further.items()
        if name not in odd and kind.startswith((*NUMBERS, *TEXTS)) and not kind.endswith("]")
    ]
    return (*known, *((name, True) for name in DERIVED), *beyond)


def _with_nan(carts: Carts, columns: Sequence[str]) -> set[str]:
    if not columns:
        return set()
    counted = ", ".join(f"count(*) FILTER (WHERE isnan({carts.sql.quoted(c)}))" for c in columns)
    (found,) = carts.engine.aggregate(f"SELECT {counted} FROM {carts.engine.rows(carts.dataset)}")
    return {column for column, count in zip(columns, found, strict=True) if count}
