"""A response with status 2xx -> Reply: the text of the answer, how it ended, what it took.

Whether the text says anything useful is not looked at here.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from cartjury.agents.asking import Reply

CUT_OFF: Final = "length"  # finish_reason: the limit of tokens was met
FILTERED: Final = "content_filter"
_THOUGHT: Final = re.compile(r"\A\s*<think(?:ing)?>.*</think(?:ing)?>", re.IGNORECASE | re.DOTALL)


def completion(body: bytes) -> Reply:
    """Read the body of a successful response; the answer to a forced tool call are its arguments.

    Returns:
        "answered", "truncated" (also where the text looks whole; or where nothing says that the answer came to its
        end, and it is no whole JSON object), "refused", "empty", or "bad_response" with the body where this is no
        chat completion.
    """
    try:
        data = json.loads(body)
        choice = data["choices"][0]
        message = choice["message"]
        text = _text(message)
    except (ValueError, RecursionError, KeyError, IndexError, TypeError, AttributeError):
        return Reply("bad_response", raw=body.decode(errors="replace"), error="the response is no chat completion")
    finish = choice.get("finish_reason")
    finish = finish if isinstance(finish, str) else None
    tokens_in, tokens_out = _tokens(data.get("usage"))
    outcome, error = _ending(text, message.get("refusal"), finish)
    if outcome == "refused" and text is None and message.get("refusal"):
        text = str(message["refusal"])
    return Reply(outcome, raw=text, error=error, finish_reason=finish, tokens_in=tokens_in, tokens_out=tokens_out)


def _text(message: Mapping[str, Any]) -> str | None:
    """The arguments of the first tool call, else the content, its parts joined; None where there is neither.

    Raises:
        TypeError, ValueError, ...: the message has another form than a chat message.
    """
    calls = message.get("tool_calls")
    text = calls[0]["function"]["arguments"] if calls else message.get("content")
    if isinstance(text, list):  # other parts are thoughts and the like
        text = "".join([part["text"] for part in text if part["type"] == "text"])
    if text is not None and not isinstance(text, str):
        raise ValueError("the answer is no text")
    return text


def _ending(text: str | None, refusal: object, finish: str | None) -> tuple[Any, str | None]:
    """Outcome and error of an answer that was read."""
    if refusal or finish == FILTERED:
        return "refused", str(refusal or "the answer was filtered")
    if finish == CUT_OFF:
        return "truncated", "the answer met the limit of tokens"
    if text is None or not text.strip():
        return "empty", "the answer has no text"
    if finish is None and not _whole(text):
        return "truncated", "the answer does not say that it ended: no finish_reason"
    return "answered", None


def _whole(text: str) -> bool:
    """Whether a text is one JSON object, thinking before it left out."""
    try:
        return isinstance(json.loads(_THOUGHT.sub("", text)), dict)
    except (ValueError, RecursionError):
        return False


def _tokens(usage: object) -> tuple[int | None, int | None]:
    """Tokens in and out as the provider counted them; None where it did not, or not with a number."""
    if not isinstance(usage, Mapping):
        return None, None
    counts = [usage.get("prompt_tokens"), usage.get("completion_tokens")]
    tokens_in, tokens_out = (n if type(n) is int and 0 <= n < 2**53 else None for n in counts)
    return tokens_in, tokens_out
