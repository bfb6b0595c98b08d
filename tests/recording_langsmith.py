"""A LangSmith of our own on loopback: it takes traces and feedback in the real wire formats and keeps what it was sent.

with LangSmith() as server:
    program.run("run", ..., env=server.env)
    server.runs                 every run, its parts put together
    server.feedback             every score
    server.requests             every request: method, path, headers, body as it came and decoded
    server.mode = "500"         also "401", and "hang": it takes a request and answers never
    server.delay = 1.5          seconds before every answer
    server.kill()               nobody listens there any more

Further calls of the API are answered by `answers`: {("POST", "/datasets"): lambda request: (200, {...})}.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Literal, Self

import zstandard

from tests.cut_server import CutServer, parts

JSON = dict[str, Any]
Mode = Literal["ok", "500", "401", "hang"]
MANY = 100_000_000


@dataclass(frozen=True)
class Request:
    """A request as it came. `raw` is its body without compression, `body` what that says, where it is JSON."""

    method: str
    path: str
    headers: dict[str, str]
    raw: bytes
    body: Any = None


Answer = Callable[[Request], tuple[int, Any]]


@dataclass
class LangSmith:
    """The server, and what it was told."""

    zstd: bool = True
    multipart: bool = True
    version: str = "0.13.0"
    mode: Mode = "ok"
    delay: float = 0.0
    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    runs: dict[str, JSON] = field(default_factory=dict)
    feedback: list[JSON] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)  # what could not be decoded

    def __enter__(self) -> Self:
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._http = CutServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """Stop listening and hang up, in the middle of whatever it is."""
        if not self._over.is_set():
            self._over.set()
            self._http.shutdown()
            self._http.server_close()
            self._http.hang_up()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def env(self) -> dict[str, str]:
        """What a program needs to trace to this server."""
        return {
            "LANGSMITH_TRACING": "true",
            "LANGSMITH_API_KEY": "lsv2_pt_recorded",
            "LANGSMITH_ENDPOINT": self.url,
            "LANGSMITH_PROJECT": "recorded",
        }

    @property
    def everything(self) -> bytes:
        """All that came in, without compression: for whoever looks for something that must not be in it."""
        heads = (f"{r.method} {r.path} {r.headers}".encode() for r in self.requests)
        return b"\n".join([*heads, *(r.raw for r in self.requests)])

    @property
    def roots(self) -> list[JSON]:
        """One run a turn, in the order in which they began."""
        return sorted((r for r in self.runs.values() if not r.get("parent_run_id")), key=_began)

    def children(self, run: JSON) -> list[JSON]:
        """The runs directly below a run."""
        return sorted((r for r in self.runs.values() if r.get("parent_run_id") == run["id"]), key=_began)

    def below(self, run: JSON) -> Iterator[JSON]:
        """All runs below a run."""
        for child in self.children(run):
            yield child
            yield from self.below(child)

    def named(self, name: str) -> list[JSON]:
        """All runs of a name, in the order in which they began."""
        return sorted((r for r in self.runs.values() if r["name"] == name), key=_began)

    def scores(self, run: JSON) -> dict[str, float]:
        """The feedback of a run."""
        return {f["key"]: f["score"] for f in self.feedback if f["run_id"] == run["id"]}

    def take(self, request: Request, content_type: str) -> tuple[int, Any]:
        """Keep a request and answer it."""
        with self._lock:
            self.requests.append(request)
        time.sleep(self.delay)
        if self.mode == "hang":
            self._over.wait()
        if self.mode in {"500", "401"}:
            return int(self.mode), {"detail": "Invalid token" if self.mode == "401" else "boom"}
        with self._lock:
            return self._answer(request, content_type)

    def _answer(self, request: Request, content_type: str) -> tuple[int, Any]:
        place = (request.method, request.path.partition("?")[0])
        if place in self.answers:
            return self.answers[place](request)
        match place:
            case ("GET", "/info"):
                return 200, self._info()
            case ("POST", "/runs/multipart") if self.multipart:
                for name, data in parts(request.raw, content_type):
                    self._part(name, data)
            case ("POST", "/runs/batch"):
                for run in (*request.body.get("post", ()), *request.body.get("patch", ())):
                    self._merge(run["id"], run)
            case ("POST", "/feedback"):
                self.feedback.append(request.body)
                return 200, request.body
            case ("GET", "/sessions"):
                return 200, [_PROJECT]
            case _:
                return 404, {"detail": "Not Found"}
        return 202, {}

    def _info(self) -> JSON:
        config = {
            "use_multipart_endpoint": self.multipart,
            "scale_up_qsize_trigger": 1000,
            "scale_up_nthreads_limit": 16,
            "scale_down_nempty_trigger": 4,
            "size_limit": 100,
            "size_limit_bytes": 20_971_520,
        }
        flags = {"zstd_compression_enabled": self.zstd}
        return {"version": self.version, "instance_flags": flags, "batch_ingest_config": config}

    def _part(self, name: str, data: bytes) -> None:
        kind, run_id, *rest = name.split(".")
        if kind in {"post", "patch"}:
            said = json.loads(data)
            self._merge(run_id, {rest[0]: said} if rest else said)
        elif kind == "feedback":
            self.feedback.append(json.loads(data))
        else:
            self.failed.append(name)

    def _merge(self, run_id: str, said: JSON) -> None:
        run = self.runs.setdefault(run_id, {"id": run_id})
        run.update({key: value for key, value in said.items() if value is not None})


_PROJECT = {
    "id": "6d8d9b7e-0000-4000-8000-000000000001",
    "name": "recorded",
    "tenant_id": "6d8d9b7e-0000-4000-8000-000000000002",
    "start_time": "2026-01-01T00:00:00Z",
    "reference_dataset_id": None,
}


def _began(run: JSON) -> str:
    return str(run.get("dotted_order", ""))


def _handler(server: LangSmith) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            raw = self._body()
            if self.headers.get("content-encoding") == "zstd":
                raw = zstandard.ZstdDecompressor().decompressobj().decompress(raw)
            kind = self.headers.get("content-type", "")
            body = json.loads(raw) if raw and "json" in kind else None
            try:
                status, said = server.take(Request(self.command, self.path, dict(self.headers), raw, body), kind)
            except (ValueError, KeyError) as error:
                server.failed.append(repr(error))
                status, said = 422, {"detail": repr(error)}
            answer = json.dumps(said).encode()
            try:
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
            except OSError:  # who asked has left
                self.close_connection = True

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_any  # noqa: N815  http.server's names

        def _body(self) -> bytes:
            if self.headers.get("transfer-encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("content-length") or 0))
            whole = b""
            while size := int(self.rfile.readline(MANY), 16):
                whole += self.rfile.read(size)
                self.rfile.readline(MANY)
            self.rfile.readline(MANY)
            return whole

        def log_message(self, *_: object) -> None:
            """Say nothing on stderr."""

    return Handler
