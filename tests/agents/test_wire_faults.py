"""Every fault, through each of the three real libraries: a typed reply, the text kept, in time, no exception."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from cartjury.agents.pauses import retry_after
from cartjury.data.call_records import Outcome
from tests.agents.wires import GOOD, KEYS, PROVIDERS, Line, line, request
from tests.faults import FAULTS, Broken, Content, Page, Rejection

THINKING = "<think>\nThe user wants {names}.\n</think>\n"
# What each fault becomes, and the text that is kept of it; ... where only the outcome matters.
EXPECTED: Mapping[str, tuple[Outcome, object]] = {
    "null": ("empty", None),
    "empty": ("empty", ""),
    "blank": ("empty", " \n\t "),
    "refusal": ("refused", "I can't help with that."),
    "filtered": ("refused", GOOD[: len(GOOD) // 3]),
    "prose": ("answered", "Sure! I would call these people loyal."),
    "no tool call": ("answered", "I would now call the tool."),
    "think": ("answered", THINKING + GOOD),
    "unclosed think": ("answered", "<think>\nThe user wants names, so let me see"),
    "fenced": ("answered", f"Here you go:\n```json\n{GOOD}\n```"),
    "truncated": ("truncated", GOOD[: len(GOOD) // 2]),
    "truncated whole": ("truncated", GOOD),
    "malformed": ("answered", GOOD[:-1] + "'"),
    "wrong types": ("answered", '{"S01": {"name": 7}, "S02": {"name": 7}}'),
    "wrong ids": ("answered", '{"XS01": {"name": "Loyal_Core"}, "XS02": {"name": "Late_Browsers"}}'),
    "missing ids": ("answered", '{"S01": {"name": "Loyal_Core"}}'),
    "extra ids": ("answered", GOOD[:-1] + ', "X99": {"name": "Loyal_Core"}}'),
    "duplicate keys": ("answered", '{"S01": null, ' + GOOD[1:]),
    "half a surrogate": ("answered", GOOD + " ?"),
    "no finish_reason": ("truncated", GOOD[: len(GOOD) // 2]),
    "no finish_reason whole": ("answered", GOOD),
    "text parts": ("answered", GOOD),
    "no usage": ("answered", GOOD),
    "429 short": ("rate_limited", None),
    "429 at once": ("rate_limited", None),
    "429 long": ("rate_limited", None),
    "429 in words": ("rate_limited", None),
    "429 bare": ("rate_limited", None),
    "500": ("server_error", None),
    "502 html": ("server_error", None),
    "503": ("server_error", None),
    "529": ("server_error", None),
    "413": ("too_large", None),
    "context": ("too_large", None),
    "402": ("payment", None),
    "401": ("unauthorized", None),
    "403": ("unauthorized", None),
    "404": ("model_gone", None),
    "decommissioned": ("model_gone", None),
    "failed tool call": ("not_json", "<function=answer>{names: bad"),
    "failed json": ("not_json", '{"names": '),
    "400": ("bad_request", None),
    "200 html": ("bad_response", "<html>Sign in to the hotel's network. [key]</html>"),
    "200 broken json": ("bad_response", '{"id": "chatcmpl-1", "choices": [{"mess'),
    "200 other json": ("bad_response", '{"status": "ok"}'),
    "200 no choices": ("bad_response", '{"object": "chat.completion", "choices": []}'),
    "200 nothing": ("bad_response", ""),
    "huge": ("bad_response", ('{"choices": [{"message": {"content": "' + "a" * 4000)[:4000]),
    "bomb": ("bad_response", " " * 4000),
    "hang": ("timeout", None),
    "drip": ("timeout", None),
    "reset": ("connection", None),
    "cut": ("connection", None),
}
COUNTED_ODDLY = """{"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}],
"usage": {"prompt_tokens": -1, "completion_tokens": "many"}}"""


@pytest.fixture(scope="module")
def to() -> Iterator[Line]:
    with line() as opened:
        yield opened


def test_every_fault_is_expected_to_become_something() -> None:
    assert set(EXPECTED) == set(FAULTS)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_becomes_a_typed_reply(name: str, provider: str, to: Line) -> None:
    to.meets(FAULTS[name])
    patience = 0.2 if name in {"hang", "drip"} else 5.0

    reply = to.send(request(provider, timeout=patience))

    assert (reply.outcome, reply.raw) == EXPECTED[name]
    assert (reply.error is None) == (reply.outcome == "answered")
    assert reply.latency_s < patience + 0.5
    assert not [key for key in KEYS.values() if key in str(reply)]


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("name", [n for n, f in FAULTS.items() if isinstance(f, Content)])
def test_a_fault_in_a_tool_call_is_told_like_one_in_the_content(name: str, provider: str, to: Line) -> None:
    to.meets(FAULTS[name])

    reply = to.send(request(provider, output="tools"))

    assert (reply.outcome, reply.raw) == EXPECTED[name]


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("name", ["truncated", "refusal", "null", "no finish_reason"])
def test_tokens_of_an_answer_that_is_of_no_use_are_counted(name: str, provider: str, to: Line) -> None:
    to.meets(FAULTS[name])

    reply = to.send(request(provider))

    assert reply.tokens_in == 27
    assert reply.tokens_out


@pytest.mark.parametrize("provider", PROVIDERS)
def test_where_no_tokens_are_reported_none_are_made_up(provider: str, to: Line) -> None:
    to.meets(FAULTS["no usage"])

    reply = to.send(request(provider))

    assert (reply.tokens_in, reply.tokens_out) == (None, None)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("429 short", 0.05),
        ("429 at once", 0.0),
        ("429 long", 420.0),
        ("429 in words", 432.0),
        ("429 bare", None),
        ("503", 0.05),
        ("500", None),
    ],
)
def test_the_pause_that_a_provider_asks_for_is_kept(name: str, seconds: float | None, provider: str, to: Line) -> None:
    to.meets(FAULTS[name])

    assert to.send(request(provider)).retry_after == seconds


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("status", "message", "code", "outcome"),
    [
        (410, "The model `old` has been decommissioned", "", "model_gone"),
        (403, "Blocked at the organization level.", "model_permission_blocked_org", "model_gone"),
        (404, "page not found", "", "model_gone"),
        (422, "This model's maximum context length is 8192 tokens", "", "too_large"),
        (400, "the request exceeds the available context size", "exceed_context_size_error", "too_large"),
        (400, "Failed to generate", "json_validate_failed", "not_json"),
        (408, "Request timeout", "", "timeout"),
        (418, "I'm a teapot", "", "bad_request"),
        (498, "Flex tier capacity exceeded", "", "server_error"),
        (599, "", "", "server_error"),
    ],
)
def test_other_errors_are_told_by_status_code_and_words(
    status: int, message: str, code: str, outcome: Outcome, provider: str, to: Line
) -> None:
    to.meets(Rejection(status, message, code, {}))

    assert to.send(request(provider)).outcome == outcome


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (404, '{"error": "model \'x\' not found"}', "model_gone"),
        (422, '{"detail": [{"msg": "field required"}]}', "bad_request"),
        (500, "[" * 100_000, "server_error"),
        (503, "[]", "server_error"),
        (200, "[" * 100_000, "bad_response"),
        (200, "null", "bad_response"),
        (200, '{"choices": [{"message": null}]}', "bad_response"),
        (200, '{"choices": [{"message": {"content": 5}, "finish_reason": "stop"}]}', "bad_response"),
        (200, '{"choices": [{"message": {"tool_calls": [{}]}, "finish_reason": "stop"}]}', "bad_response"),
        (200, '{"choices": [{"message": {"content": "a"}, "finish_reason": 5}], "usage": []}', "truncated"),
        (200, COUNTED_ODDLY, "answered"),
    ],
)
def test_no_body_is_too_odd(status: int, body: str, outcome: Outcome, provider: str, to: Line) -> None:
    to.meets(Page(status, body, "application/json"))

    reply = to.send(request(provider))

    assert reply.outcome == outcome
    assert (reply.tokens_in, reply.tokens_out) == (None, None)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_completion_that_is_called_plain_text_is_one_all_the_same(provider: str, to: Line) -> None:
    body = '{"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}]}'
    to.meets(Page(200, body, "text/plain"))

    assert to.send(request(provider)).raw == "a"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_after_a_broken_connection_the_next_request_gets_its_answer(provider: str, to: Line) -> None:
    for how in (Broken("reset"), Broken("cut")):
        to.meets(how)
        to.send(request(provider))
        to.meets(None)

        assert to.send(request(provider)).outcome == "answered"


@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ({"retry-after": "7"}, "try again in 3s", 7.0),
        ({"retry-after-ms": "250", "retry-after": "7"}, "", 0.25),
        ({"retry-after": "-5"}, "", 0.0),
        ({"retry-after": "inf"}, "", None),
        ({"retry-after": "nan"}, "Try again in 2s", 2.0),
        ({"retry-after": "soon"}, "", None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, "", 0.0),
        ({"retry-after": "Wed, 99 Oct 2015 07:28:00 GMT"}, "", None),
        ({}, "Please try again in 7m12s.", 432.0),
        ({}, "Please try again in 7m12.5s. Need more tokens?", 432.5),
        ({}, "Please try again in 1h2m3s", 3723.0),
        ({}, "Please try again in 2m", 120.0),
        ({}, "Please try again in 450ms", 0.45),
        ({}, "Please try again in 20 seconds", 20.0),
        ({}, "Please try again in a while", None),
        ({}, "", None),
    ],
)
def test_the_pause_is_read_from_headers_then_from_words(
    headers: Mapping[str, str], message: str, seconds: float | None
) -> None:
    assert retry_after(headers, message) == seconds


def test_a_pause_until_a_date_is_told_in_seconds() -> None:
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)

    assert retry_after({"retry-after": in_a_minute}, "") == pytest.approx(60, abs=5)
