"""What went wrong -> Reply: a response with an error status, or an exception where no whole response came."""

import json
from typing import Any, Final

from cartjury.agents.asking import Reply
from cartjury.agents.exchange import Exchange
from cartjury.agents.pauses import retry_after
from cartjury.data.call_records import Outcome

_BY_STATUS: Final[dict[int, Outcome]] = {
    401: "unauthorized",
    402: "payment",
    403: "unauthorized",
    404: "model_gone",
    408: "timeout",
    413: "too_large",
    429: "rate_limited",
    498: "server_error",  # Groq: no capacity left
}
# Providers say these with 400, 403, 410 or 422, in the code or in the message.
_GONE: Final = ("model_not_found", "decommissioned", "does not exist", "model_permission_blocked")
_TOO_LARGE: Final = ("context_length", "context length", "context size", "context window", "exceed_context")


def rejected(exchange: Exchange) -> Reply:
    """Read a response with an error status, also one whose body did not come whole."""
    status, body = exchange.status or 0, exchange.body or b""
    message, code, generation = _said(body)
    outcome = _outcome(status, f"{code} {message}".lower(), generated=generation is not None)
    return Reply(
        outcome,
        raw=generation,
        error=f"status {status}: {code} {message}" if code else f"status {status}: {message}",
        retry_after=retry_after(exchange.headers, message),
    )


def _outcome(status: int, said: str, *, generated: bool) -> Outcome:
    if status in {400, 403, 410, 422}:
        if any(word in said for word in _GONE):
            return "model_gone"
        if any(word in said for word in _TOO_LARGE):
            return "too_large"
        if generated or "tool_use_failed" in said or "json_validate_failed" in said:
            return "not_json"
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return "server_error"
    return "bad_request" if status >= 400 else "bad_response"


def _said(body: bytes) -> tuple[str, str, str | None]:
    """Message, code and failed generation of an error; providers put them at the top or under "error"."""
    text = body.decode(errors="replace")
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return text, "", None
    error: Any = data.get("error", data) if isinstance(data, dict) else data
    if not isinstance(error, dict):
        return (error if isinstance(error, str) else text), "", None
    generation = error.get("failed_generation")
    return (
        str(error.get("message") or error.get("detail") or text),
        str(error.get("code") or error.get("type") or ""),
        generation if generation is None or isinstance(generation, str) else json.dumps(generation),
    )


def lost(error: BaseException | None) -> Reply:
    """Read an exception where no whole response came; `None`: the library ended without sending anything."""
    import httpx

    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    outcome: Outcome = "bad_response"
    if any(isinstance(e, TimeoutError | httpx.TimeoutException) for e in chain):
        outcome = "timeout"
    elif any(isinstance(e, OSError | httpx.TransportError) for e in chain):
        outcome = "connection"
    # A library's own exception says little; those it came from say more, often twice.
    told = dict.fromkeys(f"{type(e).__name__}: {e}".removesuffix(": ") for e in chain)
    return Reply(outcome, error=", from ".join(told) or "no request was sent")
