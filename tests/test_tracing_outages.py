"""A LangSmith that is gone, slow, broken or closed to us: a run goes on as without it, and ends at most 2 s later."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests import program
from tests.app.jury_program import SMALL, whole
from tests.recording_langsmith import LangSmith

EXIT: Final = 2.0  # seconds that an end may take longer
# Seconds that other tests on this machine may slow one of the two measured processes by.
SLACK: Final = 2.0
NOTE: Final = "note: the trace was not delivered, or not all of it ("


class Ran(NamedTuple):
    """A run, from its start to its results, and from there to the end of its process."""

    err: list[str]
    work: float
    exit: float

    @property
    def notes(self) -> list[str]:
        return [line for line in self.err if not line.endswith(" ...") and not line.startswith(("1,661", "results:"))]


def run(folder: Path, env: dict[str, str] | None = None, meanwhile: Callable[[], object] = lambda: None) -> Ran:
    """Run in a process of its own; `meanwhile` happens when its jury begins."""
    err: list[str] = []
    began = time.monotonic()
    with program.start("run", *SMALL, "--out", "out", folder=folder, env=env) as process:
        assert process.stderr is not None
        done = began
        for line in process.stderr:
            err.append(line.rstrip("\n"))
            if line.startswith("convene"):
                meanwhile()
            if line.startswith("results:"):
                done = time.monotonic()
        code = process.wait()
    assert code == 0, err
    assert whole(folder / "out").names_by_origin == {"offline": 12}
    return Ran(err, done - began, time.monotonic() - done)


@pytest.fixture(scope="module")
def untraced(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return run(tmp_path_factory.mktemp("untraced"))


def assert_it_cost_nothing(found: Ran, untraced: Ran, why: str) -> None:
    assert found.work < untraced.work + SLACK
    assert found.exit < untraced.exit + EXIT + SLACK
    assert [note.partition(": ")[2].partition(": ")[2].partition(")")[0] for note in found.notes] == [why]
    assert found.notes[0].startswith(NOTE)


@pytest.mark.parametrize(
    ("mode", "why"),
    [("500", "it answered 500"), ("401", "it answered 401, check the key"), ("hang", "no answer in time")],
)
def test_a_server_that_does_not_take_traces(mode: str, why: str, tmp_path: Path, untraced: Ran) -> None:
    with LangSmith() as server:
        server.mode = mode  # type: ignore[assignment]  one of three
        found = run(tmp_path, server.env)

    assert server.runs == {}
    assert_it_cost_nothing(found, untraced, why)


def test_nobody_listens(tmp_path: Path, untraced: Ran) -> None:
    with LangSmith() as server:
        env = server.env

    assert_it_cost_nothing(run(tmp_path, env), untraced, "it cannot be reached")


def test_a_server_that_dies_in_the_middle(tmp_path: Path, untraced: Ran) -> None:
    with LangSmith() as server:
        found = run(tmp_path, server.env, server.kill)

    assert "GET" in {request.method for request in server.requests}  # it was there at first
    assert_it_cost_nothing(found, untraced, "it cannot be reached")


def test_a_slow_server_gets_the_whole_trace_of_a_short_run(tmp_path: Path, untraced: Ran) -> None:
    with LangSmith(delay=0.4) as server:
        found = run(tmp_path, server.env)
        (root,) = server.roots

        assert found.exit < untraced.exit + EXIT + SLACK
        assert root["end_time"]
        assert all(r.get("end_time") for r in server.below(root))


def test_without_a_key_it_is_said_once_and_nothing_is_tried(tmp_path: Path, untraced: Ran) -> None:
    found = run(tmp_path, {"LANGSMITH_TRACING": "true"})

    (note,) = found.notes
    assert note.startswith("note: LANGSMITH_TRACING is set, but nothing is traced: API key must be provided")
    assert found.exit < untraced.exit + SLACK
    assert program.calls(tmp_path) == ""
