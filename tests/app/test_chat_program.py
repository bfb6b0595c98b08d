"""`cartjury chat`: say it, see what it would do, approve it, take it back; each call is a process of its own."""

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests import program
from tests.program import Finished

MERGE = "merge S01 and S03"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    done = program.run("run", "--n-users", "2000", "--as-of", "2026-11-23", "--out", "results", folder=tmp_path)
    assert done.code == 0, done.err
    return tmp_path


def chat(folder: Path, *words: str, typed: str | None = None) -> Finished:
    """A conversation; what is typed is piped in."""
    done = subprocess.run(
        [str(program.BIN / "cartjury"), "chat", "results", *words],
        cwd=folder,
        env=program.surroundings(folder),
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


def plan(folder: Path, revision: str = "") -> str:
    return (folder / "results" / revision / "plan.json").read_text()


def waiting(done: Finished) -> str:
    found = re.search(r"--approve ([0-9a-f]+)", done.err)
    assert found is not None, done.err
    return found[1]


def test_a_preview_waits_with_exit_code_4_and_says_how_to_go_on(run: Path) -> None:
    done = chat(run, "--say", MERGE)

    assert done.code == 4
    assert "S01" in done.out
    assert not (run / "results" / "revisions" / "0002").exists()
    again = chat(run, "--approve", waiting(done))
    assert again.code == 0
    assert (run / "results" / "revisions" / "0002" / "report.html").is_file()


def test_yes_approves_every_preview(run: Path) -> None:
    done = chat(run, "--yes", "--say", MERGE, "--say", "rename S02 to Warm Hearts")

    assert done.code == 0
    assert "Warm_Hearts" in plan(run, "revisions/0003")


def test_a_whole_conversation_can_be_piped_in(run: Path) -> None:
    first = plan(run)
    done = chat(run, typed=f"{MERGE}\ny\nrename S02 to Warm Hearts\nno\nundo\nshow the segments\nexit\n")

    assert done.code == 0
    assert "Nothing was changed." in done.out
    assert "revision 1 again" in done.out
    assert plan(run) == first


def test_an_approval_of_another_hash_is_refused(run: Path) -> None:
    chat(run, "--say", MERGE)
    done = chat(run, "--approve", "0123456789abcdef")

    assert done.code == 2
    assert "no longer the one that waits" in done.err
    assert not (run / "results" / "revisions").exists() or not (run / "results" / "revisions" / "0002").exists()


def test_without_anything_waiting_there_is_nothing_to_approve(run: Path) -> None:
    assert "nothing waits for approval" in chat(run, "--approve", "01234567").err


def test_a_rejection_keeps_its_reason(run: Path) -> None:
    chat(run, "--say", MERGE)
    done = chat(run, "--reject", "too coarse", "--by", "Ana")
    told = json.loads((run / "results" / "revisions" / "history.json").read_text())

    assert done.code == 0
    assert (told["journeys"][-1]["reason"], told["journeys"][-1]["by"]) == ("too coarse", "Ana")


def test_an_approval_that_waited_outlives_a_kill(run: Path) -> None:
    with subprocess.Popen(
        [str(program.BIN / "cartjury"), "chat", "results"],
        cwd=run,
        env=program.surroundings(run),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{MERGE}\n")
        process.stdin.flush()
        assert any("would be done" in line for line in iter(process.stdout.readline, ""))
        process.send_signal(signal.SIGKILL)
    done = chat(run, typed="")
    assert done.code == 4
    assert "S01" in done.out
    assert chat(run, "--approve", waiting(done)).code == 0
    assert json.loads(plan(run, "revisions/0002"))["revision"] == 2


def test_what_happens_can_be_read_by_programs(run: Path) -> None:
    done = chat(run, "--say", MERGE, "--json")
    events = [json.loads(line) for line in done.out.splitlines()]

    (preview,) = [e["data"] for e in events if e["kind"] == "preview"]
    assert preview["edits"][0]["edit"] == {"kind": "merge", "segments": ["S01", "S03"]}
    assert sum(m["users"] for m in preview["moves"]) == preview["universe"]["size"]


def test_a_revision_is_a_folder_of_results_like_any_other(run: Path) -> None:
    chat(run, "--yes", "--say", MERGE)
    revision = "results/revisions/0002"

    assert program.run("show", revision, folder=run).code == 0
    carts = f"{revision}/mock_cart_abandoners.csv"
    assert program.run("apply", f"{revision}/plan.json", carts, "--out", "next", folder=run).code == 0
    refused = program.run("run", "--replay", revision, folder=run)
    assert refused.code == 2
    assert "replay the run that it began with" in refused.err


def test_what_holds_no_run_cannot_be_talked_about(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    done = chat(tmp_path, "--say", "help")

    assert done.code == 2
    assert "holds no run" in done.err


def test_a_turn_that_failed_does_not_end_the_conversation(run: Path) -> None:
    waits = waiting(chat(run, "--say", MERGE))
    (run / "results" / "revisions").write_text("in the way")
    assert chat(run, "--approve", waits).code == 2

    done = chat(run, "--say", "show the segments")
    assert done.code == 0
    assert "the last turn could not be finished" in done.err
    assert "Premium_Active_Valuable" in done.out


def test_a_conversation_goes_on_after_an_error(run: Path) -> None:
    with (run / "results" / ".work" / "rows.parquet").open("rb") as kept:
        rows = kept.read()
    (run / "results" / ".work" / "rows.parquet").unlink()
    done = chat(run, typed=f"{MERGE}\nhistory\n")

    assert done.err.count("the checked carts of this run are gone") == 2
    (run / "results" / ".work" / "rows.parquet").write_bytes(rows)
    assert chat(run, "--say", MERGE).code == 4
