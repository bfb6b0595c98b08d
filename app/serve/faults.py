"""What goes wrong in a call, as the client reads it: {"error": {"kind", "message"}}, and never a traceback."""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cartjury.app.serve.headers import PROTECTION
from cartjury.data.errors import BusyError, CartjuryError, EditError, ModelError

UNEXPECTED: Final = "something went wrong inside cartjury; the terminal that it was started in says more"
KINDS: Final = {400: "request", 404: "not_found", 405: "method"}
MESSAGES: Final = {404: "there is nothing here: GET / lists the calls", 405: "this call takes another method"}


class CallError(Exception):
    """A call that is refused.

    Attributes:
        status: of the response.
        kind: for programs.
        message: for people.
    """

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status, self.kind, self.message = status, kind, message


def fault_of(error: CartjuryError) -> CallError:
    """Return what a client is told of an error that cartjury raised on purpose."""
    if isinstance(error, BusyError):
        return CallError(409, "busy", str(error))
    kind = "edit" if isinstance(error, EditError) else "model" if isinstance(error, ModelError) else "input"
    return CallError(422, kind, str(error))


def answer(fault: CallError, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Tell a client."""
    return JSONResponse({"error": {"kind": fault.kind, "message": fault.message}}, fault.status, headers)


async def _of_ours(_: Request, error: Exception) -> Response:
    return answer(fault_of(error) if isinstance(error, CartjuryError) else cast("CallError", error))


async def _of_http(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    return answer(CallError(status, KINDS.get(status, "request"), MESSAGES.get(status, "this cannot be done")), headers)


async def _of_nobody(_: Request, __: Exception) -> Response:
    # This one is answered outside our middleware, so it brings its headers along. What happened is on stderr.
    return answer(CallError(500, "internal", UNEXPECTED), PROTECTION)


HANDLERS: Final[Mapping[Any, Callable[[Request, Exception], Any]]] = {
    CallError: _of_ours,
    CartjuryError: _of_ours,
    HTTPException: _of_http,
    Exception: _of_nobody,
}
