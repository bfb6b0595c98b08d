"""LangSmith's plugin of pytest on the cases of data/evals: offline unless it is asked for, then a suite with scores."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.langsmith_experiments import Experiments
from tests.program import surroundings
from tests.recording_langsmith import LangSmith

ROOT = Path(__file__).parent.parent
ONE = ("tests/test_evals_langsmith.py", "-k", "fashion-four")


def followed(folder: Path, env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pytest", "-q", *ONE]
    environ = surroundings(folder, **env)
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)


def test_a_case_is_followed_with_what_came_of_it_and_its_scores(tmp_path: Path) -> None:
    with LangSmith() as server:
        kept = Experiments(server)
        done = followed(tmp_path, {**server.env, "LANGSMITH_TEST_TRACKING": "true"})
        assert done.returncode == 0, done.stdout
        (case,) = [run for run in server.roots if run["name"].startswith("test_every_name")]
        scores = {f["key"]: f["score"] for f in server.feedback}

    assert [name.rpartition(".")[2] for name in kept.datasets] == ["test_evals_langsmith"]
    assert {key for example in kept.examples for key in example["inputs"]} == {"table", "segments"}
    assert len(case["outputs"]["names"]) == 4
    assert scores["pass"] == 1
    assert 0 <= scores["top1 by the lexicon reader"] <= 1


@pytest.mark.parametrize("tracking", [{}, {"LANGSMITH_TEST_TRACKING": "false"}])
def test_without_the_variable_nothing_is_sent(tracking: dict[str, str], tmp_path: Path) -> None:
    with LangSmith() as server:
        done = followed(tmp_path, {**server.env, "LANGSMITH_TRACING": "false", **tracking})

    assert done.returncode == 0, done.stdout
    assert server.requests == []
