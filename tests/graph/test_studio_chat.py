"""The chat through `langgraph dev`: langgraph_sdk and agent-chat-ui as clients, forks, kill -9, and the docs."""

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from langgraph_sdk import get_sync_client
from langgraph_sdk.client import SyncLangGraphClient

from tests.graph.studio_server import free_port, served

DOCS = Path(__file__).parent.parent.parent / "docs" / "studio.md"
ORDER = {"n_users": 3000, "seed": 7, "as_of": "2026-10-01"}
APPROVE = {"resume": {"decisions": [{"type": "approve"}]}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    port = free_port()
    with served(folder, f"http://127.0.0.1:{port}", port):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[SyncLangGraphClient]:
    with get_sync_client(url=url, api_key=None) as found:
        yield found


@pytest.fixture
def thread(client: SyncLangGraphClient) -> str:
    found = client.threads.create()["thread_id"]
    client.runs.wait(found, "cartjury", input=ORDER)
    return found


def say(client: SyncLangGraphClient, thread: str, text: str) -> Any:
    # As agent-chat-ui sends it: content in blocks.
    message = {"type": "human", "content": [{"type": "text", "text": text}]}
    return client.runs.wait(thread, "cartjury", input={"messages": [message]})


def waiting(client: SyncLangGraphClient, thread: str) -> list[Any]:
    state = client.threads.get_state(thread)
    return [i["value"] for task in state["tasks"] for i in task["interrupts"]]


def plan(client: SyncLangGraphClient, thread: str) -> Any:
    return client.threads.get_state(thread)["values"]["plan"]  # type: ignore[call-overload]


def test_a_message_waits_for_approval_in_the_shape_of_agent_chat_ui(client: SyncLangGraphClient, thread: str) -> None:
    before = plan(client, thread)
    say(client, thread, "merge S01 and S03")
    (asked,) = waiting(client, thread)

    assert client.threads.get(thread)["status"] == "interrupted"
    (action,) = asked["action_requests"]
    assert action["args"]["edits"] == [{"kind": "merge", "segments": ["S01", "S03"]}]
    assert {"name", "args", "description"} == set(action)
    assert asked["review_configs"] == [
        {"action_name": action["name"], "allowed_decisions": ["approve", "edit", "reject"]}
    ]
    assert plan(client, thread) == before


def test_an_approval_publishes_and_undo_takes_it_back(client: SyncLangGraphClient, thread: str, folder: Path) -> None:
    before = plan(client, thread)
    say(client, thread, "merge S01 and S03")
    done = client.runs.wait(thread, "cartjury", command=APPROVE)  # type: ignore[arg-type]

    assert isinstance(done, dict)
    assert (folder / done["run"]["folder"] / "manifest.json").is_file()
    say(client, thread, "undo")
    assert plan(client, thread) == before


def test_a_fork_of_an_old_checkpoint_decides_otherwise(client: SyncLangGraphClient, thread: str) -> None:
    before = plan(client, thread)
    say(client, thread, "merge S01 and S03")
    client.runs.wait(thread, "cartjury", command=APPROVE)  # type: ignore[arg-type]
    old = next(s for s in client.threads.get_history(thread, limit=50) if s["next"] == ["approve"])
    rejected = {"resume": {"decisions": [{"type": "reject", "message": "too coarse"}]}}
    client.runs.wait(
        thread,
        "cartjury",
        checkpoint_id=old["checkpoint"]["checkpoint_id"],
        command=rejected,  # type: ignore[arg-type]
    )

    assert plan(client, thread) == before


def test_two_clients_at_once_take_turns(client: SyncLangGraphClient, url: str, thread: str) -> None:
    first = client.runs.create(thread, "cartjury", input={"edits": [{"kind": "lock", "segments": ["S01"]}]})
    second = httpx.post(
        f"{url}/threads/{thread}/runs",
        json={"assistant_id": "cartjury", "input": {"messages": []}, "multitask_strategy": "reject"},
    )

    assert second.status_code == 409
    client.runs.join(thread, first["run_id"])
    assert len(waiting(client, thread)) == 1


def test_a_kill_leaves_the_approval_waiting(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with served(tmp_path, url, port) as running, get_sync_client(url=url, api_key=None) as client:
        thread = client.threads.create()["thread_id"]
        client.runs.wait(thread, "cartjury", input=ORDER)
        say(client, thread, "merge S01 and S03")
        (asked,) = waiting(client, thread)
        os.killpg(running.process.pid, signal.SIGKILL)
    with served(tmp_path, url, port), get_sync_client(url=url, api_key=None) as client:
        client.threads.create(thread_id=thread, graph_id="cartjury", if_exists="do_nothing")
        assert waiting(client, thread) == [asked]
        client.runs.wait(thread, "cartjury", command=APPROVE)  # type: ignore[arg-type]
        assert plan(client, thread)["revision"] == 2


def test_no_user_is_in_what_the_server_tells(client: SyncLangGraphClient, thread: str) -> None:
    say(client, thread, "who is in S04?")
    told = json.dumps([client.threads.get_state(thread), client.threads.get_history(thread, limit=50)])

    assert "user_0" not in told
    assert not re.search(r'"U?\d{6,}"', told)


def test_the_script_of_the_page_runs(url: str, client: SyncLangGraphClient) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```$", DOCS.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(code.replace("http://127.0.0.1:2024", url), names)

    assert names["before"]["next"] == ["approve"]
    assert plan(client, names["thread"])["revision"] == 1
