"""A server on loopback that lists models as providers do, and goes wrong as they do.

with serving("a", "b") as server:      server.url, server.seen (path and key of each request)
"""

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class ModelServer:
    """What it answers, and what it was asked."""

    url: str
    status: int = 200
    content_type: str = "application/json"
    body: str = ""
    hangs: bool = False
    seen: list[tuple[str, str]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)


def listing(*ids: str) -> str:
    return json.dumps({"object": "list", "data": [{"id": i, "object": "model", "owned_by": "x"} for i in ids]})


@contextlib.contextmanager
def serving(*ids: str) -> Iterator[ModelServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.seen.append((self.path, self.headers.get("Authorization", "").removeprefix("Bearer ")))
            if told.hangs:
                told.released.wait(5)
                return
            content = told.body.encode()
            self.send_response(told.status)
            self.send_header("Content-Type", told.content_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told = ModelServer(f"http://127.0.0.1:{server.server_address[1]}", body=listing(*ids))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield told
        finally:
            told.released.set()
            server.shutdown()
            thread.join()
