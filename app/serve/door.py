"""The token: whoever can read the terminal in which the service was started may call it, nobody else.

It is taken from `Authorization: Bearer`, `X-Cartjury-Token`, `?token=`, or the cookie that GET /?token= sets.
"""

import hashlib
import hmac
from typing import Final

from starlette.datastructures import Headers, QueryParams
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from cartjury.app.serve.faults import CallError, answer

OPEN: Final = frozenset({"/", "/health"})  # to be read without a token; they tell nothing about anybody's data
UNKNOWN: Final = CallError(401, "token", "this call needs the token that cartjury serve printed with its address")


class Door:
    """Middleware that asks for the token."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app, self._token = app, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse with 401, or hand on."""
        if scope["type"] == "lifespan" or _is_open(scope) or self._is_known(scope):
            await self._app(scope, receive, send)
        else:
            await answer(UNKNOWN, {"WWW-Authenticate": "Bearer"})(scope, receive, send)

    def _is_known(self, scope: Scope) -> bool:
        shown = [*in_address(scope), *_in_headers(Headers(scope=scope), cookie_name(self._token))]
        # All are compared, so that the time says nothing about which one was nearly right.
        return any([hmac.compare_digest(one.encode(), self._token.encode()) for one in shown])  # noqa: C419 - see above


def in_address(scope: Scope) -> list[str]:
    """Return the tokens of an address."""
    return QueryParams(scope.get("query_string", b"")).getlist("token")


def cookie_name(token: str) -> str:
    """Name the cookie: of its own for each service, since all ports of a machine share their cookies."""
    return f"cartjury-{hashlib.sha256(token.encode()).hexdigest()[:12]}"


def remember(response: Response, token: str) -> Response:
    """Let a browser bring the token from now on; no page of another site makes it do so, no script reads it."""
    response.set_cookie(cookie_name(token), token, httponly=True, samesite="strict", path="/")
    return response


def _is_open(scope: Scope) -> bool:
    """Whether a call needs no token; one that shows a wrong one is told so."""
    return scope["path"] in OPEN and scope.get("method") in {"GET", "HEAD"} and not in_address(scope)


def _in_headers(headers: Headers, cookie: str) -> list[str]:
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    named = headers.getlist("x-cartjury-token")
    kept = cookie_parser(headers.get("cookie", ""))
    return [
        *([bearer.strip()] if scheme.lower() == "bearer" else []),
        *named,
        *([kept[cookie]] if cookie in kept else []),
    ]
