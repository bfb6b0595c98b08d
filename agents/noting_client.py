"""The HTTP client under all providers' libraries: it notes what comes back, and hands on no keys and no floods.

Imported only where a provider is asked: it loads httpx.
"""

import zlib
from collections.abc import Collection
from typing import Any, Final

import httpx

from cartjury.agents.blanks import without
from cartjury.agents.exchange import watching

LONGEST: Final = 1_000_000  # bytes of a body, decompressed; a long answer has a few ten thousand
SHOWN: Final = 20_000  # bytes kept of a longer one
# They describe the body as it came, compressed perhaps and of another length.
_OF_THE_BODY: Final = {"content-encoding", "content-length", "transfer-encoding"}
_PLAIN: Final = {"", "identity"}
_INFLATED: Final = {"gzip", "x-gzip", "deflate"}
_ANY_HEAD: Final = 32 + zlib.MAX_WBITS  # zlib tells gzip and deflate by their first bytes


class NotingClient(httpx.AsyncClient):
    """An httpx client that reads every response whole, up to a limit.

    Some providers repeat a bad key in their error. The libraries put the error into exceptions, and those end in
    traces: so the key is taken out before. A body that is too long, or compressed beyond reading, is handed on cut
    and noted as unreadable.
    """

    def __init__(self, keys: Collection[str], **settings: Any) -> None:
        super().__init__(**settings)
        self._keys = keys

    async def send(self, request: httpx.Request, **how: Any) -> httpx.Response:
        """Send a request, and note status and body of the response as soon as each of them is there."""
        exchange = watching()
        # A few bytes could else become gigabytes, before anything here sees them.
        request.headers["accept-encoding"] = "identity"
        response = await super().send(request, **{**how, "stream": True})
        exchange.status, exchange.headers = response.status_code, dict(response.headers)
        try:
            body, exchange.unreadable = await _body(response)
        finally:
            await response.aclose()
        exchange.body = body
        if any(key.encode() in body for key in self._keys):
            body = without(body.decode(errors="replace"), self._keys).encode()
        return httpx.Response(
            response.status_code,
            headers=[(k, v) for k, v in response.headers.multi_items() if k not in _OF_THE_BODY],
            content=body,
            request=request,
        )


async def _body(response: httpx.Response) -> tuple[bytes, str | None]:
    """Read a body piece by piece and never inflate more than is kept; say why where it cannot be read."""
    coding = response.headers.get("content-encoding", "").strip().lower()
    if coding not in _PLAIN | _INFLATED:
        return b"", "the answer is compressed in a way that was not asked for"
    inflate = None if coding in _PLAIN else zlib.decompressobj(_ANY_HEAD)
    body = bytearray()
    async for piece in response.aiter_raw():
        try:
            body += piece if inflate is None else inflate.decompress(piece, LONGEST + 1 - len(body))
        except zlib.error:
            return bytes(body[:SHOWN]), "the answer cannot be decompressed"
        if len(body) > LONGEST:
            return bytes(body[:SHOWN]), "the answer is too large"
    return bytes(body), None
