"""The guard at the door of a server on this machine: no website that a browser has open gets in.

A browser sends a foreign page's requests to 127.0.0.1 as readily as our own. What gives such a request away are headers
that the page cannot set:

| what is tried | what gives it away |
|---|---|
| a foreign page posts, fetches, opens a WebSocket | `Origin` names the page |
| a foreign page loads an image, a script, a frame, a link | `Sec-Fetch-Site`, without an `Origin` |
| a foreign name is made to point to 127.0.0.1 | `Host` is that name |

Programs send neither `Origin` nor `Sec-Fetch-Site`, and pass.
"""

import re
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.IGNORECASE)
IN_PROCESS = ("api", "/noauth")  # host and root path of a LangGraph client inside the server; neither comes by network
POLICY_VIOLATION = 1008  # a WebSocket's close code


class Guard:
    """Middleware that lets in what comes from this machine, and from pages of some origins.

    It comes before everything else that answers, CORS too.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str] = ()) -> None:
        """Guard an app.

        Args:
            app: what is guarded.
            origins: of pages that may call besides the server's own.
        """
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse with 403, or hand on."""
        reason = refusal(scope, self._origins) if scope["type"] in {"http", "websocket"} else None
        if reason is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": reason})
        else:
            await JSONResponse({"error": {"kind": "forbidden", "message": reason}}, 403)(scope, receive, send)


def refusal(scope: Scope, origins: Collection[str]) -> str | None:
    """Why a request is refused; None lets it in."""
    headers = Headers(scope=scope)
    hosts, callers = headers.getlist("host"), headers.getlist("origin")
    if not _is_ours(hosts, str(scope.get("root_path", ""))):
        return "this server answers to 127.0.0.1, localhost and [::1] only: use one of these in the address"
    if len(callers) > 1 or any(c not in origins and c not in _own(hosts[0]) for c in callers):
        return "pages of this origin may not call this server"
    if not callers and _is_from_elsewhere(headers):
        return "pages of other sites may not call this server"
    return None


def _is_ours(hosts: list[str], root_path: str) -> bool:
    if len(hosts) != 1:
        return False
    host, root = IN_PROCESS
    return HOST.fullmatch(hosts[0]) is not None or (hosts[0] == host and root_path.startswith(root))


def _own(host: str) -> tuple[str, str]:
    return f"http://{host.lower()}", f"https://{host.lower()}"


def _is_from_elsewhere(headers: Headers) -> bool:
    """Whether a browser says so. Another port of this machine is the same site: only a click may come from there."""
    site = headers.get("sec-fetch-site")
    return site == "cross-site" or (site == "same-site" and headers.get("sec-fetch-mode") != "navigate")
