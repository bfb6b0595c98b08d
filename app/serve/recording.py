"""One turn, written down as it goes; the client that asked hears first whether it was accepted."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from cartjury.app.serve.events import ENDS, Writer
from cartjury.app.serve.faults import UNEXPECTED, CallError, fault_of
from cartjury.app.view import Event
from cartjury.data.errors import CartjuryError

Tells = Callable[[Event], dict[str, Any]]
CUT_OFF: Final = {"kind": "cut_off", "message": "the service was stopped: resume the thread to go on"}
log = logging.getLogger(__name__)


class Recording:
    """What happens in a turn, and how it ended: last of all, when the thread is at rest.

    Attributes:
        accepted: the number of the last event before the turn, or why it was refused.
    """

    def __init__(self, writer: Writer, tells: Tells, ring: Callable[[], None], accepted: "asyncio.Future[int]") -> None:
        self._writer, self._tells, self._ring, self.accepted = writer, tells, ring, accepted
        self._before = writer.last
        self._end: tuple[str, dict[str, Any]] = ("done", {})

    async def hear(self, events: AsyncIterator[Event]) -> None:
        """Write events down up to the end, which waits until `close`.

        Raises:
            CartjuryError, CallError: refused before anything happened; that leaves no trace.
        """
        try:
            async for event in events:
                if event.kind in ENDS:
                    self._end = (event.kind, self._tells(event))
                else:
                    self._tell(event.kind, self._tells(event))
                accept(self.accepted, self._before)
        except (CartjuryError, CallError) as error:
            if not self.accepted.done():
                raise
            fault = fault_of(error) if isinstance(error, CartjuryError) else error
            self._end = ("error", {"kind": fault.kind, "message": fault.message})
        except asyncio.CancelledError:
            self._tell("error", CUT_OFF)
            raise
        except Exception:  # whatever it is, the client is told that it ended
            log.exception("a turn failed")
            self._end = ("error", {"kind": "internal", "message": UNEXPECTED})

    def close(self) -> None:
        """Tell how it ended."""
        self._tell(*self._end)
        accept(self.accepted, self._before)

    def _tell(self, kind: str, data: dict[str, Any]) -> None:
        self._writer.append(kind, data)
        self._ring()


def accept(accepted: "asyncio.Future[int]", before: int) -> None:
    """Say that a turn has begun."""
    if not accepted.done():
        accepted.set_result(before)


def refuse(accepted: "asyncio.Future[int]", error: Exception) -> None:
    """Say that it has not, and why."""
    if not accepted.done():
        accepted.set_exception(error)
