"""Desks with a matcher or an arbiter, wires that answer by a function or from a list, and accepted prompts."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from cartjury.agents.asking import Prompt, Reply, Request
from cartjury.agents.desk import Desk
from cartjury.agents.evaluators import match, prefer
from cartjury.data.jury_records import SegmentBrief
from cartjury.data.outside_records import Matched, Preferred
from cartjury.data.seats import SeatName
from tests.agents.asking_fakes import model, panel
from tests.agents.sittings import block, body_of

SNAPSHOTS = Path(__file__).parent / "snapshots"
Data = Mapping[str, Any]
Speaks = Callable[[Data], Any]


class Outsider:
    """A wire. It hears the data of each request, and says what a function makes of it, or the next of some replies.

    Attributes:
        bodies: of all requests.
    """

    def __init__(self, speaks: Speaks, *first: str | Reply) -> None:
        self.bodies: list[dict[str, Any]] = []
        self._first = list(first)
        self._speaks = speaks

    async def __call__(self, request: Request) -> Reply:
        body = body_of(request)
        self.bodies.append(body)
        said = self._first.pop(0) if self._first else json.dumps(self._speaks(block(body)))
        if isinstance(said, Reply):
            return said
        return Reply("answered", raw=said, finish_reason="stop", tokens_in=90, tokens_out=9, latency_s=0.1)

    @property
    def seen(self) -> list[Data]:
        """The data of all requests."""
        return [block(body) for body in self.bodies]

    @property
    def words(self) -> str:
        """All text that was sent, forms included."""
        return json.dumps(self.bodies)


def desk(wire: Outsider, seat: SeatName, **kwargs: Any) -> Desk:
    return Desk(panel(model("out/side"), seat=seat, **kwargs), wire, pause=0.0)


def matched(wire: Outsider, briefs: Sequence[SegmentBrief], names: Mapping[str, str], seed: int = 42) -> Matched:
    return asyncio.run(match(desk(wire, "matcher"), briefs, names, seed=seed))


def preferred(
    wire: Outsider,
    briefs: Sequence[SegmentBrief],
    first: Mapping[str, str],
    second: Mapping[str, str],
    seed: int = 42,
    **kwargs: Any,
) -> Preferred:
    return asyncio.run(prefer(desk(wire, "arbiter", **kwargs), briefs, first, second, seed=seed))


def assert_accepted(kind: str, prompt: Prompt) -> None:
    """Hold a prompt against the text that was accepted."""
    text = "\n".join(f"=== {m.role}\n{m.text}" for m in prompt.messages)
    text += f"\n=== at most {prompt.max_tokens} tokens\n{json.dumps(prompt.schema, indent=1)}\n"
    kept = SNAPSHOTS / f"{kind}.txt"
    was = kept.read_text(encoding="utf-8") if kept.exists() else ""
    if text != was:
        new = kept.with_suffix(".new")
        new.write_text(text, encoding="utf-8")
        pytest.fail(f"The prompt has changed. Read the difference; if it is wanted: mv {new} {kept}", pytrace=False)
