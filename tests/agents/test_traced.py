"""What a trace says of a request to a model: who was asked for what, and how a request ended that was given up."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.tracers.context import collect_runs

from cartjury.agents.asking import Request
from cartjury.agents.traced import traced_as
from cartjury.data.call_records import Attempt
from tests.agents.wires import PROVIDERS, Line, line, request
from tests.faults import FAULTS

ASKED = Attempt(
    stage="verdict",
    round=1,
    persona="judge",
    order="reverse",
    attempt=1,
    repair=True,
    provider="groq",
    model="lab/made-up-1",
    outcome="skipped",
    segment_ids=("S01", "S02"),
    prompt_sha256="ab" * 32,
)


@pytest.fixture(scope="module")
def to() -> Iterator[Line]:
    with line() as opened:
        yield opened


def known(provider: str, **changes: Any) -> Request:
    asked = request(provider, **changes)
    priced = asked.model.model_copy(update={"price_in": 0.15, "price_out": 0.6})
    return replace(asked, model=priced, attempt=ASKED)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_request_is_named_and_says_who_was_asked_for_what(provider: str, to: Line) -> None:
    to.meets(None)
    with collect_runs() as traced:
        to.send(known(provider))

    (run,) = traced.traced_runs
    told = run.metadata
    assert run.name == "judge verdict (reverse), attempt 2"
    assert {"judge", "verdict"} <= set(run.tags or ())
    assert told["segment_ids"] == ["S01", "S02"]
    assert (told["persona"], told["stage"], told["round"], told["order"]) == ("judge", "verdict", 1, "reverse")
    assert (told["attempt"], told["repair"], told["prompt_sha256"]) == (1, True, "ab" * 32)
    assert (told["price_in"], told["price_out"]) == (0.15, 0.6)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_request_that_takes_too_long_is_ended_in_the_trace_too(provider: str, to: Line) -> None:
    to.meets(FAULTS["hang"])
    with collect_runs() as traced:
        reply = to.send(known(provider, timeout=0.3))

    (run,) = traced.traced_runs
    assert reply.outcome == "timeout"
    assert run.end_time is not None
    assert str(run.error).startswith("TimeoutError")


def test_a_request_of_which_nothing_is_known_is_traced_as_it_is() -> None:
    assert traced_as(request("groq")) is None
