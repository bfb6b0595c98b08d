"""The HTTP client under all providers' libraries: it notes what comes back, and hands on no keys.

Imported only where a provider is asked: it loads httpx.
"""

from collections.abc import Collection
from typing import Any

import httpx

from cartjury.agents.blanks import without
from cartjury.agents.exchange import watching

# They describe the body as it came, compressed perhaps and of another length.
_OF_THE_BODY = {"content-encoding", "content-length", "transfer-encoding"}


class NotingClient(httpx.AsyncClient):
    """An httpx client that reads every response whole.

    Some providers repeat a bad key in their error. The libraries put the error into exceptions, and those end in
    traces: so the key is taken out before.
    """

    def __init__(self, keys: Collection[str], **settings: Any) -> None:
        super().__init__(**settings)
        self._keys = keys

    async def send(self, request: httpx.Request, **how: Any) -> httpx.Response:
        """Send a request, and note status and body of the response as soon as each of them is there."""
        exchange = watching()
        response = await super().send(request, **{**how, "stream": True})
        exchange.status, exchange.headers = response.status_code, dict(response.headers)
        try:
            body = await response.aread()
        finally:
            await response.aclose()
        exchange.body = body
        if not any(key.encode() in body for key in self._keys):
            return response
        return httpx.Response(
            response.status_code,
            headers=[(k, v) for k, v in response.headers.items() if k not in _OF_THE_BODY],
            content=without(body.decode(errors="replace"), self._keys).encode(),
            request=request,
        )
