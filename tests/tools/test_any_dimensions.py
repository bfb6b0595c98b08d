"""Whatever columns are dimensions, in whatever number: the cuts are numpy's, the plan is MECE, the oracle agrees."""

import json
import tempfile
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st

from cartjury.data.errors import InputError
from cartjury.data.options import SEED_DIMENSIONS, DimensionSpec
from cartjury.data.records import Dimension
from cartjury.tools.rules import MAX_CELLS, initial_segments
from cartjury.tools.split import MAX_SEGMENTS
from tests import oracle
from tests.carts import AS_OF, Segmented, random_carts, segmented, users_of, write_frame

COLUMNS = (
    *("avg_order_value", "engagement_score", "profitability_score", "sessions_last_30d", "num_cart_items"),
    *("days_since_abandonment", "days_since_last_order", "cart_value", "a column"),
)
QUANTILES = st.lists(st.sampled_from([0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9]), min_size=1, max_size=4, unique=True)
VALUES = st.lists(st.sampled_from([-3.0, 0.0, 0.5, 1.0, 2.0, 40.0, 250.0]), min_size=1, max_size=4, unique=True)


@st.composite
def wishes(draw: st.DrawFn) -> list[str]:
    columns = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=8, unique=True))
    few = len(columns) > 4  # more cuts would only be refused for their cells
    found = []
    for column in columns:
        quantiles = draw(st.booleans())
        numbers = sorted(draw(QUANTILES if quantiles else VALUES))[: 1 if few else 4]
        found.append(f"{column}:{'q' * quantiles}{','.join(map(str, numbers))}")
    return [*found, *(f"{d.column}:off" for d in SEED_DIMENSIONS if d.column not in columns)]


def carts(seed: int, missing: float) -> pd.DataFrame:
    frame = random_carts(250, seed, missing=missing)
    dice = np.random.default_rng(seed)
    value = (frame["avg_order_value"] * dice.integers(1, 4, 250)).round(2)
    return frame.assign(**{"cart_value": value, "a column": dice.normal(0, 2, 250).round(1)})


def features(frame: pd.DataFrame) -> pd.DataFrame:
    inside = oracle.universe(frame, AS_OF)
    since_order = pd.Timestamp(AS_OF) - pd.to_datetime(inside["last_order_date"])
    return inside.assign(
        days_since_abandonment=oracle.days_since_abandonment(inside, AS_OF), days_since_last_order=since_order.dt.days
    )


def run(folder: str, frame: pd.DataFrame, **options: Any) -> tuple[Segmented, pd.DataFrame]:
    found = segmented(write_frame(Path(folder), frame), AS_OF, **options)
    return found, users_of(found, Path(folder, "users.csv"))


@settings(max_examples=25, deadline=None)
@given(wishes(), st.integers(0, 9), st.sampled_from([0.0, 0.02, 0.3]), st.integers(1, 60))
@example([f"{column}:q0.5" for column in COLUMNS if column != "a column"], 1, 0.0, 10)  # 8 of them
def test_any_dimensions_are_mece_and_the_oracle_agrees(
    wished: list[str], seed: int, missing: float, min_size: int
) -> None:
    users = features(carts(seed, missing))
    with tempfile.TemporaryDirectory() as folder:
        try:
            found, labels = run(folder, carts(seed, missing), dimension=wished, min_size=min_size, exact_cuts=True)
        except InputError as refused:
            if not any(limit in str(refused) for limit in (f"than {MAX_CELLS}", f"than the {MAX_SEGMENTS}")):
                raise
            reject()
    assert found.certificate.proven
    for dimension in found.plan.dimensions:
        exact = [float(np.quantile(oracle.known(users[dimension.column]), q)) for q in dimension.quantiles]
        assert list(dimension.cuts) == sorted(set(exact)) or not dimension.quantiles
        expected = oracle.levels(users[dimension.column], dimension.cuts)
        assert labels[dimension.bucket_column].tolist() == expected.tolist()
    plan = json.loads(found.plan.to_json())
    assert labels["segment_id"].tolist() == oracle.segments(users, plan, AS_OF).tolist()


def test_the_cells_are_counted_with_unknown_where_it_is_crossed() -> None:
    five, four = (1.0, 2.0, 3.0, 4.0), (1.0, 2.0, 3.0)

    def dimensions(unknown: Literal["level", "else"]) -> tuple[Dimension, ...]:
        whole = (Dimension(name=f"D{i}", column=f"c{i}", cuts=five) for i in range(3))
        return (*whole, Dimension(name="D3", column="c3", cuts=four, unknown=unknown))

    assert len(initial_segments(dimensions("else"))) == MAX_CELLS + 1  # and ELSE
    with pytest.raises(
        InputError, match=r"625 cells, more than 500: D0 5 x D1 5 x D2 5 x D3 5 \(with Unknown: .* D3\)"
    ):
        initial_segments(dimensions("level"))


def test_a_name_that_is_made_up_stands_in_the_rules(tmp_path: Path) -> None:
    found, _ = run(str(tmp_path), carts(1, 0.0), dimension=["a column:0", "AOV:off"], min_size=1)
    assert DimensionSpec(name="AColumn", column="a column", cuts=(0,)).name in found.plan.segments[0].rule
