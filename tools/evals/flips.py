"""How steady a jury is: the same names in the reverse order, the same question asked again.

attempts of the judges -> (forward, reverse) choices      sittings on the same rules -> pairs of names
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from cartjury.tools.evals.sitting import OFFLINE, Sitting
from cartjury.tools.report_calls import NOBODY


class Choices(NamedTuple):
    """What one judge chose from the names of a segment, shown in the one order and in the other."""

    segment_id: str
    round: int
    seat: str
    forward: str
    reverse: str

    @property
    def flipped(self) -> bool:
        """Whether the order decided."""
        return self.forward != self.reverse


def order_choices(sitting: Sitting) -> list[Choices]:
    """Return the choices of each judge that was heard in both orders on a segment, in each round."""
    said: dict[tuple[str, int, str], dict[str, str]] = {}
    for attempt in sitting.attempts:
        if attempt.stage != "verdict" or not attempt.order:
            continue
        for segment_id, value in (attempt.parsed or {}).items():
            if choice := choice_of(value):
                said.setdefault((segment_id, attempt.round, attempt.persona), {})[attempt.order] = choice
    both = {key: orders for key, orders in said.items() if len(orders) == 2}
    return [Choices(*key, orders["forward"], orders["reverse"]) for key, orders in both.items()]


def order_flips(sitting: Sitting) -> list[bool]:
    """Return for each time that a judge saw both orders whether the order decided.

    Where the answers themselves are not at hand, the verdicts tell; there a difference of two judges is a flip too.
    """
    if sitting.attempts:
        return [choices.flipped for choices in order_choices(sitting)]
    return [v.flipped for v in sitting.jury.verdicts if v.model not in {OFFLINE, NOBODY}]


def choice_of(value: Any) -> str:
    """The name that a judge chose, as the log keeps it; empty where there is none."""
    return str(value.get("choice", "")) if isinstance(value, Mapping) else ""


class Rerun(NamedTuple):
    """The names that two sittings gave to one segment."""

    segment_id: str
    one: str
    other: str


def reruns(sittings: Iterable[Sitting]) -> list[Rerun]:
    """Return the names that were given twice to the same segments, by juries of one preset and effort.

    The whole jury is asked again, its jurors too, and so another name need not be a worse one. Sittings with the same
    rules for all their segments are compared. A replay is the record of the same sitting, and the offline jury
    computes the same from the same seed: neither counts as asked again.
    """
    groups: dict[Hashable, dict[Hashable, Sitting]] = {}
    for sitting in sittings:
        if sitting.jury.verdicts:
            groups.setdefault(_question(sitting), {}).setdefault(_record(sitting), sitting)
    pairs = (pair for group in groups.values() for pair in combinations(group.values(), 2))
    return [Rerun(i, one[i], other[i]) for one, other in map(_named, pairs) for i in one.keys() & other.keys()]


def _question(sitting: Sitting) -> Hashable:
    jury = sitting.jury
    return (jury.preset, jury.effort, tuple(sorted((b.id, b.rule) for b in sitting.briefs)))


def _record(sitting: Sitting) -> Hashable:
    """What tells a sitting from any other."""
    if sitting.attempts:
        return tuple(sorted((a.prompt_sha256, a.raw or "", a.latency_s or 0.0) for a in sitting.attempts))
    return sitting.seed if sitting.seed is not None else sitting.name


def _named(pair: Sequence[Sitting]) -> tuple[dict[str, str], dict[str, str]]:
    one, other = ({v.segment_id: v.name for v in sitting.jury.verdicts} for sitting in pair)
    return one, other
