"""The line to LangSmith, or to a collector: no request on it outlasts its time, and a dead end is not tried for long.

The SDK retries for many seconds and is joined when Python ends. Here each request runs on a thread of its own that
nobody waits for longer than agreed; whoever sent it goes on. After a failure the line is down for a while and refuses
at once.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as OutOfTime
from typing import Any, Final
from urllib.parse import urlsplit

import requests

PATIENCE: Final = 10.0  # seconds for one request while the program runs: a slow link sends 1 MB in that time
CONNECT: Final = 3.0  # seconds to reach the server
DOWN: Final = 30.0  # seconds for which a line that failed is left alone
TICK: Final = 0.05  # seconds between looks at whether the line is to be left
HINTS: Final = {401: ", check the key", 403: ", check the key", 404: ", check the address"}
BAD: Final = frozenset({401, 403, 408, 425, 429})  # statuses that the next request would get too; so would 5xx
THERE: Final = 409  # what was sent is there already: nothing is lost


class Line(requests.Session):
    """A session of requests that is bounded in time.

    Attributes:
        why: what the last failure was, in words; empty where there was none.
    """

    def __init__(self, lost: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        """Open a line.

        Args:
            lost: told, from any thread, when a request failed or was refused, and why.
            clock: seconds.
        """
        super().__init__()
        self.why = ""
        self._lost = lost
        self._clock = clock
        self._until = float("inf")  # no request may last beyond this moment
        self._down = float("-inf")  # no request is tried before this moment
        self._busy = 0
        self._guard = threading.Lock()

    @property
    def is_down(self) -> bool:
        """Whether requests are refused at the moment."""
        return self._clock() < self._down

    @property
    def busy(self) -> int:
        """Requests that are under way."""
        return self._busy

    def end_by(self, moment: float) -> None:
        """Let no request last beyond this moment; those that come later are refused."""
        self._until = moment

    def request(self, method: Any, url: Any, *args: Any, **how: Any) -> requests.Response:
        """Make a request within its time.

        Raises:
            requests.ConnectionError: it failed, took too long, or was not even tried.
        """
        now = self._clock()
        if now < self._down or now >= self._until:
            raise self._failed(url, self.why or "there was no time left")
        answer: Future[requests.Response] = Future()
        how |= {"timeout": (CONNECT, PATIENCE), "allow_redirects": False}  # the key goes nowhere else
        work = threading.Thread(target=self._send, args=(answer, method, url, args, how), daemon=True)
        with self._guard:
            self._busy += 1
        try:
            work.start()
            response = self._awaited(answer, now + PATIENCE)
        except (requests.RequestException, OutOfTime, RuntimeError) as error:
            self._down = self._clock() + DOWN
            raise self._failed(url, _in_words(error)) from error
        finally:
            with self._guard:
                self._busy -= 1
        if _lost(str(method), response.status_code):
            self._down = self._clock() + DOWN
            self._note(url, f"it answered {response.status_code}{HINTS.get(response.status_code, '')}")
        return response

    def _send(self, answer: "Future[requests.Response]", method: str, url: str, args: Any, how: Any) -> None:
        try:
            answer.set_result(super().request(method, url, *args, **how))
        except Exception as error:  # whatever a library raises belongs to who waits
            answer.set_exception(error)

    def _awaited(self, answer: "Future[requests.Response]", end: float) -> requests.Response:
        while True:
            left = min(end, self._until) - self._clock()
            if left <= 0:
                raise OutOfTime
            try:
                return answer.result(min(left, TICK))
            except OutOfTime:
                if answer.done():
                    raise

    def _failed(self, url: str, why: str) -> requests.ConnectionError:
        self._note(url, why)
        return requests.ConnectionError(why)

    def _note(self, url: str, why: str) -> None:
        self.why = why
        self._lost(f"{urlsplit(url).netloc}: {why}")


def _in_words(error: BaseException) -> str:
    if isinstance(error, OutOfTime | requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.ConnectionError):
        return "it cannot be reached"
    return f"the request failed ({type(error).__name__})"


def _lost(method: str, status: int) -> bool:
    """Whether an answer means that what was sent is lost; what was only asked for may not be there."""
    refused = method.upper() != "GET" and 300 <= status != THERE
    return refused or status in BAD or status >= 500
