"""The providers' libraries: one langchain chat model for each (model, temperature, timeout), and what is asked of it.

What they have in common: no retries (the ladder above retries, and records every attempt), no streaming, no cache,
and all their requests go through one HTTP client that notes the responses.
"""

import re
from collections.abc import Collection, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cartjury.agents.asking import Prompt, Request
from cartjury.data.errors import InputError
from cartjury.data.model_records import Model, Provider

if TYPE_CHECKING:
    from ssl import SSLContext

    from langchain_core.language_models.chat_models import BaseChatModel

LIBRARIES = {"groq": "langchain_groq", "cerebras": "cerebras.cloud.sdk", "openai": "langchain_openai"}
NO_KEY = "none"  # the libraries refuse to work without one, also for servers that want none


def preload(clients: Collection[str]) -> None:
    """Import the libraries of some clients (Provider.client), so that the first request does not wait for them."""
    for name in sorted(clients):
        import_module(LIBRARIES[name])
    trusted()


class Clients:
    """Makes chat models that share their connections."""

    def __init__(self, keys: Collection[str]) -> None:
        """Open nothing yet.

        Args:
            keys: of all providers; no library gets to see them in a response.
        """
        import httpx

        from cartjury.agents.noting_client import NotingClient

        context = trusted()
        # A redirect is not followed: a prompt goes to the address that was given and nowhere else.
        self._http = NotingClient(keys, verify=context)
        self._unused = httpx.Client(verify=context)  # ChatGroq and ChatOpenAI make one of their own otherwise

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()
        self._unused.close()

    def chat_model(self, provider: Provider, address: str | None, key: str | None, request: Request) -> "BaseChatModel":
        """Make the chat model that answers a request.

        Args:
            provider: says which library.
            address: as that library wants it; None: its own.
            key: None where the server wants none.
            request: for the model, its temperature and the timeout.

        Raises:
            InputError: a server of the user's own without an address.
        """
        if provider.client == "groq":
            return self._groq(address, key or NO_KEY, request)
        if provider.client == "cerebras":
            return self._cerebras(address, key or NO_KEY, request)
        if address is None:  # the library would send everything to OpenAI
            raise InputError(f"no address: set {' or '.join(provider.url_env) or 'url in the model table'}")
        return self._openai(address, key or NO_KEY, request)

    def _groq(self, address: str | None, key: str, request: Request) -> "BaseChatModel":
        from langchain_groq import ChatGroq
        from pydantic import SecretStr

        return ChatGroq(
            model=request.model.id,
            api_key=SecretStr(key),
            base_url=address,
            temperature=request.temperature,
            timeout=request.timeout,
            max_retries=0,
            http_client=self._unused,
            http_async_client=self._http,
            disable_streaming=True,
            cache=False,
        )

    def _cerebras(self, address: str | None, key: str, request: Request) -> "BaseChatModel":
        from cerebras.cloud.sdk import AsyncCerebras

        from cartjury.agents.cerebras_client import ChatCerebrasCloud

        client = AsyncCerebras(
            api_key=key,
            base_url=address,
            timeout=request.timeout,
            max_retries=0,
            http_client=self._http,
            warm_tcp_connection=False,  # it would ask the server for something before there is a question
        )
        return ChatCerebrasCloud(
            client=client,
            model_name=request.model.id,
            temperature=request.temperature,
            disable_streaming=True,
            cache=False,
        )

    def _openai(self, address: str, key: str, request: Request) -> "BaseChatModel":
        from langchain_openai import ChatOpenAI
        from pydantic import SecretStr

        model = ChatOpenAI(
            model=request.model.id,
            api_key=SecretStr(key),
            base_url=address,
            temperature=request.temperature,
            timeout=request.timeout,
            max_retries=0,
            http_client=self._unused,
            http_async_client=self._http,
            use_responses_api=False,
            http_socket_options=(),
            openai_proxy="",
            disable_streaming=True,
            cache=False,
        )
        # What is set for OpenAI in the environment is not meant for a server of one's own.
        model.root_async_client.organization = model.root_async_client.project = None
        return model


@cache
def trusted() -> "SSLContext":
    """Whose certificates are trusted: one for the process, as to read them takes longer than all the rest."""
    import httpx

    return httpx.create_ssl_context()


def options(provider: Provider, model: Model, prompt: Prompt) -> dict[str, Any]:
    """What is asked beyond messages and temperature: the form of the answer, its length, how to think.

    `max_completion_tokens` is always there: a provider without it counts the model's longest answer against the limit
    of tokens a minute. Servers of one's own are sent `max_tokens` as well, as older ones know only that.
    """
    length = {"max_tokens": prompt.max_tokens} if provider.client == "openai" else {}
    body = {**model.reasoning, **length}
    asked = {"max_completion_tokens": prompt.max_tokens, **_form(model, prompt.schema)}
    return {**asked, "extra_body": body} if body else asked


def _form(model: Model, schema: Mapping[str, Any]) -> dict[str, Any]:
    name = re.sub(r"[^A-Za-z0-9_-]", "_", str(schema.get("title") or "answer"))[:64]
    if model.output == "tools":
        function = {"name": name, "description": "Gives the answer.", "parameters": dict(schema)}
        return {
            "tools": [{"type": "function", "function": function}],
            "tool_choice": {"type": "function", "function": {"name": name}},
        }
    form = {"name": name, "schema": dict(schema), "strict": model.output == "strict"}
    return {"response_format": {"type": "json_schema", "json_schema": form}}
