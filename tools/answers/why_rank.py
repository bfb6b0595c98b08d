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
    scores = {score.segment_id: score for score in standing.scores}
    mine = scores[about.segment.id]
    own = _parts(mine.contributions)
    base = _parts(scores[other.segment.id].contributions) if other else _means(standing.scores)
    whom = f"{other.title}, {_rank(other, standing)}" if other else f"the mean of the {len(scores)} segments"
    total, against, gap = sum(own.values()), sum(base.values()), sum(own.values()) - sum(base.values())
    side = f"{abs(gap):.{DIGITS}f} {'above' if gap >= 0 else 'below'} {whom} ({against:.{DIGITS}f})"
    lead = f"**{about.title}** is {_rank(about, standing)}, overall score {total:.{DIGITS}f}: {side}."
    drawn = _table(own, base, _weighted(mine, standing), other.segment.id if other else "mean")
    return "\n\n".join(filter(None, [lead, drawn, _most(own, base), listed(mine.notes)]))


def _weighted(mine: SegmentScore, standing: Standing) -> dict[MetricName, tuple[float, float]]:
    """The weight of each component, and the value that it is multiplied with."""
    weights = dict(zip(METRICS, standing.plan.weights.as_tuple(), strict=True))
    if standing.plan.scoring == "scaled":
        return {m: (weights[m], mine.scaled[m]) for m in METRICS}
    return {m: (weights[m], mine.contributions[m] / weights[m] if weights[m] else 0.0) for m in METRICS}


def _table(
    own: Mapping[MetricName, float],
    base: Mapping[MetricName, float],
    weighted: Mapping[MetricName, tuple[float, float]],
    whom: str,
) -> str:
    head = (*HEAD, "adds", whom, "difference")
    rows = [
        (METRIC_LABELS[m], f"{weighted[m][0]:.4g}", f"{weighted[m][1]:.{DIGITS}f}", *_three(own[m], base[m]))
        for m in sorted(METRICS, key=lambda m: -own[m])
    ]
    total = ("Overall", "", "", *_three(sum(own.values()), sum(base.values())))
    return table(head, [*rows, total], head[1:])


def _three(own: float, base: float) -> tuple[str, str, str]:
    return (f"{own:.{DIGITS}f}", f"{base:.{DIGITS}f}", f"{own - base:+.{DIGITS}f}")


def _most(own: Mapping[MetricName, float], base: Mapping[MetricName, float]) -> str:
    """Name what raises the segment most, and what lowers it most."""
    gaps = {m: own[m] - base[m] for m in METRICS}
    best, worst = max(METRICS, key=gaps.__getitem__), min(METRICS, key=gaps.__getitem__)
    said = [f"{METRIC_LABELS[best]} raises it most ({gaps[best]:+.{DIGITS}f})"] if gaps[best] > 0 else []
    said += [f"{METRIC_LABELS[worst]} lowers it most ({gaps[worst]:+.{DIGITS}f})"] if gaps[worst] < 0 else []
    return f"{', '.join(said)}." if said else ""


def _means(scores: Sequence[SegmentScore]) -> dict[MetricName, float]:
    return _parts({m: math.fsum(s.contributions[m] for s in scores) / len(scores) for m in METRICS})


def _parts(contributions: Mapping[MetricName, float]) -> dict[MetricName, float]:
    return dict(zip(METRICS, adding_up([contributions[m] for m in METRICS], DIGITS), strict=True))
