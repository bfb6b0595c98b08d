"""A real language model answers: what it says is asked for, read, checked and recorded rightly, whatever it says.

It is far too small to be right. Nothing here depends on its taste: a refused answer, an abstention and a name that the
offline jury filled in are results as good as any, as long as they are told.
"""

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from tests.local_llm import MODEL, LocalLLM, why_not

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
