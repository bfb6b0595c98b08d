"""Traces of `langgraph dev`: the same masked client, found by the server's own thread."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from langgraph_sdk import get_sync_client

from tests.graph.studio_server import free_port, served
from tests.recording_langsmith import LangSmith

TYPED = "what is S01, ana@canary.example?"


class Traced:
    """A run and a question on one thread of the server."""

    def __init__(self, folder: Path, langsmith: LangSmith) -> None:
        self.langsmith, self.folder = langsmith, folder
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        with served(folder, url, port, **langsmith.env), get_sync_client(url=url, api_key=None) as client:
            self.thread = client.threads.create()["thread_id"]
            client.runs.wait(self.thread, "cartjury", input={"n_users": 2000, "as_of": "2026-11-23"})
            said = {"messages": [{"role": "user", "content": TYPED}]}
            client.runs.wait(self.thread, "cartjury", input=said)


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traced]:
    with LangSmith() as langsmith:
        yield Traced(tmp_path_factory.mktemp("canary-person"), langsmith)


def test_both_turns_are_found_by_the_servers_thread_and_are_whole_when_it_stops(traced: Traced) -> None:
    roots = traced.langsmith.roots

    assert [root["extra"]["metadata"]["thread_id"] for root in roots] == [traced.thread] * 2
    assert all(run.get("end_time") for run in traced.langsmith.runs.values())
    assert traced.langsmith.scores(roots[0])["mece_proven"] == 1.0


def test_they_are_masked_and_short_as_at_every_door(traced: Traced) -> None:
    sent = b"".join(request.raw for request in traced.langsmith.requests)

    assert b"what is S01, [e-mail]?" in sent
    assert b"canary" not in sent
    assert len(sent) < 1_000_000
