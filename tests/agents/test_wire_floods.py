"""Answers that are too long, compressed unasked, or of odd form: they cost little memory, and warn nobody."""

import tracemalloc
import warnings
from collections.abc import Iterator

import pytest

from tests.agents.wires import GOOD, PROVIDERS, Line, line, request
from tests.faults import FAULTS, Content, Fault, Page, Rejection

COMPLETION = '{"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}]}'
ODD = '{"choices": [{"message": {"content": 5}, "finish_reason": "eos"}], "usage": []}'


@pytest.fixture(scope="module")
def to() -> Iterator[Line]:
    with line() as opened:
        yield opened


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_bomb_is_refused_before_it_is_inflated(provider: str, to: Line) -> None:
    to.meets(FAULTS["bomb"])
    to.send(request(provider))  # the server packs it, the libraries are loaded

    tracemalloc.start()
    try:
        reply = to.send(request(provider))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert (reply.outcome, reply.error) == ("bad_response", "the answer is too large")
    assert peak < 8_000_000  # inflated it has 30


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_compression_is_asked_for(provider: str, to: Line) -> None:
    to.meets(None)
    to.send(request(provider))

    assert to.server.seen[-1].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_answer_that_is_compressed_all_the_same_is_read(provider: str, to: Line) -> None:
    to.meets(Page(200, COMPLETION, "application/json", gzipped=True))

    assert to.send(request(provider)).raw == "a"


@pytest.mark.parametrize(
    ("coding", "error"),
    [
        ("br", "the answer is compressed in a way that was not asked for"),
        ("gzip, gzip", "the answer is compressed in a way that was not asked for"),
        ("gzip", "the answer cannot be decompressed"),
    ],
)
def test_what_cannot_be_decompressed_is_no_answer(coding: str, error: str, to: Line) -> None:
    to.meets(Rejection(200, "not compressed at all", "", {"content-encoding": coding}))

    reply = to.send(request("groq"))

    assert (reply.outcome, reply.error) == ("bad_response", error)


def test_an_error_that_floods_is_still_told_by_its_status(to: Line) -> None:
    to.meets(Page(503, " " * 3_000_000))

    assert to.send(request("groq")).outcome == "server_error"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_of_a_long_answer_100000_characters_are_kept(provider: str, to: Line) -> None:
    to.meets(Content(lambda good: "a" * 300_000))

    assert to.send(request(provider)).raw == "a" * 100_000


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (GOOD, "answered"),
        (f"<think>so {{x}}</think>\n{GOOD}", "answered"),
        (f"{GOOD} and", "truncated"),
        ("[1, 2]", "truncated"),
        ("[" * 100_000, "truncated"),
        ("<think>so", "truncated"),
        ("", "empty"),
    ],
)
def test_an_answer_that_does_not_say_it_ended_must_be_one_object(text: str, outcome: str, to: Line) -> None:
    to.meets(Content(lambda good: text, finish=None))

    assert to.send(request("groq")).outcome == outcome


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("fault", [FAULTS["text parts"], Page(200, ODD, "application/json")], ids=["parts", "number"])
def test_no_library_warns_of_odd_forms(fault: Fault, provider: str, to: Line) -> None:
    to.meets(fault)

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        to.send(request(provider))

    assert not told
