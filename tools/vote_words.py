"""The sentences of a verdict: why this name, who would have preferred another, why the debate ended."""

from collections.abc import Mapping, Sequence
from typing import Final

from cartjury.data.jury_records import Verdict
from cartjury.data.opinion import CRITERIA, Opinion
from cartjury.tools.tally import Tally

UNGUIDED: Final = "The offline jury cannot follow guidance: this name was made without it."
_COUNT = {1: "one round is", 2: "two rounds are", 3: "three rounds are"}


def reason(name: str, wanted: str, votes: Tally, opinion: Opinion) -> str:
    """Say in one sentence what decided for a name, and against which runner-up."""
    if wanted != name:
        return f"{wanted} went to another segment, where it counts for more; {name} is the best of the rest."
    if opinion.settles == name:
        return opinion.reason or f"{opinion.model} chose {name}."
    others = [n for n in votes.proposers if n != name]
    if not others:
        return f"Every juror that has a name proposes {name}."
    runner = max(others, key=lambda n: (votes.first_places[n], votes.borda[n], opinion.total(n)))
    return f"{name} {_votes(name, runner, votes, opinion)}; {_criterion(name, runner, opinion)}."


def _votes(name: str, runner: str, votes: Tally, opinion: Opinion) -> str:
    firsts, borda, total = votes.first_places, votes.borda, opinion.total
    if firsts[name] != firsts[runner]:
        return f"has {firsts[name]} first place{'s' * (firsts[name] != 1)} to {firsts[runner]} of {runner}"
    tie = f"ties with {runner} in first places"
    if borda[name] != borda[runner]:
        return f"{tie} and is ahead over all ballots (Borda {borda[name]:.2f} to {borda[runner]:.2f})"
    if total(name) != total(runner):
        return f"{tie} and on the ballots; the rubric decides ({total(name):.1f} to {total(runner):.1f} points)"
    return f"ties with {runner} in everything; the seeded order decides"


def _criterion(name: str, runner: str, opinion: Opinion) -> str:
    """The criterion that speaks most for the name, or, if none does, most against it."""
    mine, theirs = opinion.rubric.get(name, {}), opinion.rubric.get(runner, {})
    gaps = {c: mine.get(c, 0.0) - theirs.get(c, 0.0) for c in CRITERIA}
    best, worst = max(gaps, key=gaps.__getitem__), min(gaps, key=gaps.__getitem__)
    if gaps[best] > 0:
        return f"it is ahead most of all on {_spoken(best)} ({mine.get(best, 0):g} to {theirs.get(best, 0):g})"
    if gaps[worst] < 0:
        ahead = f"{theirs.get(worst, 0):g} to {mine.get(worst, 0):g}"
        return f"the jury chose it although {runner} is ahead on {_spoken(worst)} ({ahead})"
    return "the rubric sees no difference"


def _spoken(criterion: str) -> str:
    return criterion.replace("_", " ").replace("mece", "MECE")


def dissent(name: str, votes: Tally, opinion: Opinion) -> tuple[str, ...]:
    """One line for each juror that would have preferred another name, and for the judge."""
    jurors = tuple(
        f"{persona.replace('_', ' ').capitalize()} preferred {ranking[0]}."
        for persona, ranking in votes.rankings.items()
        if ranking[0] != name and persona not in votes.proposers[name]
    )
    if opinion.choice in ("", name) or opinion.flipped:
        return jurors
    points = f"{opinion.total(opinion.choice):.1f} to {opinion.total(name):.1f} points"
    return (*jurors, f"The judge preferred {opinion.choice} ({points}).")


def stop_reason(*, contested: bool, changed: bool, round_: int, max_rounds: int) -> str:
    """Say why the debate ended or was never held; empty while it goes on."""
    if not contested:
        return f"settled in round {round_}" if round_ else "settled without a debate"
    if max_rounds == 0:
        return "no debate was asked for"
    if round_ and not changed:
        return "no juror gave a new reason"
    if round_ >= max_rounds:
        return f"{_COUNT.get(max_rounds, f'{max_rounds} rounds are')} the limit"
    return ""


def unguided(verdicts: Sequence[Verdict], guidance: Mapping[str, str]) -> list[Verdict]:
    """Say in the reason of a verdict that guidance was given and that no model named the segment."""
    return [
        v.model_copy(update={"reason": f"{v.reason} {UNGUIDED}"})
        if v.origin == "offline" and guidance.get(v.segment_id)
        else v
        for v in verdicts
    ]
