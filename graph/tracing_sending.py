"""What sends the traces of a process: one client over one bounded line, ended when the program ends."""

import atexit
import logging
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import langsmith
from langsmith.utils import LangSmithMissingAPIKeyWarning

from cartjury.graph.masking import mask_with, secrets_of
from cartjury.graph.tracing_client import TracingClient
from cartjury.graph.tracing_line import Line

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

WAIT: Final = "CARTJURY_TRACE_WAIT"
SECONDS: Final = 1.5  # that the end of a program waits for a trace to be taken; WAIT sets others
QUIET: Final = ("langsmith", "opentelemetry.exporter.otlp", "opentelemetry.sdk")
NOT_TAKEN: Final = "note: the trace was not delivered, or not all of it ({why}); the run is not affected"
NOT_BEGUN: Final = "note: LANGSMITH_TRACING is set, but nothing is traced: {why}"
WIPE: Final = "\r\033[K"  # back to the start of the line, and clear it: a line of progress may stand there


@dataclass(frozen=True)
class Tracing:
    """What sends the traces of this process."""

    client: TracingClient
    line: Line
    notice: "Notice"
    provider: "TracerProvider | None"

    def end(self) -> None:
        """Send what is left, for a bounded time, then let everything go; say so where something was lost."""
        seconds = patience()
        by = time.monotonic() + seconds
        self.line.end_by(by)
        taken = self.client.wait(seconds)
        if self.provider is not None:
            taken &= flushed(self.provider, by - time.monotonic())
        self.line.end_by(time.monotonic())
        if not taken:
            self.notice(f"not all was taken within {seconds:g} s; {WAIT} sets another time")


def flushed(provider: "TracerProvider", seconds: float) -> bool:
    """Whether all spans were taken in time; OpenTelemetry's own limit does not hold while it exports."""
    found: list[bool] = []
    work = threading.Thread(target=lambda: found.append(provider.force_flush(int(1000 * seconds))), daemon=True)
    work.start()
    work.join(max(0.0, seconds))
    return found == [True]


def patience() -> float:
    """Seconds that the end of a program may take for its trace."""
    try:
        return max(0.0, float(os.environ.get(WAIT) or SECONDS))
    except ValueError:
        return SECONDS


class Notice:
    """Tells once, on stderr, that something was lost."""

    def __init__(self) -> None:
        self._told = threading.Lock()  # taken for good by the first to tell

    def __call__(self, why: str) -> None:
        """Tell, if nobody has."""
        if self._told.acquire(blocking=False):
            say(NOT_TAKEN.format(why=why))


def say(text: str) -> None:
    """A line on stderr, also beside a line of progress."""
    sys.stderr.write(f"{WIPE if sys.stderr.isatty() else ''}{text}\n")


def begin() -> "Tracing | bool":
    """Make the client and let all traces of this process go through it; False where it cannot be made."""
    for name in QUIET:  # they report every failed request at length; we say it once
        if logging.getLogger(name).level == logging.NOTSET:
            logging.getLogger(name).setLevel(logging.CRITICAL)
    notice = Notice()
    line = Line(notice)
    try:
        provider = _provider(line)
        with warnings.catch_warnings():
            warnings.simplefilter("error", LangSmithMissingAPIKeyWarning)
            mask = mask_with(secrets_of(os.environ))
            client = TracingClient(line, anonymizer=mask, otel_tracer_provider=provider)
        check_address(client.api_url)
    except Exception as error:  # no key, settings that contradict each other: it costs no run
        say(NOT_BEGUN.format(why=str(error).partition("\n")[0]))
        langsmith.configure(enabled=False)
        return False
    langsmith.configure(client=client)
    tracing = Tracing(client, line, notice, provider)
    _at_the_end(tracing.end)
    return tracing


def check_address(url: str) -> None:
    """Refuse what is no address of a server: the SDK would lose everything without a word.

    Raises:
        ValueError: it has no http or https before it, or no host.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("LANGSMITH_ENDPOINT is no address: write https://your.host/api/v1")


def _provider(line: Line) -> "TracerProvider | None":
    """Where spans go, if OpenTelemetry is asked for."""
    from langsmith.client import _resolve_tracing_mode

    if _resolve_tracing_mode(None) == "langsmith":
        return None
    from cartjury.graph.tracing_otel import provider_over

    return provider_over(line)


def _at_the_end(work: Callable[[], Any]) -> None:
    """Do something when the program ends, before Python waits for the threads of the SDK.

    What `atexit` holds comes after that wait. The other hook is not public; concurrent.futures ends its threads by it,
    those of the SDK among them, and whoever registers later is called earlier.
    """
    getattr(threading, "_register_atexit", atexit.register)(work)
