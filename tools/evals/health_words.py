"""The health of a jury in words: sentences for a marketer, and a table for the terminal."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from cartjury.data.eval_records import Figure
from cartjury.tools.evals import health as of

# Customary bounds of alpha: K. Krippendorff, Content Analysis, 2004, for conclusions and for tentative ones.
STRONG: Final = 0.8
FAIR: Final = 0.667
OFFLINE_JURY: Final = (
    "These jurors are rules in code with different tastes: how far they agree says nothing of how good the names are."
)


def in_words(figures: Sequence[Figure], *, by_models: bool) -> tuple[str, ...]:
    """Say what the figures come to; of what was not measured nothing is said.

    Args:
        figures: of `health`.
        by_models: whether models had a part in the jury; the offline jury is told to be what it is.
    """
    known = {f.name: f for f in figures if f.value is not None}
    said = (*_agreed(known), *_independent(known), *_steady(known), *_won(known), *_silent(known), *_debated(known))
    return said if by_models or not said else (OFFLINE_JURY, *said)


def _agreed(known: Mapping[str, Figure]) -> Iterator[str]:
    if of.ALPHA not in known:
        return
    alpha, chance = known[of.ALPHA].value or 0.0, _chance(known[of.ALPHA].n)
    how = (
        "agreed strongly" if alpha >= STRONG
        else "agreed fairly" if alpha >= FAIR
        else "agreed weakly" if alpha >= chance
        else "agreed no more than chance would have it" if alpha > -chance
        else "disagreed more than chance would have it"
    )  # fmt: skip
    yield f"The jurors {how} on the order of the names (Krippendorff's alpha {alpha:.2f})."


def _chance(names: int) -> float:
    """How near to 0 alpha lies by chance, in 95 of 100 juries.

    Measured: of 400 juries of four that ranked four names a segment at random, 0.33 with 4 segments, 0.24 with 8, 0.19
    with 12, 0.14 with 24; that is 0.2 on 48 names, and goes with the root of their number.
    """
    return 0.2 * math.sqrt(48 / max(names, 1))


def _independent(known: Mapping[str, Figure]) -> Iterator[str]:
    if of.VOTES in known and of.RHO in known and (known[of.RHO].value or 0.0) <= 0:
        yield "Any two jurors differ as often as they agree, or more: their votes are not so many sound opinions."
    elif of.VOTES in known:
        yield f"Their votes tell as much as {known[of.VOTES].value:.1f} independent ones."


def _steady(known: Mapping[str, Figure]) -> Iterator[str]:
    if of.ORDER in known:
        figure = known[of.ORDER]
        same = figure.n - _hits(figure)
        yield f"Shown the names in both orders, the judge chose the same one {same:,} of {_times(figure.n)}."
    if of.RERUN in known:
        figure = known[of.RERUN]
        yield f"Asked again, the jury gave another name {_hits(figure):,} of {_times(figure.n)}."


def _won(known: Mapping[str, Figure]) -> Iterator[str]:
    won = {f.name.partition(": ")[2]: f for f in known.values() if f.name.startswith(f"{of.WIN}: ") and f.target}
    if not won:
        return
    most = max(won, key=lambda persona: won[persona].value or 0.0)
    chance = known[f"{of.EXPECTED}: {most}"].value or 0.0
    share = won[most].value or 0.0
    names = f"{won[most].n:,} name{'s' * (won[most].n != 1)}"
    yield f"The {most} won most: {_percent(share)} of {names}, where chance would give {_percent(chance)}."


def _silent(known: Mapping[str, Figure]) -> Iterator[str]:
    found = [f for f in known.values() if f.name.startswith(f"{of.SILENT}: ") and f.value]
    total = sum(int(f.value or 0) for f in found)
    if total:
        why = ", ".join(f"{f.name.partition(': ')[2]} ({f.value:.0f})" for f in found)
        yield f"Jurors or judges abstained {_times(total)}: {why}."


def _debated(known: Mapping[str, Figure]) -> Iterator[str]:
    if of.CHANGED not in known:
        return
    held, changed = known[of.CHANGED].n, _hits(known[of.CHANGED])
    debates = f"{held:,} debate{'s' * (held != 1)} of which the record tells what would have been without"
    if of.BETTER not in known or of.WORSE not in known:
        yield f"Of {debates}, none changed a name."
        return
    better, worse = _hits(known[of.BETTER]), _hits(known[of.WORSE])
    equal = changed - better - worse
    how = f"{better:,} for the better, {worse:,} for the worse and {equal:,} neither, by the rules of names"
    yield f"Of {debates}, {changed:,} changed the name: {how}."


def _hits(figure: Figure) -> int:
    return round((figure.value or 0.0) * figure.n)


def _times(number: int) -> str:
    return f"{number:,} time{'s' * (number != 1)}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
