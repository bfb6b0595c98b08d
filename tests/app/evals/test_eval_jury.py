"""`cartjury eval jury RUN...`: the health of the juries of finished runs, those of one kind together."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cartjury.data.eval_records import Evaluation
from tests import program
from tests.agents.scripted_model import answer
from tests.fault_server import FaultServer

RUN = ("run", "--n-users", "2000", "--as-of", "2026-11-23")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two runs of the offline jury, with different seeds, and one of a fixture in place of models."""
    folder = tmp_path_factory.mktemp("juries")
    with FaultServer(answer=answer) as server:
        keys = {"GROQ_API_KEY": "k", "CEREBRAS_API_KEY": "k"}
        env = {**keys, "GROQ_API_BASE": server.url, "CEREBRAS_BASE_URL": server.url}
        for seed in ("1", "2"):
            done = program.run(*RUN, "--seed", seed, "--out", f"offline{seed}", folder=folder)
            assert done.code == 0, done.err
        done = program.run(*RUN, "--rate-limits", "off", "--out", "models", folder=folder, env=env)
        assert done.code == 0, done.err
        yield folder


def evaluated(folder: Path, *runs: str) -> tuple[program.Finished, Evaluation]:
    done = program.run("eval", "jury", *runs, "--out", "out", folder=folder)
    return done, Evaluation.model_validate_json((folder / "out" / "jury.json").read_bytes())


def test_juries_of_one_kind_make_one_arm_and_each_run_a_row(folder: Path) -> None:
    done, found = evaluated(folder, "offline1", "models", "offline2")
    rows = [json.loads(line) for line in (folder / "out" / "jury_rows.jsonl").read_text().splitlines()]

    assert done.code in {0, 1}, done.err
    assert [(arm.name, arm.source) for arm in found.arms] == [("offline", "offline"), ("default standard", "recorded")]
    assert [(row["arm"], row["case"]) for row in rows] == [
        ("offline", "offline1"),
        ("offline", "offline2"),
        ("default standard", "models"),
    ]


def test_what_the_calls_of_a_run_took_stands_beside_its_health(folder: Path) -> None:
    _, found = evaluated(folder, "models")
    manifest = json.loads((folder / "models" / "manifest.json").read_text())
    (arm,) = found.arms

    assert (arm.calls, arm.tokens_in) == (manifest["calls"], manifest["tokens"]["input"])
    assert arm.cost_usd == pytest.approx(manifest["cost_usd"])


def test_the_health_is_said_in_words_on_stdout(folder: Path) -> None:
    done, found = evaluated(folder, "offline1")

    assert found.conclusions
    assert all(sentence in done.out for sentence in found.conclusions)


def test_only_published_files_are_needed(folder: Path) -> None:
    shutil.copytree(folder / "offline1", folder / "passed_on", ignore=shutil.ignore_patterns(".work"))
    done, _ = evaluated(folder, "passed_on")

    assert done.code in {0, 1}, done.err


@pytest.mark.parametrize(
    ("runs", "said"),
    [(("none",), "none holds no finished run"), (("offline1", "./offline1"), "named twice")],
)
def test_what_is_no_run_or_there_twice_is_refused(folder: Path, runs: tuple[str, ...], said: str) -> None:
    done = program.run("eval", "jury", *runs, "--out", "refused", folder=folder)

    assert done.code == 2
    assert said in done.err
    assert not (folder / "refused").exists()
