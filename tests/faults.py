"""Everything that a provider can do to a request, by name. What tests/fault_server.py does with each is written there.

    FAULTS["truncated"] -> Content(...)         a completion, but not the good one
    FAULTS["429 long"] -> Rejection(...)        an error status
    FAULTS["200 html"] -> Page(...)             a body that is neither
    FAULTS["reset"] -> Broken(...)              trouble below HTTP

The spoilers (`wrong_ids` and so on) change the JSON of a good answer: ids are the values of keys called "id" or
"segment_id", or keys that look like one ("S03").
"""

import gzip
import json
import random
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal


@dataclass(frozen=True)
class Content:
    """A completion with status 200.

    Attributes:
        text: made from the good answer; None is a content of null.
        finish: finish_reason; None leaves it out.
        refusal: the message's refusal.
        usage: whether tokens are reported.
        called: whether the text is put into the tool call, where one was asked for.
        parts: whether the content is a list of parts, a thought and the text in two halves.
    """

    text: Callable[[str], str | None]
    finish: str | None = "stop"
    refusal: str | None = None
    usage: bool = True
    called: bool = True
    parts: bool = False


@dataclass(frozen=True)
class Rejection:
    """An error in the provider's own form.

    In the message "{key}" stands for the key that was sent, "{model}" for the model.

    Attributes:
        failed: the error's failed_generation.
    """

    status: int
    message: str
    code: str
    headers: Mapping[str, str]
    failed: str | None = None


@dataclass(frozen=True)
class Page:
    """A body of its own, whatever was asked; `gzipped` whether it is sent compressed."""

    status: int
    body: str
    content_type: str = "text/html"
    gzipped: bool = False

    def sent(self, key: str) -> tuple[bytes, Mapping[str, str]]:
        """The body on the wire, and the headers that say how it was made."""
        if self.gzipped:
            return _gzipped(self.body), {"content-encoding": "gzip"}
        return self.body.replace("{key}", key).encode(), {}


@dataclass(frozen=True)
class Broken:
    """Trouble below HTTP.

    "hang": a good answer after `seconds`. "drip": a good answer, a byte every `seconds`. "reset": the connection is
    reset without an answer. "cut": half of a good answer, then the connection is closed.
    """

    how: Literal["hang", "drip", "reset", "cut"]
    seconds: float = 0.0


Fault = Content | Rejection | Page | Broken

IDS: Final = ("id", "segment_id")
_ID: Final = re.compile(r"[A-Z]+[-_]?\d+")


def _walk(node: Any, change: Callable[[Any], Any]) -> Any:
    """Rebuild JSON from its leaves up; `change` sees every node after its children."""
    if isinstance(node, dict):
        node = {k: _walk(v, change) for k, v in node.items()}
    elif isinstance(node, list):
        node = [_walk(v, change) for v in node]
    return change(node)


def _spoiled(change: Callable[[Any], Any]) -> Callable[[str], str]:
    return lambda good: json.dumps(_walk(json.loads(good), change))


def _is_entry(node: Any) -> bool:
    return isinstance(node, dict) and any(k in IDS for k in node)


def _is_listing(node: Any) -> bool:
    """Whether this holds one thing for each segment."""
    if isinstance(node, dict):
        return bool(node) and all(_ID.fullmatch(k) for k in node)
    return isinstance(node, list) and bool(node) and all(_is_entry(n) for n in node)


def _wrong_type(node: Any) -> Any:
    if isinstance(node, str):
        return 7
    return "seven" if isinstance(node, int | float) and not isinstance(node, bool) else node


def _wrong_id(node: Any) -> Any:
    if _is_entry(node):
        return {k: f"X{v}" if k in IDS else v for k, v in node.items()}
    return {f"X{k}": v for k, v in node.items()} if isinstance(node, dict) and _is_listing(node) else node


def _half(node: Any) -> Any:
    if not _is_listing(node):
        return node
    kept = len(node) // 2
    return dict(list(node.items())[:kept]) if isinstance(node, dict) else node[:kept]


def _one_more(node: Any) -> Any:
    if not _is_listing(node):
        return node
    if isinstance(node, dict):
        return {**node, "X99": next(iter(node.values()))}
    return [*node, {k: "X99" if k in IDS else v for k, v in node[0].items()}]


def _twice(good: str) -> str:
    """Say the first key of the object twice, first with nothing in it."""
    first = next(iter(json.loads(good)), "again")
    return "{" + f"{json.dumps(first)}: null, " + good.strip().removeprefix("{")


@cache
def _gzipped(body: str) -> bytes:
    return gzip.compress(body.encode(), 1)


def _rejection(status: int, message: str, code: str, *, failed: str | None = None, **headers: str) -> Rejection:
    return Rejection(status, message, code, {k.replace("_", "-"): v for k, v in headers.items()}, failed)


_LIMIT: Final = (
    "Rate limit reached for model `{model}` in organization `org_01hzzzzzzzzzzzzzzzzzzzzzzz` on tokens per minute (TPM)"
)
_HUGE: Final = '{"choices": [{"message": {"content": "' + "a" * 1_200_000 + '"}, "finish_reason": "stop"}]}'
FAULTS: Final[Mapping[str, Fault]] = {
    # a completion that is of no use, or of use only to who reads it with care
    "null": Content(lambda good: None),
    "empty": Content(lambda good: ""),
    "blank": Content(lambda good: " \n\t "),
    "refusal": Content(lambda good: None, refusal="I can't help with that."),
    "filtered": Content(lambda good: good[: len(good) // 3], finish="content_filter"),
    "prose": Content(lambda good: "Sure! I would call these people loyal."),
    "no tool call": Content(lambda good: "I would now call the tool.", called=False),
    "think": Content(lambda good: "<think>\nThe user wants {names}.\n</think>\n" + good),
    "unclosed think": Content(lambda good: "<think>\nThe user wants names, so let me see"),
    "fenced": Content(lambda good: f"Here you go:\n```json\n{good}\n```"),
    "truncated": Content(lambda good: good[: len(good) // 2], finish="length"),
    "truncated whole": Content(lambda good: good, finish="length"),
    "malformed": Content(lambda good: good[:-1] + "'"),
    "wrong types": Content(_spoiled(_wrong_type)),
    "wrong ids": Content(_spoiled(_wrong_id)),
    "missing ids": Content(_spoiled(_half)),
    "extra ids": Content(_spoiled(_one_more)),
    "duplicate keys": Content(_twice),
    "half a surrogate": Content(lambda good: good + " \ud800"),
    "no finish_reason": Content(lambda good: good[: len(good) // 2], finish=None),
    "no finish_reason whole": Content(lambda good: good, finish=None),
    "text parts": Content(lambda good: good, parts=True),
    "no usage": Content(lambda good: good, usage=False),
    # an error status
    "429 short": _rejection(429, _LIMIT, "rate_limit_exceeded", retry_after="0.05"),
    "429 at once": _rejection(429, _LIMIT, "rate_limit_exceeded", retry_after="0"),
    "429 long": _rejection(429, _LIMIT, "rate_limit_exceeded", retry_after="420"),
    "429 in words": _rejection(429, _LIMIT + ". Please try again in 7m12s.", "rate_limit_exceeded"),
    "429 bare": _rejection(429, "Too many requests", ""),
    "500": _rejection(500, "Internal Server Error", "internal_server_error"),
    "502 html": Page(502, "<html><body><h1>502 Bad Gateway</h1></body></html>"),
    "503": _rejection(503, "Service unavailable", "service_unavailable", retry_after="0.05"),
    "529": _rejection(529, "Overloaded", "overloaded"),
    "413": _rejection(413, "Request too large for model `{model}`", "rate_limit_exceeded"),
    "context": _rejection(400, "Please reduce the length of the messages.", "context_length_exceeded"),
    "402": _rejection(402, "Payment required", "payment_required"),
    "401": _rejection(401, "Invalid API Key: {key}", "invalid_api_key"),
    "403": _rejection(403, "Forbidden", "forbidden"),
    "404": _rejection(404, "The model `{model}` does not exist or you do not have access to it.", "model_not_found"),
    "decommissioned": _rejection(400, "The model `{model}` has been decommissioned.", "model_decommissioned"),
    "failed tool call": _rejection(
        400, "Failed to call a function.", "tool_use_failed", failed="<function=answer>{names: bad"
    ),
    "failed json": _rejection(400, "Failed to generate JSON.", "json_validate_failed", failed='{"names": '),
    "400": _rejection(400, "'temperature' : value must be at most 2", "invalid_request_error"),
    # status 200, but no completion
    "200 html": Page(200, "<html>Sign in to the hotel's network. {key}</html>"),
    "200 broken json": Page(200, '{"id": "chatcmpl-1", "choices": [{"mess', "application/json"),
    "200 other json": Page(200, '{"status": "ok"}', "application/json"),
    "200 no choices": Page(200, '{"object": "chat.completion", "choices": []}', "application/json"),
    "200 nothing": Page(200, "", "application/json"),
    # a completion, but one that nobody can have wanted
    "huge": Page(200, _HUGE, "application/json"),
    "bomb": Page(200, " " * 30_000_000, "application/json", gzipped=True),
    # no answer, or not all of it
    "hang": Broken("hang", 30.0),
    "drip": Broken("drip", 0.02),
    "reset": Broken("reset"),
    "cut": Broken("cut"),
}


def random_fault(seed: int, rate: float, about: str, kinds: Collection[str] | None = None) -> Fault | None:
    """A fault with the chance `rate`, the same for the same seed and text: whoever asks first changes nothing.

    Args:
        seed: of the whole series.
        rate: 0-1.
        about: tells one request from another.
        kinds: names in FAULTS; None: all of them.
    """
    dice = random.Random(f"{seed}|{about}")
    names = sorted(kinds) if kinds is not None else sorted(FAULTS)
    return FAULTS[dice.choice(names)] if dice.random() < rate else None
