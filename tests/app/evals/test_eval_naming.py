"""`cartjury eval naming`: the offline jury meets its targets; arms of models are asked, kept and heard again.

The models are a fixture on this machine (tests/agents/scripted_model.py): what it answers shows nothing of a model.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from scipy.stats import bootstrap

from cartjury.app.evals.results import Earlier, finish
from cartjury.data.eval_records import Evaluation, Row
from cartjury.data.journal import JOURNAL, read
from cartjury.data.jury_records import PERSONAS
from tests import program
from tests.agents.scripted_model import answer
from tests.fault_server import FaultServer
from tests.faults import FAULTS

MODELS = ("one_call", "best_x4", "mixed")
BASELINE = Path(__file__).parents[3] / "data" / "evals" / "baseline"
TWO_TABLES = ("eval", "naming", "--limit", "2")


class Evaluated(NamedTuple):
    """A finished evaluation of two tables, by a fixture, and where it lies."""

    folder: Path
    done: program.Finished
    env: dict[str, str]
    server: FaultServer

    @property
    def found(self) -> Evaluation:
        return Evaluation.model_validate_json((self.folder / "out" / "naming.json").read_bytes())

    @property
    def rows(self) -> list[Row]:
        lines = (self.folder / "out" / "naming_rows.jsonl").read_text().splitlines()
        return [Row.model_validate_json(line) for line in lines]

    def value(self, arm: str, figure: str) -> Any:
        (found,) = (a for a in self.found.arms if a.name == arm)
        return next(f.value for f in found.figures if f.name.startswith(figure))


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evaluated]:
    folder = tmp_path_factory.mktemp("naming")
    (folder / "cartjury.toml").write_text('rate_limits = "off"\n')
    with FaultServer(answer=answer) as server:
        keys = {"GROQ_API_KEY": "k", "CEREBRAS_API_KEY": "k"}
        env = {**keys, "GROQ_API_BASE": server.url, "CEREBRAS_BASE_URL": server.url}
        arms = [word for name in MODELS for word in ("--arm", name)]
        done = program.run(*TWO_TABLES, *arms, "--out", "out", folder=folder, env=env)
        yield Evaluated(folder, done, env, server)


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Evaluated:
    folder = tmp_path_factory.mktemp("offline")
    done = program.run("eval", "naming", "--baseline", str(BASELINE), "--out", "out", folder=folder)
    return Evaluated(folder, done, {}, FaultServer())


def test_the_offline_jury_meets_its_targets_on_all_thirty_tables(offline: Evaluated) -> None:
    assert offline.done.code == 0, offline.done.err
    assert offline.value("offline", "contradictions") == 0
    assert offline.value("offline", "duplicates") == 0
    assert offline.value("offline", "names that pass the checks") == 1
    assert offline.value("offline", "round trip, lexicon reader") >= 0.9
    assert offline.value("offline", "round trip, independent reader") is not None
    assert program.calls(offline.folder) == ""


def test_arms_that_were_not_run_say_so_and_nothing_is_claimed(offline: Evaluated) -> None:
    models = [arm for arm in offline.found.arms if arm.name != "offline"]

    assert {arm.source for arm in models} == {None}
    assert all(arm.why_not and not arm.figures for arm in models)
    assert all(figure.value is None for figure in offline.found.comparisons)
    assert offline.found.conclusions[-1].endswith("Nothing is claimed.")
    assert "not measured" in offline.done.err


def test_the_intervals_follow_from_the_rows(offline: Evaluated) -> None:
    """The figure is computed again from the raw rows, by scipy and whole tables."""
    rows = [row for row in offline.rows if row.arm == "offline"]
    top = [row.scores["top1:lexicon"] for row in rows]
    of = [row.scores["segments"] for row in rows]
    again = bootstrap(
        (top, of),
        lambda t, n, axis: t.sum(axis=axis) / n.sum(axis=axis),
        paired=True,
        vectorized=True,
        n_resamples=20_000,
        method="percentile",
        rng=7,
    ).confidence_interval
    (arm,) = (a for a in offline.found.arms if a.name == "offline")
    figure = next(f for f in arm.figures if f.name.startswith("round trip, lexicon reader"))

    assert figure.value == pytest.approx(sum(top) / sum(of))  # type: ignore[arg-type]  # none is None
    assert (figure.low, figure.high) == pytest.approx((again.low, again.high), abs=0.01)


def test_answers_of_a_server_on_this_machine_are_never_shown_as_a_providers(asked: Evaluated) -> None:
    assert asked.done.code in {0, 1}, asked.done.err
    for arm in (a for a in asked.found.arms if a.name in MODELS):
        assert arm.source == "live"
        assert any("127.0.0.1" in place for place in arm.elsewhere)
        assert arm.calls > 0


def test_the_arm_of_the_same_compute_asks_as_many_for_names_as_the_jury(asked: Evaluated) -> None:
    """What follows hangs on the names: where all four are the same, as those of this fixture, nobody need rank."""
    logs = {name: asked.folder / "out" / "record" / name / "fashion-four" / "names" for name in MODELS}
    seats = {name: {a.persona for a in read(log / JOURNAL) if a.stage == "proposal"} for name, log in logs.items()}

    assert seats["best_x4"] == seats["mixed"] == set(PERSONAS)
    assert len(seats["one_call"]) == 1


def test_a_model_reads_the_names_and_a_judge_outside_compares_them_in_both_orders(asked: Evaluated) -> None:
    assert asked.value("mixed", "round trip, model reader") is not None
    pairs = [row for row in asked.rows if row.arm == "mixed against best_x4"]

    assert len(pairs) == 2
    assert all(row.scores["won"] is not None for row in pairs)
    assert "outside judge" in {arm.name for arm in asked.found.arms}


def test_a_reader_of_a_family_with_an_arm_is_told(asked: Evaluated, tmp_path: Path) -> None:
    """With Groq alone the reader is a model of the jury's family; gemma, which Cerebras has, sits in no jury."""
    (tmp_path / "cartjury.toml").write_text('rate_limits = "off"\n')
    groq = {name: value for name, value in asked.env.items() if name.startswith("GROQ")}
    done = program.run(*TWO_TABLES, "--arm", "mixed", "--out", "out", folder=tmp_path, env=groq)
    found = Evaluation.model_validate_json((tmp_path / "out" / "naming.json").read_bytes())

    assert done.code in {0, 1}, done.err
    assert found.conclusions[-1] == "The outside reader is of a family with models of mixed: gpt-oss."
    assert not [said for said in asked.found.conclusions if "family" in said]


def test_no_prompt_names_an_arm_or_whose_a_name_is(asked: Evaluated) -> None:
    bodies = [json.dumps(seen.body) for seen in asked.server.seen]

    assert len(bodies) > 20
    assert not [name for name in ("best_x4", "one_call", "preset") for body in bodies if name in body]


def test_what_was_answered_is_not_asked_for_again(asked: Evaluated) -> None:
    before = len(asked.server.seen)
    arms = [word for name in MODELS for word in ("--arm", name)]
    again = program.run(*TWO_TABLES, *arms, "--out", "out", folder=asked.folder, env=asked.env)

    assert again.code == asked.done.code, again.err
    assert len(asked.server.seen) == before


def test_a_record_is_heard_again_without_keys_and_comes_to_the_same_figures(asked: Evaluated) -> None:
    before = len(asked.server.seen)
    arms = [word for name in MODELS for word in ("--arm", name)]
    again = program.run(*TWO_TABLES, *arms, "--recorded", "out", "--out", "again", folder=asked.folder)
    found = Evaluation.model_validate_json((asked.folder / "again" / "naming.json").read_bytes())

    assert again.code == asked.done.code, again.err
    assert len(asked.server.seen) == before
    assert {arm.source for arm in found.arms} == {"recorded"}
    assert [arm.figures for arm in found.arms] == [arm.figures for arm in asked.found.arms]
    assert found.comparisons == asked.found.comparisons


def test_nothing_is_worse_than_in_the_baseline_of_the_docs(offline: Evaluated) -> None:
    assert "worse: " not in offline.done.err
    assert "none is worse" in offline.done.err


def test_a_figure_that_became_worse_misses_and_is_named(
    offline: Evaluated, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    baseline = offline.found.model_dump(mode="json")
    for arm in baseline["arms"]:
        for figure in arm["figures"]:
            if figure["name"].startswith("round trip, lexicon reader") and figure["name"].endswith("top-1"):
                figure["value"] = 1.0
    good = finish(offline.found, (), tmp_path, Earlier(Evaluation.model_validate(baseline)), as_json=False)

    assert not good
    assert "worse: offline: round trip, lexicon reader" in capsys.readouterr().err


def test_an_arm_in_which_no_model_answers_is_not_measured(tmp_path: Path) -> None:
    (tmp_path / "cartjury.toml").write_text('rate_limits = "off"\n')
    with FaultServer(fault=lambda _: FAULTS["401"]) as server:
        env = {"GROQ_API_KEY": "k", "GROQ_API_BASE": server.url}
        done = program.run("eval", "naming", "--limit", "1", "--arm", "mixed", "--out", "out", folder=tmp_path, env=env)
    (arm,) = Evaluation.model_validate_json((tmp_path / "out" / "naming.json").read_bytes()).arms

    assert done.code == 0, done.err
    assert (arm.source, arm.figures) == (None, ())
    assert arm.why_not.startswith("no model gave a name")
    assert arm.calls > 0


def test_an_arm_that_is_not_in_a_record_is_not_measured_and_the_others_are(asked: Evaluated) -> None:
    words = ("--arm", "mixed", "--arm", "one_model", "--recorded", "out", "--out", "part")
    done = program.run(*TWO_TABLES, *words, folder=asked.folder)
    found = Evaluation.model_validate_json((asked.folder / "part" / "naming.json").read_bytes())
    sources = {arm.name: arm.source for arm in found.arms}

    assert done.code in {0, 1}, done.err
    assert (sources["mixed"], sources["one_model"]) == ("recorded", None)


def test_a_cap_on_cost_ends_it_before_the_next_question(asked: Evaluated) -> None:
    before = len(asked.server.seen)
    words = ("--arm", "mixed", "--max-cost", "0.000001", "--out", "capped")
    done = program.run(*TWO_TABLES, *words, folder=asked.folder, env=asked.env)

    assert done.code == 2
    assert "the cap is $1e-06" in done.err
    assert 0 < len(asked.server.seen) - before < 15  # one table, and nothing after it


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--arm", "mixd"), "'mixd'"),
        (("--tables", "some"), "unknown tables 'some'"),
        (("--baseline", "none.json"), "there is no baseline none.json"),
        (("--predecessor", "none.jsonl"), "none.jsonl cannot be read"),
        (("--out", "naming"), "is a file"),
        (("--recorded", "none"), "none holds no record"),
    ],
)
def test_what_there_is_not_is_refused_by_name(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    (tmp_path / "naming").touch()
    done = program.run("eval", "naming", "--limit", "1", "--out", "out", *words, folder=tmp_path)

    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err
    assert not (tmp_path / "out" / "naming.json").exists()
