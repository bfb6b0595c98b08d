"""`cartjury run --replay RUN`: the same files byte for byte, without keys, without network, on any machine."""

import contextlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import program
from tests.agents.scripted_model import answer
from tests.app import shell
from tests.app.jury_program import RUN, SMALL, call, done, whole
from tests.fault_server import FaultServer, random_faults
from tests.faults import FAULTS

pytestmark = pytest.mark.usefixtures("empty_folder")

Lines = list[dict[str, Any]]


def files(folder: Path | str) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in Path(folder).iterdir() if p.is_file()}


def handed_on(run: Path | str, to: Path) -> Path:
    """A run as somebody else would get it: in another place, without its working files."""
    shutil.move(run, to)
    shutil.rmtree(to / ".work")
    return to


def assert_replayed(run: Path, *words: object) -> None:
    before = files(run)
    shell.done("run", *words, "--replay", run, "--out", "again")

    assert files("again") == before
    assert files(run) == before


@pytest.fixture(scope="module")
def standard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A standard run."""
    folder = tmp_path_factory.mktemp("standard")
    with contextlib.chdir(folder), FaultServer(answer=answer) as server:  # not where a cartjury.toml may lie
        done(server, *RUN, "--out", "out")
    Path(folder / "out").rename(folder / "moved")  # so that nothing is found where it was made
    return folder / "moved"


@pytest.fixture
def recorded(standard: Path, tmp_path: Path) -> Path:
    """The standard run, handed on."""
    shutil.copytree(standard, tmp_path / "copy")
    return handed_on(tmp_path / "copy", tmp_path / "from a friend")


def test_a_replay_elsewhere_without_keys_and_network_writes_the_same_bytes(recorded: Path, tmp_path: Path) -> None:
    folder = tmp_path / "other machine"
    folder.mkdir()
    # A provider that would be noticed: the guard lets nobody out, the address answers nothing.
    env = {"GROQ_API_BASE": "http://192.0.2.1", "CEREBRAS_BASE_URL": "http://192.0.2.1"}
    ended = program.run("run", "--replay", str(recorded), "--out", "again", folder=folder, env=env)

    assert ended.code == 0, ended.err
    assert files(folder / "again") == files(recorded)
    assert {"manifest.json", "jury.jsonl", "report.html", "mock_cart_abandoners.csv"} <= set(files(recorded))
    assert program.calls(folder) == ""


def test_keys_and_settings_of_the_place_change_nothing_and_nothing_is_asked(
    recorded: Path, server: FaultServer
) -> None:
    before = files(recorded)
    Path("cartjury.toml").write_text("max_calls = 1\nmin_size = 300\n[presets.default.judge]\nmodels = []\n", "utf-8")
    result = done(server, "run", "--replay", recorded, "--out", "again")

    assert server.seen == []
    assert files("again") == before
    assert "named by: default jury (standard): 12 names by models; 10 requests" in result.stderr
    assert "about 10 calls" not in result.stderr


def test_a_replay_is_a_record_too(recorded: Path) -> None:
    assert_replayed(recorded)
    shell.done("run", "--replay", "again", "--out", "once more")

    assert files("once more") == files(recorded)


def test_without_out_a_replay_has_a_folder_of_its_own(recorded: Path) -> None:
    shell.done("run", "--replay", recorded)

    assert [files(folder) for folder in Path("runs").iterdir()] == [files(recorded)]


def test_json_of_a_replay_is_the_manifest_of_the_record(recorded: Path) -> None:
    shown = json.loads(shell.done("run", "--replay", recorded, "--out", "again", "--json").stdout)

    assert shown["manifest"] == shell.manifest(str(recorded))


@pytest.mark.parametrize(
    "words",
    [
        ["--effort", "quick"],
        ["--effort", "thorough", "--batch", "5"],
        ["--effort", "thorough", "--max-calls", "14"],
        ["--max-cost", "0.004", "--goal", "win back <b>buyers</b>"],
        ["--max-tokens", "9000", "--users-format", "parquet", "--exact-cuts", "--min-size", "40", "--seed", "7"],
        ["--effort", "offline"],
        ["--jury", "offline", "--missing-aov", "0.5"],
    ],
)
def test_every_way_to_ask_can_be_replayed(words: list[str], server: FaultServer, tmp_path: Path) -> None:
    server.answer = lambda body: answer(body, undecided=True)
    done(server, *RUN, *words, "--out", "out")

    assert_replayed(handed_on("out", tmp_path / "copy"))


@pytest.mark.parametrize("seed", range(3))
def test_whatever_went_wrong_goes_wrong_again(seed: int, server: FaultServer, tmp_path: Path) -> None:
    server.fault = random_faults(seed, 0.5)
    done(server, *RUN, "--effort", "thorough", "--call-timeout", 0.3, "--out", "out")

    assert sum(sum(seat.failures.values()) for seat in whole("out").jury_seats.values()) > 0
    assert_replayed(handed_on("out", tmp_path / "copy"))


def test_a_jury_that_ran_out_of_time_is_replayed_at_leisure(tmp_path: Path) -> None:
    with FaultServer(answer=answer, delay=0.7) as server:
        done(server, *RUN, "--max-seconds", 1, "--out", "out")
    judge = whole("out").jury_seats["judge"]
    assert (judge.calls, "budget" in judge.not_sent) == (0, True)

    assert_replayed(handed_on("out", tmp_path / "copy"))


def test_a_jury_that_wanted_keys_is_replayed_without(tmp_path: Path) -> None:
    shell.done("run", *SMALL, "--jury", "default", "--out", "out")

    assert_replayed(handed_on("out", tmp_path / "copy"))


def test_a_run_that_missed_its_required_models_ends_the_same_way(server: FaultServer, tmp_path: Path) -> None:
    server.fault = lambda seen: FAULTS["402"]
    assert call(server, *RUN, "--require-models", "--out", "out").exit_code == 3
    run = handed_on("out", tmp_path / "copy")

    assert shell.call("run", "--replay", run, "--out", "again").exit_code == 3
    assert files("again") == files(run)


@pytest.fixture
def own(server: FaultServer, tmp_path: Path) -> Path:
    """A run on a file, handed on; the file is carts.csv."""
    shell.done("generate", "carts.csv", *SMALL)
    done(server, "run", "carts.csv", "--effort", "quick", "--rate-limits", "off", "--out", "out")
    return handed_on("out", tmp_path / "copy")


def test_a_run_on_a_file_is_replayed_with_that_file(own: Path) -> None:
    Path("moved").mkdir()
    Path("carts.csv").rename("moved/carts.csv")

    assert_replayed(own, "moved/carts.csv")


def test_a_run_on_a_file_is_not_replayed_without_it(own: Path) -> None:
    assert "carts.csv: give that file too" in shell.fails("run", "--replay", own, "--out", "again")
    assert not Path("again").exists()


def test_a_run_is_not_replayed_on_other_carts(own: Path) -> None:
    text = Path("carts.csv").read_text(encoding="utf-8")
    Path("carts.csv").write_text(text.rpartition("\n")[0].rpartition("\n")[0] + "\n", encoding="utf-8")

    assert "was made from other carts" in shell.fails("run", "carts.csv", "--replay", own, "--out", "again")
    assert not Path("again").exists()


def test_a_run_on_made_up_carts_takes_no_file(recorded: Path) -> None:
    shell.done("generate", "carts.csv", *SMALL)

    assert "give no file" in shell.fails("run", "carts.csv", "--replay", recorded, "--out", "again")


@pytest.mark.parametrize(
    "words",
    ["--n-users 5", "--seed 1", "--jury default", "--effort quick", "--goal x", "--max-calls 1", "--resume out"],
)
def test_a_replay_takes_no_other_options(words: str, recorded: Path) -> None:
    assert words.split(maxsplit=1)[0] in shell.fails("run", "--replay", recorded, *words.split(), "--out", "again")
    assert not Path("again").exists()


def test_a_replay_never_overwrites_its_record(recorded: Path) -> None:
    before = files(recorded)
    result = shell.call("run", "--replay", recorded, "--out", recorded)

    assert result.exit_code == 2
    assert files(recorded) == before


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: None, "holds no finished run"),
        (lambda folder: (folder / "manifest.json").write_text("{}"), "is not the manifest of a run"),
    ],
)
def test_what_is_no_finished_run_is_not_replayed(make: Callable[[Path], object], said: str, tmp_path: Path) -> None:
    (tmp_path / "odd").mkdir()
    make(tmp_path / "odd")

    assert said in shell.fails("run", "--replay", "odd", "--out", "again")


def test_what_apply_made_has_no_jury_to_replay(own: Path) -> None:
    shell.done("apply", own / "plan.json", "carts.csv", "--out", "applied")

    assert "was made by apply" in shell.fails("run", "carts.csv", "--replay", "applied", "--out", "again")


def first(lines: Lines, **wanted: str) -> dict[str, Any]:
    return next(line for line in lines if all(line[k] == v for k, v in wanted.items()))


def another_name(lines: Lines) -> None:
    line = first(lines, stage="proposal")
    said = json.loads(line["raw"])
    segment = next(iter(said))
    line["raw"] = line["raw"].replace(said[segment]["name"], "Tampered_Name")


def another_outcome(lines: Lines) -> None:
    first(lines, stage="verdict").update(raw=None, parsed=None, outcome="server_error")


def cheaper(lines: Lines) -> None:
    for line in lines:
        line["cost_usd"] = 0.0


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines.pop(0),
        lambda lines: lines.pop(),
        lambda lines: lines.remove(first(lines, stage="ballot")),
        lambda lines: lines.clear(),
        lambda lines: lines.append(dict(lines[0])),
        lambda lines: lines.reverse(),
        another_name,
        another_outcome,
        cheaper,
    ],
    ids=["first", "last", "a ballot", "all", "twice", "order", "a name", "an outcome", "costs"],
)
def test_a_record_that_was_changed_is_not_taken_for_the_run(change: Callable[[Lines], object], recorded: Path) -> None:
    log = recorded / "jury.jsonl"
    before = log.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in before.splitlines()]
    change(lines)
    log.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert log.read_text(encoding="utf-8") != before

    result = shell.call("run", "--replay", recorded, "--out", "again")

    assert result.exit_code == 2, result.stderr
    assert "jury.jsonl is missing or was changed" in result.stderr
    assert not Path("again").exists()


def test_a_record_that_is_gone_is_missed(recorded: Path) -> None:
    (recorded / "jury.jsonl").unlink()

    assert "jury.jsonl is missing" in shell.fails("run", "--replay", recorded, "--out", "again")


def test_a_changed_panel_is_noticed(recorded: Path) -> None:
    path = recorded / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["panel"]["goal"] = "another goal"
    path.write_text(json.dumps(manifest), encoding="utf-8")

    assert "The record holds no answer" in shell.fails("run", "--replay", recorded, "--out", "again")
    assert not Path("again").exists()


def test_another_cut_of_the_carts_is_noticed(recorded: Path) -> None:
    path = recorded / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["options"]["exact_cuts"] = True
    path.write_text(json.dumps(manifest), encoding="utf-8")

    assert "on other data" in shell.fails("run", "--replay", recorded, "--out", "again")
