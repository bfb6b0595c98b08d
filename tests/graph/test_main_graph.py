"""The main graph in this process: what it accepts, what its state and checkpoints hold. Sockets are blocked."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from pydantic import ValidationError

from cartjury.app import runner
from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.data.records import SegmentPlan
from cartjury.data.run_records import Certificate, SegmentScore
from cartjury.graph.build import Compiled, build_graph
from cartjury.graph.state import Input, State
from tests.carts import AS_OF, cart, write_csv

ORDER = ["prepare", "generate", "load", "universe", "bucket", "size", "profile"]
ORDER += ["jury", "name", "score", "certify", "publish", "remember"]
THREAD: Any = {"configurable": {"thread_id": "one"}}


class Run:
    """A finished run of 3,000 mock users, and the nodes that it named on its way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.nodes: list[str] = []
        self.state = runner.run(Input(n_users=3000, seed=7, as_of=AS_OF), folder, runner.Watch(self.nodes.append))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Run(tmp_path_factory.mktemp("main") / "results")


def foreign(value: object, path: str = "") -> Iterator[str]:
    """Where a value holds something that is not JSON, and of which type."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from foreign(below, f"{path}.{key}")
    elif type(value) is list:
        for below in value:
            yield from foreign(below, f"{path}[]")
    elif value is not None and type(value) not in {str, int, float, bool}:
        yield f"{path}: {type(value).__name__}"


def checkpointed(folder: Path) -> Iterator[tuple[str, Any]]:
    """Everything that the checkpoints of a run hold, by namespace."""
    serde = JsonPlusSerializer()
    with sqlite3.connect(folder / ".work" / runner.CHECKPOINTS) as db:
        for space, kind, blob in db.execute("SELECT checkpoint_ns, type, checkpoint FROM checkpoints"):
            yield space, serde.loads_typed((kind, blob))["channel_values"]
        for space, channel, kind, blob in db.execute("SELECT checkpoint_ns, channel, type, value FROM writes"):
            yield space, {channel: serde.loads_typed((kind, blob))}


def test_the_nodes_run_once_each_in_the_order_of_the_picture(run: Run) -> None:
    main = [n for n in run.nodes if n in build_graph().get_graph().nodes]

    assert main == ORDER


def test_the_final_state_tells_the_whole_run(run: Run) -> None:
    plan, scores, proof = run.state.plan, run.state.scores, run.state.certificate

    assert isinstance(plan, SegmentPlan)
    assert isinstance(proof, Certificate)
    assert all(isinstance(s, SegmentScore) for s in scores)
    assert run.state.universe is not None
    assert sum(s.size for s in scores) == sum(p.users for p in run.state.profiles) == run.state.universe.size
    assert {s.segment_id for s in scores} <= {s.id for s in plan.segments} == set(proof.predicates)
    assert proof.proven
    assert run.state.manifest is not None
    assert set(run.state.manifest.files) <= {p.name for p in run.folder.iterdir()}


def test_the_answer_in_the_chat_is_a_summary(run: Run) -> None:
    (answer,) = run.state.messages

    assert answer.type == "ai"
    assert "proven MECE" in str(answer.content)


def test_checkpoints_hold_plain_json_and_the_chat(run: Run) -> None:
    allowed = {".messages[]: AIMessage"}  # the chat is LangChain's; `join:` channels are LangGraph's own
    found = {
        where
        for space, values in checkpointed(run.folder)
        for where in foreign({k: v for k, v in values.items() if not k.startswith("join:")})
    }

    assert found <= allowed
    assert any(space.startswith("jury") for space, _ in checkpointed(run.folder))


def test_no_warning_of_an_unregistered_type_awaits_those_who_resume(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    list(checkpointed(run.folder))

    assert caplog.records == []


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"n_users": 60, "inputs_path": "carts.csv"}, "inputs_path"),
        ({"n_users": 60, "input_path": "carts.csv"}, "either input_path or n_users"),
        ({"n_users": 0}, "n_users"),
        ({"n_users": "many"}, "n_users"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**70}, "seed"),
        ({"as_of": "yesterday"}, "as_of"),
        ({"options": {"windw_days": 3}}, "windw_days"),
        ({"options": {"scoring": "best"}}, "scoring"),
        ({"run": {"id": "x", "folder": "/etc", "work": "/etc"}}, "run"),
        ({"dataset": {"path": "/etc/passwd"}}, "dataset"),
    ],
)
def test_a_bad_order_is_refused_by_name_before_anything_runs(
    given: dict[str, Any], fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ValidationError, match=fault):
        build_graph().invoke(given)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Compiled:
    """The graph as a server has it: confined to ./inputs and ./runs of the folder it was started in."""
    monkeypatch.chdir(tmp_path)
    roots = (tmp_path / "inputs", tmp_path / "runs")
    for folder in roots:
        folder.mkdir()
    return build_graph(roots=roots, checkpointer=InMemorySaver())


@pytest.mark.parametrize(
    "given",
    [
        {"input_path": "../carts.csv"},
        {"input_path": "inputs/../../carts.csv"},
        {"input_path": "inputs/link.csv"},
        {"n_users": 60, "options": {"out": "elsewhere"}},
        {"n_users": 60, "options": {"out": "runs/../../elsewhere"}},
    ],
)
def test_a_client_is_confined_to_the_data_roots(server: Compiled, given: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "inputs" / "link.csv").symlink_to("/etc/passwd")

    with pytest.raises(InputError, match="outside the data roots"):
        server.invoke(given, THREAD)
    assert {p.name for p in tmp_path.iterdir()} == {"inputs", "runs"}
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_client_that_edits_a_thread_is_confined_too(server: Compiled, tmp_path: Path) -> None:
    server.invoke({"n_users": 60, "as_of": str(AS_OF)}, THREAD)
    stolen = State.model_validate(server.get_state(THREAD).values).dataset
    assert stolen is not None
    dataset = stolen.model_copy(update={"path": "/etc/rows.parquet"}).model_dump(mode="json")
    server.update_state(THREAD, {"dataset": dataset}, as_node="load")

    with pytest.raises(InputError, match="outside the data roots"):
        server.invoke(None, THREAD)


def test_a_new_order_on_a_thread_inherits_nothing_of_the_one_before(server: Compiled, tmp_path: Path) -> None:
    old = date(2025, 3, 2)
    rows = [cart(user_id=f"u{i}", cart_abandoned_date=str(old), last_order_date="") for i in range(30)]
    write_csv(tmp_path / "inputs", rows)

    server.invoke({"n_users": 60, "seed": 3, "options": {"min_size": 5}}, THREAD)
    server.invoke({"input_path": "inputs/carts.csv"}, THREAD)
    filed = State.model_validate(server.get_state(THREAD).values)
    server.invoke({"n_users": 50, "as_of": str(AS_OF)}, THREAD)
    mock = State.model_validate(server.get_state(THREAD).values)

    assert filed.universe is not None
    assert (filed.universe.as_of, filed.seed, filed.options) == (old, 42, Options())
    assert mock.dataset is not None
    assert (mock.dataset.generated, mock.dataset.rows) == (True, 50)
    assert len(mock.messages) == 3


def test_messages_alone_leave_the_order_as_it_stands(server: Compiled) -> None:
    server.invoke({"n_users": 60, "as_of": str(AS_OF), "messages": [{"role": "user", "content": "go"}]}, THREAD)
    server.invoke({"messages": [{"role": "user", "content": "show the segments"}]}, THREAD)
    state = State.model_validate(server.get_state(THREAD).values)

    assert [m.type for m in state.messages] == ["human", "ai", "human", "ai"]
    assert (state.n_users, state.as_of) == (60, AS_OF)
    assert "proven MECE" in str(state.messages[1].content)
    assert "Premium_Active_Valuable" in str(state.messages[3].content)
