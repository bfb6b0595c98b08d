"""What the jury is shown of a plan: rules, sizes and rounded means; of a tiny segment only the rule."""

from collections.abc import Sequence

from cartjury.data.jury_records import SegmentBrief
from cartjury.data.records import Segment, SegmentPlan
from cartjury.data.run_records import SegmentProfile
from cartjury.tools.rules import traits
from cartjury.tools.words import in_words

SMALL = 20  # users; of fewer nothing is shown that could point at one of them
FIGURES = (
    "avg_order_value",
    "engagement_score",
    "profitability_score",
    "sessions_last_30d",
    "num_cart_items",
    "days_since_abandonment",
)


def briefs(plan: SegmentPlan, profiles: Sequence[SegmentProfile]) -> tuple[SegmentBrief, ...]:
    """Brief the jury on every segment that has users, no name yet, and no lock, in the plan's order."""
    by_id = {p.segment_id: p for p in profiles}
    nameless = (s for s in plan.segments if not s.name and s.id not in plan.locks)
    return tuple(_brief(plan, s, by_id[s.id]) for s in nameless if by_id[s.id].users)


def _brief(plan: SegmentPlan, segment: Segment, profile: SegmentProfile) -> SegmentBrief:
    shown = profile.users >= SMALL
    means = {c: profile.means[c] for c in FIGURES}
    return SegmentBrief(
        id=segment.id,
        rule=segment.rule,
        in_words=in_words(plan, segment),
        traits=traits(plan, segment),
        is_else=segment.is_else,
        size=profile.users if shown else None,
        figures={c: float(f"{m:.2g}") for c, m in means.items() if m is not None} if shown else {},
    )
