"""What an outcome is called: in reasons for people, and to a model that is asked again.

Only our own words: what a provider said stays in the log.
"""

import re
from collections.abc import Mapping
from typing import Final

from cartjury.data.call_records import Attempt, Outcome
from cartjury.data.model_records import Model

SAID: Final[Mapping[Outcome, str]] = {
    "answered": "it answered",
    "empty": "it said nothing",
    "refused": "it refused to answer",
    "truncated": "its answer was cut off",
    "not_json": "its answer was not JSON",
    "wrong_shape": "its answer had the wrong form",
    "not_accepted": "its answer was refused",
    "rate_limited": "it was over its rate limit",
    "server_error": "its server failed",
    "connection": "it could not be reached",
    "timeout": "it did not answer in time",
    "too_large": "the request was too large for it",
    "payment": "its provider asks for payment",
    "unauthorized": "its provider did not accept the key",
    "model_gone": "its provider does not have it",
    "bad_request": "its provider did not accept the request",
    "bad_response": "its server sent something that is no answer",
    "skipped": "it was not asked",
    "budget": "a cap is reached",
}

QUOTED: Final[Mapping[Outcome, str]] = {
    "empty": "Your answer was empty.",
    "refused": "You gave no answer.",
    "truncated": "Your answer was cut off before its end. Be shorter.",
    "not_json": "Your answer was not JSON.",
    "wrong_shape": "Your answer did not have the form that was asked for.",
    "not_accepted": "Your answer could not be used.",
}

_CUT_OFF: Final = re.compile(r"the cap of [\d.e+-]+ s cut it off")


def cut_off(seconds: float) -> str:
    """Why there is no answer where our own cap of so many seconds ended the wait for it."""
    return f"the cap of {seconds:g} s cut it off"


def said(attempt: Attempt) -> str:
    """What came of an attempt, as a part of a sentence about its model."""
    if attempt.outcome in {"skipped", "budget"} and attempt.error:
        return attempt.error  # nothing was sent, so these are our own words
    if attempt.outcome == "timeout" and attempt.error and _CUT_OFF.fullmatch(attempt.error):
        return attempt.error  # made by `cut_off`; nothing else that a provider may say is let through
    if attempt.outcome == "timeout" and attempt.latency_s is not None and attempt.latency_s >= 1:
        return f"it did not answer within {attempt.latency_s:.0f} s"
    return SAID[attempt.outcome]


def dead_for_good(attempt: Attempt, model: Model) -> str | None:
    """What is of no use for the rest of a run after this attempt: the model's ref, its provider, or nothing."""
    if attempt.outcome == "model_gone":
        return model.ref
    return model.provider if attempt.outcome in {"unauthorized", "payment"} else None
