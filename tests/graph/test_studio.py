"""`langgraph dev` serves both graphs without network; everything a client can do goes through langgraph_sdk."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from langgraph_sdk import get_sync_client
from langgraph_sdk.client import SyncLangGraphClient

from cartjury.data.jury_records import PERSONAS
from tests import program
from tests.carts import cart, write_csv
from tests.graph.studio_server import free_port, served

CANARY = "canary-4711"


class Server(NamedTuple):
    """A server that runs, and the folder it was started in."""

    client: SyncLangGraphClient
    url: str
    folder: Path
    log: Path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    (folder / "inputs").mkdir()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with served(folder, url, port) as running, get_sync_client(url=url, api_key=None) as client:
        yield Server(client, url, folder, running.log)


class Run(NamedTuple):
    """A run on a thread of its own."""

    thread: str
    values: dict[str, Any]

    def __str__(self) -> str:
        return str(self.values)


def run(server: Server, graph: str, given: dict[str, Any]) -> Run:
    thread = server.client.threads.create()["thread_id"]
    return Run(thread, dict(server.client.runs.wait(thread, graph, input=given, raise_error=False) or {}))


def refusal(server: Server, graph: str, given: dict[str, Any]) -> str:
    """Why the server did not do a run: the text that Studio shows beside the thread."""
    thread = run(server, graph, given).thread
    assert server.client.threads.get(thread)["status"] == "error"
    return " ".join(str(task["error"]) for task in server.client.threads.get_state(thread)["tasks"])


@pytest.fixture(scope="module")
def main(server: Server) -> Run:
    return run(server, "cartjury", {"n_users": 3000, "seed": 7, "as_of": "2026-10-01"})


def test_both_graphs_are_there_with_their_schemas(server: Server) -> None:
    found = {a["graph_id"]: a["assistant_id"] for a in server.client.assistants.search()}
    schemas = {graph: server.client.assistants.get_schemas(found[graph]) for graph in ("cartjury", "jury")}
    asked = {graph: set((s["input_schema"] or {})["properties"]) for graph, s in schemas.items()}

    assert asked == {
        "cartjury": {"input_path", "n_users", "seed", "as_of", "options", "replay", "messages", "edits", "by"},
        "jury": {"briefs", "taken", "guidance", "seed", "options", "replay", "run"},
    }
    assert all(s["state_schema"] for s in schemas.values())


def test_studio_draws_the_debate_as_a_loop(server: Server) -> None:
    drawn = server.client.assistants.get_graph("jury")
    edges = {(e["source"], e["target"]) for e in drawn["edges"]}

    assert {("debate", p) for p in PERSONAS} <= edges


def test_the_main_job_ends_with_verdicts_scores_and_a_proof(main: Run, server: Server) -> None:
    values = main.values

    assert len(values["scores"]) == len(values["jury"]["verdicts"]) == 12
    assert len({v["name"] for v in values["jury"]["verdicts"]}) == 12
    assert values["certificate"]["rule_space_proven"]
    assert values["certificate"]["data_proven"]
    assert (server.folder / values["run"]["folder"] / "report.html").is_file()


def test_the_jury_alone_gives_the_same_names_for_the_same_briefs(main: Run, server: Server) -> None:
    alone = run(server, "jury", {"briefs": main.values["briefs"], "seed": 7})

    assert alone.values["jury"]["verdicts"] == main.values["jury"]["verdicts"]


def test_a_chat_message_alone_runs_the_job_with_defaults(server: Server) -> None:
    done = run(server, "cartjury", {"messages": [{"type": "human", "content": "hello"}]})

    assert [m["type"] for m in done.values["messages"]] == ["human", "ai"]
    assert "proven MECE" in done.values["messages"][-1]["content"]
    assert done.values["dataset"]["rows"] == 25_000


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"n_user": 3000}, "n_user"),
        ({"n_users": 10, "input_path": "inputs/carts.csv"}, "not both"),
        ({"input_path": "inputs/none.csv"}, "there is no file inputs/none.csv"),
        ({"input_path": "/etc/passwd"}, "outside the data roots"),
        ({"input_path": "inputs/../../carts.csv"}, "outside the data roots"),
        ({"n_users": 10, "options": {"out": "elsewhere"}}, "outside the data roots"),
    ],
)
def test_bad_input_is_refused_with_a_reason(server: Server, given: dict[str, Any], reason: str) -> None:
    assert reason in refusal(server, "cartjury", given)
    assert not (server.folder / "elsewhere").exists()


def test_bad_rows_are_named_in_the_reason(server: Server) -> None:
    write_csv(server.folder / "inputs", [cart(engagement_score="7")])

    assert "row 1, column engagement_score: '7'" in refusal(server, "cartjury", {"input_path": "inputs/carts.csv"})


def test_the_server_keeps_no_user_row(tmp_path: Path) -> None:
    """A server of its own would do; what matters is what it leaves in its folder once it has stopped."""
    (tmp_path / "inputs").mkdir()
    rows = [cart(user_id=f"{CANARY}-{i}", engagement_score=f"0.{i + 10}") for i in range(80)]
    write_csv(tmp_path / "inputs", rows)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with served(tmp_path, url, port) as running, get_sync_client(url=url, api_key=None) as client:
        done = run(Server(client, url, tmp_path, running.log), "cartjury", {"input_path": "inputs/carts.csv"})
        assert done.values["manifest"]["users"] == 80

    kept = {p.name for p in tmp_path.rglob("*") if p.is_file() and CANARY.encode() in p.read_bytes()}
    assert kept == {"carts.csv", "cart_abandoners.csv", "rows.parquet"}
    assert any((tmp_path / ".langgraph_api").iterdir())


def test_nothing_blocked_the_event_loop_or_called_another_machine(main: Run, server: Server) -> None:
    log = server.log.read_text()

    assert "BlockingError" not in log
    assert "Blocking call" not in log
    assert "http://127.0.0.1:9" not in log
    assert program.calls(server.folder) == ""
