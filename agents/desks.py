"""The desks of the juries that are in session in this process.

A desk lives as long as its sitting: it holds what cannot be in a checkpoint (the connections, the money spent so far,
the call log). After a crash it is made anew from the log.
"""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from cartjury.agents.asking import Wire
from cartjury.agents.desk import PAUSE, Desk
from cartjury.agents.wire import ProviderWire
from cartjury.data import journal
from cartjury.data.call_records import Panel
from cartjury.data.model_records import ModelTable

MOST_OPEN: Final = 64  # sittings that ended in an error leave theirs behind


class Desks:
    """Opens one desk a sitting. Everything here runs on the loop of agents/loop.py.

    Attributes:
        table: the providers and models there are.
        environ: where keys and addresses are found.
        tell: told of long waits; None: nobody is.
        pause: seconds, at least, before a request is made again.
    """

    def __init__(
        self,
        table: ModelTable,
        environ: Mapping[str, str],
        tell: Callable[[str], None] | None,
        pause: float = PAUSE,
        wire: Wire | None = None,
    ) -> None:
        """Open nothing yet; `wire`: answers in place of the providers, None: they do."""
        self.table, self.environ = table, environ
        self._tell, self._pause, self._wire = tell, pause, wire
        self._open: dict[str, tuple[Desk, ProviderWire | None]] = {}

    async def at(self, session: str, panel: Panel, log: Path | None, record: Path | None) -> Desk:
        """Return the desk of a sitting.

        Args:
            session: names the sitting.
            panel: who is asked.
            log: where attempts are written down, and read again after a crash; None: nowhere.
            record: the log of a finished sitting that is heard again; then nothing is sent.
        """
        if session in self._open:
            return self._open[session][0]
        told = record or log
        tape = await asyncio.to_thread(journal.read, told) if told else []
        while len(self._open) >= MOST_OPEN:
            await self.close(next(iter(self._open)))
        if session not in self._open:  # another seat may have sat down meanwhile
            own = None if record or self._wire else ProviderWire(self.table.providers, self.environ)
            wire = None if record else own or self._wire
            desk = Desk(panel, wire, log, tape, live=not record, tell=self._tell, pause=self._pause)
            self._open[session] = (desk, own)
        return self._open[session][0]

    async def close(self, session: str) -> None:
        """End a sitting: close its connections. The desk of another process, or of none, is nothing to close."""
        _, wire = self._open.pop(session, (None, None))
        if wire is not None:
            await wire.aclose()
