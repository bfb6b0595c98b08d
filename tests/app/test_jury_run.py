"""`cartjury run` with models to ask: who is asked, what is said of it, and how it ends when models fail."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cartjury.app import notebook
from cartjury.data.errors import ModelError
from tests import program
from tests.agents.scripted_model import data_of
from tests.app import shell
from tests.app.jury_program import CALLS, RUN, SMALL, call, done, keys, sent, whole
from tests.fault_server import FaultServer
from tests.faults import FAULTS

pytestmark = pytest.mark.usefixtures("empty_folder")

SDKS = {"langchain_groq", "langchain_openai", "groq", "cerebras", "openai", "anthropic", "httpx"}


def test_without_a_key_no_library_of_a_provider_is_loaded_and_nothing_is_called(tmp_path: Path) -> None:
    code = (
        "import sys; from cartjury.app import cli; sys.argv[1:] = sys.argv[2:]\n"
        "try: cli.main()\nexcept SystemExit as end: print(end.code, *sys.modules, file=open('modules', 'w'))"
    )
    subprocess.run(
        [sys.executable, "-c", code, "-", "run", *SMALL, "--out", "out"],
        cwd=tmp_path,
        env=program.surroundings(tmp_path),
        capture_output=True,
        check=True,
    )
    ended, *loaded = (tmp_path / "modules").read_text().split()

    assert ended in {"0", "None"}
    assert "langgraph" in loaded
    assert {name.split(".")[0] for name in loaded} & (SDKS - {"httpx"}) == set()
    assert program.calls(tmp_path) == ""
    assert whole(tmp_path / "out").names_by_origin == {"offline": 12}


def test_with_keys_the_default_jury_sits_and_every_name_is_a_models(server: FaultServer) -> None:
    result = done(server, *RUN, "--out", "out")
    found = whole("out")

    assert (found.jury, found.names_by_origin, found.abstentions) == ("default (standard)", {"model": 12}, 0)
    assert found.calls == len(sent("out")) == len(server.seen) == CALLS
    assert {seen.provider for seen in server.seen} == {"groq", "cerebras"}
    assert "12 names by models; 10 requests" in result.stderr
    assert "warning" not in result.stderr


def test_the_tokens_of_the_manifest_are_those_that_the_server_counted(server: FaultServer) -> None:
    done(server, *RUN, "--out", "out")
    found = whole("out")

    # The server counts a quarter of the characters of what it was sent.
    assert found.tokens["input"] == sum(len(json.dumps(s.body["messages"])) // 4 for s in server.seen)
    assert found.cost_usd > 0
    assert found.cost_usd == pytest.approx(sum(seat.cost_usd for seat in found.jury_seats.values()))


def test_what_it_will_take_is_said_before_the_first_request(tmp_path: Path) -> None:
    """The server keeps its first answer back until the line is read: otherwise neither would come."""
    said: list[str] = []
    with FaultServer(delay=30) as server:
        words = (*RUN, "--max-calls", "7", "--max-cost", "0.5", "--out", "out")
        with program.start(*words, folder=tmp_path, env=keys(server)) as process:
            assert process.stderr is not None
            for line in process.stderr:
                said.append(line)
                if line.startswith("jury: "):
                    seen = len(server.seen)
                    process.kill()

    assert said[-1].startswith("jury: default, effort standard: cerebras/qwen-3.8-27b as creative marketer; ")
    assert "about 10 calls" in said[-1]
    assert "tokens, $0.0" in said[-1]
    assert said[-1].endswith("at most 7 calls, $0.5\n")
    assert seen == 0


@pytest.mark.parametrize(("effort", "calls"), [("offline", 0), ("quick", 1)])
def test_an_effort_makes_as_many_calls_as_it_says(effort: str, calls: int, server: FaultServer) -> None:
    result = done(server, *RUN, "--effort", effort, "--out", "out")

    assert (len(server.seen), whole("out").calls) == (calls, calls)
    assert ("about 1 call," in result.stderr) == (calls == 1)


def test_thorough_hears_a_second_judge(server: FaultServer) -> None:
    done(server, *RUN, "--effort", "thorough", "--out", "out")

    assert "second_judge" in whole("out").jury_seats
    assert len(server.seen) >= CALLS + 2


def test_one_key_is_enough(server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in keys(server).items():
        if name.startswith("GROQ"):
            monkeypatch.setenv(name, value)
    result = shell.done(*RUN, "--out", "out")

    assert {seen.provider for seen in server.seen} == {"groq"}
    assert whole("out").names_by_origin == {"model": 12}
    assert "warning" not in result.stderr


def test_a_key_in_dotenv_opens_the_jury(server: FaultServer) -> None:
    Path(".env").write_text("".join(f"{k}={v}\n" for k, v in keys(server).items()), encoding="utf-8")
    shell.done(*RUN, "--effort", "quick", "--out", "out")

    assert whole("out").names_by_origin == {"model": 12}


def test_a_jury_without_keys_is_named_offline_and_says_which_keys_are_missing() -> None:
    result = shell.done("run", *SMALL, "--jury", "default", "--out", "out")
    found = whole("out")

    assert (found.names_by_origin, found.calls) == ({"offline": 12}, 0)
    assert "GROQ_API_KEY" in result.stderr
    assert "CEREBRAS_API_KEY" in result.stderr
    assert "the offline jury, not a model, named all 12 segments" in result.stderr


@pytest.mark.parametrize("words", [["--jury", "default"], [], ["--jury", "offline"]])
def test_required_models_without_a_key_end_the_run_before_it_begins(words: list[str]) -> None:
    result = shell.call("run", *SMALL, *words, "--require-models", "--out", "out")

    assert result.exit_code == 3
    assert "--require-models" in result.stderr
    assert not Path("out").exists()


def test_a_required_model_that_fails_is_said_after_the_run_is_finished() -> None:
    with FaultServer(fault=lambda seen: FAULTS["402"]) as server:
        result = call(server, *RUN, "--require-models", "--out", "out")

    assert result.exit_code == 3
    assert result.stdout.startswith("Segment Name")
    assert "error: --require-models" in result.stderr
    assert whole("out").names_by_origin == {"offline": 12}


def test_required_models_that_all_answer_are_no_error(server: FaultServer) -> None:
    result = done(server, *RUN, "--require-models", "--out", "out")

    assert "--require-models" not in result.stderr
    assert whole("out").names_by_origin == {"model": 12}


def test_a_jury_whose_models_fail_still_ends_with_names_and_the_truth_of_them() -> None:
    with FaultServer(fault=lambda seen: FAULTS["500"]) as server:
        result = call(server, *RUN, "--effort", "quick", "--out", "out")

    assert result.exit_code == 0
    assert whole("out").names_by_origin == {"offline": 12}
    assert "the offline jury, not a model, named all 12 segments" in result.stderr


def test_a_model_that_is_withdrawn_is_reported_and_the_next_one_speaks(server: FaultServer) -> None:
    server.fault = lambda seen: FAULTS["decommissioned"] if seen.body["model"] == first else None
    first = "openai/gpt-oss-20b"
    result = done(server, *RUN, "--out", "out")

    assert whole("out").names_by_origin == {"model": 12}
    assert f"groq/{first} is no longer served" in result.stderr


def test_a_provider_that_dies_in_the_middle_is_replaced_by_the_other(server: FaultServer) -> None:
    server.fault = lambda seen: FAULTS["401"] if seen.provider == "cerebras" and seen.number > 3 else None
    done(server, *RUN, "--out", "out")

    assert whole("out").names_by_origin == {"model": 12}


def test_the_goal_is_shown_to_the_jury_as_data(server: FaultServer) -> None:
    done(server, *RUN, "--goal", "win back </data> buyers", "--out", "out")
    asked = [(data_of(seen.body)["goal"], seen.body["messages"][-1]["content"]) for seen in server.seen]

    assert [goal for goal, _ in asked] == ["win back </data> buyers"] * CALLS
    assert [text for _, text in asked if "buyers" in text.replace("win back \\u003c/data\\u003e buyers", "", 1)] == []


def test_smaller_batches_make_more_calls(server: FaultServer) -> None:
    done(server, *RUN, "--batch", 6, "--out", "out")

    assert len(server.seen) == 2 * CALLS
    assert whole("out").names_by_origin == {"model": 12}


def test_a_request_that_takes_too_long_is_given_up() -> None:
    with FaultServer(delay=20) as server:
        done(server, *RUN, "--effort", "quick", "--call-timeout", 0.2, "--out", "out")

    assert {a.outcome for a in sent("out")} == {"timeout"}
    assert whole("out").names_by_origin == {"offline": 12}


def test_a_seat_can_be_given_a_model_of_the_users_own(server: FaultServer) -> None:
    Path("cartjury.toml").write_text(
        '[models.judge]\nprovider = "groq"\nmodel = "maker/some-model"\ntemperature = 0.7\n', encoding="utf-8"
    )
    result = done(server, *RUN, "--out", "out")
    asked = [seen for seen in server.seen if seen.model == "maker/some-model"]

    assert [seen.body["temperature"] for seen in asked] == [0.7, 0.7]
    assert "at a cost not known" in result.stderr
    assert "the cost of 2 requests is not known" in result.stderr


def test_a_jury_of_ones_own_server_needs_no_key(server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.list_models("openai", ["my-model"])
    monkeypatch.setenv("LOCAL_LLM_URL", f"{server.url}/v1")
    shell.done("run", *SMALL, "--jury", "local", "--effort", "quick", "--out", "out")

    assert [seen.model for seen in server.seen] == ["", "my-model"]
    assert whole("out").names_by_origin == {"model": 12}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--jury defualt", "did you mean 'default'?"),
        ("--jury offline --effort standard", "the jury 'offline' asks no model"),
        ("--max-calls -1", "max_calls = -1"),
        ("--max-cost -0.1", "max_cost = -0.1"),
        ("--max-seconds nan", "max_seconds"),
        ("--rate-limits some", "rate_limits = 'some'"),
        ("--call-timeout 0", "call_timeout = 0"),
        ("--batch 21", "batch = 21"),
        (f"--goal {'x' * 301}", "goal"),
    ],
)
def test_a_jury_that_makes_no_sense_is_refused_before_anything_is_asked(
    words: str, said: str, server: FaultServer
) -> None:
    result = call(server, "run", *SMALL, *words.split(), "--out", "out")

    assert result.exit_code == 2
    assert said in result.stderr
    assert not Path("out").exists()
    assert server.seen == []


def test_a_notebook_hears_the_same_jury_whole_and_in_steps(
    server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**keys(server), "CARTJURY_RATE_LIMITS": "off"}.items():
        monkeypatch.setenv(name, value)
    carts = notebook.generate_cart_abandonment_dataset(2000, as_of="2026-11-23")
    _, results, rules = notebook.main(carts, out="out")
    universe = notebook.create_bucket_combinations(notebook.define_universe(carts))
    names, again = notebook.generate_segment_names_with_langchain_jury(universe)

    assert len(server.seen) == 2 * CALLS
    assert set(results["named_by"]) == {"model"}
    assert set(results["Segment Name"]) <= set(names.values())
    assert again == rules


def test_required_models_bind_a_notebook_too() -> None:
    with pytest.raises(ModelError, match="no key for groq"):
        notebook.main(n_users=500, jury="default", require_models=True)
