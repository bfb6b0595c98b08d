"""What a jury is expected to take: a rough sum, made before the first call, of calls that all succeed."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from cartjury.data.call_records import Estimate, Seat, Stage
from cartjury.data.model_records import Model
from cartjury.data.seats import SeatName

STAGE_SECONDS: Final = 3.0  # the batches of a stage are asked together
JUDGES: Final[tuple[SeatName, ...]] = ("judge", "second_judge")
# Tokens at least, and for each segment. Prompts: their characters (12 segments, schema included) by four.
PROMPTS: Final[Mapping[Stage, tuple[int, int]]] = {"proposal": (900, 105), "ballot": (900, 120), "verdict": (1000, 167)}
# Answers: a short thinking, then the form filled in.
ANSWERS: Final[Mapping[Stage, tuple[int, int]]] = {"proposal": (600, 90), "ballot": (400, 25), "verdict": (600, 150)}
NOTHING: Final = Estimate(calls=0, tokens=0, cost_usd=0.0, seconds=0.0)


class _Expected(NamedTuple):
    model: Model
    tokens_in: int
    tokens_out: int


def estimated(seats: Mapping[SeatName, Seat], *, segments: int, batch: int, rated: bool, ranks: bool) -> Estimate:
    """Add up the calls of the first model of each seat, without debates, repairs and outages.

    A model's rate limit lets a minute's worth through at once; what is above that waits.

    Args:
        seats: who is asked.
        segments: to be named.
        batch: segments in one call at most.
        rated: whether requests keep to the models' rate limits.
        ranks: whether the personas are asked to rank, not only to propose.
    """
    sizes = [batch] * (segments // batch) + [segments % batch] * (segments % batch > 0)
    calls = [call for seat, sitting in seats.items() for call in _calls(seat, sitting.models[0], sizes, ranks)]
    if not calls:
        return NOTHING
    costs = [c.model.cost(c.tokens_in, c.tokens_out) for c in calls]
    stages = (1 + ranks) * any(s not in JUDGES for s in seats) + any(s in JUDGES for s in seats)
    return Estimate(
        calls=len(calls),
        tokens=sum(c.tokens_in + c.tokens_out for c in calls),
        cost_usd=None if None in costs else math.fsum(c for c in costs if c is not None),
        seconds=stages * STAGE_SECONDS + (_longest_wait(calls) if rated else 0.0),
    )


def _calls(seat: SeatName, model: Model, sizes: Sequence[int], ranks: bool) -> list[_Expected]:
    """The judges are asked in two orders."""
    heard: tuple[Stage, ...] = ("proposal", "ballot") if ranks else ("proposal",)
    stages: tuple[Stage, ...] = ("verdict", "verdict") if seat in JUDGES else heard
    return [_Expected(model, _at(PROMPTS[s], size), _at(ANSWERS[s], size)) for s in stages for size in sizes]


def _at(linear: tuple[int, int], size: int) -> int:
    return linear[0] + linear[1] * size


def _longest_wait(calls: Sequence[_Expected]) -> float:
    by_model = defaultdict(list)
    for call in calls:
        by_model[call.model.ref].append(call)
    return max(_wait(own) for own in by_model.values())


def _wait(calls: Sequence[_Expected]) -> float:
    model, tokens = calls[0].model, sum(c.tokens_in + c.tokens_out for c in calls)
    limits = ((len(calls), model.requests_per_minute), (tokens, model.tokens_per_minute))
    return max((60 * max(0.0, used / limit - 1) for used, limit in limits if limit), default=0.0)
