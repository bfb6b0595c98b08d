"""Who is left alone: a provider that has stopped answering, a model that keeps refusing for its rate limit.

Without this a jury would wait for every model of every seat in every stage, though none of them can answer.
"""

from typing import Final

from cartjury.data.call_records import Attempt
from cartjury.data.model_records import Model

LIMIT: Final = 3
SILENT: Final = f"its provider failed {LIMIT} times in a row"
REFUSING: Final = "it kept refusing for its rate limit"
_LOST: Final = {"connection", "server_error"}


class Outages:
    """Counts, by provider, the requests that brought nothing, since the last one that brought something.

    A timeout counts at once: it has cost its time. Lost connections and failing servers cost little, and what
    stumbles trips all requests that are under way: of those that failed together only one counts, so that each can
    be tried once more. Rate limits are a model's own: a model that was given up for them is left alone until
    something that it answered comes in.
    """

    def __init__(self) -> None:
        """Nothing has failed yet."""
        self._failed: dict[str, int] = {}
        self._refusing: set[str] = set()

    def count(self, provider: str) -> int:
        """How many requests in a row brought nothing."""
        return self._failed.get(provider, 0)

    def note(self, attempt: Attempt, model: Model, before: int) -> None:
        """Learn from a request that was sent.

        Args:
            attempt: with its outcome.
            model: that was asked.
            before: the count when it was sent.
        """
        count = self.count(model.provider)
        if attempt.outcome == "timeout":
            count += 1
        elif attempt.outcome in _LOST and attempt.raw is None:
            count = max(count, min(count, before) + 1)
        else:
            count = 0
        self._failed[model.provider] = count

    def give_up(self, model: Model) -> None:
        """Leave a model alone that refused a request for its rate limit as often as it was made."""
        self._refusing.add(model.ref)

    def heard(self, model: Model) -> None:
        """Ask a model again: it has answered something, so its rate limit lets requests through."""
        self._refusing.discard(model.ref)

    def why(self, model: Model) -> str | None:
        """Why a model is better not asked now; None: it may be."""
        if self.count(model.provider) >= LIMIT:
            return SILENT
        return REFUSING if model.ref in self._refusing else None
