"""Asking a seat: the ladder from its first model down to the reason why nothing was said.

a model -> once more where something passed by -> one repair that quotes the faults -> the next model -> missing
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Final, Generic, TypeVar

from cartjury.agents.asking import Answer, Question, Reading, Said
from cartjury.agents.attempts import Turn
from cartjury.agents.desk import Desk
from cartjury.agents.outcomes import QUOTED, said
from cartjury.data.call_records import CONTENT_FAULTS, Attempt, Call, Outcome
from cartjury.data.model_records import Model

T = TypeVar("T")

# How often the same request may be made again, after all failures together.
RETRIES: Final[Mapping[Outcome, int]] = {"rate_limited": 2, "server_error": 1, "connection": 1}


async def ask(desk: Desk, question: Question[T]) -> Answer[T]:
    """Ask the models of a seat, one after the other, until every id has an accepted value.

    What was accepted is never asked for again. A cap does not end the ladder: a cheaper model may still fit.

    Args:
        desk: makes the attempts.
        question: which seat is asked what.

    Returns:
        A value or a reason for every id, and every attempt.

    Raises:
        ReplayError: the record of a replay holds another conversation.
    """
    seat = desk.panel.seats.get(question.seat)
    if seat is None:
        reason = desk.panel.empty.get(question.seat, "no model sits in this seat")
        return Answer(said={}, missing=dict.fromkeys(question.ids, reason), calls=())
    ladder = _Ladder(desk, question, seat.temperature)
    for model in seat.models:
        await ladder.climb(model)
    return ladder.answer()


class _Ladder(Generic[T]):
    """A question on its way through the models of a seat."""

    def __init__(self, desk: Desk, question: Question[T], temperature: float) -> None:
        self._desk = desk
        self._question = question
        self._temperature = temperature
        self._said: dict[str, Said[T]] = {}
        self._calls: list[Call] = []
        self._reasons: dict[str, dict[str, list[str]]] = {i: {} for i in question.ids}  # by id, then by model

    async def climb(self, model: Model) -> None:
        """Ask one model for what is open, and once more for what it got wrong."""
        faults: Mapping[str, str] = {}
        for repair in (False, True):
            if self._open() and (faults or not repair):
                faults = await self._put(model, faults)

    def answer(self) -> Answer[T]:
        """What came of it all."""
        return Answer(
            said={i: self._said[i] for i in self._question.ids if i in self._said},
            missing={i: _joined(self._reasons[i]) for i in self._open()},
            calls=tuple(self._calls),
        )

    def _open(self) -> tuple[str, ...]:
        return tuple(i for i in self._reasons if i not in self._said)

    async def _put(self, model: Model, faults: Mapping[str, str]) -> Mapping[str, str]:
        """Make a request, again where its failure may pass; return the faults that a repair can quote."""
        ids = self._open()
        prompt = self._question.prompt(ids, faults, self._nonce() if faults else "")
        wait: float | None = 0.0
        tries = 0
        while wait is not None:
            turn = Turn(model, self._temperature, prompt, ids, len(self._calls), bool(faults), wait)
            attempt, reading = await self._desk.attempt(self._question, turn)
            self._calls.append(attempt.summary())
            wait = self._wait(attempt, tries)
            tries += 1
        if attempt.outcome == "rate_limited":
            self._desk.give_up(model)
        return self._take(model, attempt, reading)

    def _nonce(self) -> str:
        """Differs from attempt to attempt, yet is the same in a replay."""
        question = self._question
        place = [question.stage, question.round, question.seat, question.part, question.order, len(self._calls)]
        return hashlib.sha256(json.dumps(place).encode()).hexdigest()[:8]

    def _wait(self, attempt: Attempt, tries: int) -> float | None:
        """Seconds until the same request can be made again; None where it is not worth it."""
        if tries >= RETRIES.get(attempt.outcome, 0):
            return None
        wanted = attempt.retry_after or 0.0
        # A provider may say "at once", or a date that is over on our clock: the pause is kept all the same.
        return max(wanted, self._desk.pause * 2.0**tries) if wanted <= self._desk.panel.retry_after else None

    def _take(self, model: Model, attempt: Attempt, reading: Reading[T] | None) -> Mapping[str, str]:
        """Keep what was accepted, and a reason for the rest."""
        for i, value in (reading.accepted if reading else {}).items():
            self._said[i] = Said(value, model.provider, model.id)
        faults = dict(reading.faults) if reading else {}
        if reading is None and attempt.outcome in CONTENT_FAULTS:
            faults = dict.fromkeys(attempt.segment_ids, QUOTED[attempt.outcome])
        told = reading is not None and attempt.outcome != "not_json"
        for i in self._open():
            reason = f"its answer was refused: {_fault(i, faults[i])}" if told else said(attempt)
            reasons = self._reasons[i].setdefault(model.ref, [])
            if reason not in reasons:
                reasons.append(reason)
        return faults


def _fault(segment_id: str, sentence: str) -> str:
    """A fault within a longer sentence."""
    return sentence.removeprefix(f"{segment_id}: ").rstrip(".")


def _joined(by_model: Mapping[str, list[str]]) -> str:
    """One reason for all models that were tried; models with the same one share it."""
    refs: dict[str, list[str]] = {}
    for ref, reasons in by_model.items():
        refs.setdefault(", then ".join(reasons), []).append(ref)
    return "; ".join(f"{' and '.join(models)}: {reason}" for reason, models in refs.items())
