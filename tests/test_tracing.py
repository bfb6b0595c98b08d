"""Traces as LangSmith gets them: a run with models, a wish that waits, an approval, each a process of its own."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cartjury.graph.tracing import name_of
from tests import program
from tests.app.jury_program import SMALL, whole
from tests.fault_server import FaultServer
from tests.faults import FAULTS
from tests.recording_langsmith import JSON, LangSmith
from tests.traced_thread import Told, answered, drawn, paths

PAGE = (Path(__file__).parent.parent / "docs" / "tracing.md").read_text(encoding="utf-8")
PERSONAS = ("creative_marketer", "growth_strategist", "data_scientist", "risk_manager")
KEYS = ("persona", "stage", "round", "part", "order", "attempt", "repair", "provider", "model", "prompt_sha256")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The second request to a model fails, and is made again."""
    with (
        LangSmith() as server,
        FaultServer(answer=answered, fault=lambda seen: FAULTS["500"] if seen.number == 1 else None) as models,
    ):
        yield Told(tmp_path_factory.mktemp("traces"), server, models)


def meta(run: JSON) -> JSON:
    found: JSON = run["extra"]["metadata"]
    return found


def test_each_turn_is_one_tree_of_nodes_by_their_names(told: Told) -> None:
    of_run = " ".join(r["name"] for r in told.server.children(told.run))
    of_approval = " ".join(r["name"] for r in told.server.children(told.approval))

    assert told.server.failed == []
    assert [r["name"] for r in (told.run, told.wish, told.approval)] == ["cartjury"] * 3
    first = "prepare generate load universe bucket size profile jury name score certify publish remember"
    assert of_run == first
    assert of_approval == "approve apply profile jury name score certify publish remember"


def test_the_jury_is_a_tree_in_the_tree(told: Told) -> None:
    (jury,) = [r for r in told.server.children(told.run) if r["name"] == "jury"]
    (sitting,) = told.server.children(jury)

    names = {r["name"] for r in told.server.children(sitting)}
    assert names == {*PERSONAS, "convene", "quorum", "ballots", "judge", "record"}


def test_all_turns_of_a_thread_are_found_by_its_id(told: Told) -> None:
    (thread,) = {meta(run)["thread_id"] for run in told.server.runs.values()}

    assert re.fullmatch(r"out-[0-9a-f]{8}", thread)
    with sqlite3.connect(told.folder / ".work" / "checkpoints.sqlite") as db:
        assert db.execute("SELECT DISTINCT thread_id FROM checkpoints").fetchall() == [("run",)]


def test_a_thread_has_one_name_and_no_two_have_the_same(tmp_path: Path) -> None:
    folders = [tmp_path / place / "out" for place in ("a", "b")]
    for folder in folders:
        (folder / ".work").mkdir(parents=True)
    names = [name_of(folder) for folder in folders]

    assert names == [name_of(folder) for folder in folders]
    assert len(set(names)) == 2


def test_every_request_that_was_sent_is_there_with_who_was_asked_for_what(told: Told) -> None:
    sent = {json.dumps([getattr(a, key) for key in KEYS] + [list(a.segment_ids)]) for a in told.journal}
    traced = {json.dumps([meta(r)[key] for key in KEYS] + [meta(r)["segment_ids"]]) for r in told.requests}

    assert len(told.requests) == len(told.bodies) == 11
    assert traced == sent


def test_a_request_hangs_below_the_node_that_made_it(told: Told) -> None:
    below = {"proposal": set(PERSONAS), "ballot": {"ballots"}, "verdict": {"judge"}}

    for request in told.requests:
        parent = told.server.runs[request["parent_run_id"]]
        assert parent["name"] in below[meta(request)["stage"]]
        assert parent["name"] in {meta(request)["persona"], "ballots", "judge"}


def test_prompt_and_reply_are_told_whole(told: Told) -> None:
    on_the_wire = {json.dumps([m["content"] for m in body["messages"]]) for body in told.bodies}
    traced = {json.dumps([m["kwargs"]["content"] for m in r["inputs"]["messages"][0]]) for r in told.requests}
    replies = {a.raw for a in told.journal if a.outcome == "answered" and a.provider == "cerebras"}
    read_back = {r["outputs"]["generations"][0][0]["text"] for r in told.requests if not r.get("error")}

    assert traced == on_the_wire
    assert replies
    assert replies <= read_back


def test_a_request_that_failed_says_why_and_is_followed_by_the_next_attempt(told: Told) -> None:
    (failed,) = [r for r in told.requests if r.get("error")]
    (again,) = [r for r in told.requests if r["name"].endswith(", attempt 2")]

    assert "500" in failed["error"]
    assert "Traceback" not in failed["error"]
    assert failed["parent_run_id"] == again["parent_run_id"]


def test_tokens_and_cost_are_those_of_the_manifest(told: Told) -> None:
    usages = [meta(r)["usage_metadata"] for r in told.requests if "usage_metadata" in meta(r)]
    found = whole(told.folder)

    assert sum(u["input_tokens"] for u in usages) == found.tokens["input"]
    assert sum(u["output_tokens"] for u in usages) == found.tokens["output"]
    assert sum(u["total_cost"] for u in usages) == pytest.approx(found.cost_usd, abs=1e-6)


def test_the_verdict_stands_at_the_judge_with_its_reasons(told: Told) -> None:
    written = told.node(told.run, "judge")["outputs"]["verdicts"]
    published = json.loads((told.folder / "verdicts.json").read_text())

    assert len(written) == 12
    assert all(len(v["reasons"]) == 5 and v["reason"] for v in written)
    assert {v["name"] for v in written} <= set(re.findall(r"\w+", json.dumps(published)))


def test_a_preview_and_what_was_read_stand_at_their_nodes(told: Told) -> None:
    preview = told.node(told.wish, "preview")["outputs"]["preview"]
    reading = told.node(told.wish, "listen")["outputs"]["reading"]

    assert reading["edits"][0]["segments"] == ["S01", "S02"]
    assert preview["plan_hash"] == told.wish["outputs"]["waits"]["plan_hash"]
    assert "interpreter reading" in [r["name"] for r in told.server.below(told.wish)]


def test_a_question_to_a_person_is_no_failure(told: Told) -> None:
    approve = told.node(told.wish, "approve")

    assert approve.get("error") is None
    assert "interrupted" in approve["tags"]
    assert "interrupted" in told.wish["tags"]
    assert [r["name"] for r in told.server.below(told.wish) if r.get("error")] == []


def test_the_approval_says_who_decided_what(told: Told) -> None:
    decision = told.node(told.approval, "approve")["outputs"]["decision"]

    assert (decision["type"], decision["by"]) == ("approve", "Ana")
    assert "interrupted" not in told.approval["tags"]


def test_a_turn_can_be_found_by_run_revision_and_jury(told: Told) -> None:
    plan = json.loads((told.folder / "certificate.json").read_text())["plan_hash"]

    assert [meta(root).get("revision") for root in (told.run, told.approval)] == [1, 2]
    assert {key: meta(told.run)[key] for key in ("run", "plan_hash", "jury_preset", "jury_effort")} == {
        "run": "out",
        "plan_hash": plan,
        "jury_preset": "default",
        "jury_effort": "standard",
    }
    assert {"preset:default", "effort:standard"} <= set(told.run["tags"])


def test_what_was_decided_is_scored_and_what_was_not_is_not(told: Told) -> None:
    assert told.server.scores(told.run) == {
        "name_checks": 1.0,
        "contested": 0.0,
        "flip": 0.0,
        "origin": 1.0,
        "mece_proven": 1.0,
    }
    assert told.server.scores(told.node(told.run, "judge")) == {"contested": 0.0, "flip": 0.0, "origin": 1.0}
    assert told.server.scores(told.wish) == {}
    assert told.server.scores(told.approval)["mece_proven"] == 1.0


def test_scores_name_their_trace_and_project(told: Told) -> None:
    assert {f["trace_id"] for f in told.server.feedback} <= {root["id"] for root in told.server.roots}
    assert {f["session_id"] for f in told.server.feedback} == {"6d8d9b7e-0000-4000-8000-000000000001"}
    assert {f"score_{key}" for key in told.server.scores(told.run)} <= set(meta(told.run))


def test_what_a_node_is_given_is_told_in_short(told: Told) -> None:
    nodes = [r for r in told.server.below(told.run) if r["run_type"] == "chain"]

    assert max(len(json.dumps(r["inputs"])) for r in nodes) < 2000


STEPS = """
from cartjury.app import notebook as n
frame = n.generate_cart_abandonment_dataset(n_users=2000, as_of="2026-11-23")
frame = n.create_bucket_combinations(n.define_universe(frame))
n.generate_segment_names_with_langchain_jury(frame)
"""


def test_the_jury_of_a_notebook_is_traced_and_is_delivered_when_python_ends(tmp_path: Path) -> None:
    with LangSmith() as server:
        env = program.surroundings(tmp_path, **server.env)
        subprocess.run([sys.executable, "-c", STEPS], cwd=tmp_path, env=env, check=True, capture_output=True)
        (root,) = server.roots

        assert root["name"] == "jury"
        assert root["end_time"]
        assert len(root["outputs"]["jury"]["names"]) == 12
        assert server.scores(root)["origin"] == 0.0


def test_with_the_variable_off_nothing_is_sent(tmp_path: Path) -> None:
    with LangSmith() as server:
        env = {**server.env, "LANGSMITH_TRACING": "false"}
        done = program.run("run", *SMALL, "--out", "out", folder=tmp_path, env=env)

        assert (done.code, server.requests) == (0, [])


def test_help_loads_nothing_of_it(tmp_path: Path) -> None:
    code = "import sys\nfrom cartjury.app import cli\nprint(*sys.modules)"
    env = program.surroundings(tmp_path, LANGSMITH_TRACING="true", LANGSMITH_API_KEY="key")
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)

    assert {"langsmith", "requests", "langchain_core", "opentelemetry"} & set(done.stdout.split()) == set()


def test_the_tree_on_the_page_is_the_one_that_was_recorded(told: Told) -> None:
    shown = re.search(r"<!-- tree -->\n```text\n(.*?)```", PAGE, re.DOTALL)
    assert shown is not None

    recorded = [paths(drawn(told.server, turn)) for turn in (told.run, told.wish, told.approval)]
    assert [paths(tree) for tree in re.split(r"^(?=cartjury$)", shown[1], flags=re.MULTILINE) if tree] == recorded


def test_the_page_names_what_can_be_filtered_by(told: Told) -> None:
    (asked, *_) = [r for r in told.requests if meta(r)["stage"] == "proposal"]

    assert named("turn") == {"run", "revision", "plan_hash", "jury_preset", "jury_effort"}
    assert named("turn") <= set(meta(told.run))
    assert named("request") <= set(meta(asked))
    assert set(KEYS) | {"segment_ids"} <= named("request")
    assert named("feedback") == set(told.server.scores(told.run))


def test_the_commands_on_the_page_trace_a_run(tmp_path: Path) -> None:
    (command, *_) = re.findall(r"^```bash\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    with LangSmith() as server:
        variables = {"LANGSMITH_ENDPOINT": server.url, "PATH": f"{program.BIN}:{os.environ['PATH']}"}
        env = program.surroundings(tmp_path, **variables)
        subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=tmp_path, env=env, check=True)

        assert [root["name"] for root in server.roots] == ["cartjury"]


def named(table: str) -> set[str]:
    """The keys in the first column of a table of the page."""
    rows = PAGE.partition(f"<!-- {table} -->\n")[2].partition("\n\n")[0].splitlines()[2:]
    return {key for row in rows for key in re.findall(r"`(\w+)`", row.split("|")[1])}
