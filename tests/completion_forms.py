"""What responses look like: a completion, an error and a list of models of Groq, Cerebras and OpenAI-like servers."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tests.faults import Content

DAY = 1_767_225_600  # when all of this was "created", in seconds


def completion_form(
    provider: str, asked: Mapping[str, Any], content: Content, good: str, number: int
) -> dict[str, Any]:
    """A chat completion; tokens are counted as a quarter of the characters."""
    text = content.text(good)
    tokens_in, tokens_out = len(json.dumps(asked.get("messages"))) // 4, max(1, len(text or "") // 4)
    usage = {
        "prompt_tokens": tokens_in,
        "completion_tokens": tokens_out,
        "total_tokens": tokens_in + tokens_out,
    }
    form: dict[str, Any] = {
        "id": f"chatcmpl-{number:08d}",
        "object": "chat.completion",
        "created": DAY,
        "model": asked.get("model"),
        "choices": [_choice(provider, asked, content, text)],
        "system_fingerprint": "fp_0123456789",
    }
    times = {"queue_time": 0.003, "prompt_time": 0.002, "completion_time": 0.011, "total_time": 0.013}
    if provider == "groq":
        form |= {"usage": usage | times, "usage_breakdown": None, "service_tier": "on_demand"}
        form["x_groq"] = {"id": f"req_{number:026d}", "seed": number}
    elif provider == "cerebras":
        form |= {"usage": usage | {"prompt_tokens_details": {"cached_tokens": 0}}}
        form["time_info"] = times | {"created": float(DAY)}
    else:
        form |= {"usage": usage}
    if not content.usage:
        del form["usage"]
    return form


def _choice(provider: str, asked: Mapping[str, Any], content: Content, text: str | None) -> dict[str, Any]:
    called = bool(asked.get("tools")) and content.called and text is not None
    message: dict[str, Any] = {"role": "assistant", "content": None if called else text}
    if content.parts and not called and text is not None:
        halves = ({"type": "text", "text": half} for half in (text[: len(text) // 2], text[len(text) // 2 :]))
        message["content"] = [{"type": "thinking", "thinking": "Hm."}, *halves]
    if called:
        function = {"name": asked["tools"][0]["function"]["name"], "arguments": text}
        message["tool_calls"] = [{"id": "call_0", "type": "function", "function": function}]
    if content.refusal or provider == "openai":
        message["refusal"] = content.refusal
    choice = {"index": 0, "message": message, "logprobs": None}
    if content.finish is not None:
        choice["finish_reason"] = "tool_calls" if called and content.finish == "stop" else content.finish
    return choice


def error_form(provider: str, message: str, code: str, failed: str | None) -> dict[str, Any]:
    """An error: Cerebras puts it at the top, the others under "error"."""
    error: dict[str, Any] = {"message": message, "type": "invalid_request_error", "code": code or None}
    if failed is not None:
        error["failed_generation"] = failed
    if provider == "groq":
        return {"error": error}
    error["param"] = None
    return error if provider == "cerebras" else {"error": error}


def models_form(provider: str, ids: Iterable[str]) -> dict[str, Any]:
    """The list of models."""
    entries: list[dict[str, Any]] = [
        {"id": i, "object": "model", "created": DAY, "owned_by": i.split("/")[0]} for i in ids
    ]
    if provider == "groq":
        for entry in entries:
            entry |= {
                "active": True,
                "context_window": 131_072,
                "public_apps": None,
                "max_completion_tokens": 65_536,
            }
    return {"object": "list", "data": entries}
