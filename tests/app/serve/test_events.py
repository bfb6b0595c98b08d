"""Events of a thread: every one has a number, none is lost or told twice, also over a restart."""

import threading
from pathlib import Path

import pytest

from cartjury.app.serve.events import EVENTS, Writer, read_events
from cartjury.graph.folders import WORK
from tests.app.serve.served import Service, serving


def ids(events: list[dict[str, object]]) -> list[object]:
    return [event["id"] for event in events]


def test_events_are_numbered_from_one_over_all_turns(service: Service) -> None:
    thread = service.started()
    service.do(thread, "messages", text="hello")
    events = service.events(f"/api/threads/{thread}/events?follow=0", until=())

    assert ids(events) == [1, 2, 3, 4]
    assert [e["kind"] for e in events] == ["started", "done", "message", "done"]
    assert service.look(thread)["last_event"] == 4


def test_a_stream_goes_on_after_the_event_that_the_client_saw_last(service: Service) -> None:
    thread = service.started()
    service.do(thread, "messages", text="hello")
    place = f"/api/threads/{thread}/events?follow=0"

    assert ids(service.events(place, until=(), **{"Last-Event-ID": "2"})) == [3, 4]
    assert ids(service.events(f"{place}&after=3", until=())) == [4]
    assert ids(service.events(f"{place}&after=1", until=(), **{"Last-Event-ID": "3"})) == [4]
    assert ids(service.events(f"{place}&after=99", until=())) == []


@pytest.mark.parametrize("number", ["-1", "x", "1.5", "٣", "9" * 40])
def test_what_is_no_number_is_refused(service: Service, number: str) -> None:
    refused = service.http.get(f"/api/threads/{service.started()}/events", params={"after": number})

    assert refused.status_code == 400


def test_who_follows_hears_what_comes(fresh: Service) -> None:
    thread = fresh.started()
    heard: list[dict[str, object]] = []
    place = f"/api/threads/{thread}/events?after=2"
    listener = threading.Thread(target=lambda: heard.extend(fresh.events(place)))
    listener.start()
    told = fresh.post(thread, "messages", text="hello").json()
    listener.join()

    assert told["after"] == 2
    assert ids(heard) == [3, 4]


def test_two_followers_hear_the_same(fresh: Service) -> None:
    thread = fresh.started()
    told = fresh.post(thread, "messages", text="wait").json()
    heard: list[list[dict[str, object]]] = []
    listeners = [threading.Thread(target=lambda: heard.append(fresh.events(told["events"]))) for _ in range(2)]
    for listener in listeners:
        listener.start()
    fresh.open_the_gate()
    for listener in listeners:
        listener.join()

    assert heard[0] == heard[1]
    assert ids(heard[0]) == [3, 4]


def test_a_restart_keeps_events_and_goes_on_counting(tmp_path: Path) -> None:
    with serving(tmp_path) as first:
        thread = first.started()
        before = first.events(f"/api/threads/{thread}/events?follow=0", until=())
    with serving(tmp_path) as second:
        kept = second.events(f"/api/threads/{thread}/events?follow=0", until=())
        resumed = second.do(thread, "messages", text="hello")

        assert kept == before
        assert ids(resumed) == [3, 4]
        assert second.look(thread)["messages"][-1]["content"] == "hello"


def test_a_turn_that_runs_when_the_service_stops_is_told_as_cut_off(tmp_path: Path) -> None:
    with serving(tmp_path) as first:
        thread = first.started()
        first.post(thread, "messages", text="wait")
    with serving(tmp_path) as second:
        last = second.events(f"/api/threads/{thread}/events?after=3")[-1]

        assert last["kind"] == "error"
        assert last["data"]["kind"] == "cut_off"
        assert second.look(thread)["status"] == "idle"


def test_a_thread_that_the_service_did_not_start_is_found(fresh: Service) -> None:
    thread = fresh.started()
    (fresh.folder / "runs" / thread / WORK / EVENTS).unlink()

    assert fresh.events(f"/api/threads/{thread}/events?follow=0", until=()) == []
    assert ids(fresh.do(thread, "messages", text="hello")) == [1, 2]


def test_a_thread_whose_checkpoints_are_gone_says_so(fresh: Service) -> None:
    thread = fresh.started()
    (fresh.folder / "runs" / thread / WORK / "checkpoints.sqlite").unlink()

    assert fresh.look(thread)["status"] == "failed"
    assert "holds no run" in fresh.look(thread)["error"]


def test_half_a_line_from_a_crash_is_neither_told_nor_in_the_way(tmp_path: Path) -> None:
    file = tmp_path / WORK / EVENTS
    file.parent.mkdir()
    writer = Writer(tmp_path)
    writer.append("node", {"node": "load"})
    with file.open("ab") as torn:
        torn.write(b'{"id": 2, "at": "2026')

    assert [e.id for e in read_events(file, 0)[0]] == [1]
    Writer(tmp_path).append("done", {})
    assert [(e.id, e.kind) for e in read_events(file, 0)[0]] == [(1, "node"), (2, "done")]


def test_a_line_that_is_no_event_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / WORK / EVENTS
    file.parent.mkdir()
    Writer(tmp_path).append("node", {})
    with file.open("ab") as strange:
        strange.write(b"not json\n")
    Writer(tmp_path).append("done", {})

    assert [(e.id, e.kind) for e in read_events(file, 0)[0]] == [(1, "node"), (2, "done")]


def test_words_in_any_script_come_back_as_they_were(tmp_path: Path) -> None:
    (tmp_path / WORK).mkdir()
    said = "zwei Größen \u2028 \u0085 \ud83d\ude00 😀"
    Writer(tmp_path).append("message", {"content": said.encode("utf-16", "surrogatepass").decode("utf-16")})

    (event,) = read_events(tmp_path / WORK / EVENTS, 0)[0]
    assert event.data["content"] == "zwei Größen \u2028 \u0085 😀 😀"
