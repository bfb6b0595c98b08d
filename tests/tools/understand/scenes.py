"""A scene as the chat shows it: the twelve segments of the README's run, and ELSE, where nobody is."""

from cartjury.data.chat_records import Asked, Scene, SegmentLine
from cartjury.data.records import Box, Dimension, Segment, SegmentPlan, SizePolicy

AOV = Dimension(name="AOV", column="avg_order_value", cuts=(60.0, 110.0))
ENGAGEMENT = Dimension(name="Engagement", column="engagement_score", cuts=(0.48,))
PROFIT = Dimension(name="Profit", column="profitability_score", cuts=(0.5,))
NUMERIC = (
    "avg_order_value",
    "sessions_last_30d",
    "num_cart_items",
    "engagement_score",
    "profitability_score",
    "days_since_abandonment",
    "days_since_last_order",
)
COLUMNS = ("user_id", "cart_abandoned_date", "last_order_date", *NUMERIC)

# id, name, levels, users, overall score; best first.
TABLE = (
    ("S01", "Premium_Active_Valuable", ("High", "High", "High"), 1657, 0.696),
    ("S05", "Silver_Eager_Champions", ("Medium", "High", "High"), 1761, 0.673),
    ("S09", "Thrifty_Eager_Champions", ("Low", "High", "High"), 545, 0.630),
    ("S03", "Golden_Quiet_Gems", ("High", "Low", "High"), 1258, 0.542),
    ("S07", "Moderate_Quiet_HighMargin", ("Medium", "Low", "High"), 2048, 0.537),
    ("S06", "MidTier_Active_Emerging", ("Medium", "High", "Low"), 1845, 0.524),
    ("S02", "Premium_Active_Emerging", ("High", "High", "Low"), 585, 0.512),
    ("S11", "Thrifty_Quiet_Gems", ("Low", "Low", "High"), 988, 0.496),
    ("S10", "Budget_Active_Emerging", ("Low", "High", "Low"), 1914, 0.493),
    ("S08", "Moderate_Quiet_ThinMargin", ("Medium", "Low", "Low"), 2772, 0.391),
    ("S12", "Thrifty_Quiet_Embers", ("Low", "Low", "Low"), 4785, 0.385),
    ("S04", "HighSpend_LessEngaged_LowMargin", ("High", "Low", "Low"), 610, 0.369),
)


def _rule(levels: tuple[str, ...]) -> str:
    return " & ".join(f"{d}_{level}" for d, level in zip(("AOV", "Engagement", "Profit"), levels, strict=True))


def _plan() -> SegmentPlan:
    cells = {(a, e, p) for a in AOV.level_names for e in ENGAGEMENT.level_names for p in PROFIT.level_names}
    known = [
        Segment(id=i, boxes=(Box(levels=levels),), rule=_rule(levels), name=name, named_by="offline")
        for i, name, levels, *_ in sorted(TABLE)
    ]
    missing = tuple(Box(levels=c) for c in sorted(cells) if "Unknown" in c)
    beyond = Segment(id="S13", boxes=missing, rule="ELSE")
    return SegmentPlan(
        dimensions=(AOV, ENGAGEMENT, PROFIT),
        segments=(*known, beyond),
        size_policy=SizePolicy(min_size=500, max_size=20000),
    )


def scene(
    *,
    focus: tuple[str, ...] = (),
    recent: tuple[tuple[str, tuple[str, ...]], ...] = (),
    asked: Asked | None = None,
    revision: int = 3,
) -> Scene:
    """The scene, after some talk."""
    lines = tuple(
        SegmentLine(
            id=i,
            name=name,
            named_by="offline",
            rule=_rule(levels),
            in_words=_rule(levels),
            users=users,
            rank=rank,
            overall=overall,
            valid=True,
            locked=False,
        )
        for rank, (i, name, levels, users, overall) in enumerate(TABLE, start=1)
    )
    beyond = SegmentLine(
        id="S13",
        name="",
        named_by=None,
        rule="ELSE",
        in_words="not known",
        users=0,
        rank=None,
        overall=None,
        valid=False,
        locked=False,
    )
    return Scene(
        lines=(*lines, beyond),
        plan=_plan(),
        columns=COLUMNS,
        numeric=NUMERIC,
        focus=focus,
        recent=recent,
        asked=asked,
        revision=revision,
        revisions=revision,
    )
