"""A scene of the default plan for the reader of messages, and a check that knows its ids. Fixtures, made by hand."""

from typing import Any

from cartjury.data.chat_records import Reading, Scene, SegmentLine, Wishes
from tests.tools.plan_examples import twelve

NAMES = {
    "S01": "Thrifty_Quiet_Embers",
    "S02": "Quiet_Budget_Gems",
    "S03": "Eager_Bargain_Fans",
    "S04": "Budget_Stars",
    "S05": "Silver_Sleepers",
}
NUMERIC = ("avg_order_value", "engagement_score", "profitability_score", "num_cart_items", "days_since_abandonment")
TINY = "S12"  # under twenty users, so without figures


def scene(names: dict[str, str] | None = None, **changes: Any) -> Scene:
    """The plan of twelve cells and ELSE, the best segment first; nobody is in ELSE."""
    given = {f"S{n:02}": f"Segment_{chr(64 + n)}" for n in range(1, 14)} | NAMES | (names or {})
    plan = twelve(names=given)
    lines = tuple(
        SegmentLine(
            id=s.id,
            name=s.name,
            named_by="offline",
            rule=s.rule,
            in_words=f"in words {s.rule}",
            users=None if s.id == TINY else 0 if s.id == "S13" else 1000 + n,
            rank=n if s.id != "S13" else None,
            overall=0.7373 if s.id == TINY else 0.5,
            valid=True,
            locked=s.id == "S02",
        )
        for n, s in enumerate(plan.segments, 1)
    )
    return Scene(lines=lines, plan=plan, columns=(*NUMERIC, "country"), numeric=NUMERIC, **changes)


def known(reading: Reading) -> tuple[str, ...]:
    """Refuse edits of segments that the plan does not have."""
    if not isinstance(reading, Wishes):
        return ()
    used = {i for e in reading.edits for i in (getattr(e, "segment", None), *getattr(e, "segments", ())) if i}
    return tuple(f"there is no segment {i}." for i in sorted(used - {f"S{n:02}" for n in range(1, 14)}))
