"""A server on loopback that speaks as Groq, Cerebras and OpenAI-like servers do, and fails as they do.

    with FaultServer(answer=lambda body: '{"names": []}', fault=lambda seen: FAULTS["500"]) as server:
        ...  # point a client at server.url: Groq's and Cerebras' add their own path, OpenAI's wants server.url + "/v1"
    server.seen  # every request, in the order in which they came

`answer` gives the text of a good answer to a request's body; where the request forces a tool call, the text becomes
its arguments. `fault` decides for each request what goes wrong (tests/faults.py), or None. The form of a response
follows the provider: the path tells Groq, the User-Agent tells Cerebras from the others.
"""

import json
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self

from tests.completion_forms import completion_form, error_form, models_form
from tests.faults import FAULTS, Broken, Content, Fault, Page, Rejection, random_fault

Speech = Literal["groq", "cerebras", "openai"]
GOOD = Content(lambda good: good)


@dataclass(frozen=True)
class Seen:
    """A request.

    Attributes:
        provider: whose protocol it speaks.
        headers: names in lower case.
        body: {} for a request of the list of models.
        number: requests to this server before it.
        before: requests for the same model before it.
        repeats: requests with the same body before it.
    """

    path: str
    provider: Speech
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    number: int
    before: int
    repeats: int

    @property
    def model(self) -> str:
        """The model that was asked, "" for a list of models."""
        return str(self.body.get("model", ""))


def random_faults(seed: int, rate: float, kinds: Collection[str] | None = None) -> Callable[[Seen], Fault | None]:
    """Faults at random: the same for the same requests, in whatever order they come.

    Args:
        seed: of the series.
        rate: share of requests that fail, 0-1.
        kinds: names in tests.faults.FAULTS; None: all of them.
    """
    return lambda seen: random_fault(seed, rate, f"{json.dumps(seen.body, sort_keys=True)}|{seen.repeats}", kinds)


@dataclass
class FaultServer:
    """The server; a context manager.

    Attributes:
        answer: body of a request -> text of a good answer.
        fault: what goes wrong with a request; None: nothing.
        delay: seconds before every answer.
        seen: all requests so far.
        connections: how many were opened to it.
        mistakes: what `answer` or `fault` themselves raised; leaving the context raises the first one.
    """

    answer: Callable[[dict[str, Any]], str] = lambda body: "{}"
    fault: Callable[[Seen], Fault | None] = lambda seen: None
    delay: float = 0.0
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    mistakes: list[Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.models: dict[Speech, tuple[str, ...]] = {}
        self._count: Counter[str] = Counter()
        self.closing = threading.Event()
        self.lock = threading.Lock()

    def list_models(self, provider: Speech, ids: Iterable[str]) -> None:
        """Set what a provider's list of models says; it is empty until then."""
        self.models[provider] = tuple(ids)

    @property
    def url(self) -> str:
        """The address without a path."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.closing.set()  # ends what hangs and drips
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()
        if self.mistakes and kind is None:
            raise self.mistakes[0]

    def note(self, path: str, headers: Mapping[str, str], body: dict[str, Any]) -> Seen:
        """Write a request down."""
        agent = headers.get("user-agent", "").lower()
        speech: Speech = "groq" if path.startswith("/openai/") else "cerebras" if "cerebras" in agent else "openai"
        with self.lock:
            model, whole = f"model {body.get('model')}", json.dumps(body, sort_keys=True)
            counted = (self._count[model], self._count[whole])
            self._count.update((model, whole))
            self.seen.append(Seen(path, speech, headers, body, len(self.seen), *counted))
            return self.seen[-1]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, faults: FaultServer) -> None:
        self.faults = faults
        self.lines: set[socket.socket] = set()  # connections that are open
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self.faults.lock:
            self.lines.add(request)
            self.faults.connections += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self.faults.lock:
            self.lines.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is nothing to print."""

    def hang_up(self) -> None:
        """Close the connections that clients keep open."""
        with self.faults.lock:
            for line in self.lines:
                try:
                    line.shutdown(socket.SHUT_RDWR)
                except OSError:  # the client was first
                    continue


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name of the base class
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve({})

    def do_POST(self) -> None:
        self._serve(json.loads(self.rfile.read(int(self.headers["content-length"]))))

    def _serve(self, body: dict[str, Any]) -> None:
        faults = self.server.faults
        seen = faults.note(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
        try:
            fault = faults.fault(seen)
            good = faults.answer(body) if body else ""
        except Exception as mistake:
            faults.mistakes.append(mistake)
            fault, good = FAULTS["500"], ""
        faults.closing.wait(faults.delay)
        if isinstance(fault, Rejection):
            self._reject(seen, fault)
        elif isinstance(fault, Page):
            body, headers = fault.sent(_key(seen))
            self.wfile.write(self._head(fault.status, len(body), fault.content_type, headers) + body)
        elif isinstance(fault, Broken):
            self._break(fault, self._whole(seen, GOOD, good))
        else:
            self._send(200, self._whole(seen, fault or GOOD, good))

    def _whole(self, seen: Seen, content: Content, good: str) -> str:
        if seen.path.endswith("/models"):
            return json.dumps(models_form(seen.provider, self.server.faults.models.get(seen.provider, ())))
        return json.dumps(completion_form(seen.provider, seen.body, content, good, seen.number))

    def _reject(self, seen: Seen, fault: Rejection) -> None:
        said = fault.message.replace("{key}", _key(seen)).replace("{model}", seen.model)
        error = error_form(seen.provider, said, fault.code, fault.failed)
        self._send(fault.status, json.dumps(error), headers=fault.headers)

    def _break(self, fault: Broken, body: str) -> None:
        closing = self.server.faults.closing
        self.close_connection = True
        if fault.how == "hang":
            closing.wait(fault.seconds)
            self._send(200, body)
        elif fault.how == "reset":
            # Closing a socket that may not linger sends RST.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif fault.how == "cut":
            self.wfile.write(self._head(200, len(body.encode())) + body.encode()[: len(body) // 2])
        else:
            self.wfile.write(self._head(200, len(body.encode())))
            for byte in body.encode():
                self.wfile.write(bytes([byte]))
                if closing.wait(fault.seconds):
                    return

    def _send(
        self, status: int, body: str, content_type: str = "application/json", headers: Mapping[str, str] | None = None
    ) -> None:
        # In one piece: a body in a packet of its own would wait for the head to be acknowledged.
        self.wfile.write(self._head(status, len(body.encode()), content_type, headers) + body.encode())

    def _head(
        self,
        status: int,
        length: int,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown"
        given = {"content-type": content_type, "content-length": str(length), **(headers or {})}
        if self.close_connection:
            given["connection"] = "close"
        lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in given.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _key(seen: Seen) -> str:
    return seen.headers.get("authorization", "").removeprefix("Bearer ")
