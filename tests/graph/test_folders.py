"""Which folders a run may read and write."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.data.run_records import Dataset
from cartjury.graph.folders import (
    RESULTS,
    confine,
    confine_state,
    data_roots,
    fresh_work,
    make_work,
    new_run_folder,
    open_run,
    spare_input,
    spare_runs,
)
from cartjury.graph.state import Input, Run, State


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder a server was started in, with one data root; what lies beside it is secret."""
    (tmp_path / "server" / "inputs").mkdir(parents=True)
    (tmp_path / "server" / "inputs" / "carts.csv").write_text("user_id\n", encoding="utf-8")
    (tmp_path / "secret.csv").write_text("user_id\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "server")
    monkeypatch.delenv("CARTJURY_DATA_ROOTS", raising=False)
    return tmp_path / "server" / "inputs"


@pytest.mark.parametrize("path", ["inputs/carts.csv", "inputs/../inputs/carts.csv", "runs/new", "inputs"])
def test_paths_inside_the_roots_are_let_through(root: Path, path: str) -> None:
    confine(Path(path), data_roots())
    confine(Path(path).absolute(), data_roots())


@pytest.mark.parametrize("path", ["../secret.csv", "inputs/../../secret.csv", "/etc/passwd", ".", "inputs2/x", "~/x"])
def test_paths_outside_the_roots_are_refused(root: Path, path: str) -> None:
    with pytest.raises(InputError, match="outside the data roots"):
        confine(Path(path), data_roots())


def test_a_link_that_leads_outside_is_refused(root: Path) -> None:
    (root / "innocent.csv").symlink_to(root.parent.parent / "secret.csv")
    (root / "folder").symlink_to(root.parent.parent)

    for path in (root / "innocent.csv", root / "folder" / "secret.csv"):
        with pytest.raises(InputError, match="outside"):
            confine(path, data_roots())


def test_a_refusal_does_not_tell_whether_the_file_exists(root: Path) -> None:
    def message(name: str) -> str:
        with pytest.raises(InputError) as caught:
            confine(Path("..") / name, data_roots())
        return str(caught.value).replace(name, "NAME")

    assert message("secret.csv") == message("no_such.csv")


def test_the_roots_come_from_the_environment_then_from_dotenv(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = root.parent / "runs"
    Path(".env").write_text("CARTJURY_DATA_ROOTS=a:b\n", encoding="utf-8")
    from_dotenv = data_roots()
    monkeypatch.setenv("CARTJURY_DATA_ROOTS", os.pathsep.join([str(root), "/data"]))

    assert from_dotenv == (root.parent / "a", root.parent / "b", runs)
    assert data_roots() == (root, Path("/data"), runs)


def test_a_server_whose_roots_are_elsewhere_still_has_a_place_for_results(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARTJURY_DATA_ROOTS", "/data")

    confine(new_run_folder(), data_roots())


def poisoned() -> dict[str, Callable[[str], State]]:
    run = {"id": "r", "folder": "runs/r", "work": "runs/r/.work"}
    return {
        "input_path": lambda path: State(input_path=path),
        "options.out": lambda path: State(options=Options(out=path)),
        "run.folder": lambda path: State(run=Run.model_validate({**run, "folder": path})),
        "run.work": lambda path: State(run=Run.model_validate({**run, "work": path})),
        "dataset.path": lambda path: State(dataset=Dataset(source="x", generated=False, sha256="0", path=path, rows=1)),
    }


@pytest.mark.parametrize("key", poisoned())
def test_every_path_in_the_state_is_confined_since_a_client_may_edit_a_thread(root: Path, key: str) -> None:
    confine_state(poisoned()[key]("inputs/x"), data_roots())
    confine_state(poisoned()[key]("/etc/x"), None)  # the command line may go anywhere
    with pytest.raises(InputError, match="outside"):
        confine_state(poisoned()[key]("/etc/x"), data_roots())


def test_two_runs_never_get_the_same_folder(root: Path) -> None:
    assert len({new_run_folder() for _ in range(20)}) == 20


def test_a_run_in_the_current_folder_is_called_after_it(root: Path) -> None:
    assert open_run(Input(options=Options(out="."))).id == "server"


@pytest.mark.parametrize("in_the_way", ["file", "file/below"])
def test_a_file_in_the_way_is_named(tmp_path: Path, in_the_way: str) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(InputError, match=r"cannot write results to .*file"):
        make_work(tmp_path / in_the_way)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    locked = Path("/proc") if os.access(tmp_path, os.W_OK) else tmp_path  # root may write wherever files can be

    with pytest.raises(InputError, match=f"cannot write results to {locked}"):
        make_work(locked / "results")


@pytest.mark.parametrize("name", ["cart_abandoners.csv", "mock_cart_abandoners.csv", ".work/rows.parquet"])
def test_an_input_that_the_results_would_overwrite_is_spared(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="would be overwritten"):
        spare_input(tmp_path / name, tmp_path)


def test_an_input_of_another_name_may_lie_beside_the_results(tmp_path: Path) -> None:
    spare_input(tmp_path / "carts.csv", tmp_path)
    spare_input(tmp_path / "old" / "cart_abandoners.csv", tmp_path)
    assert "cart_abandoners.csv" in RESULTS


def fail_in(folder: Path) -> None:
    with fresh_work(folder) as work:
        (work / "rows.parquet").touch()
        raise InputError("bad rows")


def test_bad_input_leaves_nothing_behind_that_was_not_there(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "notes.txt").touch()

    for folder in (tmp_path / "fresh", kept):
        with pytest.raises(InputError, match="bad rows"):
            fail_in(folder)

    assert sorted(p.name for p in tmp_path.rglob("*")) == ["kept", "notes.txt"]


@pytest.mark.parametrize("place", ["s3://bucket/carts.parquet", "inputs/*.parquet", "https://host/carts.parquet"])
def test_a_client_of_a_server_may_name_no_address_and_no_pattern(tmp_path: Path, place: str) -> None:
    with pytest.raises(InputError, match="is no plain path"):
        confine_state(State(input_path=place), (tmp_path,))


@pytest.mark.parametrize(
    ("place", "options"),
    [
        ("inputs/carts.parquet", {"spark_master": "spark://elsewhere:7077"}),
        ("inputs/carts.parquet", {"users_out": "s3a://elsewhere"}),
        ("s3a://bucket/carts", {}),
        ("file:/etc", {}),
        ("inputs/{x,../../secret}", {}),
        ("inputs/*", {}),
    ],
)
def test_a_client_of_the_server_gets_spark_for_plain_paths_only(
    root: Path, place: str, options: dict[str, str]
) -> None:
    state = State(input_path=place, options=Options.model_validate({"engine": "spark", **options}))
    with pytest.raises(InputError, match="this server"):
        confine_state(state, (root,))


@pytest.mark.parametrize("out", ["published", "published/revisions/0002", "published/.work", "."])
def test_an_order_through_a_server_writes_where_no_other_run_has_written(tmp_path: Path, out: str) -> None:
    make_work(tmp_path / "published")
    (tmp_path / "published" / "manifest.json").touch()

    with pytest.raises(InputError, match="is not a fresh folder"):
        spare_runs(Input(options=Options(out=str(tmp_path / out))))


def test_an_order_through_a_server_may_name_a_fresh_folder(tmp_path: Path) -> None:
    make_work(tmp_path / "begun")

    spare_runs(Input())
    spare_runs(Input(options=Options(out=str(tmp_path / "new"))))
    spare_runs(Input(options=Options(out=str(tmp_path / "begun"))))
    assert not (tmp_path / "new").exists()
