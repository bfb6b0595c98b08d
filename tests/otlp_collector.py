"""A real collector of OpenTelemetry, and behind it a place where what it took is looked at.

cartjury -> OTLP over HTTP -> collector (a program of others) -> OTLP over HTTP -> Sink

The collector is Rotel, whose program is named by OTLP_COLLECTOR:
    python -m venv collector && collector/bin/pip install rotel==0.0.1a15
    export OTLP_COLLECTOR=$(find "$PWD/collector" -name rotel-agent)
"""

import gzip
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

PROGRAM = os.environ.get("OTLP_COLLECTOR", "")


class Sink:
    """Takes spans from the collector.

    Attributes:
        raw: the bodies as they came.
        spans: by their id.
    """

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.spans: dict[bytes, Any] = {}
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def take(self, body: bytes) -> None:
        self.raw.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                self.spans |= {span.span_id: span for span in scope.spans}

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def wait_for(self, spans: int) -> None:
        """The collector gathers what it gets for a moment before it hands it on."""
        for _ in range(100):
            if len(self.spans) >= spans:
                return
            time.sleep(0.05)

    @property
    def roots(self) -> list[Any]:
        return [s for s in self.spans.values() if s.parent_span_id not in self.spans]

    def names_below(self, span: Any) -> list[str]:
        below = (s for s in self.spans.values() if s.parent_span_id == span.span_id)
        return [s.name for s in sorted(below, key=lambda s: s.start_time_unix_nano)]


def attributes(span: Any) -> dict[str, Any]:
    """The attributes of a span, in Python's own types."""
    return {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in span.attributes}


@contextmanager
def collecting(folder: Path) -> Iterator[tuple[str, Sink, "subprocess.Popen[bytes]"]]:
    """Start the collector; its address, what it hands on, and its process."""
    http, grpc = _free_port(), _free_port()
    sink = Sink()
    words = ("--otlp-http-endpoint", f"127.0.0.1:{http}", "--otlp-grpc-endpoint", f"127.0.0.1:{grpc}")
    on = ("--exporter", "otlp", "--otlp-exporter-endpoint", sink.url, "--otlp-exporter-protocol", "http")
    process = subprocess.Popen(
        [PROGRAM, "start", *words, *on], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_until_there(http, process)
        yield f"http://127.0.0.1:{http}", sink, process
    finally:
        process.kill()
        process.wait()
        sink.close()


def _wait_until_there(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert process.poll() is None, "the collector does not start"
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the collector does not listen")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _handler(sink: Sink) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            sink.take(gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing on stderr."""

    return Handler
