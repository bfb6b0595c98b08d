"""What several tests of the doors start from."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from cartjury.app import notebook
from tests import program
from tests.agents.scripted_model import answer
from tests.app import shell
from tests.app.notebook_carts import AS_OF
from tests.fault_server import FaultServer


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working folder: no settings, no keys, no runs; what a test leaves in the environment is taken back."""
    monkeypatch.chdir(tmp_path)
    before = dict(os.environ)
    for name in before:
        if name.startswith(program.OURS):
            del os.environ[name]
    yield tmp_path
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """Models to ask: a server that answers as the fixture of tests/agents/scripted_model.py does."""
    with FaultServer(answer=answer) as server:
        yield server


@pytest.fixture
def carts(empty_folder: Path) -> pd.DataFrame:
    return notebook.generate_cart_abandonment_dataset(n_users=1_500, seed=7, as_of=AS_OF)


@pytest.fixture
def universe(carts: pd.DataFrame) -> pd.DataFrame:
    return notebook.create_bucket_combinations(notebook.define_universe(carts))


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run that several tests look at and none changes."""
    folder = tmp_path_factory.mktemp("cli") / "done"
    with contextlib.chdir(folder.parent):  # not where a cartjury.toml may lie
        shell.done("run", "--n-users", 1000, "--as-of", shell.DAY, "--out", folder)
    return folder


@pytest.fixture
def finished(run_folder: Path) -> Iterator[Path]:
    before = {p: p.read_bytes() for p in run_folder.iterdir() if p.is_file()}
    yield run_folder
    assert {p: p.read_bytes() for p in run_folder.iterdir() if p.is_file()} == before
