"""The service: its calls, behind the guard and the door."""

import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cartjury.app.guard import Guard
from cartjury.app.serve.door import Door, in_address, remember
from cartjury.app.serve.faults import HANDLERS
from cartjury.app.serve.file_calls import FileCalls
from cartjury.app.serve.headers import Protected
from cartjury.app.serve.places import Places
from cartjury.app.serve.thread_calls import ThreadCalls
from cartjury.app.serve.turns import Opens, Turns
from cartjury.app.serve.views import Words, told

MAX_UPLOAD: Final = 512_000_000  # bytes


def make_app(
    *, threads: Opens, roots: tuple[Path, ...], runs: Path, token: str, words: Words, max_upload: int = MAX_UPLOAD
) -> Starlette:
    """Put the service together; `app.state.turns` are its turns.

    Args:
        threads: how a thread is opened.
        roots: folders that inputs may lie in; uploads go to the first.
        runs: folder of the threads.
        token: what callers have to show.
        words: says what a preview would do.
        max_upload: bytes of a file at most.
    """
    turns = Turns(threads, lambda event: told(event, words))
    places = Places(tuple(root.resolve() for root in roots), runs.resolve())
    calls = [*ThreadCalls(turns, places, words).routes(), *FileCalls(places, max_upload).routes()]

    async def index(request: Request) -> Response:
        """List the calls."""
        response = JSONResponse({"service": "cartjury", "calls": [_line(call) for call in calls]})
        return remember(response, token) if in_address(request.scope) else response

    async def health(_: Request) -> Response:
        """Say that it runs."""
        return JSONResponse({"ok": True})

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await turns.close()

    app = Starlette(
        routes=[Route("/", index, methods=["GET"]), Route("/health", health, methods=["GET"]), *calls],
        middleware=[Middleware(Protected), Middleware(Guard), Middleware(Door, token=token)],
        exception_handlers=HANDLERS,
        lifespan=lifespan,
    )
    app.state.turns = turns
    return app


def _line(call: Route) -> dict[str, Any]:
    (method,) = (call.methods or set()) - {"HEAD"}
    return {"call": f"{method} {call.path.replace(':int', '')}", "what": inspect.getdoc(call.endpoint)}
