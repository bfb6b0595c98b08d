"""One event loop for all requests of the process, on a thread of its own.

Clients of models are made once and belong to the loop that they were made on; LangGraph runs its nodes on whatever
threads and loops it likes. So all asking is done here, and the callers wait.
"""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class _Worker:
    """The loop and its thread. A daemon: what still runs at the end of the program does not keep it from ending."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="cartjury-asking", daemon=True)
        self.thread.start()


_starting = threading.Lock()
_worker: _Worker | None = None


def _running() -> asyncio.AbstractEventLoop:
    """The loop; started on first use, and again in the child of a fork, where no thread lives on."""
    global _worker  # noqa: PLW0603  one a process is the point
    with _starting:
        if _worker is None or not _worker.thread.is_alive():
            _worker = _Worker()
        return _worker.loop


def _submit(work: Coroutine[Any, Any, T]) -> "Future[T]":
    """Start work on the loop, in a copy of the caller's context: a trace keeps its parent."""
    loop = _running()
    if _worker is not None and threading.current_thread() is _worker.thread:
        work.close()
        raise RuntimeError("the loop of requests cannot wait for itself: await the coroutine")
    return asyncio.run_coroutine_threadsafe(work, loop)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Do work on the loop and wait for it, from a thread without a loop; an interrupt cancels it.

    Raises:
        RuntimeError: when called on the loop's own thread, which would wait for itself for ever.
    """
    future = _submit(work)
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise


async def join(work: Coroutine[Any, Any, T]) -> T:
    """Do work on the loop and await it on another; cancelling the awaiting task cancels the work.

    Raises:
        RuntimeError: as with `run`.
    """
    return await asyncio.wrap_future(_submit(work))
