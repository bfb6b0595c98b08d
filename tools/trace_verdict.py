"""The verdicts of a jury as branches of a trace: why a segment has its name, and who would have had another."""

from collections.abc import Iterator
from typing import Final

from cartjury.data.jury_records import Verdict
from cartjury.data.records import Segment
from cartjury.data.trace_records import Branch
from cartjury.tools.report_calls import NOBODY
from cartjury.tools.trace_words import OFFLINE, clean, counted, spoken
from cartjury.tools.turn import Turn

_WHOSE: Final = {"offline": "by the offline jury", "person": "by a person", "rule": "by rule", None: "without a name"}


def verdict_branches(turn: Turn) -> tuple[Branch, ...]:
    """Return a branch for each segment that has users or was judged, in the plan's order."""
    verdicts = {v.segment_id: v for v in turn.jury.verdicts}
    here = {v.segment_id for v in turn.jury.this_sitting.verdicts}
    shown = {*turn.inhabited, *verdicts}
    return tuple(
        _verdict(segment, verdicts.get(segment.id), earlier=segment.id not in here)
        for segment in turn.plan.segments
        if segment.id in shown
    )


def _verdict(segment: Segment, verdict: Verdict | None, *, earlier: bool) -> Branch:
    stands = verdict is not None and verdict.name == segment.name
    whose = f"by {clean(verdict.name_model)}" if verdict and stands and segment.named_by == "model" else ""
    notes = [clean(segment.rule), whose or _WHOSE.get(segment.named_by, "by a model")]
    if verdict:
        notes += [*_votes(verdict), *(("judged at an earlier revision",) if earlier else ())]
    return Branch(
        kind="verdict",
        title=clean(f"{segment.id} {segment.name}"),
        notes=tuple(notes),
        segments=(segment.id,),
        facts=verdict.model_dump(mode="json") if verdict else {},
        children=tuple(
            Branch(kind="words", title=clean(line), segments=(segment.id,))
            for line in (_why(verdict, stands=stands) if verdict else ())
        ),
    )


def _votes(verdict: Verdict) -> Iterator[str]:
    if verdict.proposed_by:
        yield f"proposed by {' and '.join(map(spoken, verdict.proposed_by))}"
    firsts = sum(verdict.first_places.values())
    if firsts:
        yield f"{verdict.first_places.get(verdict.name, 0)} of {counted(firsts, 'first place')}"
    if verdict.contested:
        yield "contested"
    if verdict.flipped:
        yield "equal points" if verdict.model == OFFLINE else "judge undecided"
    if verdict.rounds:
        yield counted(verdict.rounds, "debate round")


def _why(verdict: Verdict, *, stands: bool) -> Iterator[str]:
    judge = {OFFLINE: "the offline rubric", NOBODY: "without a judge"}.get(verdict.model, verdict.model)
    if not stands:
        yield f"the jury had chosen {verdict.name}"
    yield f"{judge}: {verdict.reason}"
    others = {n: k for n, k in verdict.first_places.items() if n != verdict.name}
    if others:
        yield "also on the ballot: " + ", ".join(f"{n} ({counted(k, 'first place')})" for n, k in others.items())
    yield from verdict.dissent
    if verdict.displaced:
        yield f"{verdict.displaced} was the first choice and went to another segment"
    if verdict.stop_reason:
        yield f"debate: {verdict.stop_reason}"
