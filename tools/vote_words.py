"""The sentences of a verdict: why this name, who would have preferred another, why the debate ended."""

from collections.abc import Mapping, Sequence

from cartjury.data.opinion import CRITERIA, Opinion

_COUNT = {1: "one round is", 2: "two rounds are", 3: "three rounds are"}


def reason(name: str, wanted: str, firsts: Mapping[str, int], borda: Mapping[str, float], opinion: Opinion) -> str:
    """Say in one sentence what decided for a name, and against which runner-up."""
    if opinion.reason:
        return opinion.reason
    if wanted != name:
        return f"{wanted} went to another segment, where it counts for more; {name} is the best of the rest."
    others = [n for n in firsts if n != name]
    if not others:
        return f"All jurors that proposed a name proposed {name}."
    runner = max(others, key=lambda n: (firsts[n], borda[n], opinion.total(n)))
    if firsts[name] != firsts[runner]:
        votes = f"has {_places(firsts[name])} to {firsts[runner]} of {runner}"
    elif borda[name] != borda[runner]:
        votes = f"ties with {runner} in first places and is ahead over all ballots (Borda {borda[name]:.2f} to {borda[runner]:.2f})"
    elif opinion.total(name) != opinion.total(runner):
        votes = f"ties with {runner} on the ballots; the rubric decides ({opinion.total(name):.1f} to {opinion.total(runner):.1f} points)"
    else:
        votes = f"ties with {runner} in everything; the seeded order decides"
    return f"{name} {votes}; {_criterion(name, runner, opinion)}."


def _places(count: int) -> str:
    return f"{count} first place" + ("" if count == 1 else "s")


def _criterion(name: str, runner: str, opinion: Opinion) -> str:
    """The criterion that speaks most for the name, or, if none does, most against it."""
    mine, theirs = opinion.rubric.get(name, {}), opinion.rubric.get(runner, {})
    gaps = {c: mine.get(c, 0.0) - theirs.get(c, 0.0) for c in CRITERIA}
    best = max(gaps, key=lambda c: gaps[c])
    if gaps[best] > 0:
        return f"it is ahead most of all on {_spoken(best)} ({mine[best]:g} to {theirs.get(best, 0.0):g} of {CRITERIA[best]:g})"
    worst = min(gaps, key=lambda c: gaps[c])
    if gaps[worst] < 0:
        return f"the jury chose it although {runner} is ahead on {_spoken(worst)} ({theirs[worst]:g} to {mine.get(worst, 0.0):g})"
    return "the rubric sees no difference"


def _spoken(criterion: str) -> str:
    return criterion.replace("_", " ").replace("mece", "MECE")


def dissent(
    name: str, rankings: Mapping[str, Sequence[str]], proposers: Mapping[str, Sequence[str]], opinion: Opinion
) -> tuple[str, ...]:
    """One line for each juror that would have preferred another name, and for the judge's rubric."""
    jurors = tuple(
        f"{persona.replace('_', ' ').capitalize()} preferred {ranking[0]}."
        for persona, ranking in rankings.items()
        if ranking and ranking[0] != name and persona not in proposers.get(name, ())
    )
    if opinion.choice in ("", name) or opinion.flipped:
        return jurors
    return (
        *jurors,
        f"The judge preferred {opinion.choice} ({opinion.total(opinion.choice):.1f} to {opinion.total(name):.1f} points).",
    )


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
