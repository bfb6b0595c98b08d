"""One turn at a time in every thread: who takes it, what comes of it, and who is told."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from cartjury.app.serve.events import ENDS, Bell, Writer
from cartjury.app.serve.faults import UNEXPECTED, CallError, fault_of
from cartjury.app.thread import BusyError, Event, Thread, View
from cartjury.data.errors import CartjuryError

TRIES: Final = 10  # another program that only looks at a thread has it open for some milliseconds
PAUSE: Final = 0.1  # seconds between tries
Act = Callable[[Thread], AsyncIterator[Event]]
Tells = Callable[[Event], dict[str, Any]]
log = logging.getLogger(__name__)


class Opens(Protocol):
    """How a thread is opened."""

    def __call__(self, folder: Path, *, new: bool = False) -> AbstractAsyncContextManager[Thread]:
        """Open it for one turn; BusyError where another program has it open."""


@dataclass
class Turn:
    """Something that is done in a thread.

    Attributes:
        what: in a word or two, for who comes meanwhile.
        act: does it.
        new: whether the thread is made by it.
    """

    what: str
    by: str
    act: Act
    new: bool = False
    since: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    task: "asyncio.Task[None] | None" = None


class Look(NamedTuple):
    """A thread as far as it can be seen.

    Attributes:
        view: as it stood last; None where it has not been seen yet.
        turn: what is being done in it by this service.
        elsewhere: why it cannot be opened: another program is at it.
    """

    view: View | None
    turn: Turn | None = None
    elsewhere: str = ""


class Turns:
    """The turns of all threads. A turn goes on when the client that asked for it has left."""

    def __init__(self, opens: Opens, tells: Tells = lambda event: event.data) -> None:
        """Take turns.

        Args:
            opens: opens a thread.
            tells: what clients are told of an event.
        """
        self.bell = Bell()
        self.cut_off: list[Path] = []  # threads whose turns ended with the service
        self._opens, self._tells = opens, tells
        self._busy: dict[Path, Turn] = {}
        self._views: dict[Path, View] = {}
        self._locks: dict[Path, asyncio.Lock] = defaultdict(asyncio.Lock)

    def is_busy(self, folder: Path) -> bool:
        """Whether a turn of this service runs in a thread."""
        return folder in self._busy

    async def begin(self, folder: Path, turn: Turn) -> int:
        """Start a turn, and return the number of the last event before it, once the thread has accepted it.

        Raises:
            CallError: another turn is running.
            CartjuryError: what the thread refuses; nothing has changed then.
        """
        if running := self._busy.get(folder):
            by = f"{running.what} by {running.by}"
            raise CallError(
                409, "busy", f"one turn at a time: {by} is running since {running.since}; try again after it"
            )
        self._busy[folder] = turn
        accepted: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        turn.task = asyncio.create_task(self._take(folder, turn, accepted))
        return await accepted

    async def look(self, folder: Path) -> Look:
        """Look at a thread, also while somebody is at it."""
        if turn := self._busy.get(folder):
            return Look(self._views.get(folder), turn)
        try:
            async with self._locks[folder], self._opened(folder) as thread:
                self._views[folder] = await thread.look()
        except BusyError as error:
            return Look(self._views.get(folder), elsewhere=str(error))
        except CartjuryError as error:  # its checkpoints are gone or damaged
            return Look(View(status="failed", error=str(error)))
        return Look(self._views[folder])

    async def close(self) -> None:
        """Cancel what is running; each thread can be resumed."""
        running = {folder: turn.task for folder, turn in self._busy.items() if turn.task}
        self.cut_off += running
        for task in running.values():
            task.cancel()
        if running:
            await asyncio.wait(running.values(), timeout=PAUSE * TRIES)

    async def _take(self, folder: Path, turn: Turn, accepted: "asyncio.Future[int]") -> None:
        try:
            async with self._locks[folder], self._opened(folder, new=turn.new) as thread:
                await self._record(folder, turn, thread, accepted)
                self._views[folder] = await thread.look()
        except (CartjuryError, CallError) as error:
            _refuse(accepted, error)
        except asyncio.CancelledError:
            _refuse(accepted, CallError(503, "closing", "the service is being stopped"))
            raise
        except Exception:  # whatever it is, it must not leave the caller waiting
            log.exception("a turn failed")
            _refuse(accepted, CallError(500, "internal", UNEXPECTED))
        finally:
            del self._busy[folder]
            self.bell.ring(folder)

    async def _record(self, folder: Path, turn: Turn, thread: Thread, accepted: "asyncio.Future[int]") -> None:
        """Write down what happens, and how it ended; what is refused before anything happened leaves no trace."""
        writer = Writer(folder)

        def tell(kind: str, data: dict[str, Any]) -> None:
            writer.append(kind, data)
            self.bell.ring(folder)

        before = writer.last
        try:
            async for event in turn.act(thread):
                tell(event.kind, self._tells(event))
                _accept(accepted, before)
        except (CartjuryError, CallError) as error:
            if not accepted.done():
                raise
            fault = fault_of(error) if isinstance(error, CartjuryError) else error
            tell("error", {"kind": fault.kind, "message": fault.message})
        except asyncio.CancelledError:
            tell("error", {"kind": "cut_off", "message": "the service was stopped: resume the thread to go on"})
            raise
        except Exception:
            log.exception("a turn failed")
            tell("error", {"kind": "internal", "message": UNEXPECTED})
        if writer.kind not in ENDS:
            tell("done", {})
        _accept(accepted, before)

    @asynccontextmanager
    async def _opened(self, folder: Path, *, new: bool = False) -> AsyncIterator[Thread]:
        async with AsyncExitStack() as stack:
            for _ in range(TRIES - 1):
                with suppress(BusyError):
                    thread = await stack.enter_async_context(self._opens(folder, new=new))
                    break
                await asyncio.sleep(PAUSE)
            else:
                thread = await stack.enter_async_context(self._opens(folder, new=new))
            yield thread


def _accept(accepted: "asyncio.Future[int]", before: int) -> None:
    if not accepted.done():
        accepted.set_result(before)


def _refuse(accepted: "asyncio.Future[int]", error: Exception) -> None:
    if not accepted.done():
        accepted.set_exception(error)
