"""The runner: the graph for a caller on this machine, also from inside a running loop."""

import asyncio
import shutil
import sqlite3
import threading
from datetime import date
from pathlib import Path

import pytest

from cartjury.app import runner
from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.graph import nodes
from cartjury.graph.state import Input, State, Update
from tests.app.shell import fails
from tests.carts import cart, write_csv

pytestmark = pytest.mark.usefixtures("empty_folder")

ORDER = Input(n_users=200, as_of=date(2026, 10, 1))


class Breaking:
    """Makes a node fail until it is mended, as a machine does that loses its power."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, node: str) -> None:
        self.broken = True
        whole = getattr(nodes, node)

        def sometimes(state: State) -> Update:
            if self.broken:
                raise RuntimeError("power cut")
            update: Update = whole(state)
            return update

        monkeypatch.setattr(nodes, node, sometimes)


def cut_at(node: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Breaking:
    breaking = Breaking(monkeypatch, node)
    with pytest.raises(RuntimeError, match="power cut"):
        runner.run(ORDER, folder, runner.Watch())
    return breaking


def test_a_coroutine_runs_without_a_loop_and_inside_one() -> None:
    async def where() -> int:
        return threading.get_ident()

    async def inside() -> int:
        return runner.in_own_loop(where)

    assert runner.in_own_loop(where) == threading.get_ident()
    assert asyncio.run(inside()) != threading.get_ident()


def test_an_error_inside_a_running_loop_reaches_the_caller() -> None:
    async def inside() -> State:
        return runner.run(Input(input_path="none.csv"), Path("out"), runner.Watch())

    with pytest.raises(InputError, match=r"none\.csv"):
        asyncio.run(inside())


@pytest.mark.parametrize("node", ["prepare", "generate", "size", "name", "publish"])
def test_a_run_that_broke_goes_on_at_the_node_that_broke(node: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_at(node, Path("out"), monkeypatch).broken = False
    started: list[str] = []

    state = runner.resume(Path("out"), runner.Watch(started.append))

    assert started[0] == node
    assert state.manifest is not None
    assert state.manifest.mece_proven


def test_a_run_can_be_cut_off_more_than_once(monkeypatch: pytest.MonkeyPatch) -> None:
    breaking = cut_at("score", Path("out"), monkeypatch)
    with pytest.raises(RuntimeError, match="power cut"):
        runner.resume(Path("out"), runner.Watch())
    breaking.broken = False

    assert runner.resume(Path("out").absolute(), runner.Watch()).manifest is not None


def test_the_results_before_stay_until_the_new_ones_are_whole(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = empty_folder / "out"
    runner.run(Input(n_users=300, as_of=date(2026, 10, 1)), out, runner.Watch())
    before = {p.name: p.read_bytes() for p in out.iterdir() if p.is_file()}
    breaking = cut_at("certify", out, monkeypatch)

    assert {p.name: p.read_bytes() for p in out.iterdir() if p.is_file()} == before
    breaking.broken = False
    resumed = runner.resume(out, runner.Watch())
    assert resumed.dataset is not None
    assert resumed.dataset.rows == 200


def test_bad_input_leaves_nothing_of_a_new_folder() -> None:
    write_csv(Path(), [cart(engagement_score="7")])

    with pytest.raises(InputError, match="engagement_score"):
        runner.run(Input(input_path="carts.csv"), Path("out"), runner.Watch())
    assert not Path("out").exists()


def test_a_run_is_called_after_its_folder(empty_folder: Path) -> None:
    state = runner.run(ORDER.model_copy(update={"options": Options(min_size=1)}), Path(), runner.Watch())

    assert state.manifest is not None
    assert state.manifest.run_id == empty_folder.name
    assert Path("report.html").is_file()


@pytest.mark.parametrize("found", ["no folder", "empty folder", "file", "empty database", "no database"])
def test_what_is_no_run_cannot_be_resumed(found: str) -> None:
    work = Path("out/.work")
    if found == "file":
        Path("out").touch()
    elif found != "no folder":
        work.mkdir(parents=True)
    if found == "empty database":
        sqlite3.connect(work / runner.CHECKPOINTS).close()
        (work / runner.CHECKPOINTS).touch()
    if found == "no database":
        (work / runner.CHECKPOINTS).write_text("not a database " * 100, encoding="utf-8")
    expected = {"empty database": "before anything was saved", "no database": "cannot be used"}

    assert expected.get(found, "out holds no run that could be resumed") in fails("run", "--resume", "out")


def test_a_run_that_was_moved_says_where_it_belongs(monkeypatch: pytest.MonkeyPatch) -> None:
    cut_at("score", Path("out"), monkeypatch)
    shutil.move("out", "moved")

    with pytest.raises(InputError, match=r"was made in .*/out.*move it back"):
        runner.resume(Path("moved"), runner.Watch())
