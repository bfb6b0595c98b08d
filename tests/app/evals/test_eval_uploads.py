"""`--langsmith`: cases become a data set, an arm becomes an experiment with its scores; without it nothing is sent."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import program
from tests.agents.scripted_model import answer
from tests.fault_server import FaultServer
from tests.langsmith_experiments import Experiments
from tests.recording_langsmith import LangSmith

TWO_CASES = ("eval", "chat", "--arm", "grammar", "--file", "chat.jsonl", "--limit", "2", "--out", "out")


@pytest.fixture(scope="module")
def server() -> Iterator[LangSmith]:
    with LangSmith() as server:
        yield server


@pytest.fixture(scope="module")
def kept(server: LangSmith) -> Experiments:
    return Experiments(server)


@pytest.fixture(scope="module")
def uploaded(server: LangSmith, kept: Experiments, tmp_path_factory: pytest.TempPathFactory) -> program.Finished:
    env = {**server.env, "LANGSMITH_TRACING": "false"}
    return program.run(*TWO_CASES, "--langsmith", folder=tmp_path_factory.mktemp("uploaded"), env=env)


def test_the_cases_become_a_data_set_named_after_what_is_in_them(uploaded: program.Finished, kept: Experiments) -> None:
    assert uploaded.code in {0, 1}, uploaded.err
    assert [name.rpartition("-")[0] for name in kept.datasets] == ["cartjury-chat"]
    assert [len(example["inputs"]["said"]) for example in kept.examples] == [1, 1]
    assert all(example["outputs"]["expect"] for example in kept.examples)


def test_an_arm_becomes_an_experiment_whose_runs_have_its_scores(
    uploaded: program.Finished, server: LangSmith, kept: Experiments
) -> None:
    (experiment,) = kept.projects
    assert experiment["extra"]["metadata"]["arm"] == "grammar"
    assert [run["reference_example_id"] for run in server.roots] == [e["id"] for e in kept.examples]
    for run in server.roots:
        assert run["inputs"]["id"] in {e["inputs"]["id"] for e in kept.examples}
        assert server.scores(run)["right"] in {0.0, 1.0}
        assert None not in server.scores(run).values()


def test_where_the_experiment_is_stands_on_stderr_and_stdout_holds_figures_only(uploaded: program.Finished) -> None:
    assert "View the evaluation results" in uploaded.err
    assert uploaded.out.startswith("Figure")


@pytest.mark.parametrize("words", [TWO_CASES, ("eval", "naming", "--limit", "1", "--out", "out")])
def test_without_the_option_nothing_is_sent_though_tracing_is_on(
    words: tuple[str, ...], server: LangSmith, tmp_path: Path
) -> None:
    """With keys: arms, readers and the judge outside are asked, on this machine."""
    (tmp_path / "cartjury.toml").write_text('rate_limits = "off"\n')
    before = len(server.requests)
    with FaultServer(answer=answer) as models:
        keys = {"GROQ_API_KEY": "k", "CEREBRAS_API_KEY": "k"}
        env = {**server.env, **keys, "GROQ_API_BASE": models.url, "CEREBRAS_BASE_URL": models.url}
        done = program.run(*words, folder=tmp_path, env=env)

    assert done.code in {0, 1}, done.err
    assert models.seen or words is TWO_CASES
    assert server.requests[before:] == []


def test_without_a_key_it_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    done = program.run(*TWO_CASES, "--langsmith", folder=tmp_path)

    assert done.code == 2
    assert done.err == "error: --langsmith needs a key of LangSmith: set LANGSMITH_API_KEY\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("mode", ["500", "401", "dead"])
def test_a_langsmith_that_does_not_take_it_is_told_in_a_line(mode: str, tmp_path: Path) -> None:
    with LangSmith() as server:
        env = {**server.env, "LANGSMITH_TRACING": "false"}
        if mode == "dead":
            server.kill()
        else:
            server.mode = mode  # type: ignore[assignment]  # one of its modes
        done = program.run(*TWO_CASES, "--langsmith", folder=tmp_path, env=env)

    assert done.code == 2
    assert done.err.splitlines()[-1].startswith("error: LangSmith did not take the experiment: ")
    assert "Traceback" not in done.err
    assert "lsv2_pt" not in done.err
