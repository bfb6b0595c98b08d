"""From a question to a line of the call log: what was asked, then what came back, then what was read in it.

Whatever an answer says, and whatever its reader makes of it, a sound attempt comes out, and the asking goes on.
"""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from cartjury.agents.asking import Prompt, Question, Reading, Reply
from cartjury.agents.outcomes import QUOTED
from cartjury.data.call_records import CONTENT_FAULTS, Attempt, Outcome
from cartjury.data.model_records import Model

T = TypeVar("T")


@dataclass(frozen=True)
class Turn:
    """One attempt at a question: who is asked what about which ids.

    Attributes:
        number: of the attempt, from 0 within the question.
        repair: whether the prompt quotes the faults of the answer before.
        wait: seconds to wait before the request.
    """

    model: Model
    temperature: float
    prompt: Prompt
    ids: tuple[str, ...]
    number: int
    repair: bool = False
    wait: float = 0.0


def fingerprint(prompt: Prompt) -> str:
    """SHA-256 of what a model is shown: the same for the same prompt on any machine."""
    shown = [[[m.role, m.text] for m in prompt.messages], dict(prompt.schema), prompt.max_tokens]
    return hashlib.sha256(json.dumps(shown, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def unsent(question: Question[T], turn: Turn) -> Attempt:
    """An attempt of which nothing has come yet."""
    return Attempt(
        stage=question.stage,
        round=question.round,
        persona=question.seat,
        part=question.part,
        order=question.order,
        attempt=turn.number,
        repair=turn.repair,
        provider=turn.model.provider,
        model=turn.model.id,
        outcome="skipped",
        cost_usd=0.0,
        segment_ids=turn.ids,
        prompt_sha256=fingerprint(turn.prompt),
    )


def same_request(one: Attempt, other: Attempt) -> bool:
    """Whether two attempts asked the same model the same thing in the same place of the protocol."""
    asked = [(a.key, a.provider, a.model, a.prompt_sha256) for a in (one, other)]
    return asked[0] == asked[1]


def replied(attempt: Attempt, reply: Reply, model: Model, waited: float) -> Attempt:
    """An attempt with what came back; what that says is not looked at yet."""
    counted = reply.tokens_in is not None and reply.tokens_out is not None
    found = {
        "outcome": "empty" if reply.outcome == "answered" and reply.raw is None else reply.outcome,
        "raw": _whole(reply.raw),
        "error": _whole(reply.error),
        "finish_reason": _whole(reply.finish_reason),
        "tokens_in": reply.tokens_in,
        "tokens_out": reply.tokens_out,
        "cost_usd": model.cost(reply.tokens_in or 0, reply.tokens_out or 0) if counted else None,
        "latency_s": reply.latency_s,
        "waited_s": waited,
        "retry_after": reply.retry_after if math.isfinite(reply.retry_after or 0.0) else None,
    }
    return attempt.model_copy(update=found)


def read(question: Question[T], attempt: Attempt, raw: str) -> tuple[Attempt, Reading[T]]:
    """Read an answer. That `parsed` is set, if only to nothing, tells that it was read.

    Every id that was asked for is either accepted or has a fault, and no other id occurs.
    """
    reading = _read(question, raw, attempt.segment_ids)
    values = {i: question.plain(value) for i, value in reading.accepted.items()}
    # As the log will give it back: lists for tuples, and no half characters.
    parsed: dict[str, Any] = json.loads(_whole(json.dumps(values, ensure_ascii=False)) or "")
    seen = {"outcome": reading.outcome, "parsed": parsed, "faults": reading.faults}
    return attempt.model_copy(update=seen), reading


def _read(question: Question[T], raw: str, ids: Sequence[str]) -> Reading[T]:
    try:
        found = question.read(raw, ids)
    except Exception:  # a reader should not raise; if one does, its answer is of no use
        found = Reading("wrong_shape")
    accepted = {i: found.accepted[i] for i in ids if i in found.accepted}
    missing = [i for i in ids if i not in accepted]
    outcome: Outcome = "answered"
    if missing:
        outcome = found.outcome if found.outcome in CONTENT_FAULTS else "not_accepted"
    return Reading(outcome, accepted, {i: _whole(found.faults.get(i)) or QUOTED[outcome] for i in missing})


def _whole(text: str | None) -> str | None:
    """Text that can be written down: half characters, which escapes in JSON can make, become U+FFFD."""
    return None if text is None else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
