"""A jury at a table made for tests: real desk, real questions, and a wire that hands requests to a function."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from cartjury.agents.asking import Reply, Request
from cartjury.agents.desk import Desk
from cartjury.agents.sitting import Hearing
from cartjury.data.call_records import Panel, Seat
from cartjury.data.jury_records import Persona, Proposal, SegmentBrief
from cartjury.data.model_records import Model
from cartjury.data.seats import SEATS
from cartjury.tools.naming import check_claims
from tests.agents.protocol import check, twelve

MODELS = {seat: f"model-{n}" for n, seat in enumerate(SEATS)}
Speaker = Callable[[Mapping[str, Any]], str]


class Wire:
    """Asks a function that is given the body of a request, and remembers the bodies."""

    def __init__(self, speaker: Speaker) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.at_once = 0
        self._speaker = speaker
        self._waiting = 0

    async def __call__(self, request: Request) -> Reply:
        body = body_of(request)
        self.bodies.append(body)
        self._waiting += 1
        self.at_once = max(self.at_once, self._waiting)
        await asyncio.sleep(0)
        self._waiting -= 1
        said = self._speaker(body)
        return Reply("answered", raw=said, finish_reason="stop", tokens_in=100, tokens_out=10, latency_s=0.1)

    @property
    def asked(self) -> list[list[str]]:
        """The segments of each request, in the order in which they were shown."""
        return [list(block(body)["segments"]) for body in self.bodies]


def body_of(request: Request) -> dict[str, Any]:
    """A request as a provider gets it."""
    schema = dict(request.prompt.schema)
    return {
        "model": request.model.id,
        "messages": [{"role": m.role, "content": m.text} for m in request.prompt.messages],
        "response_format": {"type": "json_schema", "json_schema": {"name": schema["title"], "schema": schema}},
    }


def block(body: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a request; there is one block, and it is JSON."""
    text = body["messages"][-1]["content"]
    assert text.count("<data>") == text.count("</data>") == 1
    found: dict[str, Any] = json.loads(text.split("<data>")[1].split("</data>")[0])
    return found


def desk(wire: Wire, *, spare: bool = False, **kwargs: Any) -> Desk:
    """A desk with every seat taken, each by a model of its own; with `spare` another one behind it."""
    names = {seat: (first, "spare") if spare else (first,) for seat, first in MODELS.items()}
    seats = {
        seat: Seat(models=tuple(Model(provider="test", id=m, family="f", context=9000) for m in ids), temperature=0.3)
        for seat, ids in names.items()
    }
    given: dict[str, Any] = {"effort": "thorough", "rate_limited": False, **kwargs}
    return Desk(Panel(preset="test", seats=seats, **given), wire, pause=0.0)


def hearing(briefs: Sequence[SegmentBrief] | None = None, **kwargs: Any) -> Hearing:
    """The first round on all segments, or what is said otherwise."""
    known = tuple(briefs if briefs is not None else twelve()[:3])
    given: dict[str, Any] = {
        "seed": 42,
        "round": 0,
        "only": tuple(b.id for b in known),
        "taken": (),
        "proposals": (),
        "standing": {},
        "check": partial(check),
        "check_claims": check_claims,
    }
    return Hearing(briefs=known, **(given | kwargs))


def proposal(persona: Persona, name: str, segment: str = "S01", n: int = 0, **kwargs: Any) -> Proposal:
    given: dict[str, Any] = {"provider": "test", "model": MODELS[persona], "round": n, **kwargs}
    return Proposal(persona=persona, segment_id=segment, name=name, **given)
