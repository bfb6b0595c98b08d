"""A seat, a question and a wire, all written by hand: what a model says here is a list of ids that it gets right."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cartjury.agents.ask import ask
from cartjury.agents.asking import Answer, Message, Prompt, Question, Reading, Reply, Request
from cartjury.agents.desk import Desk
from cartjury.data.call_records import Attempt, Caps, Outcome, Panel, Seat
from cartjury.data.model_records import Model
from cartjury.data.seats import SeatName

SCHEMA = {"title": "names", "type": "object"}


def model(ref: str = "north/alpha", **kwargs: Any) -> Model:
    provider, _, name = ref.partition("/")
    given: dict[str, Any] = {"family": "f", "context": 8000, "price_in": 1.0, "price_out": 2.0} | kwargs
    return Model(provider=provider, id=name, **given)


def panel(*models: Model, caps: Caps | None = None, seat: SeatName = "data_scientist", **kwargs: Any) -> Panel:
    seats = {seat: Seat(models=models or (model(),), temperature=0.3)}
    given = {"rate_limited": False, "retry_after": 0.2} | kwargs
    return Panel(preset="test", effort="standard", seats=seats, caps=caps or Caps(), **given)


def shown(ids: Sequence[str], faults: Mapping[str, str], nonce: str) -> Prompt:
    """A prompt that says what it was made of."""
    text = json.dumps({"ids": list(ids), "faults": dict(faults), "nonce": nonce})
    return Prompt((Message("system", "Name the segments."), Message("user", text)), SCHEMA, max_tokens=100)


def said_to(request: Request) -> dict[str, Any]:
    """What a prompt of `shown` was made of."""
    found: dict[str, Any] = json.loads(request.prompt.messages[-1].text)
    return found


def heard(raw: str, ids: Sequence[str]) -> Reading[str]:
    """Read an answer of `names`: an id is named after itself; what was not named is a fault."""
    right = json.loads(raw)
    faults = {i: f"{i}: it has no good name." for i in ids if i not in right}
    return Reading("not_accepted" if faults else "answered", {i: f"Name_{i}" for i in ids if i in right}, faults)


def question(*ids: str, read: Callable[[str, Sequence[str]], Reading[str]] = heard, **kwargs: Any) -> Question[str]:
    given: dict[str, Any] = {"stage": "proposal", "round": 0, "seat": "data_scientist", "plain": str} | kwargs
    return Question(ids=ids or ("S01", "S02"), prompt=shown, read=read, **given)


def names(*ids: str, **kwargs: Any) -> Reply:
    """An answer that gets these ids right."""
    given: dict[str, Any] = {"tokens_in": 100, "tokens_out": 10, "latency_s": 0.25} | kwargs
    return Reply("answered", raw=json.dumps(ids), finish_reason="stop", **given)


def failed(outcome: Outcome, retry_after: float | None = None) -> Reply:
    return Reply(outcome, error="SECRET words of a provider", retry_after=retry_after, latency_s=0.1)


class Script:
    """A wire that gives prepared replies, one after the other, and then none."""

    def __init__(self, *replies: Reply | Exception, delay: float = 0.0) -> None:
        self.requests: list[Request] = []
        self._replies = list(replies)
        self._delay = delay

    async def __call__(self, request: Request) -> Reply:
        assert self._replies, "a request that was not expected"
        self.requests.append(request)
        reply = self._replies.pop(0)
        await asyncio.sleep(self._delay)
        if isinstance(reply, Exception):
            raise reply
        return reply

    @property
    def asked(self) -> list[tuple[str, tuple[str, ...]]]:
        """Who was asked for what."""
        return [(r.model.ref, tuple(said_to(r)["ids"])) for r in self.requests]


def desk(wire: Script | None, seated: Panel | None = None, journal: Path | None = None, **kwargs: Any) -> Desk:
    return Desk(seated or panel(), wire, journal, **({"live": wire is not None, "pause": 0.0} | kwargs))


def answer(at: Desk, asked: Question[str]) -> Answer[str]:
    return asyncio.run(ask(at, asked))


def outcomes(attempts: Sequence[Attempt]) -> list[str]:
    return [a.outcome for a in attempts]
