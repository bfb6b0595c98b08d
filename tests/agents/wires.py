"""A wire to a fault server with a provider for each client library, and requests to send over it."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from typing import Literal

from cartjury.agents.asking import Message, Prompt, Reply, Request
from cartjury.agents.wire import ProviderWire
from cartjury.data.model_records import Model, Provider
from tests.fault_server import FaultServer
from tests.faults import Fault

PROVIDERS = ("groq", "cerebras", "own")
KEYS = {"GROQ": "gsk_K3yOfGroq0123456789", "CEREBRAS": "csk-k3yofcerebras0123456789", "OWN": "k3y of its own 0123"}
GOOD = '{"S01": {"name": "Loyal_Core"}, "S02": {"name": "Late_Browsers"}}'
SCHEMA = {
    "title": "names",
    "type": "object",
    "properties": {"S01": {"type": "string"}},
    "required": ["S01"],
    "additionalProperties": False,
}


@dataclass
class Line:
    """A wire, the server at its other end, and the loop that it runs on."""

    server: FaultServer
    wire: ProviderWire
    runner: asyncio.Runner

    def send(self, request: Request) -> Reply:
        return self.runner.run(self.wire(request), context=copy_context())  # a test's tracer comes along

    def body(self) -> Mapping[str, object]:
        """What the server saw last."""
        return self.server.seen[-1].body

    def meets(self, fault: Fault | None) -> None:
        """Let every request from now on meet a fault."""
        self.server.fault = lambda seen: fault


def providers(url: str) -> dict[str, Provider]:
    return {
        "groq": Provider(client="groq", key_env="GROQ", url=url),
        "cerebras": Provider(client="cerebras", key_env="CEREBRAS", url=url),
        "own": Provider(client="openai", key_env="OWN", key_needed=False, url=f"{url}/v1"),
    }


@contextmanager
def line() -> Iterator[Line]:
    with FaultServer(answer=lambda body: GOOD) as server, asyncio.Runner() as runner:
        wire = ProviderWire(providers(server.url), KEYS)
        yield Line(server, wire, runner)
        runner.run(wire.aclose())


def request(
    provider: str,
    *,
    output: Literal["strict", "schema", "tools"] = "schema",
    reasoning: Mapping[str, str] | None = None,
    timeout: float = 5.0,
    temperature: float = 0.3,
) -> Request:
    model = Model(
        provider=provider, id="lab/made-up-1", family="f", context=8000, output=output, reasoning=reasoning or {}
    )
    messages = (Message("system", "You name groups of people."), Message("user", "Name S01 and S02."))
    return Request(model, Prompt(messages, SCHEMA, max_tokens=321), temperature, timeout)
