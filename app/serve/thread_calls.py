"""The calls about threads: start one, look at it, follow it, talk to it, decide, go back and forth."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cartjury.app.serve.bodies import Decided, Edits, Order, Said, Signed, Steps, Target, read
from cartjury.app.serve.events import EVENTS, follow, read_events
from cartjury.app.serve.faults import CallError
from cartjury.app.serve.places import Places, revisions
from cartjury.app.serve.turns import Turn, Turns
from cartjury.app.serve.views import Words, shown
from cartjury.app.thread import Thread
from cartjury.app.view import Event
from cartjury.data.edit_records import Redo, Reset, Undo
from cartjury.graph.folders import WORK


class ThreadCalls:
    """What clients can do with threads."""

    def __init__(self, turns: Turns, places: Places, words: Words) -> None:
        self._turns, self._places, self._words = turns, places, words

    def routes(self) -> list[Route]:
        """Return the calls and their paths."""
        one = "/api/threads/{id}"
        return [
            Route("/api/threads", self.start, methods=["POST"]),
            Route("/api/threads", self.list, methods=["GET"]),
            Route(one, self.look, methods=["GET"]),
            Route(f"{one}/events", self.events, methods=["GET"]),
            Route(f"{one}/messages", self.say, methods=["POST"]),
            Route(f"{one}/edits", self.edit, methods=["POST"]),
            Route(f"{one}/decision", self.decide, methods=["POST"]),
            Route(f"{one}/undo", self.undo, methods=["POST"]),
            Route(f"{one}/redo", self.redo, methods=["POST"]),
            Route(f"{one}/reset", self.reset, methods=["POST"]),
            Route(f"{one}/resume", self.resume, methods=["POST"]),
        ]

    async def start(self, request: Request) -> Response:
        """Start a run in a new thread: {order, by}. `order`: input_path or n_users, seed, as_of, options, replay."""
        body = await read(request, Order)
        await asyncio.to_thread(self._places.check_order, body.order)
        folder = await asyncio.to_thread(self._places.new_thread)
        order = body.order.model_copy(update={"by": body.by})
        try:
            return await self._begin(folder, Turn("a run", body.by, lambda t: t.order(order), new=True), 201)
        except Exception:
            # Refused before anything happened: a folder without results or a record is no thread.
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
            raise

    async def list(self, _: Request) -> Response:
        """List the threads, newest first."""
        folders = await asyncio.to_thread(self._places.threads)
        return JSONResponse({"threads": [self._line(folder) for folder in folders]})

    async def look(self, request: Request) -> Response:
        """Look at a thread: status, segments, what waits for a decision, messages, history."""
        folder = self._folder(request)
        look = await self._turns.look(folder)
        return JSONResponse(shown(folder.name, look, await asyncio.to_thread(_last, folder), self._words))

    async def events(self, request: Request) -> Response:
        """Follow a thread (SSE). Last-Event-ID or ?after= goes on after that event; ?follow=0 ends with the last."""
        folder = self._folder(request)
        after = _number(request.headers.get("last-event-id") or request.query_params.get("after") or "0")
        forever = request.query_params.get("follow", "1") != "0"

        async def told() -> AsyncIterator[ServerSentEvent]:
            async for event in follow(folder, after, self._turns.bell, forever=forever):
                yield ServerSentEvent(json.dumps(event.model_dump()), id=str(event.id))
                await asyncio.sleep(0)  # lets a client's leaving be noticed before more is sent

        return EventSourceResponse(told())

    async def say(self, request: Request) -> Response:
        """Say something about the plan: {text, by}."""
        folder, body = self._folder(request), await read(request, Said)
        return await self._begin(folder, Turn("a message", body.by, lambda t: t.say(body.text, body.by)))

    async def edit(self, request: Request) -> Response:
        """Ask for typed edits: {edits, by}. They are previewed, and wait for a decision."""
        folder, body = self._folder(request), await read(request, Edits)
        return await self._begin(folder, Turn("an edit", body.by, lambda t: t.edit(body.edits, body.by)))

    async def decide(self, request: Request) -> Response:
        """Decide on what waits: {type: approve | edit | reject, plan_hash, edits, message, by}."""
        folder, body = self._folder(request), await read(request, Decided)
        return await self._begin(folder, Turn("a decision", body.by, lambda t: _decide(t, body)))

    async def undo(self, request: Request) -> Response:
        """Take back the last steps: {steps, by}."""
        folder, body = self._folder(request), await read(request, Steps)
        wish = Undo(steps=body.steps)
        return await self._begin(folder, Turn("an undo", body.by, lambda t: t.travel(wish, body.by)))

    async def redo(self, request: Request) -> Response:
        """Do again what was taken back: {steps, by}."""
        folder, body = self._folder(request), await read(request, Steps)
        wish = Redo(steps=body.steps)
        return await self._begin(folder, Turn("a redo", body.by, lambda t: t.travel(wish, body.by)))

    async def reset(self, request: Request) -> Response:
        """Go back to an earlier revision: {revision, by}."""
        folder, body = self._folder(request), await read(request, Target)
        wish = Reset(revision=body.revision)
        return await self._begin(folder, Turn("a reset", body.by, lambda t: t.travel(wish, body.by)))

    async def resume(self, request: Request) -> Response:
        """Go on with what was cut off: {by}."""
        folder, body = self._folder(request), await read(request, Signed)
        return await self._begin(folder, Turn("what was cut off", body.by, lambda t: t.resume()))

    async def _begin(self, folder: Path, turn: Turn, status: int = 202) -> Response:
        """Answer as soon as the turn is accepted; what comes of it is told by the events after `after`."""
        after = await self._turns.begin(folder, turn)
        place = f"/api/threads/{folder.name}"
        told = {"id": folder.name, "after": after, "events": f"{place}/events?after={after}"}
        return JSONResponse(told, status, {"Location": place})

    def _folder(self, request: Request) -> Path:
        return self._places.thread(request.path_params["id"])

    def _line(self, folder: Path) -> dict[str, Any]:
        published = revisions(folder)
        changed = datetime.fromtimestamp((folder / WORK).stat().st_mtime, UTC)
        return {
            "id": folder.name,
            "running": self._turns.is_busy(folder),
            "revisions": list(published),
            "changed": changed.isoformat(timespec="seconds"),
        }


async def _decide(thread: Thread, body: Decided) -> AsyncIterator[Event]:
    preview = (await thread.look()).preview
    if preview is None:
        raise CallError(409, "nothing_waits", "nothing waits for a decision in this thread")
    if preview.plan_hash != body.plan_hash:
        raise CallError(
            409, "outdated", "this decision is on another preview than the one that waits: look at the thread again"
        )
    async for event in thread.decide(body.decision()):
        yield event


def _last(folder: Path) -> int:
    events, _ = read_events(folder / WORK / EVENTS, 0)
    return max((event.id for event in events), default=0)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise CallError(400, "request", "the number of an event is a whole number, 0 or more")
    return int(text)
