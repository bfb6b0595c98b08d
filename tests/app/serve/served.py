"""A service that runs on loopback, over fake threads, and a client that knows its token."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
import uvicorn

from cartjury.app.serve.service import make_app
from cartjury.app.serve.start import listening
from tests.app.serve.fake_thread import FakeThreads, words

TOKEN = "open-sesame"
LIMIT = 100_000  # bytes of an upload


@dataclass
class Service:
    """One that runs. `http` shows the token."""

    url: str
    folder: Path
    threads: FakeThreads
    loop: asyncio.AbstractEventLoop
    http: httpx.Client

    def open_the_gate(self) -> None:
        self.loop.call_soon_threadsafe(self.threads.gate.set)

    def started(self, **order: Any) -> str:
        """Start a run, wait until it is done, and return the thread's id."""
        told = self.http.post("/api/threads", json={"order": order or {"n_users": 100}})
        assert told.status_code == 201, told.text
        self.events(told.json()["events"])
        return str(told.json()["id"])

    def post(self, thread: str, call: str, **body: Any) -> httpx.Response:
        return self.http.post(f"/api/threads/{thread}/{call}", json=body)

    def do(self, thread: str, call: str, **body: Any) -> list[dict[str, Any]]:
        """Take a turn, and return what happened in it."""
        told = self.post(thread, call, **body)
        assert told.status_code == 202, told.text
        return self.events(told.json()["events"])

    def look(self, thread: str) -> dict[str, Any]:
        return dict(self.http.get(f"/api/threads/{thread}").json())

    def events(self, place: str, until: tuple[str, ...] = ("done", "error"), **headers: str) -> list[dict[str, Any]]:
        """Follow events up to the end of a turn, or to where there is nothing more."""
        found = []
        with self.http.stream("GET", place, headers=headers) as stream:
            assert stream.status_code == 200, stream.read()
            for event in parsed(stream.iter_lines()):
                found.append(event)
                if event["kind"] in until:
                    break
        return found


def parsed(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Events of a stream; the id of each is that of its data."""
    number = ""
    for text in lines:
        if text.startswith("id: "):
            number = text.removeprefix("id: ")
        if text.startswith("data: "):
            event = json.loads(text.removeprefix("data: "))
            assert number == str(event["id"])
            yield event


@contextmanager
def serving(folder: Path) -> Iterator[Service]:
    """Serve a folder until the test is done with it."""
    threads = FakeThreads()
    app = make_app(
        threads=cast("Any", threads),
        roots=(folder / "inputs",),
        runs=folder / "runs",
        token=TOKEN,
        words=words,
        max_upload=LIMIT,
    )
    listener = listening("127.0.0.1", 0)
    config = uvicorn.Config(app, access_log=False, log_level="critical", ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        await server.serve(sockets=[listener])

    runner = threading.Thread(target=lambda: asyncio.run(serve()))
    runner.start()
    while not server.started:
        time.sleep(0.01)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=20, verify=False) as http:
        try:
            yield Service(url, folder, threads, loops[0], http)
        finally:
            server.should_exit = True
            runner.join()
            listener.close()
