"""Why a segment has its name: who proposed it, how the ballots went, what the judge said, who disagreed."""

from collections.abc import Callable, Iterator
from typing import Final

from cartjury.data.errors import InputError
from cartjury.data.jury_records import JuryRecord, Verdict
from cartjury.data.opinion import CRITERIA
from cartjury.data.revision_records import History, Revision, Standing
from cartjury.tools.answers.history import lineage, made
from cartjury.tools.answers.subject import Subject, subject
from cartjury.tools.markdown import joined, listed, shown
from cartjury.tools.report_calls import NOBODY

OFFLINE: Final = "offline"
_BY: Final = {
    "model": "A language model proposed this name, and the jury settled on it.",
    "offline": "The offline jury gave this name: a program with a list of words and a rubric, no language model.",
    "person": "A person gave this name, not the jury.",
    "rule": "Nobody was asked for this name, or no name was found: it only stands for the rule.",
    None: "It has no name yet.",
}


def why_name(segment_id: str, standing: Standing, history: History, standing_at: Callable[[Revision], Standing]) -> str:
    """Say why a segment has its name; see `answer`."""
    about = subject(segment_id, standing)
    lines = [
        _BY[about.segment.named_by],
        *_named_in(about, history, standing_at),
        *(_hearing(about.verdict, standing.jury) if about.verdict else _no_hearing(about)),
    ]
    if segment_id in standing.plan.locks:
        lines.append("The name is locked: it stays whatever happens to the segment.")
    return f"**{about.title}**\n\n{about.rule}\n\n{listed(lines)}"


def _named_in(about: Subject, history: History, standing_at: Callable[[Revision], Standing]) -> Iterator[str]:
    """The first revision on the way here since which the segment has had this name without a break."""
    bears, found = (about.segment.name, about.segment.named_by), history.current
    if not about.segment.name:
        return
    for revision in lineage(history)[1:]:
        try:
            plan = standing_at(revision).plan
        except InputError:  # its file is gone: the rest of the answer is no worse for it
            return
        if not any(s.id == about.segment.id and (s.name, s.named_by) == bears for s in plan.segments):
            break
        found = revision
    yield f"Named in revision {found.number}, {made(found)}."


def _hearing(verdict: Verdict, jury: JuryRecord) -> Iterator[str]:
    who = joined([f"the {persona.replace('_', ' ')}" for persona in verdict.proposed_by])
    model = "" if verdict.name_model == OFFLINE else f" ({shown(verdict.name_model)})"
    if who:
        yield f"Proposed by {who}{model}."
    yield from _ballots(verdict, jury)
    judge = "the offline rubric" if verdict.model == OFFLINE else shown(verdict.model)
    if verdict.reason:
        yield f"{'Reason' if verdict.model == NOBODY else f'Reason of the judge, {judge}'}: “{shown(verdict.reason)}”"
    yield from _rubric(verdict)
    yield from (f"Dissent: {shown(line)}" for line in verdict.dissent)
    if verdict.displaced:
        yield f"First choice was {shown(verdict.displaced)}, which went to another segment."
    if verdict.flipped:
        yield "The judge chose differently when the names were shown in the reverse order, which counts as a tie."
    rounds = f"{verdict.rounds} round{'s' * (verdict.rounds != 1)} of debate" if verdict.rounds else "No debate"
    yield f"{rounds}{f': {shown(verdict.stop_reason)}' if verdict.stop_reason else ''}."


def _ballots(verdict: Verdict, jury: JuryRecord) -> Iterator[str]:
    firsts = sorted(verdict.first_places.items(), key=lambda item: (-item[1], item[0]))
    if any(places for _, places in firsts):
        yield "First places on the ballots: " + ", ".join(f"{shown(name)} {places}" for name, places in firsts) + "."
    others = {p.name for p in jury.proposals if p.segment_id == verdict.segment_id} - {verdict.name}
    unranked = sorted(others - set(verdict.first_places))
    if unranked:
        yield f"Also proposed: {', '.join(map(shown, unranked))}."


def _rubric(verdict: Verdict) -> Iterator[str]:
    points = [(c, verdict.rubric[c], most) for c, most in CRITERIA.items() if c in verdict.rubric]
    if points:
        each = ", ".join(f"{_spoken(c)} {got:g} of {most:g}" for c, got, most in points)
        yield f"Rubric: {sum(got for _, got, _ in points):g} of {sum(most for *_, most in points):g} points: {each}."
    for criterion, sentence in verdict.reasons.items():
        yield f"On {shown(_spoken(criterion))}: “{shown(sentence)}”"


def _no_hearing(about: Subject) -> Iterator[str]:
    if about.other:
        said = f"The jury had settled on {shown(about.other.name)}"
        yield f"{said}: “{shown(about.other.reason)}”" if about.other.reason else f"{said}."
    elif about.segment.named_by in {"model", "offline"}:
        yield "The record of this revision holds no verdict on it."


def _spoken(criterion: str) -> str:
    return criterion.replace("_", " ").replace("mece", "MECE")
