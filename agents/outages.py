"""Providers that have stopped answering: what hangs, or cannot be reached, is not asked again and again.

Without this, a jury without any network would wait for every model of every seat in every stage.
"""

from typing import Final

from cartjury.data.call_records import Attempt

LIMIT: Final = 3
SILENT: Final = f"its provider did not answer {LIMIT} times in a row"


class Outages:
    """Counts, by provider, the requests that brought no answer, since the last one that brought something.

    A timeout counts at once: it has cost its time. Lost connections cost nothing, and a network that stumbles cuts
    all that are open: of those that were lost together only one counts, so that each can be tried once more.
    """

    def __init__(self) -> None:
        self._silent: dict[str, int] = {}

    def count(self, provider: str) -> int:
        """How many requests in a row brought no answer."""
        return self._silent.get(provider, 0)

    def note(self, attempt: Attempt, before: int) -> None:
        """Count a request that was sent.

        Args:
            attempt: with its outcome.
            before: the count when it was sent.
        """
        count = self.count(attempt.provider)
        if attempt.outcome == "timeout":
            count += 1
        elif attempt.outcome == "connection" and attempt.raw is None:
            count = max(count, min(count, before) + 1)
        else:
            count = 0
        self._silent[attempt.provider] = count

    def why(self, provider: str) -> str | None:
        """Why a provider is of no use for the rest of the run; None: it may be."""
        return SILENT if self.count(provider) >= LIMIT else None
