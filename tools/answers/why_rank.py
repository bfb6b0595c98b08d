"""Why a segment is ranked where it is: what each component adds to its score, beside the mean or another segment."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from cartjury.data.errors import EditError
from cartjury.data.revision_records import Standing
from cartjury.data.run_records import METRICS, MetricName, SegmentScore
from cartjury.tools.answers.subject import Subject, subject
from cartjury.tools.brief import SMALL
from cartjury.tools.figures import adding_up, users_said
from cartjury.tools.markdown import listed, table
from cartjury.tools.report_view import METRIC_LABELS

DIGITS: Final = 4
HEAD: Final = ("component", "weight", "value")


def why_rank(segment_id: str, against: str | None, standing: Standing) -> str:
    """Say what a segment's score is made of; see `answer`. The differences add up to that of the overall scores."""
    about = subject(segment_id, standing)
    if against == segment_id:
        raise EditError(f"{segment_id} cannot be compared with itself; name another segment")
    other = subject(against, standing) if against else None
    for one in filter(None, (about, other)):
        if one.score is None:
            return f"**{one.title}** has no rank: nobody is in it.\n\n{one.rule}"
        if one.score.size < SMALL:
            few = f"It has {users_said(one.score.size)}, too few to show figures of."
            return f"**{one.title}** is {_rank(one, standing)}. {few}\n\n{one.rule}"
    return _compared(about, other, standing)


def _rank(one: Subject, standing: Standing) -> str:
    return f"rank {one.rank} of {len(standing.scores)}"


def _compared(about: Subject, other: Subject | None, standing: Standing) -> str:
    mine = _scored(about)
    own = _parts(mine.contributions)
    base = _parts(_scored(other).contributions) if other else _means(standing.scores)
    total = f"overall score {sum(own.values()):.{DIGITS}f}"
    whom = f"{other.title}, rank {other.rank}" if other else f"the mean of the {len(standing.scores)} segments"
    gap = sum(own.values()) - sum(base.values())
    lead = (
        f"{title}: {abs(gap):.{DIGITS}f} {'above' if gap >= 0 else 'below'} {whom} ({sum(base.values()):.{DIGITS}f})."
    )
    notes = listed(mine.notes)
    return "\n\n".join(
        [lead, _table(own, base, mine, standing, other.segment.id if other else "mean"), _most(own, base, gap), notes]
    )


def _table(
    own: Mapping[MetricName, float], base: Mapping[MetricName, float], mine: SegmentScore, standing: Standing, whom: str
) -> str:
    weights = dict(zip(METRICS, standing.plan.weights.as_tuple(), strict=True))
    values = dict(mine.scaled)
    if standing.plan.scoring == "seed":
        values = {m: mine.contributions[m] / weights[m] if weights[m] else 0.0 for m in METRICS}
    head = (*HEAD, "adds", whom, "difference")
    rows = [
        (METRIC_LABELS[m], f"{weights[m]:g}", f"{values[m]:.3f}", *_three(own[m], base[m]))
        for m in sorted(METRICS, key=lambda m: -own[m])
    ]
    total = ("Overall", "", "", *_three(sum(own.values()), sum(base.values())))
    return table(head, [*rows, total], head[1:])


def _three(own: float, base: float) -> tuple[str, str, str]:
    return (f"{own:.{DIGITS}f}", f"{base:.{DIGITS}f}", f"{own - base:+.{DIGITS}f}")


def _most(own: Mapping[MetricName, float], base: Mapping[MetricName, float], gap: float) -> str:
    """Name the component that decides: the largest difference in the direction of the whole."""
    most = max(METRICS, key=lambda m: (own[m] - base[m]) * (1 if gap >= 0 else -1))
    largest = f"{own[most] - base[most]:+.{DIGITS}f} of {gap:+.{DIGITS}f}"
    return f"{METRIC_LABELS[most]} makes the largest difference: {largest}."


def _means(scores: Sequence[SegmentScore]) -> dict[MetricName, float]:
    return _parts({m: math.fsum(s.contributions[m] for s in scores) / len(scores) for m in METRICS})


def _parts(contributions: Mapping[MetricName, float]) -> dict[MetricName, float]:
    return dict(zip(METRICS, adding_up([contributions[m] for m in METRICS], DIGITS), strict=True))


def _scored(about: Subject) -> SegmentScore:
    if about.score is None:
        raise LookupError(f"{about.segment.id} has no score")
    return about.score
