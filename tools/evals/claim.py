"""When it may be said that the jury is better. The rule is fixed: nothing that a run brings changes it.

A jury costs several times what one call does. So it is compared with an arm that was given the same compute, never with
the cheap one alone, and it must be better there in what people see (blind pairs) without being worse in what can be
counted (the round trip).
"""

from collections.abc import Mapping, Sequence
from typing import Final

from cartjury.data.eval_records import Arm, Figure, Row
from cartjury.tools.evals.naming_figures import compare
from cartjury.tools.evals.preference_scores import WON

JURY: Final = "mixed"  # arms of data/evals/arms.toml
SAME_COMPUTE: Final = "best_x4"
READERS: Final = ("model", "independent", "lexicon")  # the first one's matches decide

HALF: Final = 0.5
MARGIN: Final = 0.05  # see `may_claim`
ENOUGH: Final = 20  # tables: with fewer, resampling them says too little of other tables
RULE: Final = (
    "The jury is called better only if, against the arm of the same compute, (1) the lower 95 % bound of its share of "
    "the decisive blind pairs is above 50 %, and (2) its round trip is not worse: of the paired difference of matched "
    "shares the lower 95 % bound is at least -5 points and the upper one is not below 0. Both arms must have named the "
    "same tables, at least 20, and all must have been asked at the providers' own addresses. Otherwise the cheaper arm "
    "becomes the default effort. What was not measured, or on less, supports no claim and changes no default."
)


def may_claim(win: Figure, matching_difference: Figure) -> tuple[bool, str]:
    """Say whether "the jury is better" may be said, and in which words.

    The margin of "not worse" is five points: one name in twenty, so on a table of twelve less than one name that a
    reader can no longer place. A smaller one would refuse arms that are equal: of 240 names, where two arms differ on
    one in ten by chance, the interval is some 4 points wide to each side (1.96 * sqrt(0.1 / 240)). "The interval holds
    0" alone would let any study pass that is small enough. An arm that is worse beyond doubt is worse, however little:
    the upper bound must reach 0 as well.

    Args:
        win: share of the decisive blind pairs that the jury won against the arm of the same compute.
        matching_difference: the jury's matched share less that arm's.

    Returns:
        Whether it may be said, and a text that may be printed as it is.
    """
    missing = next((f for f in (win, matching_difference) if f.value is None or f.low is None or f.high is None), None)
    if missing is not None:
        why = missing.why or missing.method or "there is no interval"
        return False, f"Whether the jury is better was not measured ({missing.name}: {why}). Nothing is claimed."
    faults = [*_not_won(win), *_worse(matching_difference)]
    told = (
        f"It won {_share(win)} of {win.n} decisive pairs; its matched share differs by {_points(matching_difference)}."
    )
    if not faults:
        return True, f"The jury is better than the arm of the same compute. {told}"
    reasons = " and ".join(faults)
    return False, (
        f"It may not be said that the jury is better than the arm of the same compute: {reasons}. {told} "
        "So the cheaper arm becomes the default effort."
    )


def _not_won(win: Figure) -> list[str]:
    won = win.low is not None and win.low > HALF
    return [] if won else ["the lower bound of its share of pairs is not above 50 %"]


def _worse(difference: Figure) -> list[str]:
    if difference.low is None or difference.high is None:
        return ["its matched share has no interval"]
    if difference.high < 0:
        return ["its names are matched worse"]
    return ["its names may be matched worse by more than 5 points"] if difference.low < -MARGIN else []


def _share(figure: Figure) -> str:
    value, low, high = (100 * (x or 0) for x in (figure.value, figure.low, figure.high))
    return f"{value:.0f} % (95 %: {low:.0f} to {high:.0f})"


def _points(figure: Figure) -> str:
    value, low, high = (100 * (x or 0) for x in (figure.value, figure.low, figure.high))
    return f"{value:+.1f} points (95 %: {low:+.1f} to {high:+.1f})"


def differences(rows: Mapping[str, Sequence[Row]], seed: int) -> tuple[Figure, ...]:
    """How much better the jury's names are matched than those of the arm of the same compute, reader by reader.

    Args:
        rows: by arm; of an arm that was not run there are none.
        seed: of the resampling.
    """
    jury, other = rows.get(JURY, ()), rows.get(SAME_COMPUTE, ())
    if jury and other:
        return tuple(compare(jury, other, f"matched:{reader}", seed=seed) for reader in READERS)
    names = (f"round trip, {reader} reader, one-to-one: {JURY} less {SAME_COMPUTE}" for reader in READERS)
    return tuple(Figure(name=name, value=None, why="one of the two arms was not run") for name in names)


def conclusion(arms: Sequence[Arm], rows: Mapping[str, Sequence[Row]], comparisons: Sequence[Figure]) -> str:
    """What the rule allows to be said.

    Args:
        arms: all that had a part in it, those who read names among them.
        rows: by arm.
        comparisons: those of `differences` first, and the blind pairs.
    """
    won = next(f for f in comparisons if f.name == f"{WON}: {JURY} against {SAME_COMPUTE}")
    if won.value is None:
        return may_claim(won, comparisons[0])[1]
    tables = len({row.group for row in rows[JURY]} & {row.group for row in rows[SAME_COMPUTE]})
    elsewhere = [arm.name for arm in arms if arm.elsewhere]
    if tables < ENOUGH or elsewhere:
        few = f"{tables} tables were named, and the rule wants {ENOUGH}"
        why = few if tables < ENOUGH else f"other addresses than the providers' own answered for {', '.join(elsewhere)}"
        return f"Whether the jury is better cannot be said from this: {why}. Nothing is claimed."
    ran = (arm for arm in arms if arm.name in {JURY, SAME_COMPUTE})
    took = (f"{a.name} took {a.calls:,} calls and {a.tokens_in + a.tokens_out:,} tokens" for a in ran)
    return f"{may_claim(won, comparisons[0])[1]} ({'; '.join(took)}.)"
