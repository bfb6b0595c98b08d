"""The bounded line: what a request costs whoever makes it, whatever is at the other end."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from cartjury.graph import tracing_line
from cartjury.graph.tracing_line import Line
from cartjury.graph.tracing_sending import check_address
from tests.recording_langsmith import LangSmith


@pytest.fixture
def server() -> Iterator[LangSmith]:
    with LangSmith() as server:
        yield server


class Heard:
    """A line, and what it told of losses."""

    def __init__(self) -> None:
        self.lost: list[str] = []
        self.now = 1000.0
        self.line = Line(self.lost.append, self.clock)
        self.line.trust_env = False

    def clock(self) -> float:
        """The real time, moved at will."""
        return self.now + time.monotonic()

    def fails(self, url: str) -> float:
        """Seconds until a request failed."""
        began = time.monotonic()
        with pytest.raises(requests.ConnectionError):
            self.line.get(f"{url}/info")
        return time.monotonic() - began


@pytest.fixture
def heard() -> Heard:
    return Heard()


def test_a_request_that_is_answered_comes_back(server: LangSmith, heard: Heard) -> None:
    assert heard.line.get(f"{server.url}/info").json()["version"] == server.version
    assert (heard.lost, heard.line.busy, heard.line.is_down) == ([], 0, False)


def test_a_server_that_never_answers_is_waited_for_no_longer_than_agreed(
    server: LangSmith, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing_line, "PATIENCE", 0.3)
    server.mode = "hang"

    assert 0.3 <= heard.fails(server.url) < 1.5
    assert heard.lost == [f"{server.url.removeprefix('http://')}: no answer in time"]


def test_after_a_failure_requests_are_refused_at_once_and_later_tried_again(server: LangSmith, heard: Heard) -> None:
    server.mode = "500"
    assert heard.line.get(f"{server.url}/info").status_code == 500
    assert heard.line.is_down
    tried = len(server.requests)

    heard.fails(server.url)
    assert len(server.requests) == tried

    server.mode = "ok"
    heard.now += tracing_line.DOWN + 1
    assert heard.line.get(f"{server.url}/info").ok


def test_a_wrong_key_is_said(server: LangSmith, heard: Heard) -> None:
    server.mode = "401"
    heard.line.get(f"{server.url}/info")

    assert heard.lost[0].endswith("it answered 401, check the key")


def test_a_call_that_the_server_does_not_know_is_no_outage(server: LangSmith, heard: Heard) -> None:
    assert heard.line.get(f"{server.url}/nothing").status_code == 404
    assert not heard.line.is_down


def test_what_a_server_does_not_take_is_lost_and_said(server: LangSmith, heard: Heard) -> None:
    assert heard.line.post(f"{server.url}/nothing", json={}).status_code == 404

    assert heard.lost[0].endswith("it answered 404, check the address")


def test_a_redirect_is_not_followed_and_the_key_goes_nowhere_else(heard: Heard) -> None:
    with moved_to("http://127.0.0.1:9/elsewhere") as url:
        answer = heard.line.post(f"{url}/runs", json={}, headers={"x-api-key": "k"})

    assert answer.status_code == 307
    assert heard.lost[0].endswith("it answered 307")


@contextmanager
def moved_to(address: str) -> Iterator[str]:
    """A server that sends everybody elsewhere."""

    class Moved(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(307)
            self.send_header("location", address)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Moved) as http:
        threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


@pytest.mark.parametrize("wrong", ["127.0.0.1:1984", "localhost", "not a url", "ftp://127.0.0.1/x", "https://"])
def test_what_is_no_address_is_refused_before_anything_is_sent_there(wrong: str) -> None:
    with pytest.raises(ValueError, match="LANGSMITH_ENDPOINT is no address"):
        check_address(wrong)
    check_address("https://eu.api.smith.langchain.com")


def test_nobody_there_is_said(server: LangSmith, heard: Heard) -> None:
    server.kill()

    heard.fails(server.url)
    assert heard.lost[0].endswith("it cannot be reached")


def test_a_line_that_ends_lets_go_of_requests_that_are_under_way(server: LangSmith, heard: Heard) -> None:
    server.mode = "hang"
    threading.Timer(0.2, lambda: heard.line.end_by(heard.clock())).start()

    assert heard.fails(server.url) < 1.5
    assert heard.fails(server.url) < 0.1  # and takes no new ones
