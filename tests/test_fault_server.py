"""The fault server speaks and fails as it says."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter, sleep
from typing import Any

import httpx
import pytest

from tests.fault_server import FaultServer, Seen, random_faults
from tests.faults import FAULTS, Broken

GROQ, OTHERS = "/openai/v1/chat/completions", "/v1/chat/completions"
CEREBRAS = {"user-agent": "AsyncCerebras/Python 1.0"}
GOOD = '{"S01": {"name": "A"}, "S02": {"name": "B"}}'


def ask(server: FaultServer, path: str = GROQ, headers: Mapping[str, str] | None = None, **more: Any) -> httpx.Response:
    body = {"model": "m", "messages": [{"role": "user", "content": "hello"}], **more}
    return httpx.post(server.url + path, json=body, headers=headers, verify=False)  # loading certificates takes longer


def good(body: dict[str, Any]) -> str:
    return GOOD


def test_the_answer_is_made_from_the_request() -> None:
    with FaultServer(answer=lambda body: f"you said {body['messages'][0]['content']}") as server:
        assert ask(server).json()["choices"][0]["message"]["content"] == "you said hello"


def test_each_provider_answers_in_its_own_form() -> None:
    with FaultServer(answer=good) as server:
        groq, own = ask(server).json(), ask(server, OTHERS).json()
        cerebras = ask(server, OTHERS, CEREBRAS).json()

    assert groq["x_groq"]["id"].startswith("req_")
    assert groq["usage"]["queue_time"] > 0
    assert cerebras["time_info"]["queue_time"] > 0
    assert "refusal" not in cerebras["choices"][0]["message"]
    assert own["choices"][0]["message"]["refusal"] is None
    assert {"x_groq", "time_info"}.isdisjoint(own)


def test_each_provider_fails_in_its_own_form() -> None:
    with FaultServer(fault=lambda seen: FAULTS["404"]) as server:
        groq, cerebras = ask(server), ask(server, OTHERS, CEREBRAS)

    assert (groq.status_code, groq.json()["error"]["code"]) == (404, "model_not_found")
    assert (cerebras.status_code, cerebras.json()["code"]) == (404, "model_not_found")


def test_a_forced_tool_call_gets_the_answer_as_its_arguments() -> None:
    tools = [{"type": "function", "function": {"name": "names", "parameters": {}}}]
    with FaultServer(answer=good) as server:
        choice = ask(server, tools=tools).json()["choices"][0]

    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    assert choice["message"]["tool_calls"][0]["function"] == {"name": "names", "arguments": GOOD}


def test_every_request_is_noted() -> None:
    with FaultServer() as server:
        ask(server, headers={"authorization": "Bearer k"})
        ask(server, OTHERS, temperature=0.5)
        ask(server, OTHERS, model="other")
        ask(server)

    assert [s.provider for s in server.seen] == ["groq", "openai", "openai", "groq"]
    assert [(s.number, s.before, s.repeats) for s in server.seen] == [(0, 0, 0), (1, 1, 0), (2, 0, 0), (3, 2, 1)]
    assert server.seen[0].headers["authorization"] == "Bearer k"
    assert server.seen[1].body["temperature"] == 0.5


def test_the_fault_is_decided_for_each_request() -> None:
    with FaultServer(fault=lambda seen: FAULTS["500"] if seen.number == 0 else None) as server:
        assert [ask(server).status_code, ask(server).status_code] == [500, 200]


@pytest.mark.parametrize(("path", "provider"), [("/openai/v1/models", "groq"), ("/v1/models", "openai")])
def test_models_are_listed_for_each_provider(path: str, provider: str) -> None:
    with FaultServer() as server:
        server.list_models("groq" if provider == "groq" else "openai", ["a/b", "c"])
        listed = httpx.get(server.url + path, verify=False).json()

    assert [m["id"] for m in listed["data"]] == ["a/b", "c"]


def test_an_error_repeats_key_and_model_where_the_provider_would() -> None:
    with FaultServer(fault=lambda seen: FAULTS["401"]) as server:
        said = ask(server, headers={"authorization": "Bearer a key"}).json()["error"]["message"]

    assert said == "Invalid API Key: a key"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("wrong types", '{"S01": {"name": 7}, "S02": {"name": 7}}'),
        ("wrong ids", '{"XS01": {"name": "A"}, "XS02": {"name": "B"}}'),
        ("missing ids", '{"S01": {"name": "A"}}'),
        ("extra ids", '{"S01": {"name": "A"}, "S02": {"name": "B"}, "X99": {"name": "A"}}'),
        ("duplicate keys", '{"S01": null, "S01": {"name": "A"}, "S02": {"name": "B"}}'),
    ],
)
def test_answers_are_spoiled_where_they_hold_ids(name: str, text: str) -> None:
    with FaultServer(answer=good, fault=lambda seen: FAULTS[name]) as server:
        assert ask(server).json()["choices"][0]["message"]["content"] == text


def test_ids_in_a_list_are_found_too() -> None:
    listing = json.dumps({"names": [{"id": "S01", "name": "A"}, {"id": "S02", "name": "B"}]})
    with FaultServer(answer=lambda body: listing, fault=lambda seen: FAULTS["missing ids"]) as server:
        assert ask(server).json()["choices"][0]["message"]["content"] == '{"names": [{"id": "S01", "name": "A"}]}'


def test_a_cut_body_is_shorter_than_announced() -> None:
    with (
        FaultServer(answer=good, fault=lambda seen: FAULTS["cut"]) as server,
        pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"),
    ):
        ask(server)


def test_a_bomb_is_small_on_the_wire_and_large_when_it_is_opened() -> None:
    with FaultServer(answer=good, fault=lambda seen: FAULTS["bomb"]) as server:
        answer = ask(server)

    assert int(answer.headers["content-length"]) < 200_000
    assert len(answer.content) == 30_000_000


def test_a_text_in_parts_is_the_good_answer_in_two_halves() -> None:
    with FaultServer(answer=good, fault=lambda seen: FAULTS["text parts"]) as server:
        parts = ask(server).json()["choices"][0]["message"]["content"]

    assert "".join(p["text"] for p in parts if p["type"] == "text") == GOOD
    assert [p["type"] for p in parts] == ["thinking", "text", "text"]


def test_a_reset_connection_brings_no_answer() -> None:
    with FaultServer(fault=lambda seen: FAULTS["reset"]) as server, pytest.raises(httpx.ReadError):
        ask(server)


def test_a_dripping_body_keeps_every_wait_short() -> None:
    with FaultServer(answer=good, fault=lambda seen: Broken("drip", 0.0005)) as server:
        answer = ask(server)

    assert answer.elapsed.total_seconds() > 0.0005 * len(answer.content)


def test_what_hangs_ends_with_the_server() -> None:
    started = perf_counter()
    with ThreadPoolExecutor(1) as pool, FaultServer(fault=lambda seen: FAULTS["hang"]) as server:
        waiting = pool.submit(ask, server)
        while not server.seen and not waiting.done():
            sleep(0.01)

    assert perf_counter() - started < 5


def test_clients_that_go_away_leave_no_trace(capsys: pytest.CaptureFixture[str]) -> None:
    with FaultServer(answer=good, fault=lambda seen: Broken("hang", 0.1)) as server:
        for _ in range(3):
            with pytest.raises(httpx.ReadTimeout):
                httpx.post(server.url + GROQ, json={"model": "m"}, timeout=0.02, verify=False)
        server.fault = lambda seen: None
        assert ask(server).status_code == 200

    assert capsys.readouterr() == ("", "")


def test_a_mistake_in_the_test_itself_is_not_taken_for_a_fault() -> None:
    with pytest.raises(ZeroDivisionError), FaultServer(answer=lambda body: str(1 // 0)) as server:
        assert ask(server).status_code == 500


def test_random_faults_do_not_depend_on_the_order_of_requests() -> None:
    one, other = random_faults(7, 0.5), random_faults(7, 0.5)
    requests = [Seen(GROQ, "groq", {}, {"model": "m", "n": n}, n, n, 0) for n in range(200)]

    forward = [one(r) for r in requests]
    backward = [other(r) for r in reversed(requests)]

    assert forward == backward[::-1]
    assert 60 < sum(f is not None for f in forward) < 140
    assert forward != [random_faults(8, 0.5)(r) for r in requests]


def test_random_faults_can_be_of_some_kinds_only() -> None:
    found = random_faults(1, 1.0, ["500", "null"])
    seen = [found(Seen(GROQ, "groq", {}, {"n": n}, n, n, 0)) for n in range(50)]

    assert {id(f) for f in seen} == {id(FAULTS["500"]), id(FAULTS["null"])}


def test_a_repeated_request_can_meet_another_fault() -> None:
    found = random_faults(1, 0.5)

    assert len({found(Seen(GROQ, "groq", {}, {"model": "m"}, n, n, n)) is None for n in range(20)}) == 2
