"""A request to a model and what came back: ChatGroq, cerebras-cloud-sdk or ChatOpenAI in, a Reply out.

Nothing that a provider or a network does rises from here as an exception.
"""

import asyncio
import warnings
from collections.abc import Mapping
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

from cartjury.agents.addresses import address_of, key_of
from cartjury.agents.asking import Reply, Request
from cartjury.agents.blanks import blanked
from cartjury.agents.clients import Clients, options
from cartjury.agents.completions import completion
from cartjury.agents.exchange import Exchange, watched
from cartjury.agents.failures import lost, rejected
from cartjury.agents.traced import gave_up, traced_as
from cartjury.data.errors import InputError
from cartjury.data.model_records import Provider

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel
    from langchain_core.messages import BaseMessage


class ProviderWire:
    """Sends requests to their providers. It belongs to one event loop and keeps its connections there."""

    def __init__(self, providers: Mapping[str, Provider], environ: Mapping[str, str]) -> None:
        """Nothing is loaded or opened before the first request.

        Args:
            providers: by the name that models call them.
            environ: holds keys and addresses.
        """
        self._providers = providers
        self._environ = environ
        self._keys = {key for provider in providers.values() if (key := key_of(provider, environ))}
        self._clients: Clients | None = None
        self._models: dict[tuple[str, float, float], BaseChatModel] = {}

    async def __call__(self, request: Request) -> Reply:
        """Return what came back within `request.timeout` seconds; a failure is a reply, never an exception."""
        try:
            provider = self._providers[request.model.provider]
            if provider.key_needed and key_of(provider, self._environ) is None:
                return Reply("unauthorized", error=f"no key: {provider.key_env} is not set")
            model = self._model(provider, request)
        except InputError as error:
            return blanked(Reply("bad_request", error=str(error)), self._keys)
        except Exception as error:  # a library that will not start is a failed request like any other
            return blanked(lost(error), self._keys)
        started = perf_counter()
        with watched() as exchange:
            failure = await _ask(model, request, options(provider, request.model, request.prompt))
        latency = round(perf_counter() - started, 6)
        return replace(blanked(_reply(exchange, failure), self._keys), latency_s=latency)

    async def aclose(self) -> None:
        """Close all connections."""
        if self._clients is not None:
            await self._clients.aclose()
        self._clients = None
        self._models.clear()

    def _model(self, provider: Provider, request: Request) -> "BaseChatModel":
        wanted = (request.model.ref, request.temperature, request.timeout)
        if wanted not in self._models:
            self._clients = self._clients or Clients(self._keys)
            address, key = address_of(provider, self._environ), key_of(provider, self._environ)
            self._models[wanted] = self._clients.chat_model(provider, address, key, request)
        return self._models[wanted]


async def _ask(model: "BaseChatModel", request: Request, asked: dict[str, Any]) -> Exception | None:
    """Make the request; what the library makes of the response is left to the trace."""
    # The libraries warn on the terminal where a field is of another type than theirs; what came is read here anyway.
    # Not with catch_warnings: requests run at the same time, and each would restore what another has set.
    warnings.filterwarnings("ignore", "Pydantic serializer warnings", UserWarning)
    config = traced_as(request)
    # The library's own timeout starts again with every byte.
    limit = asyncio.timeout(request.timeout)
    try:
        async with limit:
            await model.ainvoke(_messages(request), config, **asked)
    except Exception as error:  # libraries and what they build on raise what they like
        if limit.expired():
            await gave_up(config, error)
        return error
    return None


def _messages(request: Request) -> "list[BaseMessage]":
    from langchain_core.messages import HumanMessage, SystemMessage

    return [
        SystemMessage(message.text) if message.role == "system" else HumanMessage(message.text)
        for message in request.prompt.messages
    ]


def _reply(exchange: Exchange, error: Exception | None) -> Reply:
    if exchange.status is None or (exchange.body is None and exchange.status < 400):
        return lost(error)
    if exchange.unreadable is not None and exchange.status < 400:
        return Reply("bad_response", raw=(exchange.body or b"").decode(errors="replace"), error=exchange.unreadable)
    if 200 <= exchange.status < 300:
        return completion(exchange.body or b"")
    return rejected(exchange)
