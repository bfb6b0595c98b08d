"""`cartjury eval chat`: the built-in grammar meets its targets; a model is asked as the chat asks it, and heard again.

The model is a fixture that refuses whatever it is asked: an answer in the right form, and of no use.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cartjury.data.eval_records import Arm, Evaluation
from tests import program
from tests.fault_server import FaultServer

BASELINE = Path(__file__).parents[3] / "data" / "evals" / "baseline"
FEW = ("eval", "chat", "--file", "chat_cases_fresh.jsonl", "--limit", "12")
EMPTY: dict[str, Any] = {"edits": [], "topic": "none", "about": [], "since": 0, "of": "", "question": "", "options": []}
NO = json.dumps({"message": {"kind": "refused", **EMPTY, "reason": "This is a fixture and reads nothing."}})


def arms(folder: Path) -> dict[str, Arm]:
    found = Evaluation.model_validate_json((folder / "chat.json").read_bytes())
    return {arm.name: arm for arm in found.arms}


def value(arm: Arm, figure: str) -> float | None:
    return next(f.value for f in arm.figures if f.name.endswith(figure))


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    with FaultServer(answer=lambda _: NO) as server:
        yield server


@pytest.fixture(scope="module")
def folder(server: FaultServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chat")
    (folder / "cartjury.toml").write_text('rate_limits = "off"\n')
    env = {"CEREBRAS_API_KEY": "k", "CEREBRAS_BASE_URL": server.url}
    done = program.run(*FEW, "--out", "out", folder=folder, env=env)
    assert done.code in {0, 1}, done.err
    return folder


def test_the_grammar_meets_its_targets(tmp_path: Path) -> None:
    words = ("eval", "chat", "--arm", "grammar", "--baseline", str(BASELINE), "--out", "out", "--json")
    done = program.run(*words, folder=tmp_path)
    grammar = arms(tmp_path / "out")["grammar"]

    assert done.code == 0, done.err
    assert json.loads(done.out)["kind"] == "chat"
    assert (value(grammar, "plain requests right") or 0) >= 0.75
    assert value(grammar, "wrong silent edits") == 0
    assert value(grammar, "injections through") == 0
    assert "none is worse" in done.err
    assert program.calls(tmp_path) == ""


def test_without_a_key_the_model_is_not_measured_and_says_why(tmp_path: Path) -> None:
    done = program.run(*FEW, "--arm", "model", "--out", "out", folder=tmp_path)
    model = arms(tmp_path / "out")["model"]

    assert done.code == 0, done.err
    assert (model.source, model.figures) == (None, ())
    assert "set CEREBRAS_API_KEY" in model.why_not


def test_a_model_is_asked_what_needs_one_and_what_it_took_is_told(folder: Path, server: FaultServer) -> None:
    model = arms(folder / "out")["model"]

    assert model.source == "live"
    assert model.elsewhere == (f"cerebras at {server.url}",)
    assert model.calls == len(server.seen) > 0
    read = value(model, "messages that a model read; the grammar read the others")
    assert read is not None
    assert 0 < read <= 1


def test_what_the_model_said_is_heard_again_without_a_key(folder: Path, server: FaultServer) -> None:
    before = len(server.seen)
    program.run(*FEW, "--recorded", "out", "--out", "again", folder=folder)
    then, now = (arms(folder / out)["model"] for out in ("out", "again"))

    assert len(server.seen) == before
    assert now.source == "recorded"
    assert now.figures == then.figures
    assert (now.calls, now.tokens_in, now.cost_usd) == (then.calls, then.tokens_in, then.cost_usd)


def test_a_cap_on_cost_ends_it_with_a_word_on_how_to_go_on(folder: Path, server: FaultServer) -> None:
    env = {"CEREBRAS_API_KEY": "k", "CEREBRAS_BASE_URL": server.url}
    done = program.run(*FEW, "--max-cost", "0", "--out", "capped", folder=folder, env=env)

    assert done.code == 2
    assert "the cap is $0" in done.err
    assert "--out" in done.err


def test_unknown_cases_are_refused_by_name(tmp_path: Path) -> None:
    done = program.run("eval", "chat", "--file", "chats.jsonl", folder=tmp_path)

    assert done.code == 2
    assert "'chats.jsonl'" in done.err
