"""What a jury took: requests, tokens, money and waiting, by seat and in all."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, NamedTuple

from cartjury.data.call_records import Call, Estimate, Outcome
from cartjury.data.jury_records import JuryRecord, Verdict
from cartjury.data.run_records import SeatUse
from cartjury.data.seats import ALL_SEATS, SeatName

OUTCOME_WORDS: Final[Mapping[Outcome, str]] = {
    "answered": "answered",
    "empty": "empty answer",
    "refused": "the model refused",
    "truncated": "answer cut off",
    "not_json": "answer not readable",
    "wrong_shape": "answer not in the form asked for",
    "not_accepted": "answer not accepted, or only in part",
    "rate_limited": "turned away by a rate limit",
    "server_error": "error at the provider",
    "connection": "connection failed",
    "timeout": "no answer in time",
    "too_large": "too long for the model",
    "payment": "the provider asks for payment",
    "unauthorized": "key not accepted",
    "model_gone": "model no longer served",
    "bad_request": "request not accepted",
    "bad_response": "response that is no answer",
    "skipped": "the model or provider had failed before",
    "budget": "a cap would have been passed",
}
NOBODY: Final = "none"  # the model of a verdict for which there was no judge
# Turned away before a model worked: without tokens, and so without cost.
TURNED_AWAY: Final = {"rate_limited", "too_large", "payment", "unauthorized", "model_gone", "bad_request"}


class Line(NamedTuple):
    """A row of the report's table: a seat, or all of them."""

    seat: str
    use: SeatUse

    @property
    def models(self) -> tuple[tuple[str, int, int], ...]:
        """Each model with the requests that it answered in full, and those that it was sent."""
        return tuple((model, self.use.answered.get(model, 0), sent) for model, sent in self.use.asked.items())

    @property
    def failed(self) -> str:
        """What came instead of full answers."""
        return ", ".join(f"{n:,} {OUTCOME_WORDS[outcome]}" for outcome, n in self.use.failures.items())

    @property
    def held_back(self) -> str:
        """What was not sent, and why; a question may be held back from each model of a chain."""
        held = self.use.not_sent.items()
        return "; ".join(f"{n:,} attempt{'s' * (n != 1)}, because {OUTCOME_WORDS[outcome]}" for outcome, n in held)

    @property
    def cost(self) -> str:
        """US dollars, as far as they are known."""
        use = self.use
        return "not known" if use.calls and use.cost_unknown_calls == use.calls else money(use.cost_usd)


class Bill(NamedTuple):
    """What the report says of a jury's requests.

    Attributes:
        seats: those that sent a request, or held one back.
        total: of all seats.
        empty: why a seat has no model, by seat.
        estimate: made before the run.
        priced: days of the sources of the prices of the models that were asked, oldest first.
        unpriced: models that were asked and whose price is not known.
        flipped: in how many segments the judge changed its choice with the order, in a sentence; empty: in none.
    """

    seats: tuple[Line, ...]
    total: Line
    empty: Mapping[SeatName, str]
    estimate: Estimate | None
    priced: tuple[date, ...]
    unpriced: tuple[str, ...]
    flipped: str = ""

    @property
    def estimated_cost(self) -> str:
        """The estimate in US dollars."""
        known = self.estimate is not None and self.estimate.cost_usd is not None
        return money(self.estimate.cost_usd or 0.0) if self.estimate and known else "not known"


def by_seat(calls: Iterable[Call]) -> dict[SeatName, SeatUse]:
    """What each seat took, in the order of the seats; a seat that was not to ask anything is left out."""
    held: dict[SeatName, list[Call]] = {}
    for call in calls:
        held.setdefault(call.persona, []).append(call)
    return {seat: used(held[seat]) for seat in ALL_SEATS if seat in held}


def used(calls: Iterable[Call]) -> SeatUse:
    """What some calls took, whatever their order in time."""
    every = list(calls)
    sent = [c for c in every if c.sent]
    times = [c.latency_s or 0.0 for c in sent]
    return SeatUse(
        calls=len(sent),
        asked=Counter(map(model_of, sent)),
        answered=Counter(model_of(c) for c in sent if c.outcome == "answered"),
        repairs=sum(c.repair for c in sent),
        failures=_by_outcome(c for c in sent if c.outcome != "answered"),
        not_sent=_by_outcome(c for c in every if not c.sent),
        tokens_in=sum(c.tokens_in or 0 for c in sent),
        tokens_out=sum(c.tokens_out or 0 for c in sent),
        # fsum: whoever answered first, the sums are the same to the last bit.
        cost_usd=round(math.fsum(c.cost_usd or 0.0 for c in sent), 9),
        cost_unknown_calls=sum(c.cost_usd is None and c.outcome not in TURNED_AWAY for c in sent),
        latency_s=round(math.fsum(times), 6),
        latency_max_s=max(times, default=0.0),
        waited_s=round(math.fsum(c.waited_s for c in every), 6),
    )


def model_of(call: Call) -> str:
    """The model that a call went to, as tables and messages name it: "provider/id"."""
    return f"{call.provider}/{call.model}"


def calls_of(jury: JuryRecord) -> tuple[Call, ...]:
    """The calls of a jury; those to models that are free cost nothing, also where no tokens were counted."""
    seats = jury.panel.seats.values() if jury.panel else ()
    free = {m.ref for seat in seats for m in seat.models if m.price_in == 0 and m.price_out == 0}
    return tuple(
        c.model_copy(update={"cost_usd": 0.0}) if c.cost_usd is None and model_of(c) in free else c for c in jury.calls
    )


def held_for_caps(calls: Iterable[Call]) -> int:
    """How many questions a cap held back: no model of their chain answered them."""
    held: set[tuple[object, ...]] = set()
    answered: set[tuple[object, ...]] = set()
    for call in calls:
        question = (call.stage, call.round, call.persona, call.part, call.order)
        if call.outcome in {"budget", "answered"}:
            (held if call.outcome == "budget" else answered).add(question)
    return len(held - answered)


def flips(jury: JuryRecord) -> int:
    """How many verdicts of model judges changed with the order of the names, or from judge to judge."""
    return sum(v.flipped for v in _judged_by_models(jury))


def flip_words(jury: JuryRecord) -> str:
    """Say in how many segments that was; empty where it was in none."""
    judged = _judged_by_models(jury)
    two = any(v.flipped and " and " in v.model for v in judged)
    who = "the judge chose otherwise in the reverse order" + (", or the judges differed," if two else "")
    where = f"in {flips(jury):,} of {len(judged):,} segment{'s' * (len(judged) != 1)}"
    return f"{who} {where}; the votes decided there" if flips(jury) else ""


def bill(jury: JuryRecord) -> Bill:
    """Put together what the report says of a jury's requests."""
    calls = calls_of(jury)
    total = used(calls)
    panel = jury.panel
    models = {m.ref: m for seat in panel.seats.values() for m in seat.models} if panel else {}
    asked = [models[ref] for ref in total.asked if ref in models]
    return Bill(
        seats=tuple(Line(seat, use) for seat, use in by_seat(calls).items()),
        total=Line("all", total),
        empty=panel.empty if panel else {},
        estimate=panel.estimate if panel else None,
        priced=tuple(sorted({m.priced for m in asked if m.priced})),
        unpriced=tuple(m.ref for m in asked if m.cost(0, 0) is None),
        flipped=flip_words(jury),
    )


def money(usd: float) -> str:
    """Write US dollars: to the cent from one dollar on, below to a hundredth of a cent."""
    if usd == 0:
        return "$0"
    if usd < 0.0001:
        return "<$0.0001"
    return f"${usd:,.2f}" if usd >= 1 else f"${usd:.4f}"


def _judged_by_models(jury: JuryRecord) -> tuple[Verdict, ...]:
    """Neither the offline rubric's nor nobody's, and of this sitting."""
    return tuple(v for v in jury.this_sitting.verdicts if v.model not in {"offline", NOBODY})


def _by_outcome(calls: Iterable[Call]) -> dict[Outcome, int]:
    found = Counter(c.outcome for c in calls)
    return {outcome: found[outcome] for outcome in OUTCOME_WORDS if found[outcome]}
