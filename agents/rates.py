"""Requests and tokens a minute, kept on our side: a provider that has to say 429 has already cost time.

The limits of a model are those of an account, so all juries of a process share them.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from aiolimiter import AsyncLimiter

from cartjury.data.model_records import Model

MINUTE: Final = 60.0


class _Bucket(AsyncLimiter):
    """A bucket that lets a minute's worth through at once and then leaks evenly, and tells how long it will take."""

    __slots__ = ()

    def amount(self, wanted: float) -> float:
        """What is taken for a request: more than a whole bucket can never be had."""
        return min(wanted, self.max_rate)

    def delay(self, wanted: float, queued: float) -> float:
        """Seconds until so much can be taken, after what is queued."""
        self._leak()
        return max(0.0, (self._level + queued + self.amount(wanted) - self.max_rate) / self._rate_per_sec)

    def give_back(self, wanted: float) -> None:
        """Put back what was taken for a request."""
        self._level = max(0.0, self._level - self.amount(wanted))


class Limits:
    """The limits of one model. Who comes first is served first."""

    def __init__(self, requests: float | None, tokens: float | None) -> None:
        self._buckets: tuple[_Bucket | None, ...] = (
            # less than one a minute is one in several minutes
            _Bucket(max(requests, 1.0), MINUTE / min(requests, 1.0)) if requests else None,
            _Bucket(tokens, MINUTE) if tokens else None,
        )
        self._turn = asyncio.Lock()
        self._queue: list[tuple[float, ...]] = []
        self._changed = asyncio.Event()

    def delay(self, tokens: int) -> float:
        """Seconds that a request of so many tokens will have to wait."""
        found = [0.0]
        for i, (bucket, wanted) in enumerate(zip(self._buckets, (1, tokens), strict=True)):
            if bucket is not None:
                found.append(bucket.delay(wanted, sum(bucket.amount(ahead[i]) for ahead in self._queue)))
        return max(found)

    async def wait(self, tokens: int, worth: Callable[[], bool] = lambda: True) -> None:
        """Wait until a request of so many tokens may be sent, and count it.

        Args:
            tokens: of prompt and answer.
            worth: asked again after every `wake`; once it says no, the wait is over and nothing is counted.
        """
        wanted = (1.0, float(tokens))
        self._queue.append(wanted)
        try:
            async with self._turn:
                while worth():
                    delay = max((b.delay(much, 0.0) for b, much in self._filled(wanted)), default=0.0)
                    if delay <= 0:
                        for bucket, much in self._filled(wanted):
                            await bucket.acquire(bucket.amount(much))
                        return
                    self._changed.clear()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._changed.wait(), delay)
        finally:
            self._queue.remove(wanted)

    def give_back(self, tokens: int) -> None:
        """Uncount a request that never reached its provider."""
        for bucket, much in self._filled((1.0, float(tokens))):
            bucket.give_back(much)
        self.wake()

    def wake(self) -> None:
        """Let who waits look again whether it still can, and should."""
        self._changed.set()

    def _filled(self, wanted: Sequence[float]) -> Iterator[tuple[_Bucket, float]]:
        return ((b, much) for b, much in zip(self._buckets, wanted, strict=True) if b is not None)


_limits: dict[asyncio.AbstractEventLoop, dict[tuple[str, float | None, float | None], Limits]] = {}


def limits(model: Model) -> Limits:
    """The limits of a model, the same for everybody on this event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _limits:
        for old in [x for x in _limits if x.is_closed()]:
            del _limits[old]
    key = (model.ref, model.requests_per_minute, model.tokens_per_minute)
    return _limits.setdefault(loop, {}).setdefault(key, Limits(*key[1:]))


def wake() -> None:
    """Let everybody on this event loop who waits for a limit look again."""
    for found in _limits.get(asyncio.get_running_loop(), {}).values():
        found.wake()
