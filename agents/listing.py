"""Which models a provider serves today, and which one a server of the user's is meant to be."""

import asyncio
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

from cartjury.agents.addresses import address_of, key_of
from cartjury.agents.clients import NO_KEY, trusted
from cartjury.agents.estimate import NOTHING
from cartjury.data.call_records import Panel, Seat
from cartjury.data.errors import CartjuryError
from cartjury.data.model_records import Model, ModelTable, Provider
from cartjury.data.model_table import family_of
from cartjury.data.seats import SeatName

PATIENCE: Final = 10.0  # seconds
OWN_PATIENCE: Final = 5.0  # a server of the user's is near
LONGEST_ID: Final = 200
OWN_MODEL: Final = "*"  # the first one that a server of the user's lists
OWN_MODEL_ENV: Final = "LOCAL_LLM_MODEL"  # or this one, for the provider "local"
_SDK: Final = {
    "groq": ("groq", "AsyncGroq", {}),
    # Without this the constructor sends a request of its own.
    "cerebras": ("cerebras.cloud.sdk", "AsyncCerebras", {"warm_tcp_connection": False}),
    "openai": ("openai", "AsyncOpenAI", {}),
}


class ListingError(CartjuryError):
    """A provider did not list its models. The message is ours: it never holds what the provider said."""


async def living(
    name: str, provider: Provider, environ: Mapping[str, str], *, seconds: float = PATIENCE
) -> tuple[str, ...]:
    """Ask a provider for its models, through its own client library.

    Args:
        name: as the model table calls it.
        provider: where it is and which key it takes.
        environ: keys and addresses.
        seconds: to wait for the whole answer.

    Returns:
        Ids in the provider's order.

    Raises:
        ListingError: no key, a refused key, no answer in time, or an answer that is no list of models.
        InputError: its address is none.
    """
    key = key_of(provider, environ)
    if key is None and provider.key_needed:
        raise ListingError(f"no key for {name}: set {provider.key_env}")
    if key and not (key.isascii() and key.isprintable()):
        raise ListingError(f"{provider.key_env} holds characters that no key has")
    address = address_of(provider, environ)
    where = address or name
    sdk = import_module(_SDK[provider.client][0])
    client = _client(provider, address, key, seconds)
    try:
        async with asyncio.timeout(seconds), client:
            return _ids(await client.models.list())
    except sdk.APIStatusError as error:
        raise ListingError(_refusal(error.status_code, name, provider, where)) from None
    except (sdk.APIConnectionError, TimeoutError):  # APITimeoutError is one of the former
        raise ListingError(_silence(provider, where)) from None
    except (sdk.APIError, AttributeError, TypeError, ValueError):
        raise ListingError(f"{where} answers, but not with a list of models") from None


def _client(provider: Provider, address: str | None, key: str | None, seconds: float) -> Any:
    """A client library as guarded as where a prompt is sent: no redirects, no flood, nothing meant for others."""
    from cartjury.agents.noting_client import NotingClient

    module, client_class, extra = _SDK[provider.client]
    client = getattr(import_module(module), client_class)(
        api_key=key or NO_KEY,
        base_url=address,
        timeout=seconds,
        max_retries=0,
        http_client=NotingClient({key} if key else (), verify=trusted()),
        **extra,
    )
    if provider.client == "openai":  # what the environment says of these is meant for OpenAI
        client.organization = client.project = None
    return client


def own_model(provider: str, environ: Mapping[str, str]) -> str | None:
    """Return the model that the user chose for the server of their own."""
    return (environ.get(OWN_MODEL_ENV, "").strip() or None) if provider == "local" else None


async def name_own_models(panel: Panel, table: ModelTable, environ: Mapping[str, str]) -> Panel:
    """Put the id that a server of the user's lists first, or LOCAL_LLM_MODEL, in place of "*".

    A server that does not answer is left out; a seat that has no other model is empty, with the reason. The
    estimate stays as it is, unless no seat is left.
    """
    own = {m.ref: m for s in panel.seats.values() for m in s.models if m.id == OWN_MODEL}
    named = dict(zip(own, await asyncio.gather(*(_named(m, table, environ) for m in own.values())), strict=True))
    seats: dict[SeatName, Seat] = {}
    empty = dict(panel.empty)
    for name, seat in panel.seats.items():
        found = [named.get(m.ref, m) for m in seat.models]
        models = tuple({m.ref: m for m in found if isinstance(m, Model)}.values())
        if models:
            seats[name] = seat.model_copy(update={"models": models})
        else:
            empty[name] = "; ".join(dict.fromkeys(m for m in found if isinstance(m, str)))
    estimate = panel.estimate if seats else NOTHING
    return panel.model_copy(update={"seats": seats, "empty": empty, "estimate": estimate})


async def _named(own: Model, table: ModelTable, environ: Mapping[str, str]) -> Model | str:
    """Return the model of a user's own server, or why there is none."""
    chosen = own_model(own.provider, environ)
    provider = table.providers[own.provider]
    try:
        ids = (chosen,) if chosen else await living(own.provider, provider, environ, seconds=OWN_PATIENCE)
    except ListingError as error:
        return str(error)
    if not ids:
        return f"{own.provider} lists no model"
    named = own.model_copy(update={"id": ids[0], "family": family_of(ids[0])})
    return table.models.get(named.ref, named)


def _ids(page: Any) -> tuple[str, ...]:
    """Ids that can be shown and sent; the client libraries do not check what they got."""
    if not isinstance(page.data, list):
        raise TypeError
    found = (item.id for item in page.data)
    return tuple(i for i in found if isinstance(i, str) and i.isprintable() and 0 < len(i) <= LONGEST_ID)


def _refusal(status: int, name: str, provider: Provider, where: str) -> str:
    if status in {401, 403}:
        return f"{name} refuses the key in {provider.key_env}"
    return f"{where} answers with status {status}"


def _silence(provider: Provider, where: str) -> str:
    if provider.key_needed:
        return f"no answer from {where}"
    return f"no answer from {where}: is the server running? {' or '.join(provider.url_env)} says where it is"
