"""Where a provider is reached and with which key: from the environment, then from the model table.

Users write addresses with and without /v1; each client library adds its own part of the path.
"""

import re
from collections.abc import Mapping
from typing import Final

from cartjury.data.addresses import checked
from cartjury.data.model_records import Provider

# What the groq and cerebras libraries append themselves; "openai" wants its address with the version in it.
_OWN_PATH: Final = {
    "groq": re.compile(r"(/openai)?(/v1)?(/chat/completions|/models)?$"),
    "cerebras": re.compile(r"(/v1)?(/chat/completions|/models)?$"),
    "openai": re.compile(r"(/chat/completions|/models)$"),
}


def key_of(provider: Provider, environ: Mapping[str, str]) -> str | None:
    """Return the provider's key; a blank one is none."""
    return environ.get(provider.key_env, "").strip() or None


def address_of(provider: Provider, environ: Mapping[str, str]) -> str | None:
    """Return the base URL as the provider's client library wants it; None: the library's own.

    Raises:
        InputError: the address is none, or holds a user, a password or a query; its text is not repeated.
    """
    for name in provider.url_env:
        if environ.get(name, "").strip():
            return normalised(environ[name].strip(), provider.client, name)
    return normalised(provider.url, provider.client, "the model table") if provider.url else None


def normalised(url: str, client: str, where: str) -> str:
    """Cut from an address what the client library appends, or add what it does not.

    Args:
        url: as a user wrote it.
        client: Provider.client.
        where: what holds the address, for the message.

    Raises:
        InputError: as `address_of`.
    """
    parts = checked(url, where)
    path = _OWN_PATH[client].sub("", parts.path.rstrip("/")).rstrip("/")
    if client == "openai" and not path:
        path = "/v1"
    return f"{parts.scheme}://{parts.netloc}{path}"
