"""One turn at a time in every thread: who takes it, what comes of it, and who is told."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from cartjury.app.serve.events import Bell, Writer
from cartjury.app.serve.faults import UNEXPECTED, CallError
from cartjury.app.serve.recording import Recording, Tells, refuse
from cartjury.app.thread import Thread
from cartjury.app.view import Event, View
from cartjury.data.errors import BusyError, CartjuryError

TRIES: Final = 10  # another program that only looks at a thread has it open for some milliseconds
PAUSE: Final = 0.1  # seconds between tries
Act = Callable[[Thread], AsyncIterator[Event]]
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
        is_ending: nothing is left but to put the thread away; whoever comes now waits for that.
    """

    what: str
    by: str
    act: Act
    new: bool = False
    since: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    is_ending: bool = False
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
        if running := await self._running(folder):
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
        if turn := await self._running(folder):
            return Look(self._views.get(folder), turn)
        try:
            async with self._locks[folder], self._opened(folder) as thread:
                self._views[folder] = await thread.look()
        except BusyError as error:
            return Look(self._views.get(folder), elsewhere=str(error))
        except CartjuryError as error:  # its checkpoints are gone or damaged
            return Look(View(status="failed", error=str(error)))
        return Look(self._views[folder])

    async def _running(self, folder: Path) -> Turn | None:
        """The turn that runs in a thread; one that is ending is waited for."""
        while (turn := self._busy.get(folder)) and turn.is_ending and turn.task:
            await asyncio.wait([turn.task])
        return turn

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
                recording = Recording(Writer(folder), self._tells, lambda: self.bell.ring(folder), accepted)
                await recording.hear(turn.act(thread))
                try:
                    self._views[folder] = await thread.look()
                finally:
                    turn.is_ending = True
                    recording.close()
        except (CartjuryError, CallError) as error:
            refuse(accepted, error)
        except asyncio.CancelledError:
            refuse(accepted, CallError(503, "closing", "the service is being stopped"))
            raise
        except Exception:  # whatever it is, it must not leave the caller waiting
            log.exception("a turn failed")
            refuse(accepted, CallError(500, "internal", UNEXPECTED))
        finally:
            del self._busy[folder]
            self.bell.ring(folder)

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
