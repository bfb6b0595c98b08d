"""Keeps keys and account ids out of what is said about a request, and the log readable."""

import re
from collections.abc import Collection
from dataclasses import replace
from functools import cache
from typing import Final

from cartjury.agents.asking import Reply

BODY: Final = 4_000  # characters kept of a response that is no chat completion
RAW: Final = 100_000  # and of any other text; an answer that can be used is far shorter
ERROR: Final = 300
SHORTEST_KEY: Final = 8  # shorter ones ("EMPTY", "ollama") are words that servers without keys are given
_READ: Final = 2 * RAW  # characters searched for keys: more than are kept, so that a key at the cut is seen whole
_ACCOUNT: Final = re.compile(r"\borg[-_][A-Za-z0-9]{6,}")
# A key as a provider quotes it: masked in the middle.
_MASKED: Final = re.compile(r"\b(?:gsk|csk|sk)[-_][A-Za-z0-9_*.-]{6,}")


def blanked(reply: Reply, keys: Collection[str]) -> Reply:
    """Replace keys and account ids in all texts of a reply, cut long ones, and make them fit for UTF-8."""
    longest = BODY if reply.outcome == "bad_response" else RAW
    raw = None if reply.raw is None else without(reply.raw[:_READ], keys)[:longest]
    finish = None if reply.finish_reason is None else _line(reply.finish_reason, keys, 40)
    return replace(reply, raw=raw, error=reply.error and _line(reply.error, keys, ERROR), finish_reason=finish)


def _line(text: str, keys: Collection[str], length: int) -> str:
    text = _MASKED.sub("[key]", _ACCOUNT.sub("[org]", without(text[:_READ], keys)))
    return " ".join(text.split())[:length]


def without(text: str, keys: Collection[str]) -> str:
    """Replace keys by "[key]", also those spelt with the escapes of JSON, and what UTF-8 cannot say by "?"."""
    for key in sorted(keys, key=len, reverse=True):  # a key may begin with another
        if len(key) >= SHORTEST_KEY:
            text = _spelling(key).sub("[key]", text)
    return text.encode(errors="replace").decode()  # JSON can hold half of a surrogate pair


@cache
def _spelling(key: str) -> re.Pattern[str]:
    """A key, any character of which may be written as a JSON escape of its code."""
    return re.compile("".join(rf"(?:{re.escape(c)}|\\u(?i:{ord(c):04x}))" for c in key))
