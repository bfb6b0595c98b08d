"""The jury of models under `langgraph dev`: keys in `.env`, the server's own cartjury.toml, clients that choose."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from langgraph_sdk import get_sync_client

from tests.agents.protocol import twelve
from tests.agents.scripted_model import answer, data_of
from tests.fault_server import FaultServer
from tests.graph.test_studio import Run, Server, free_port, refusal, run, served

KEY = "gsk_canary_of_the_server"
TABLE = """
[[model]]
provider = "groq"
id = "made/up"
family = "fixture"
context = 8192

[presets.ours]
growth_strategist = { models = ["groq/made/up"] }
"""
ORDER = {"n_users": 2000, "seed": 7, "as_of": "2026-10-01"}


NOTHING = {"edits": [], "topic": "none", "about": [], "since": 0, "of": "", "question": "", "options": []}
NO = json.dumps({"message": {"kind": "refused", **NOTHING, "reason": "This fixture reads nothing."}})


@pytest.fixture(scope="module")
def models() -> Iterator[FaultServer]:
    """Models that name as a fixture does, and refuse to read messages of the chat."""
    with FaultServer(answer=lambda body: NO if "message" in data_of(body) else answer(body)) as server:
        yield server


@pytest.fixture(scope="module")
def server(models: FaultServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    (folder / ".env").write_text(f"GROQ_API_KEY={KEY}\nGROQ_API_BASE={models.url}\n", encoding="utf-8")
    (folder / "cartjury.toml").write_text(TABLE, encoding="utf-8")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with served(folder, url, port) as running, get_sync_client(url=url, api_key=None) as client:
        yield Server(client, url, folder, running.log)


@pytest.fixture(scope="module")
def main(server: Server) -> Run:
    return run(server, "cartjury", {**ORDER, "options": {"rate_limits": "off"}})


def test_a_key_in_env_seats_models_and_they_name(main: Run, server: Server) -> None:
    manifest = main.values["manifest"]

    assert manifest["names_by_origin"] == {"model": 12}
    assert manifest["calls"] == 10
    assert (server.folder / main.values["run"]["folder"] / "jury.jsonl").is_file()


def test_the_jury_alone_asks_models_too_and_follows_the_servers_own_table(server: Server, models: FaultServer) -> None:
    asked = len(models.seen)
    briefs = [b.model_dump(mode="json") for b in twelve()]
    heard = run(server, "jury", {"briefs": briefs, "options": {"jury": "ours", "effort": "quick"}}).values["jury"]

    assert [seen.model for seen in models.seen[asked:]] == ["made/up"]
    assert {v["name_model"] for v in heard["verdicts"]} == {"groq/made/up"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"jury": "nobody"}, "unknown jury"),
        ({"models": {"judge": {"provider": "http://evil.example", "model": "m"}}}, "unknown provider"),
    ],
)
def test_a_client_chooses_among_the_servers_models_and_names_no_address(
    options: dict[str, object], said: str, server: Server
) -> None:
    assert said in refusal(server, "cartjury", {**ORDER, "options": options})


@pytest.mark.parametrize("key", ["replay", "run"])
def test_a_client_cannot_point_a_jury_outside_the_data_roots(key: str, server: Server, tmp_path: Path) -> None:
    place = {"replay": str(tmp_path), "run": {"id": "x", "folder": str(tmp_path), "work": str(tmp_path)}}[key]
    briefs = [b.model_dump(mode="json") for b in twelve()]

    assert "outside the data roots" in refusal(server, "jury", {"briefs": briefs, key: place})
    assert list(tmp_path.iterdir()) == []


def test_the_key_is_in_no_state_and_no_log_and_nothing_blocked(main: Run, server: Server) -> None:
    history = json.dumps(server.client.threads.get_history(main.thread, limit=100))
    log = server.log.read_text()

    assert KEY not in history + log
    assert "BlockingError" not in log


def test_a_message_is_read_by_a_model_on_a_loop_that_must_not_wait_for_a_disk(server: Server) -> None:
    """The server refuses whatever blocks its loop, such as asking where a folder is."""
    thread = server.client.threads.create()["thread_id"]
    server.client.runs.wait(thread, "cartjury", input={**ORDER, "options": {"rate_limits": "off"}})
    said = {"messages": [{"type": "human", "content": "could the quiet ones perhaps sound a bit kinder?"}]}
    done = server.client.runs.wait(thread, "cartjury", input=said)

    assert done["messages"][-1]["content"].startswith("This fixture reads nothing.")
    assert "BlockingError" not in server.log.read_text()
