"""A real language model is asked through the clients of all providers, and what comes back is told as what it is.

It is far too small to be right; nothing here depends on its taste.
"""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from cartjury.agents.asking import Message, Prompt, Reply, Request
from cartjury.agents.listing import living
from cartjury.agents.naming_question import Naming
from cartjury.agents.sitting import Hearing
from cartjury.agents.wire import ProviderWire
from cartjury.data.model_records import Model
from cartjury.data.model_table import load_table
from cartjury.tools.naming import check_claims
from tests.agents.protocol import check, twelve
from tests.local_llm import CONTEXT, HUNG_UP, MODEL, LocalLLM, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())
QUESTION = "Customers left shoes worth 90 euros in their carts. How likely will they come back, and in a word, why?"


class Guess(BaseModel):
    """A small answer; the schema bounds all of it, so that even this model comes to its end."""

    model_config = ConfigDict(extra="forbid")
    likely: Literal["low", "medium", "high"]
    percent: int = Field(ge=0, le=100)
    why: str = Field(max_length=20)


@pytest.fixture(scope="module")
def llm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalLLM]:
    with LocalLLM(tmp_path_factory.mktemp("llm") / "log.txt") as llm:
        yield llm


def test_groqs_client_gets_an_answer_of_the_schema(llm: LocalLLM) -> None:
    from langchain_groq import ChatGroq

    chat = ChatGroq(model=MODEL, base_url=llm.url, api_key=SecretStr("none"), temperature=0.3, max_tokens=100)
    answer = chat.with_structured_output(Guess, method="json_schema", include_raw=True).invoke(QUESTION)

    assert isinstance(answer, dict)
    assert isinstance(answer["parsed"], Guess)
    assert answer["raw"].response_metadata["finish_reason"] == "stop"
    assert answer["raw"].usage_metadata["output_tokens"] > 0


def test_cerebras_client_gets_an_answer_of_the_schema(llm: LocalLLM) -> None:
    from cerebras.cloud.sdk import Cerebras

    with Cerebras(base_url=llm.url, api_key="none", warm_tcp_connection=False) as client:
        answer: Any = client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": QUESTION}],
            max_completion_tokens=100,
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "guess", "strict": True, "schema": Guess.model_json_schema()},
            },
        )

    assert Guess.model_validate_json(answer.choices[0].message.content)
    assert answer.choices[0].finish_reason == "stop"


def test_openais_client_gets_an_answer_of_the_schema(llm: LocalLLM) -> None:
    from langchain_openai import ChatOpenAI

    chat = ChatOpenAI(model=MODEL, base_url=f"{llm.url}/v1", api_key=SecretStr("none"), max_completion_tokens=100)

    assert isinstance(chat.with_structured_output(Guess, method="json_schema").invoke(QUESTION), Guess)


SHORT = Prompt((Message("user", QUESTION),), Guess.model_json_schema(), max_tokens=100)


def at(llm: LocalLLM) -> Mapping[str, str]:
    """An environment in which all three providers are the local model."""
    urls = dict.fromkeys(("GROQ_API_BASE", "CEREBRAS_BASE_URL", "LOCAL_LLM_URL"), llm.url)
    return {**urls, "GROQ_API_KEY": "gsk-none", "CEREBRAS_API_KEY": "csk-none"}


def asked(llm: LocalLLM, provider: str, prompt: Prompt, timeout: float = 120.0) -> Reply:
    """What the wire makes of one request."""

    async def ask() -> Reply:
        wire = ProviderWire(load_table(None).providers, at(llm))
        try:
            return await wire(Request(model, prompt, 0.3, timeout))
        finally:
            await wire.aclose()

    model = Model(provider=provider, id=MODEL, family="smollm", context=CONTEXT)
    return asyncio.run(ask())


@pytest.mark.parametrize("provider", ["groq", "cerebras", "local"])
def test_names_of_three_segments_are_read_or_refused_with_a_reason(llm: LocalLLM, provider: str) -> None:
    briefs = twelve()[:3]
    ids = tuple(b.id for b in briefs)
    naming = Naming("growth_strategist", Hearing(briefs, 1, 0, ids, (), (), {}, check, check_claims), "")

    reply = asked(llm, provider, naming.prompt(ids, {}, ""))

    assert reply.outcome == "answered", reply.error
    assert reply.raw == llm.answers()[-1].text
    assert (reply.tokens_in, reply.tokens_out) == llm.answers()[-1].tokens
    reading = naming.read(reply.raw, ids)
    assert reading.outcome in {"answered", "not_accepted"}
    assert sorted([*reading.accepted, *reading.faults]) == sorted(ids)
    names = {i: proposal.name for i, proposal in reading.accepted.items()}
    assert all(not check(names[b.id], b, [n for i, n in names.items() if i != b.id]) for b in briefs if b.id in names)


@pytest.mark.parametrize("provider", ["groq", "cerebras", "local"])
def test_an_answer_cut_off_at_the_limit_of_tokens_is_told(llm: LocalLLM, provider: str) -> None:
    reply = asked(llm, provider, Prompt(SHORT.messages, SHORT.schema, max_tokens=4))

    assert (reply.outcome, reply.finish_reason, reply.tokens_out) == ("truncated", "length", 4)
    assert reply.raw == llm.answers()[-1].text


@pytest.mark.parametrize("provider", ["groq", "cerebras", "local"])
def test_a_prompt_longer_than_the_context_is_told(llm: LocalLLM, provider: str) -> None:
    long = Message("user", "shoes " * CONTEXT)

    assert asked(llm, provider, Prompt((long,), SHORT.schema, max_tokens=100)).outcome == "too_large"


def test_nobody_waits_longer_than_asked_and_the_model_stops(llm: LocalLLM) -> None:
    texts = {f"part{n}": {"type": "string"} for n in range(200)}
    long = {"title": "story", "type": "object", "properties": texts, "required": list(texts)}

    reply = asked(llm, "local", Prompt((Message("user", "Tell a story."),), long, max_tokens=5000), timeout=0.5)

    assert reply.outcome == "timeout"
    assert reply.latency_s < 5
    assert asked(llm, "local", SHORT).outcome == "answered"
    assert HUNG_UP in {answer.status for answer in llm.answers()}


def test_the_server_says_which_model_it_has(llm: LocalLLM) -> None:
    provider = load_table(None).providers["local"]

    assert asyncio.run(living("local", provider, at(llm))) == (MODEL,)
