"""What several tests of the doors start from."""

from pathlib import Path

import pandas as pd
import pytest

from cartjury.app import notebook
from tests.app.notebook_carts import AS_OF


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: no settings, no keys, no runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def carts(empty_folder: Path) -> pd.DataFrame:
    return notebook.generate_cart_abandonment_dataset(n_users=1_500, seed=7, as_of=AS_OF)


@pytest.fixture
def universe(carts: pd.DataFrame) -> pd.DataFrame:
    return notebook.create_bucket_combinations(notebook.define_universe(carts))
