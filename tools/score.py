"""What a segment is worth: five components on one scale, weighted.

| component | raw value (shown) | scaled to 0-1 (weighted) |
|---|---|---|
| conversion | mean(engagement x 1 / (1 + days since abandonment)) | mean percentile rank in the universe |
| lift | conversion / conversion of the universe, modelled | l / (1 + l) |
| size | users | users / users of the largest segment |
| profitability | mean(profitability_score), missing left out | mean percentile rank, 0.5 where none is known |
| strategic fit | mean of scaled conversion and profitability, or the user's priorities | as it is |

Names play no part in it.
"""

import math
from collections.abc import Sequence

from cartjury.data.records import SegmentPlan
from cartjury.data.run_records import METRICS, MetricName, SegmentProfile, SegmentScore

NEUTRAL = 0.5  # scaled profitability of a segment in which nobody's is known


def score_segments(plan: SegmentPlan, profiles: Sequence[SegmentProfile]) -> tuple[SegmentScore, ...]:
    """Score every segment that has users, best overall score first (ties: lower id first)."""
    populated = [p for p in profiles if p.users]
    total = sum(p.users for p in populated)
    overall_conversion = math.fsum((p.means["conversion"] or 0.0) * p.users for p in populated) / total
    largest = max(p.users for p in populated)
    scores = [_score(plan, p, overall_conversion, largest) for p in populated]
    return tuple(sorted(scores, key=lambda s: (-s.overall, s.segment_id)))


def _score(plan: SegmentPlan, profile: SegmentProfile, overall_conversion: float, largest: int) -> SegmentScore:
    conversion = profile.means["conversion"] or 0.0
    lift = conversion / overall_conversion if overall_conversion else 1.0
    profitability = profile.means["profitability_score"]
    rank = profile.means["profitability_rank"]
    conversion_rank = profile.means["conversion_rank"] or 0.0
    scaled: dict[MetricName, float] = {
        "conversion": conversion_rank,
        "lift": lift / (1 + lift),
        "size": profile.users / largest,
        "profitability": NEUTRAL if rank is None else rank,
        "strategic_fit": 0.0,
    }
    fit = _priority(plan, profile) if plan.priorities else (scaled["conversion"] + scaled["profitability"]) / 2
    scaled["strategic_fit"] = fit
    raw: dict[MetricName, float] = {
        "conversion": conversion,
        "lift": lift,
        "size": profile.share,
        "profitability": profitability or 0.0,
        "strategic_fit": fit,
    }
    weighted = raw if plan.scoring == "seed" else scaled
    contributions = {m: w * weighted[m] for m, w in zip(METRICS, plan.weights.as_tuple(), strict=True)}
    limits = plan.size_policy
    return SegmentScore(
        segment_id=profile.segment_id,
        size=profile.users,
        conversion=conversion,
        lift=lift,
        profitability=profitability,
        strategic_fit=fit,
        overall=math.fsum(contributions.values()),
        scaled=scaled,
        contributions=contributions,
        valid=limits.min_size <= profile.users <= (limits.max_size or profile.users),
        notes=_notes(plan, profile),
    )


def _priority(plan: SegmentPlan, profile: SegmentProfile) -> float:
    """Mean over the users, and over the dimensions the user gave priorities for, of their level's priority."""
    used = [d for d in plan.priorities if d in profile.level_shares]
    if not used:
        return 0.0
    by_dimension = [
        math.fsum(share * plan.priorities[d].get(level, 0.0) for level, share in profile.level_shares[d].items())
        for d in used
    ]
    return math.fsum(by_dimension) / len(used)


def _notes(plan: SegmentPlan, profile: SegmentProfile) -> tuple[str, ...]:
    notes = ["lift is modelled, not measured"]
    unknown = profile.users - profile.known["engagement_score"]
    if unknown:
        notes.append(f"engagement is unknown for {unknown:,} of {profile.users:,} users and counts as 0 in conversion")
    if profile.means["profitability_score"] is None:
        neutral = "0" if plan.scoring == "seed" else str(NEUTRAL)
        notes.append(f"nobody's profitability is known: {neutral} stands in")
    elif profile.known["profitability_score"] < profile.users:
        notes.append(f"profitability is known for {profile.known['profitability_score']:,} of {profile.users:,} users")
    return tuple(notes)
