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
from cartjury.data.call_records import Outcome, Provider
from tests.agents.wires import GOOD, KEYS, PROVIDERS, SCHEMA, Line, line, providers, request
from tests.fault_server import FaultServer
from tests.faults import FAULTS, Content, Page, Rejection


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


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("name", ["401", "200 html"])
def test_a_key_that_a_provider_repeats_reaches_neither_reply_nor_trace(provider: str, name: str, to: Line) -> None:
    to.meets(FAULTS[name])

    with collect_runs() as traced:
        reply = to.send(request(provider))

    assert "[key]" in str(reply)
    assert KEYS[provider.upper()] not in str(reply)
    (run,) = traced.traced_runs
    told = str((run.inputs, run.outputs, run.error, run.extra, run.events))
    assert "lab/made-up-1" in told
    assert KEYS[provider.upper()] not in told


def test_a_key_in_an_answer_is_blanked_out(to: Line) -> None:
    to.meets(Content(lambda good: f"My key is {KEYS['CEREBRAS']}."))

    assert to.send(request("groq")).raw == "My key is [key]."


def test_a_masked_key_and_an_account_in_an_error_are_blanked_out(to: Line) -> None:
    to.meets(Rejection(401, "Incorrect key gsk_abcd****wxyz of org_01abcdefgh\nis\tnot  known", "", {}))

    assert (to.send(request("groq")).error or "").endswith("Incorrect key [key] of [org] is not known")


def test_a_long_error_is_cut_to_300_characters(to: Line) -> None:
    to.meets(Rejection(500, "so " * 500, "", {}))

    assert len(to.send(request("groq")).error or "") == 300


def test_of_a_body_that_is_no_completion_4000_characters_are_kept(to: Line) -> None:
    to.meets(Page(200, "<p>" * 5000))

    assert len(to.send(request("cerebras")).raw or "") == 4000


def test_a_provider_without_its_key_is_not_asked(to: Line) -> None:
    before = len(to.server.seen)
    wire = ProviderWire(providers(to.server.url), {"GROQ": " "})

    reply = to.runner.run(wire(request("groq")))

    assert (reply.outcome, reply.error) == ("unauthorized", "no key: GROQ is not set")
    assert len(to.server.seen) == before


def test_an_own_server_needs_no_key(to: Line) -> None:
    wire = ProviderWire(providers(to.server.url), {})

    async def once() -> str:
        reply = await wire(request("own"))
        await wire.aclose()
        return reply.outcome

    assert to.runner.run(once()) == "answered"


def test_without_an_address_of_an_own_server_nothing_is_sent(to: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_BASE", to.server.url)
    monkeypatch.setenv("OPENAI_API_KEY", "for somebody else")
    before = len(to.server.seen)
    nowhere = {"own": Provider(client="openai", key_env="OWN", key_needed=False, url_env=("LOCAL_LLM_URL",))}
    wire = ProviderWire(nowhere, {})

    async def once() -> tuple[str, str | None]:
        reply = await wire(request("own"))
        await wire.aclose()
        return reply.outcome, reply.error

    assert to.runner.run(once()) == ("bad_request", "no address: set LOCAL_LLM_URL")
    assert len(to.server.seen) == before


def test_a_redirect_is_not_followed(to: Line) -> None:
    with FaultServer() as elsewhere:
        to.meets(Rejection(307, "moved", "", {"location": f"{elsewhere.url}/v1/chat/completions"}))

        assert to.send(request("own")).outcome == "bad_response"
        assert not elsewhere.seen


def test_what_is_set_for_openai_does_not_reach_an_own_server(to: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_ORGANIZATION", "OPENAI_PROJECT_ID", "OPENAI_PROXY"):
        monkeypatch.setenv(name, "meant-for-openai")

    reply = to.send(request("own", timeout=4.5))  # a client of its own: it reads the environment when it is made

    assert reply.outcome == "answered"
    assert "meant-for-openai" not in str(to.server.seen[-1])


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
