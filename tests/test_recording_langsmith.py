"""The recording server understands LangSmith's own client as it comes, in each form that it sends."""

import uuid
from datetime import UTC, datetime

import pytest
from langsmith import Client

from tests.recording_langsmith import LangSmith, Request


def told(server: LangSmith) -> Client:
    """A client as everybody has it, that sends a run with a child and a score of each."""
    client = Client(api_url=server.url, api_key="key", omit_traced_runtime_info=True)
    project = uuid.uuid4()
    root = uuid.uuid4()
    began = datetime.now(UTC)
    order = began.strftime("%Y%m%dT%H%M%S%fZ") + str(root)
    for run, parent, place in ((root, None, order), (uuid.uuid4(), root, f"{order}.{order[:22]}{uuid.uuid4()}")):
        where = {"trace_id": root, "dotted_order": place, "parent_run_id": parent, "id": run}
        client.create_run("node", {"asked": "ä" * 5000}, "chain", start_time=began, project_name="recorded", **where)
        client.update_run(run, name="node", outputs={"said": 1}, **{k: v for k, v in where.items() if k != "id"})
        client.create_feedback(run, "score", score=0.5, trace_id=root, session_id=project)
    client.flush()
    client.cleanup()
    return client


@pytest.mark.parametrize(
    ("form", "path"),
    [
        ({"zstd": True}, "/runs/multipart"),
        ({"zstd": False}, "/runs/multipart"),
        ({"zstd": False, "multipart": False}, "/runs/batch"),
    ],
)
def test_runs_and_scores_arrive_whole_in_every_form(form: dict[str, bool], path: str) -> None:
    with LangSmith(**form) as server:
        told(server)

        (root,) = server.roots
        (child,) = server.children(root)
        assert {r.path for r in server.requests} >= {"/info", path}
        assert [run["inputs"]["asked"] for run in (root, child)] == ["ä" * 5000] * 2
        assert [run["outputs"] for run in (root, child)] == [{"said": 1}] * 2
        assert server.scores(root) == server.scores(child) == {"score": 0.5}
        assert server.failed == []
        assert "ä".encode() in server.everything or b"\\u00e4" in server.everything


def test_further_calls_can_be_answered() -> None:
    def made(request: Request) -> tuple[int, object]:
        return 200, {"id": str(uuid.uuid4()), "created_at": "2026-01-01T00:00:00Z", **request.body}

    with LangSmith(answers={("POST", "/datasets"): made}) as server:
        client = Client(api_url=server.url, api_key="key", auto_batch_tracing=False)

        assert client.create_dataset("names").name == "names"
        (posted,) = [r for r in server.requests if r.method == "POST"]
        assert posted.body["name"] == "names"
