"""Keys, accounts and prompts go where they belong and nowhere else."""

from collections.abc import Iterator

import pytest
from langchain_core.tracers.context import collect_runs

from cartjury.agents.wire import ProviderWire
from cartjury.data.model_records import Provider
from tests.agents.wires import KEYS, PROVIDERS, Line, line, providers, request
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
