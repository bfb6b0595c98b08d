"""One arm over its cases: every case is answered once, in order, scored, and nothing of it leaves this machine."""

import contextlib
import time
from collections.abc import Iterator

import pytest
from langsmith.utils import LangSmithError
from urllib3 import Retry

from cartjury.app.evals.datasets import Shown
from cartjury.app.evals.experiment import Answer, Scored, Task, run
from tests.test_privacy import Trap

CASES = {name: Shown({"said": name.upper()}, {"right": name}) for name in ("b", "a", "c")}


def score(case: str, answer: Answer) -> Scored:
    return Scored("all", {"right": float(answer["text"] == case), "asked": None}, {"text": answer["text"]})


TASK = Task("cases-1", CASES, score)


@pytest.fixture
def trap(monkeypatch: pytest.MonkeyPatch) -> Iterator[Trap]:
    trap = Trap()
    for name, value in {"TRACING": "true", "API_KEY": "key", "ENDPOINT": trap.url}.items():
        monkeypatch.setenv(f"LANGSMITH_{name}", value)
    yield trap
    trap.socket.close()


def test_every_case_gets_its_row_in_the_order_of_the_cases() -> None:
    rows = run(TASK, "echo", lambda case: {"text": case if case != "a" else "?"})

    assert [(row.case, row.scores["right"]) for row in rows] == [("b", 1.0), ("a", 0.0), ("c", 1.0)]
    assert {row.arm for row in rows} == {"echo"}
    assert rows[1].detail == {"text": "?"}
    assert rows[1].scores["asked"] is None


def test_an_error_of_ours_ends_the_evaluation_and_is_the_error_that_is_seen() -> None:
    asked = []

    def answer(case: str) -> Answer:
        asked.append(case)
        raise LookupError("a mistake in the program")

    with pytest.raises(LookupError, match="a mistake"):
        run(TASK, "broken", answer)
    assert asked == ["b"]


def test_nothing_is_said_on_stdout(capfd: pytest.CaptureFixture[str]) -> None:
    run(TASK, "echo", lambda case: {"text": case})
    assert capfd.readouterr() == ("", "")


def test_nothing_is_sent_though_the_environment_asks_for_traces(trap: Trap) -> None:
    from langchain_core.runnables import RunnableLambda
    from langsmith import traceable

    inner = traceable(lambda text: text)
    run(TASK, "echo", lambda case: {"text": inner(RunnableLambda(str).invoke(case))})
    time.sleep(0.3)  # a background thread would have begun by then

    assert trap.calls == 0


def test_the_trap_would_have_noticed_a_trace(trap: Trap) -> None:
    """Without this the test above could never fail."""
    from langsmith import Client

    client = Client(api_url=trap.url, api_key="key", info={}, retry_config=Retry(0), auto_batch_tracing=False)
    with contextlib.suppress(LangSmithError):
        client.create_run("x", {"a": 1}, "chain", project_name="p")

    assert trap.calls > 0
