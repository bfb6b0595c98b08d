"""The scene of a chat as the data of a prompt: the plan in aggregates, and what was talked of. Never a user row."""

from collections.abc import Mapping
from typing import Any, Final

from cartjury.data.chat_records import Scene, SegmentLine
from cartjury.data.rule_records import Dimension
from cartjury.data.text import one_line

LONGEST: Final = 1_000  # characters of a message that are read
COLUMNS: Final = 60  # columns that are listed
SMALL: Final = 20  # users; of fewer no figure is shown
EMPTY: Final[tuple[object, ...]] = (None, "", [], {}, ())


def head_of(scene: Scene, text: str) -> dict[str, Any]:
    """All that is shown beside the segments; what is empty is left out."""
    plan = scene.plan
    shown = {
        "window_days": plan.window_days,
        "min_size": plan.size_policy.min_size,
        "max_size": plan.size_policy.max_size,
        "weights": plan.weights.model_dump(),
        "priorities": plan.priorities,
        "filter": [c.model_dump() for c in plan.filter],
        "dimensions": {d.name: _dimension(d) for d in plan.dimensions},
        "columns": scene.columns[:COLUMNS],
        "numeric": scene.numeric[:COLUMNS],
        "revision": scene.revision,
        "revisions": scene.revisions,
        "recent": [{"edit": kind, "segments": ids} for kind, ids in scene.recent],
        "focus": scene.focus,
        "asked": _asked(scene),
        "message": one_line(text, LONGEST),
    }
    return {key: value for key, value in shown.items() if value not in EMPTY}


def rows_of(scene: Scene) -> dict[str, dict[str, Any]]:
    """The segments by id, in the user's order."""
    return {line.id: _row(place, line) for place, line in enumerate(scene.lines, 1)}


def _row(place: int, line: SegmentLine) -> dict[str, Any]:
    tiny = line.users is None or 0 < line.users < SMALL
    figures = {} if tiny else {"users": line.users, "overall": line.overall, "valid": line.valid}
    shown = {
        "position": place,
        "name": line.name,
        "named_by": line.named_by,
        "rule": line.rule,
        **({"users": f"<{SMALL}"} if tiny else figures),
        **({"locked": True} if line.locked else {}),
    }
    return {key: value for key, value in shown.items() if value not in EMPTY}


def _dimension(dimension: Dimension) -> Mapping[str, Any]:
    shares = {"quantiles": dimension.quantiles} if dimension.quantiles else {}
    return {"column": dimension.column, "levels": dimension.level_names, "cuts": dimension.cuts, **shares}


def _asked(scene: Scene) -> Mapping[str, Any] | None:
    if scene.asked is None:
        return None
    options = {n: option.label for n, option in enumerate(scene.asked.options, 1)}
    return {"question": scene.asked.question, "options": options}
