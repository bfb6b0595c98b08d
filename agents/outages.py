"""Who is left alone for a while: a provider that has stopped answering, a model that asks for a long pause.

Without this a jury would wait for every model of every seat in every stage, though none of them can answer.
"""

from collections.abc import Callable
from typing import Final

from cartjury.data.call_records import Attempt, Model

LIMIT: Final = 3
SILENT: Final = f"its provider failed {LIMIT} times in a row"
PAUSING: Final = "it was over its rate limit"
_LOST: Final = {"connection", "server_error"}


class Outages:
    """Counts, by provider, the requests that brought nothing, since the last one that brought something.

    A timeout counts at once: it has cost its time. Lost connections and failing servers cost little, and what
    stumbles trips all requests that are under way: of those that failed together only one counts, so that each can
    be tried once more.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Nothing has failed yet; `clock` tells wall seconds."""
        self._clock = clock
        self._failed: dict[str, int] = {}
        self._until: dict[str, float] = {}

    def count(self, provider: str) -> int:
        """How many requests in a row brought nothing."""
        return self._failed.get(provider, 0)

    def note(self, attempt: Attempt, model: Model, before: int, longest: float) -> None:
        """Learn from a request that was sent.

        Args:
            attempt: with its outcome.
            model: that was asked.
            before: the count when it was sent.
            longest: Retry-After, in seconds, that is waited for; what is longer is remembered here.
        """
        count = self.count(model.provider)
        if attempt.outcome == "timeout":
            count += 1
        elif attempt.outcome in _LOST and attempt.raw is None:
            count = max(count, min(count, before) + 1)
        else:
            count = 0
        self._failed[model.provider] = count
        if attempt.outcome == "rate_limited" and (attempt.retry_after or 0.0) > longest:
            self._until[model.ref] = self._clock() + (attempt.retry_after or 0.0)

    def why(self, model: Model) -> str | None:
        """Why a model is better not asked now; None: it may be."""
        if self.count(model.provider) >= LIMIT:
            return SILENT
        return PAUSING if self._clock() < self._until.get(model.ref, 0.0) else None
