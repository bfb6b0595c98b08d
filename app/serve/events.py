"""What happened in a thread, numbered from 1: kept in its folder, so that a client goes on where it was.

    runs/x/.work/events.jsonl     {"id": 7, "at": "2026-10-01T12:00:00Z", "kind": "node", "data": {...}}

The file alone is the record: who follows it reads it, also what another process wrote.
"""

import asyncio
import json
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from cartjury.data.records import Record
from cartjury.graph.folders import WORK

EVENTS: Final = "events.jsonl"
PATIENCE: Final = 1.0  # seconds after which a follower looks at the file without being told of news
ENDS: Final = frozenset({"done", "error"})  # kinds that end a turn


class Numbered(Record):
    """An event and its place in the thread. `at`: when, in UTC, ISO 8601."""

    id: int
    at: str
    kind: str
    data: dict[str, Any]


class Writer:
    """Appends to a thread's events; only for who has the thread open."""

    def __init__(self, folder: Path) -> None:
        """Go on after the last whole line; half a line, from a crash, is cut off."""
        self._file = folder / WORK / EVENTS
        known, self._end = read_events(self._file, 0)
        self.last = max((event.id for event in known), default=0)

    def append(self, kind: str, data: dict[str, Any]) -> None:
        """Write an event down."""
        self.last += 1
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"id": self.last, "at": at, "kind": kind, "data": data}).encode() + b"\n"
        with os.fdopen(os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            file.truncate(self._end)
            file.seek(self._end)
            file.write(line)
        self._end += len(line)


def read_events(file: Path, offset: int) -> tuple[list[Numbered], int]:
    """Return the whole lines from a byte on, and where the next one starts."""
    if not file.is_file():
        return [], offset
    with file.open("rb") as lines:
        lines.seek(offset)
        text = lines.read()
    whole = text[: text.rfind(b"\n") + 1]
    return [event for line in whole.splitlines() if (event := _parsed(line))], offset + len(whole)


def _parsed(line: bytes) -> Numbered | None:
    try:
        return Numbered.model_validate_json(line)
    except ValidationError:  # not written by us
        return None


class Bell:
    """Wakes those who follow a thread of this process."""

    def __init__(self) -> None:
        self._waiting: dict[Path, list[asyncio.Event]] = defaultdict(list)

    def ring(self, folder: Path) -> None:
        """Tell of news."""
        for waiting in self._waiting.pop(folder, []):
            waiting.set()

    def listen(self, folder: Path) -> asyncio.Event:
        """Return what the next ring sets."""
        event = asyncio.Event()
        self._waiting[folder].append(event)
        return event

    def leave(self, folder: Path, event: asyncio.Event) -> None:
        """Listen no longer."""
        if event in self._waiting.get(folder, ()):
            self._waiting[folder].remove(event)


async def follow(folder: Path, after: int, bell: Bell, *, forever: bool) -> AsyncIterator[Numbered]:
    """Yield the events of a thread after a number, then those that come."""
    offset = 0
    while True:
        news = bell.listen(folder)  # before looking, so that nothing is missed in between
        try:
            found, offset = await asyncio.to_thread(read_events, folder / WORK / EVENTS, offset)
            for event in found:
                if event.id > after:
                    yield event
            if not found and not forever:
                return
            if not found:
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), PATIENCE)
        finally:
            bell.leave(folder, news)
