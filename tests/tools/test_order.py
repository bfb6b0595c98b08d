"""Users stay in the input's order, also where a file has several row groups and two threads work on it."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from cartjury.tools.generate import write_mock
from tests import carts

ROWS = 260_000


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    path = tmp_path_factory.mktemp("order") / "mock.parquet"
    write_mock(path, n_users=ROWS, seed=1, as_of=date(2026, 10, 1))
    frame: pd.DataFrame = pq.read_table(path).to_pandas()
    return frame


def test_the_users_file_keeps_the_order(mock: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "carts.parquet"
    mock.to_parquet(path, row_group_size=ROWS // 3)
    users = carts.users_of(carts.segmented(path), tmp_path / "users.csv")

    assert len(users) > ROWS / 2
    assert users["user_id"].is_monotonic_increasing


def test_rows_left_in_after_quarantine_keep_the_order(mock: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "carts.parquet"
    bad = np.arange(ROWS) % 1000 == 0
    mock.assign(engagement_score=mock["engagement_score"].mask(bad, 7.0)).to_parquet(path, row_group_size=ROWS // 3)
    stored = carts.stored(carts.loaded(path, on_bad_rows="quarantine"))

    assert len(stored) == ROWS - bad.sum()
    assert stored["user_id"].is_monotonic_increasing
