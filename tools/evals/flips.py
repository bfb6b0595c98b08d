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


def order_flips(sitting: Sitting) -> list[list[bool]]:
    """Return for each segment and each time that a judge saw both orders whether the order decided.

    Where the answers themselves are not at hand, the verdicts tell; there a difference of two judges is a flip too.
    """
    if not sitting.attempts:
        return [[v.flipped] for v in sitting.jury.verdicts if v.model not in {OFFLINE, NOBODY}]
    found: dict[str, list[bool]] = {}
    for choices in order_choices(sitting):
        found.setdefault(choices.segment_id, []).append(choices.flipped)
    return list(found.values())


def choice_of(value: Any) -> str:
    """The name that a judge chose, as the log keeps it; empty where there is none."""
    return str(value.get("choice", "")) if isinstance(value, Mapping) else ""


def rerun_changes(sittings: Iterable[Sitting]) -> list[list[bool]]:
    """Return for each segment, and each two sittings on it, whether they gave it other names.

    The whole jury is asked again, its jurors too, and so another name need not be a worse one. Sittings with the same
    rules for all their segments, one preset and one effort are compared. A replay is the record of the same sitting,
    and the offline jury computes the same from the same seed: neither counts as asked again.
    """
    groups: dict[Hashable, dict[Hashable, Sitting]] = {}
    for sitting in sittings:
        if sitting.jury.verdicts:
            groups.setdefault(_question(sitting), {}).setdefault(_record(sitting), sitting)
    return [changes for group in groups.values() for changes in _changes(list(group.values()))]


def _changes(group: Sequence[Sitting]) -> Iterable[list[bool]]:
    named: dict[str, list[str]] = {}
    for verdict in (v for sitting in group for v in sitting.jury.verdicts):
        named.setdefault(verdict.segment_id, []).append(verdict.name)
    pairs = ([one != other for one, other in combinations(names, 2)] for names in named.values())
    return filter(None, pairs)


def _question(sitting: Sitting) -> Hashable:
    jury = sitting.jury
    return (jury.preset, jury.effort, tuple(sorted((b.id, b.rule) for b in sitting.briefs)))


def _record(sitting: Sitting) -> Hashable:
    """What tells a sitting from any other."""
    if sitting.attempts:
        return tuple(sorted((a.prompt_sha256, a.raw or "", a.latency_s or 0.0) for a in sitting.attempts))
    return sitting.seed if sitting.seed is not None else sitting.name
