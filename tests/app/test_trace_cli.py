"""`cartjury trace RUN`: what happened, read from the published files of a run alone."""

import contextlib
import json
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cartjury.app.record import read_sitting, read_turn
from cartjury.data.revision_records import Standing
from cartjury.graph import routes
from cartjury.tools.evals import health as of
from cartjury.tools.evals.first_round import first_names
from cartjury.tools.evals.health import health
from tests.agents.scripted_model import answer
from tests.app import shell
from tests.app.jury_program import RUN, SMALL, done
from tests.fault_server import FaultServer, Seen
from tests.faults import FAULTS, Fault

WISH = "merge S01 and S02"


@pytest.fixture(scope="module")
def talked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the offline jury; Ana merged two segments, turned a further preview down, and took the merge back."""
    folder = tmp_path_factory.mktemp("talked")
    with contextlib.chdir(folder):  # not where a cartjury.toml may lie
        shell.done("run", *SMALL, "--out", "out")
        shell.done("chat", "out", "--say", WISH, "--yes", "--by", "Ana")
        shell.call("chat", "out", "--say", "merge S05 and S06", "--by", "Ana")  # waits for approval: exit code 4
        shell.done("chat", "out", "--reject", "too \x1b[31mlarge", "--by", "Ana")
        shell.done("chat", "out", "--say", "undo", "--by", "Ana")
    shutil.copytree(folder / "out", folder / "kept", ignore=shutil.ignore_patterns(".work"))
    return folder / "kept"


def first_refused(seen: Seen) -> Fault | None:
    return FAULTS["429 short"] if seen.number == 0 else None


@pytest.fixture(scope="module")
def sat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A thorough jury of models whose judges go by the order of the names, so that everything is debated."""
    folder = tmp_path_factory.mktemp("sat")
    with contextlib.chdir(folder), FaultServer(answer=partial(answer, undecided=True), fault=first_refused) as server:
        done(server, *RUN, "--effort", "thorough", "--out", "out")
    return folder / "out"


def every(branch: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield branch
    for child in branch["children"]:
        yield from every(child)


def traced(folder: Path, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shell.done("trace", folder, "--json", *words).stdout)
    return found


def test_the_run_and_all_that_was_done_in_its_chat_are_told_in_order(talked: Path) -> None:
    turns = traced(talked)["children"]

    assert [t["title"] for t in turns] == [
        "run",
        "revision 2, made from revision 1",
        "a preview was turned down",
        "undo: back to revision 1",
        "revision 1 is current",
    ]


def test_a_revision_tells_the_wish_who_approved_it_and_what_was_named_anew(talked: Path) -> None:
    second = traced(talked)["children"][1]
    named = next(b for b in every(second) if b["title"] == "propose")["children"][0]

    assert second["notes"][0].startswith("wish: Merge S01 ")
    assert second["notes"][1] == "approved by Ana"
    assert list(named["said"]) == ["S01"]


def test_the_seconds_of_the_nodes_are_those_of_the_manifest(talked: Path) -> None:
    nodes = {b["facts"].get("node"): b["facts"].get("seconds") for b in every(traced(talked)["children"][0])}

    assert {k: v for k, v in nodes.items() if v is not None} == shell.manifest(str(talked))["timings"]


def test_a_revision_can_be_looked_at_alone(talked: Path) -> None:
    [only, *others] = traced(talked / "revisions" / "0002")["children"]

    assert others == []
    assert only == traced(talked)["children"][1]


def test_every_request_of_the_log_is_in_the_tree_with_its_reply(sat: Path) -> None:
    attempts = [b for b in every(traced(sat)) if b["kind"] == "attempt"]
    lines = [json.loads(line) for line in (sat / "jury.jsonl").read_text(encoding="utf-8").splitlines()]
    logged = [line for line in lines if "outcome" in line]

    assert len(attempts) == len(logged) > 20
    assert sorted(b["reply"] or "" for b in attempts) == sorted(line["raw"] or "" for line in logged)
    assert {b["facts"]["outcome"] for b in attempts} == {"answered", "rate_limited"}


def test_in_the_terminal_requests_are_short_and_whole_where_asked_for(sat: Path) -> None:
    short, full = (shell.done("trace", sat, *words).stdout for words in ((), ("--full",)))

    assert "first round" in short
    assert "debate round 2" in short
    assert "more: --full shows them" in short
    assert '"choice":' not in short
    assert '"choice":' in full
    assert "--full shows them" not in full


def test_a_pipe_gets_plain_lines_one_for_each_branch(sat: Path) -> None:
    said = shell.done("trace", sat).stdout

    assert "\x1b" not in said
    assert sum("attempt 1" in line for line in said.splitlines()) == said.count("attempt 1")


def test_one_segment_is_traced_from_its_proposals_to_its_verdict(sat: Path) -> None:
    said = shell.done("trace", sat, "--segment", "S03").stdout
    name = next(s["name"] for s in shell.plan(str(sat))["segments"] if s["id"] == "S03")

    assert f"S03 {name}  AOV_High & Engagement_Low & Profit_High" in said
    assert "generate" not in said
    assert not [line for line in said.splitlines() if "S04" in line]


def test_a_segment_that_nothing_is_about_is_bad_input(talked: Path) -> None:
    said = shell.fails("trace", talked, "--segment", "S99")

    assert "nothing here is about a segment S99; there is something about: S01, S02" in said


def test_what_people_and_models_said_is_not_obeyed_by_the_terminal(talked: Path) -> None:
    said = shell.done("trace", talked).stdout

    assert "\x1b" not in said
    assert "because: too large" in said


def test_answers_that_are_shown_whole_are_not_obeyed_either(sat: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(sat, changed)
    log = changed / "jury.jsonl"
    first, *others = log.read_text(encoding="utf-8").splitlines(keepends=True)
    raw = "[bold]a[/bold]\x1b]0;title\x07\u202e\nb\x9b31m"
    log.write_text(json.dumps({**json.loads(first), "raw": raw}) + "\n" + "".join(others), encoding="utf-8")
    result = shell.done("trace", changed, "--full")

    assert "[bold]a[/bold]" in result.stdout
    assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(result.stdout)
    assert "warning: changed or missing since the run wrote them: jury.jsonl" in result.stderr


@pytest.mark.parametrize("name", ["verdicts.json", "certificate.json", "plan.json"])
@pytest.mark.parametrize("text", [None, "{", "[{}]"])
def test_files_that_are_gone_or_not_a_runs_are_bad_input(
    name: str, text: str | None, talked: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(talked, folder)
    (folder / name).unlink()
    if text is not None:
        (folder / name).write_text(text, encoding="utf-8")
    result = shell.call("trace", folder)

    assert result.exit_code == 2
    assert name in result.stderr.splitlines()[-1]
    assert result.stdout == ""


def test_a_folder_without_a_run_is_bad_input(tmp_path: Path) -> None:
    assert "holds no finished run" in shell.fails("trace", tmp_path)


def test_a_revision_whose_files_are_gone_is_still_told_of(talked: Path, tmp_path: Path) -> None:
    shutil.copytree(talked, tmp_path / "less")
    shutil.rmtree(tmp_path / "less" / "revisions" / "0002")
    result = shell.done("trace", tmp_path / "less", "--json")

    assert json.loads(result.stdout)["children"][1]["notes"] == ["its files cannot be read"]
    assert "warning: " in result.stderr


def test_the_record_read_back_is_the_one_that_the_run_held(sat: Path) -> None:
    held = Standing.model_validate_json((sat / ".work" / "standing.json").read_bytes()).jury
    found = read_turn(sat).jury
    several = ("proposals", "ballots", "abstentions", "verdicts", "calls")

    assert found.model_dump(exclude=set(several)) == held.model_dump(exclude=set(several))
    for part in several:
        one, other = (sorted(r.model_dump_json() for r in getattr(jury, part)) for jury in (found, held))
        assert one == other, part


def test_of_a_revision_what_was_said_now_is_told_from_what_was_said_before(talked: Path) -> None:
    found = read_turn(talked / "revisions" / "0002").jury

    assert found.asked == ("S01",)
    assert {p.segment_id for p in found.this_sitting.proposals} == {"S01"}
    assert len({v.segment_id for v in found.verdicts}) == 11


def test_the_health_of_a_jury_comes_from_its_published_files(sat: Path, talked: Path) -> None:
    found = {f.name: f for f in health([read_sitting(sat)], intervals=False)}

    assert found[of.ORDER].value == 1  # these judges choose whatever is shown first
    assert found[of.CHANGED].n == 12
    assert found[of.ALPHA].value is not None
    assert not read_sitting(talked).by_models


def test_what_a_jury_of_models_would_have_decided_without_debate_is_what_it_decides_without(
    sat: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cartjury.graph.jury_nodes.MAX_ROUNDS", {**routes.MAX_ROUNDS, "thorough": 0})
    with contextlib.chdir(tmp_path), FaultServer(answer=partial(answer, undecided=True)) as server:
        done(server, *RUN, "--effort", "thorough", "--out", "out")
    alone = {v.segment_id: v.name for v in read_sitting(tmp_path / "out").jury.verdicts}

    assert first_names(read_sitting(sat)) == alone


def test_the_report_tells_the_same_steps_and_how_the_jury_fared(sat: Path) -> None:
    page = (sat / "report.html").read_text(encoding="utf-8")

    assert "What happened, step by step" in page
    assert "debate round 2" in page
    assert "Shown the names in both orders, the judge chose the same one 0 of" in page
