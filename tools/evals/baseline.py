"""What became of the figures of an earlier evaluation.

A figure is compared only with itself: the same kind, arm, models, source and name, over the same cases. Where no model
had a part in it, any change for the worse is one; where one had, only a change that the two intervals set apart:
answers of models differ from run to run.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from cartjury.data.errors import InputError
from cartjury.data.eval_records import Arm, Evaluation, Figure, Source

TINY = 1e-9  # differences of floating point are none


class Change(NamedTuple):
    """A figure then and now.

    Attributes:
        verdict: "same", "better", "worse", or "differs" where neither way is better or the intervals overlap.
    """

    arm: str
    then: Figure
    now: Figure
    verdict: Literal["same", "better", "worse", "differs"]


def changes(now: Evaluation, then: Evaluation) -> tuple[Change, ...]:
    """Compare two evaluations, figure by figure; what only one of them measured is left out.

    Raises:
        InputError: they are of different kinds or of different cases, or have nothing in common.
    """
    if now.kind != then.kind:
        raise InputError(f"the baseline is an evaluation of {then.kind}, not of {now.kind}")
    before, after = ({file.name: file for file in e.cases} for e in (then, now))
    if changed := [name for name, file in after.items() if name in before and before[name].sha256 != file.sha256]:
        raise InputError(f"the cases in {changed[0]} were changed since the baseline: make a new one")
    if before != after:
        told = [", ".join(f"{file.cases} of {name}" for name, file in found.items()) for found in (before, after)]
        raise InputError(f"the baseline is of other cases ({told[0]}) than this ({told[1]})")
    found = tuple(_changes(now, then))
    if not found:
        raise InputError("the baseline measured none of these arms with these models: there is nothing to compare")
    return found


def _changes(now: Evaluation, then: Evaluation) -> Iterator[Change]:
    earlier = {(*_same(a), f.name): f for a in then.arms for f in a.figures}
    for arm in now.arms:
        for figure in arm.figures:
            old = earlier.get((*_same(arm), figure.name))
            if old is not None and old.value is not None and figure.value is not None:
                yield Change(arm.name, old, figure, _verdict(old, figure, arm.source))


def _same(arm: Arm) -> tuple[str, Source | None, bool, tuple[str, ...]]:
    """What two arms must have in common to be compared; answers of other models, or of a stand-in, are another arm."""
    return arm.name, arm.source, bool(arm.elsewhere), tuple(sorted(arm.models))


def _verdict(then: Figure, now: Figure, source: Source | None) -> Literal["same", "better", "worse", "differs"]:
    assert then.value is not None  # noqa: S101  the caller looked
    assert now.value is not None  # noqa: S101
    if abs(now.value - then.value) <= TINY + now.tolerance:
        return "same"
    if now.better is None or (source != "offline" and not _apart(then, now)):
        return "differs"
    return "better" if (now.value > then.value) == (now.better == "higher") else "worse"


def _apart(one: Figure, other: Figure) -> bool:
    ends = (one.low, one.high, other.low, other.high)
    if any(end is None for end in ends):
        return False
    return one.high < other.low or other.high < one.low  # type: ignore[operator]  # none is None
