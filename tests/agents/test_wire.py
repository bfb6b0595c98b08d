"""What is asked of each provider through its real library, and what a good answer becomes."""

import asyncio
import logging
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from langchain_core.tracers.context import collect_runs

from cartjury.agents.wire import ProviderWire
from cartjury.data.call_records import Outcome
from tests.agents.wires import GOOD, KEYS, PROVIDERS, SCHEMA, Line, line, providers, request
from tests.fault_server import FaultServer
from tests.faults import FAULTS


@pytest.fixture(scope="module")
def lines() -> Iterator[Line]:
    with line() as opened:
        yield opened


@pytest.fixture
def to(lines: Line) -> Line:
    """The line, with nothing wrong on it."""
    lines.meets(None)
    return lines


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_good_answer_comes_back_as_it_was_given(provider: str, to: Line) -> None:
    reply = to.send(request(provider))

    assert (reply.outcome, reply.raw, reply.finish_reason, reply.error) == ("answered", GOOD, "stop", None)
    assert (reply.tokens_in, reply.tokens_out) == (27, len(GOOD) // 4)
    assert 0 < reply.latency_s < 5


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_arguments_of_a_forced_tool_call_are_the_answer(provider: str, to: Line) -> None:
    reply = to.send(request(provider, output="tools"))

    assert (reply.outcome, reply.raw, reply.finish_reason) == ("answered", GOOD, "tool_calls")


@pytest.mark.parametrize(
    ("provider", "path"),
    [
        ("groq", "/openai/v1/chat/completions"),
        ("cerebras", "/v1/chat/completions"),
        ("own", "/v1/chat/completions"),
    ],
)
def test_each_provider_is_spoken_to_by_its_own_library(provider: str, path: str, to: Line) -> None:
    to.send(request(provider))

    seen = to.server.seen[-1]
    assert seen.path == path
    assert seen.headers["authorization"] == f"Bearer {KEYS[provider.upper()]}"
    agents = {"groq": "langchain/", "cerebras": "AsyncCerebras/", "own": "AsyncOpenAI/"}
    assert seen.headers["user-agent"].startswith(agents[provider])


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("output", ["strict", "schema"])
def test_the_form_of_the_answer_is_asked_for_with_the_schema(provider: str, output: str, to: Line) -> None:
    to.send(request(provider, output="strict" if output == "strict" else "schema"))

    form = {"name": "names", "schema": SCHEMA, "strict": output == "strict"}
    assert to.body()["response_format"] == {"type": "json_schema", "json_schema": form}
    assert "tools" not in to.body()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_where_tools_are_asked_for_the_call_is_forced(provider: str, to: Line) -> None:
    to.send(request(provider, output="tools"))

    assert to.body()["tool_choice"] == {"type": "function", "function": {"name": "names"}}
    function = {"name": "names", "description": "Gives the answer.", "parameters": SCHEMA}
    assert to.body()["tools"] == [{"type": "function", "function": function}]
    assert "response_format" not in to.body()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_model_temperature_length_and_messages_are_those_of_the_request(provider: str, to: Line) -> None:
    to.send(request(provider, temperature=0.7))

    body = to.body()
    assert (body["model"], body["temperature"], body["max_completion_tokens"]) == ("lab/made-up-1", 0.7, 321)
    assert body["messages"] == [
        {"role": "system", "content": "You name groups of people."},
        {"role": "user", "content": "Name S01 and S02."},
    ]
    assert body.get("n", 1) == 1
    assert not body.get("stream", False)


def test_an_own_server_is_sent_the_older_name_of_the_length_too(to: Line) -> None:
    to.send(request("own"))

    assert to.body()["max_tokens"] == 321


@pytest.mark.parametrize("provider", PROVIDERS)
def test_reasoning_options_are_sent_as_they_stand_in_the_table(provider: str, to: Line) -> None:
    to.send(request(provider, reasoning={"reasoning_effort": "low", "reasoning_format": "hidden", "odd_one": "x"}))

    wanted = {"reasoning_effort": "low", "reasoning_format": "hidden", "odd_one": "x"}
    assert {k: to.body()[k] for k in wanted} == wanted


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_failure_is_not_sent_again_by_the_library(provider: str, to: Line) -> None:
    to.meets(FAULTS["429 at once"])
    before = len(to.server.seen)

    to.send(request(provider))

    assert len(to.server.seen) == before + 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_nothing_else_is_ever_asked_of_a_server(provider: str) -> None:
    with line() as fresh:
        fresh.send(request(provider))

        assert len(fresh.server.seen) == 1


def test_requests_run_at_the_same_time() -> None:
    with line() as slow:
        slow.send(request("groq"))
        slow.server.delay = 0.2

        async def all_at_once() -> list[float]:
            asked = [request(p) for p in PROVIDERS for _ in range(4)]
            started = asyncio.get_running_loop().time()
            replies = await asyncio.gather(*map(slow.wire, asked))
            assert {r.outcome for r in replies} == {"answered"}
            return [asyncio.get_running_loop().time() - started, *(r.latency_s for r in replies)]

        took, *latencies = slow.runner.run(all_at_once())

        assert took < 6 * 0.2
        assert min(latencies) >= 0.2


def test_connections_are_kept_from_one_request_to_the_next() -> None:
    with line() as fresh:
        for provider in PROVIDERS:
            for temperature in (0.3, 0.9, 0.3):
                fresh.send(request(provider, temperature=temperature))

        assert fresh.server.connections == 1  # all three are at one address here


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_trace_shows_a_call_of_the_model(provider: str, to: Line) -> None:
    with collect_runs() as traced:
        to.send(request(provider))

    (run,) = traced.traced_runs
    assert run.run_type == "llm"
    assert (run.extra or {})["metadata"]["ls_model_name"] == "lab/made-up-1"
    assert run.outputs is not None
    assert GOOD in str(run.outputs)


def test_a_cancelled_request_ends_as_cancelled(to: Line) -> None:
    to.meets(FAULTS["hang"])

    async def cancelled() -> bool:
        task = asyncio.ensure_future(to.wire(request("groq")))
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert to.runner.run(cancelled())


def test_a_server_that_is_not_there_is_a_failed_connection(to: Line) -> None:
    with FaultServer() as gone:
        url = gone.url
    wire = ProviderWire(providers(url), KEYS)

    async def all_three() -> list[Outcome]:
        found = [(await wire(request(p))).outcome for p in PROVIDERS]
        await wire.aclose()
        return found

    assert to.runner.run(all_three()) == ["connection"] * 3


def test_a_model_of_an_unknown_provider_is_a_reply_too(to: Line) -> None:
    asked = request("groq")

    assert to.send(replace(asked, model=asked.model.model_copy(update={"provider": "nobody"}))).error


def test_nothing_is_written_to_the_log(to: Line, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        for fault in ("200 broken json", "reset", "401", "null"):
            to.meets(FAULTS[fault])
            for provider in PROVIDERS:
                to.send(request(provider))

    assert not caplog.records


def test_the_wire_loads_no_library_before_it_is_used() -> None:
    heavy = ("groq", "langchain_groq", "cerebras", "openai", "langchain_openai", "langchain_core", "httpx")
    code = f"import sys, cartjury.agents.wire; print([m for m in {heavy} if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
