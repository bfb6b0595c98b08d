"""What the report shows, made from the records of a run: rows, headline numbers, levels in words.

The template only arranges what is made here; numbers become text in `report.py`'s filters.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

from cartjury.data.records import Dimension, Origin, Segment, SegmentPlan
from cartjury.data.run_records import METRICS, Certificate, MetricName, SegmentProfile, SegmentScore, Universe

METRIC_LABELS: Final[dict[MetricName, str]] = {
    "conversion": "Conversion potential",
    "lift": "Lift vs control",
    "size": "Size",
    "profitability": "Profitability",
    "strategic_fit": "Strategic fit",
}
ORIGIN_WORDS: Final[dict[Origin, str]] = {
    "model": "language models",
    "offline": "the offline jury",
    "person": "a person",
    "rule": "the rule itself",
}


class Fact(NamedTuple):
    """A column of the profile table: the mean of a feature over the users who have a value."""

    column: str
    label: str
    digits: int

    def mean(self, profile: SegmentProfile | None) -> float | None:
        """The mean in a segment; None where nothing is known."""
        return profile.means.get(self.column) if profile else None

    def known(self, profile: SegmentProfile | None) -> float:
        """Share of the segment's users with a value."""
        return profile.known.get(self.column, profile.users) / profile.users if profile and profile.users else 1.0

    def partly_known(self, profile: SegmentProfile | None) -> bool:
        """Whether there is a mean that some of the users have no part in."""
        return self.mean(profile) is not None and self.known(profile) < 1


FACTS: Final = (
    Fact("avg_order_value", "Order value", 2),
    Fact("engagement_score", "Engagement score", 3),
    Fact("profitability_score", "Profitability score", 3),
    Fact("sessions_last_30d", "Sessions in 30 days", 1),
    Fact("num_cart_items", "Cart items", 1),
    Fact("days_since_abandonment", "Days since abandonment", 1),
)


class Part(NamedTuple):
    """A component of the overall score as a piece of a bar; x and width in percent of the bar."""

    metric: MetricName
    contribution: float
    x: float
    width: float


class Row(NamedTuple):
    """A segment that was scored, best first."""

    rank: int
    segment: Segment
    name: str
    words: str
    score: SegmentScore
    share: float
    profile: SegmentProfile | None
    origin: Origin
    parts: tuple[Part, ...]


class Headline(NamedTuple):
    """A number at the top of the page."""

    label: str
    value: str
    note: str
    tone: Literal["plain", "good", "bad"] = "plain"


def score_rows(
    plan: SegmentPlan,
    universe: Universe,
    profiles: Sequence[SegmentProfile],
    scores: Sequence[SegmentScore],
    words: Mapping[str, str],
) -> list[Row]:
    """Return the scored segments, highest overall score first; ties stay in the order of `scores`."""
    by_id = {p.segment_id: p for p in profiles}
    # Raw components (`--scoring seed`) can add up to more than 1.
    scale = max([1.0, *(sum(s.contributions.values()) for s in scores)])
    rows = []
    for rank, score in enumerate(sorted(scores, key=lambda s: -s.overall), start=1):
        segment = plan.segment(score.segment_id)
        rows.append(
            Row(
                rank=rank,
                segment=segment,
                name=segment.name or segment.id,
                words=words.get(segment.id) or ("everyone" if segment.rule == "ALL" else segment.rule),
                score=score,
                share=score.size / universe.size if universe.size else 0.0,
                profile=by_id.get(segment.id),
                origin=segment.named_by or "rule",
                parts=_parts(score, scale),
            )
        )
    return rows


def headlines(rows: Sequence[Row], universe: Universe, certificate: Certificate) -> list[Headline]:
    """Return the numbers a reader wants first: users, segments, the best segment, the proof, who named them."""
    days = f"{universe.window_days} day{'s' * (universe.window_days != 1)}"
    valid = sum(row.score.valid for row in rows)
    found = [
        Headline("Users", f"{universe.size:,}", f"abandoned a cart within {days} before {universe.as_of.isoformat()}"),
        Headline(
            "Segments",
            f"{len(rows):,}",
            "all within the size limits"
            if valid == len(rows)
            else f"{valid:,} of {len(rows):,} within the size limits",
        ),
    ]
    if rows:
        best = rows[0]
        found.append(
            Headline("Best segment", best.name, f"overall score {best.score.overall:.2f}, {best.score.size:,} users")
        )
    return [*found, _proof(certificate), _named_by(rows)]


def level_words(dimension: Dimension) -> list[tuple[str, str]]:
    """Return the known levels of a dimension with their bounds in words, lowest first."""
    found = []
    for level in dimension.levels[1:]:
        if level.lower is None:
            bounds = f"under {number(level.upper)}"
        elif level.upper is None:
            bounds = f"{number(level.lower)} or more"
        else:
            bounds = f"{number(level.lower)} to under {number(level.upper)}"
        found.append((level.name, bounds))
    return found


def number(value: float | None) -> str:
    """Write a number of any size as a person would: no trailing zeros, thousands separated."""
    return "unknown" if value is None else f"{value:,.12g}"


def _parts(score: SegmentScore, scale: float) -> tuple[Part, ...]:
    parts, x = [], 0.0
    for metric in METRICS:
        contribution = score.contributions.get(metric, 0.0)
        width = 100 * max(contribution, 0.0) / scale
        parts.append(Part(metric, contribution, x, width))
        x += width
    return tuple(parts)


def _proof(certificate: Certificate) -> Headline:
    counts = (
        f"{certificate.claimed_once:,} of {certificate.users:,} users and "
        f"{certificate.witnesses:,} test points of the rules, each in exactly one segment"
    )
    if certificate.proven:
        return Headline("MECE", "Proven", counts, "good")
    return Headline(
        "MECE",
        "Not proven",
        f"{certificate.claimed_once:,} of {certificate.users:,} users are in exactly one segment",
        "bad",
    )


def _named_by(rows: Sequence[Row]) -> Headline:
    origins = Counter(row.origin for row in rows)
    if set(origins) == {"offline"}:
        return Headline("Named by", "Offline jury", "named by the offline jury, no language model")
    if len(origins) == 1:
        return Headline("Named by", ORIGIN_WORDS[rows[0].origin].capitalize(), "all names")
    each = [f"{origins[o]:,} by {words}" for o, words in ORIGIN_WORDS.items() if origins[o]]
    return Headline("Named by", "Several", ", ".join(each))
