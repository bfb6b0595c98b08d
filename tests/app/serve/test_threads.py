"""What clients can do with threads."""

import json
import threading
from typing import Any

import httpx
import pytest

from cartjury.graph.folders import WORK
from tests.app.serve.fake_thread import ELSEWHERE, LINES, preview_of
from tests.app.serve.served import Service

MERGE = {"kind": "merge", "segments": ["S01", "S02"]}


def error(response: httpx.Response) -> tuple[int, str, str]:
    told = response.json()["error"]
    return response.status_code, told["kind"], told["message"]


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["kind"] for event in events]


def test_an_order_starts_a_run_in_a_thread_of_its_own(service: Service) -> None:
    told = service.http.post("/api/threads", json={"order": {"n_users": 100, "seed": 3}, "by": "Ada"})
    name = told.json()["id"]

    assert told.status_code == 201
    assert told.headers["location"] == f"/api/threads/{name}"
    assert kinds(service.events(told.json()["events"])) == ["started", "done"]
    assert service.look(name)["status"] == "idle"
    assert service.look(name)["revision"] == 1
    assert [t["id"] for t in service.http.get("/api/threads").json()["threads"]].count(name) == 1


def test_an_order_that_is_refused_leaves_no_thread(service: Service) -> None:
    before = service.http.get("/api/threads").json()
    refused = service.http.post("/api/threads", json={"order": {"seed": 13}})

    assert error(refused) == (422, "input", "this seed is refused")
    assert service.http.get("/api/threads").json() == before
    assert len(list((service.folder / "runs").iterdir())) == len(before["threads"])


def test_a_run_that_fails_is_a_thread_that_says_why(service: Service) -> None:
    told = service.http.post("/api/threads", json={"order": {"seed": 666}}).json()
    last = service.events(told["events"])[-1]

    assert last["kind"] == "error"
    assert last["data"]["message"] == "row 1, column engagement_score: '7'"
    assert service.look(told["id"])["status"] == "failed"
    assert service.look(told["id"])["error"] == "row 1, column engagement_score: '7'"


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ({"n_user": 3000}, "unknown key 'n_user'"),
        ({"options": {"out": "elsewhere"}}, "'out' cannot be set"),
        ({"options": {"min_siz": 3}}, "order.options.min_siz"),
        ({"messages": [{"role": "user", "content": "hi"}]}, "unknown key 'messages'"),
        ({"n_users": 10, "input_path": "x.csv"}, "not both"),
        ({"input_path": "/etc/passwd"}, "outside the data roots"),
        ({"input_path": "inputs/../../secret.csv"}, "outside the data roots"),
        ({"replay": "/etc"}, "outside the data roots"),
        ({"input_path": "s3://bucket/carts.parquet"}, "no plain path"),
        ({"options": {"spark_master": "spark://evil:7077"}}, "spark_master"),
        ({"input_path": "a\0b"}, "no file can have"),
        ({"input_path": "a" * 5000}, "outside the data roots"),
    ],
)
def test_a_bad_order_is_refused_with_the_reason(service: Service, order: dict[str, Any], said: str) -> None:
    status, _, message = error(service.http.post("/api/threads", json={"order": order}))

    assert status == 422
    assert said in message


def test_a_file_that_is_not_there_is_named(service: Service) -> None:
    path = str(service.folder / "inputs" / "none.csv")

    assert (
        error(service.http.post("/api/threads", json={"order": {"input_path": path}}))[2] == f"there is no file {path}"
    )


def test_a_message_can_lead_to_a_preview_that_waits(service: Service) -> None:
    thread = service.started()
    events = service.do(thread, "messages", text="merge the first two", by="Ada")
    seen = service.look(thread)

    assert kinds(events) == ["message", "preview", "done"]
    assert seen["status"] == "waiting"
    assert seen["waiting"]["text"] == "S02 joins S01."
    assert seen["waiting"]["plan_hash"] == events[1]["data"]["plan_hash"] == preview_of("1").plan_hash
    assert len(seen["waiting"]["preview"]["after"]) == 1
    assert seen["messages"][-1] == {"role": "user", "content": "merge the first two", "by": "Ada"}


def test_typed_edits_are_asked_for(service: Service) -> None:
    thread = service.started()

    assert kinds(service.do(thread, "edits", edits=[MERGE])) == ["message", "preview", "done"]


@pytest.mark.parametrize(
    "edits", [[], [{"kind": "drop_table"}], [{**MERGE, "x": 1}], [{"kind": "merge", "segments": ["1"]}]]
)
def test_what_is_no_edit_is_refused(service: Service, edits: list[Any]) -> None:
    assert service.post(service.started(), "edits", edits=edits).status_code == 422


def test_a_decision_on_what_waits_is_taken(service: Service) -> None:
    thread = service.started()
    service.do(thread, "messages", text="merge")
    shown = service.look(thread)["waiting"]["plan_hash"]
    events = service.do(thread, "decision", type="approve", plan_hash=shown, by="Ada")

    assert events[0]["data"]["by"] == "Ada"
    assert service.look(thread)["status"] == "idle"
    assert service.look(thread)["plan_hash"] == shown


def test_a_decision_on_another_preview_is_refused_and_the_preview_still_waits(service: Service) -> None:
    thread = service.started()
    service.do(thread, "messages", text="merge")
    before = service.look(thread)
    refused = service.post(thread, "decision", type="approve", plan_hash="f" * 64)

    assert error(refused)[:2] == (409, "outdated")
    assert service.look(thread) == before


def test_a_decision_where_nothing_waits_is_refused(service: Service) -> None:
    refused = service.post(service.started(), "decision", type="approve", plan_hash="f" * 64)

    assert error(refused)[:2] == (409, "nothing_waits")


def test_a_decision_needs_the_hash(service: Service) -> None:
    assert error(service.post(service.started(), "decision", type="approve"))[2] == "'plan_hash' is missing"


def test_a_decision_can_ask_for_other_edits_and_only_then_has_any(service: Service) -> None:
    thread = service.started()
    service.do(thread, "messages", text="merge")
    shown = service.look(thread)["waiting"]["plan_hash"]

    assert service.post(thread, "decision", type="edit", plan_hash=shown).status_code == 422
    assert service.post(thread, "decision", type="approve", plan_hash=shown, edits=[MERGE]).status_code == 422
    events = service.do(thread, "decision", type="edit", plan_hash=shown, edits=[MERGE])
    assert events[0]["data"]["edited_action"]["args"]["edits"] == [MERGE]


def test_one_goes_back_and_forth(service: Service) -> None:
    thread = service.started()
    done = [
        service.do(thread, "undo", steps=2, by="Ada")[0]["data"],
        service.do(thread, "redo")[0]["data"],
        service.do(thread, "reset", revision=1)[0]["data"],
    ]

    assert done == [{"kind": "undo", "steps": 2}, {"kind": "redo", "steps": 1}, {"kind": "reset", "revision": 1}]
    assert [j["by"] for j in service.look(thread)["history"]["journeys"]] == ["Ada", "user", "user"]


def test_what_was_cut_off_is_resumed(service: Service) -> None:
    told = service.http.post("/api/threads", json={"order": {"seed": 666}}).json()
    service.events(told["events"])

    assert kinds(service.do(told["id"], "resume")) == ["node", "done"]
    assert service.look(told["id"])["status"] == "idle"
    assert kinds(service.do(told["id"], "resume")) == ["done"]


def test_a_second_turn_while_one_runs_is_refused_by_name(fresh: Service) -> None:
    thread = fresh.started()
    other = fresh.started()
    running = fresh.post(thread, "messages", text="wait", by="Ada").json()
    refused = [fresh.post(thread, call, **body) for call, body in (("messages", {"text": "me too"}), ("undo", {}))]
    seen = fresh.look(thread)

    assert [error(r)[:2] for r in refused] == [(409, "busy")] * 2
    assert "a message by Ada is running since" in error(refused[0])[2]
    assert seen["status"] == "running"
    assert seen["running"]["by"] == "Ada"
    assert len(seen["segments"]) == len(LINES)
    assert kinds(fresh.do(other, "messages", text="hello")) == ["message", "done"]
    fresh.open_the_gate()
    assert kinds(fresh.events(running["events"])) == ["message", "done"]
    assert fresh.look(thread)["status"] == "idle"


def test_of_many_at_once_exactly_one_is_let_in(fresh: Service) -> None:
    thread = fresh.started()
    codes: list[int] = []

    def say() -> None:
        codes.append(fresh.post(thread, "messages", text="wait").status_code)

    clients = [threading.Thread(target=say) for _ in range(8)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()

    assert sorted(codes) == [202, *[409] * 7]


def test_a_thread_that_another_program_is_at_is_shown_and_refused(service: Service) -> None:
    thread = service.started()
    lock = service.folder / "runs" / thread / WORK / ELSEWHERE
    lock.touch()
    seen, refused = service.look(thread), service.post(thread, "messages", text="hello")
    lock.unlink()

    assert seen["status"] == "running"
    assert seen["revision"] == 1
    assert error(refused)[:2] == (409, "busy")
    assert kinds(service.do(thread, "messages", text="hello")) == ["message", "done"]


def test_a_client_that_leaves_does_not_stop_the_turn(fresh: Service) -> None:
    thread = fresh.started()
    told = fresh.post(thread, "messages", text="wait").json()
    fresh.events(told["events"], until=("message",))  # and leaves
    fresh.open_the_gate()

    assert kinds(fresh.events(told["events"])) == ["message", "done"]


def test_what_is_refused_at_once_is_told_at_once_and_leaves_no_event(service: Service) -> None:
    thread = service.started()
    before = service.look(thread)

    assert error(service.post(thread, "messages", text="refuse"))[:2] == (422, "edit")
    assert service.look(thread) == before


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [("break", "input", "it broke in the middle"), ("boom", "internal", "something went wrong inside cartjury")],
)
def test_what_fails_later_is_told_as_an_event_without_a_traceback(
    service: Service, text: str, kind: str, message: str
) -> None:
    thread = service.started()
    last = service.do(thread, "messages", text=text)[-1]

    assert last["kind"] == "error"
    assert last["data"]["kind"] == kind
    assert message in last["data"]["message"]
    assert "secret of the inside" not in json.dumps(service.look(thread))
    assert kinds(service.do(thread, "messages", text="hello")) == ["message", "done"]


@pytest.mark.parametrize(
    ("call", "body", "status"),
    [
        ("messages", {"text": "hi", "plan": 1}, 422),
        ("messages", {}, 422),
        ("messages", {"text": "  \n"}, 422),
        ("messages", {"text": 7}, 422),
        ("messages", {"text": "hi", "by": ""}, 422),
        ("messages", {"text": "hi", "by": "x" * 61}, 422),
        ("undo", {"steps": 0}, 422),
        ("undo", {"step": 1}, 422),
        ("reset", {"revision": "last"}, 422),
        ("resume", {"from": 3}, 422),
        ("decision", {"type": "maybe", "plan_hash": "f"}, 422),
    ],
)
def test_a_bad_body_is_refused(service: Service, call: str, body: dict[str, Any], status: int) -> None:
    refused = service.post(service.started(), call, **body)

    assert refused.status_code == status
    assert refused.json()["error"]["kind"] == "request"


@pytest.mark.parametrize("body", ["{", "[]", "null", '"text"', "[" * 60_000, b"\xff", '{"text": "\\ud800"}'])
def test_what_is_no_json_object_is_refused(service: Service, body: str | bytes) -> None:
    refused = service.http.post(f"/api/threads/{service.started()}/messages", content=body)

    assert refused.status_code in {400, 422}
    assert refused.json()["error"]["kind"] == "request"


def test_a_message_over_64_kb_is_refused(service: Service) -> None:
    thread = service.started()

    assert error(service.post(thread, "messages", text="x" * 70_000))[:2] == (413, "too_large")
    assert service.post(thread, "messages", text="x" * 60_000).status_code == 202


def test_hostile_names_and_words_are_plain_data(service: Service) -> None:
    thread = service.started()
    text = 'merge <img src=x onerror=alert(1)> \u202e \x1b]0;pwned\x07 "\n\ndata: {"id": 99}\nid: 99'
    events = service.do(thread, "messages", text=text, by="<b>Mallory</b>\nid: 7")
    seen = service.http.get(f"/api/threads/{thread}")

    assert kinds(events) == ["message", "preview", "done"]
    assert events[0]["data"]["content"] == text
    assert events[0]["data"]["by"] == "<b>Mallory</b>\nid: 7"
    assert seen.headers["content-type"] == "application/json"
    assert [s["name"] for s in seen.json()["segments"]] == [line.name for line in LINES]


@pytest.mark.parametrize("name", ["nobody", "..", "%2e%2e", ".work", "a%2fb", "x%00", "a" * 200, "runs%5c..", "-rf"])
def test_there_is_no_thread_by_any_other_name(service: Service, name: str) -> None:
    for call in ("", "/events", "/files", "/revisions/1/files/plan.json"):
        assert service.http.get(f"/api/threads/{name}{call}").status_code == 404


def test_a_folder_that_is_no_run_or_lies_elsewhere_is_no_thread(service: Service) -> None:
    thread = service.started()
    runs = service.folder / "runs"
    (runs / "empty").mkdir()
    (runs / "linked").symlink_to(runs / thread)

    assert service.http.get("/api/threads/empty").status_code == 404
    assert service.http.get("/api/threads/linked").status_code == 404
    assert {"empty", "linked"}.isdisjoint(t["id"] for t in service.http.get("/api/threads").json()["threads"])


def test_faults_of_http_are_json_too(service: Service) -> None:
    assert error(service.http.get("/api/nothing"))[:2] == (404, "not_found")
    assert error(service.http.delete("/api/threads"))[:2] == (405, "method")
