"""`cartjury serve` as a user starts it: a process, with threads as they are."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen
from typing import Any, NamedTuple

import httpx
import pytest

from tests import program
from tests.app.serve.served import parsed
from tests.carts import cart, write_csv

CANARY = "canary-4711"
MERGE = [{"kind": "merge", "segments": ["S01", "S02"]}]
ORDER = {"n_users": 2000, "seed": 3, "as_of": "2026-10-01"}


class Started(NamedTuple):
    """A process that serves, and a client that knows its token."""

    process: "Popen[str]"
    http: httpx.Client
    token: str

    def turn(self, place: str, **body: Any) -> list[dict[str, Any]]:
        """Do something, and return what happened."""
        told = self.http.post(place, json=body)
        assert told.is_success, told.text
        return self.follow(told.json()["events"])

    def follow(self, place: str, until: tuple[str, ...] = ("done", "error")) -> list[dict[str, Any]]:
        found = []
        with self.http.stream("GET", place) as stream:
            for event in parsed(stream.iter_lines()):
                found.append(event)
                if event["kind"] in until:
                    break
        return found

    def run(self, **order: Any) -> str:
        """Run an order, and return its thread's path."""
        told = self.http.post("/api/threads", json={"order": order or ORDER})
        assert self.follow(told.json()["events"])[-1]["kind"] == "done"
        return str(told.headers["location"])

    def look(self, thread: str) -> dict[str, Any]:
        return dict(self.http.get(thread).json())


@contextmanager
def started(folder: Path, *words: str) -> Iterator[Started]:
    process = program.start("serve", "--port", "0", *words, folder=folder)
    assert process.stdout
    address = httpx.URL(process.stdout.readline().strip())
    token = address.params["token"]
    url = f"http://{address.host}:{address.port}"
    with httpx.Client(base_url=url, headers={"X-Cartjury-Token": token}, timeout=60, verify=False) as http:
        try:
            yield Started(process, http, token)
        finally:
            process.kill()
            process.communicate()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with started(tmp_path_factory.mktemp("process")) as running:
        yield running


def test_an_upload_becomes_segments_that_are_merged_approved_and_taken_back(served: Started, tmp_path: Path) -> None:
    rows = [cart(user_id=f"u{i}", engagement_score=f"0.{i % 90 + 10}", avg_order_value=str(20 + i)) for i in range(200)]
    path = write_csv(tmp_path, rows)
    sent = served.http.put("/api/inputs/carts.csv", content=Path(path).read_bytes()).json()
    thread = served.run(input_path=sent["path"], options={"min_size": 1})
    first = served.look(thread)
    pair = [line["id"] for line in first["segments"][:2]]

    preview = served.turn(f"{thread}/edits", edits=[{"kind": "merge", "segments": pair}], by="Ada")
    waiting = served.look(thread)
    refused = served.http.post(f"{thread}/decision", json={"type": "approve", "plan_hash": first["plan_hash"]})
    served.turn(f"{thread}/decision", type="approve", plan_hash=waiting["waiting"]["plan_hash"], by="Ada")
    second = served.look(thread)
    served.turn(f"{thread}/undo")
    back = served.look(thread)

    assert "preview" in [event["kind"] for event in preview]
    assert waiting["status"] == "waiting"
    assert (refused.status_code, refused.json()["error"]["kind"]) == (409, "outdated")
    assert (second["status"], second["revision"]) == ("idle", 2)
    assert len(second["segments"]) == len(first["segments"]) - 1
    assert second["history"]["revisions"][1]["by"] == "Ada"
    assert (back["revision"], back["plan_hash"], back["segments"]) == (1, first["plan_hash"], first["segments"])
    for revision in served.http.get(f"{thread}/files").json()["revisions"]:
        plan = next(f["url"] for f in revision["files"] if f["name"] == "plan.json")
        assert served.http.get(plan).json()["revision"] == revision["revision"]
        assert "mece_strategy.csv" in {f["name"] for f in revision["files"]}


def test_no_user_row_is_in_what_clients_are_told(tmp_path: Path) -> None:
    rows = [cart(user_id=f"{CANARY}-{i}", engagement_score=f"0.{i % 90 + 10}") for i in range(200)]
    (tmp_path / "inputs").mkdir()
    write_csv(tmp_path / "inputs", rows)
    with started(tmp_path) as running:
        thread = running.run(input_path="inputs/carts.csv")
        told = [running.look(thread), running.follow(f"{thread}/events?follow=0", until=())]
    kept = {p.name for p in tmp_path.rglob("*") if p.is_file() and CANARY.encode() in p.read_bytes()}

    assert CANARY not in json.dumps(told)
    assert kept == {"carts.csv", "cart_abandoners.csv", "rows.parquet"}


def test_a_thread_that_the_command_line_made_is_served_too(served: Started) -> None:
    done = program.run(
        "run", "--n-users", "2000", "--as-of", "2026-10-01", "--out", "runs/mine", folder=_folder(served)
    )
    assert done.code == 0

    assert "mine" in {t["id"] for t in served.http.get("/api/threads").json()["threads"]}
    assert served.look("/api/threads/mine")["revision"] == 1


def test_bad_rows_are_named_and_the_thread_failed(served: Started, tmp_path: Path) -> None:
    bad = Path(write_csv(tmp_path, [cart(engagement_score="7")])).read_bytes()
    sent = served.http.put("/api/inputs/bad.csv", content=bad).json()
    told = served.http.post("/api/threads", json={"order": {"input_path": sent["path"]}})
    last = served.follow(told.json()["events"])[-1]

    assert last["kind"] == "error"
    assert "row 1, column engagement_score: '7'" in last["data"]["message"]
    assert "Traceback" not in json.dumps(last)
    assert served.look(told.headers["location"])["status"] == "failed"


def test_a_kill_while_an_approval_waits_loses_nothing(tmp_path: Path) -> None:
    with started(tmp_path) as first:
        thread = first.run()
        first.turn(f"{thread}/edits", edits=MERGE)
        before, told = first.look(thread), first.follow(f"{thread}/events?follow=0", until=())
        first.process.kill()
    with started(tmp_path) as second:
        after, kept = second.look(thread), second.follow(f"{thread}/events?follow=0", until=())
        second.turn(f"{thread}/decision", type="approve", plan_hash=after["waiting"]["plan_hash"])

        assert before == after
        assert before["status"] == "waiting"
        assert kept == told
        assert second.look(thread)["revision"] == 2


def test_a_kill_in_the_middle_of_a_run_is_resumed(tmp_path: Path) -> None:
    with started(tmp_path) as first:
        told = first.http.post("/api/threads", json={"order": ORDER})
        thread = told.headers["location"]
        first.follow(told.json()["events"], until=("node",))
        first.process.kill()
    with started(tmp_path) as second:
        assert second.look(thread)["status"] == "failed"
        assert "resume" in second.look(thread)["error"]
        assert second.turn(f"{thread}/resume")[-1]["kind"] == "done"
        assert (second.look(thread)["status"], second.look(thread)["revision"]) == ("idle", 1)


def test_two_services_on_one_folder_take_turns(tmp_path: Path) -> None:
    with started(tmp_path) as first, started(tmp_path) as second:
        thread = first.run()
        running = first.http.post(f"{thread}/edits", json={"edits": [{"kind": "set_window", "days": 6}]}).json()
        answers = [second.http.post(f"{thread}/edits", json={"edits": MERGE}).status_code for _ in range(3)]
        first.follow(running["events"])
        ids = [event["id"] for event in second.follow(f"{thread}/events?follow=0", until=())]

    assert set(answers) <= {202, 409}
    assert ids == list(range(1, len(ids) + 1))


def test_ctrl_c_ends_it_with_130_and_says_what_was_cut_off(tmp_path: Path) -> None:
    with started(tmp_path) as running:
        told = running.http.post("/api/threads", json={"order": {**ORDER, "n_users": 400_000}})
        running.follow(told.json()["events"], until=("started",))
        began = time.monotonic()
        running.process.send_signal(signal.SIGINT)
        _, said = running.process.communicate(timeout=60)

    assert time.monotonic() - began < 30
    assert running.process.returncode == 130
    assert told.json()["id"] in said
    assert running.token not in said
    assert "Traceback" not in said


def test_ctrl_c_ends_it_quietly_while_somebody_listens(tmp_path: Path) -> None:
    with started(tmp_path) as running:
        thread = running.run()
        with running.http.stream("GET", f"{thread}/events") as stream:
            next(stream.iter_lines())
            running.process.send_signal(signal.SIGINT)
            _, said = running.process.communicate(timeout=60)

    assert running.process.returncode == 130
    assert said == "interrupted\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--host", "0.0.0.0"), "would let other machines in"),
        (("--root", "nowhere"), "is no folder"),
        (("--max-upload", "much"), "is no size"),
        (("--port", "70000"), "65535"),
    ],
)
def test_what_cannot_be_served_is_refused(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = program.run("serve", *words, folder=tmp_path)

    assert done.code == 2
    assert said in done.err
    assert done.out == ""


def _folder(served: Started) -> Path:
    return Path(f"/proc/{served.process.pid}/cwd").resolve()
