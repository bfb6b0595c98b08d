"""A run that is cut off, by kill -9 or ctrl-C, is finished by `--resume` as if nothing had happened.

Whole processes on 300,000 users: each node then takes long enough to be hit.
"""

import json
import signal
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cartjury.data.jury_records import PERSONAS
from cartjury.tools.generate import write_mock
from tests import program
from tests.program import Finished

ORDER = ["load", "universe", "bucket", "size", "profile", "jury", "convene"]
ORDER += ["quorum", "ballots", "judge", "debate", "record", "name", "score", "certify", "publish", "remember"]


class Cut:
    """A run that was stopped at a node."""

    def __init__(self, carts: Path, folder: Path, node: str, how: signal.Signals) -> None:
        folder.mkdir()
        self.folder = folder / "results"
        # A relative path on purpose: it is resumed from another folder.
        with program.start("run", str(carts), "--out", "results", folder=folder) as process:
            assert process.stderr is not None
            self.said: list[str] = []
            for line in process.stderr:
                self.said.append(line)
                if line == f"{node} ...\n":
                    process.send_signal(how)
                    sent = time.monotonic()
            self.code = process.wait(timeout=60)
            self.seconds = time.monotonic() - sent
        self.manifest = (self.folder / "manifest.json").is_file()


@pytest.fixture(scope="module")
def carts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("carts") / "carts.parquet"
    write_mock(path, n_users=300_000, seed=3, as_of=date(2026, 10, 1))
    return path


@pytest.fixture(scope="module")
def whole(carts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of a run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    done = program.run("run", str(carts), "--out", "results", folder=folder)
    assert done.code == 0, done.err
    return folder / "results"


def resume(folder: Path, tmp_path: Path) -> Finished:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    return program.run("run", "--resume", str(folder), folder=elsewhere)


def lasting(folder: Path) -> dict[str, Any]:
    """A manifest without what differs between any two runs: times, the run's name and its paths."""
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del manifest["timings"], manifest["run_id"], manifest["options"]["out"], manifest["source"]["path"]
    return manifest


def assert_same_results(one: Path, other: Path) -> None:
    names = {p.name for p in one.iterdir()}
    assert names == {p.name for p in other.iterdir()}
    for name in names - {"manifest.json", ".work"}:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
    assert lasting(one) == lasting(other)


@pytest.mark.parametrize("node", ["bucket", "certify", "publish"])
def test_a_killed_run_is_finished_without_redoing_what_was_done(
    node: str, carts: Path, whole: Path, tmp_path: Path
) -> None:
    cut = Cut(carts, tmp_path / "cut", node, signal.SIGKILL)
    assert (cut.code, cut.manifest) == (-signal.SIGKILL, False)

    done = resume(cut.folder, tmp_path)

    assert done.code == 0, done.err
    again = list(dict.fromkeys(done.started))  # in a debate the jury's nodes run more than once
    assert [n for n in again if n not in PERSONAS] == ORDER[ORDER.index(node) :]
    assert_same_results(cut.folder, whole)


def test_ctrl_c_ends_a_run_at_once_and_says_how_to_finish_it(carts: Path, whole: Path, tmp_path: Path) -> None:
    cut = Cut(carts, tmp_path / "cut", "profile", signal.SIGINT)
    *progress, last = cut.said

    assert (cut.code, cut.manifest) == (130, False), cut.said
    assert last == "interrupted: cartjury run --resume results finishes this run\n"
    assert all(line.endswith(" ...\n") for line in progress)
    assert cut.seconds < 1

    done = resume(cut.folder, tmp_path)

    assert done.code == 0, done.err
    assert done.started[0] == "profile"
    assert_same_results(cut.folder, whole)


def test_a_finished_run_is_only_shown(whole: Path, tmp_path: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in whole.iterdir() if p.is_file()}

    done = resume(whole, tmp_path)

    assert (done.code, done.started) == (0, [])
    assert "users in 12 segments" in done.err
    assert {p: p.stat().st_mtime_ns for p in whole.iterdir() if p.is_file()} == before


def test_the_users_stay_in_the_order_of_the_input(whole: Path) -> None:
    lines = (whole / "cart_abandoners.csv").read_text(encoding="utf-8").splitlines()
    ids = [line.split(",", 1)[0] for line in lines[1:]]

    assert ids == sorted(ids)
