"""The notebook door with frames of the caller: what is theirs stays theirs, and every value counts."""

import csv
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from cartjury.app import notebook
from tests import oracle
from tests.app.notebook_carts import AS_OF, handmade, stepwise

pytestmark = pytest.mark.usefixtures("empty_folder")

BUCKETS = ["aov_bucket", "engagement_bucket", "profitability_bucket"]


def test_columns_types_index_and_attrs_of_a_frame_are_kept(carts: pd.DataFrame) -> None:
    carts["user_id"] = range(1_234_567_890_123_456_789, 1_234_567_890_123_456_789 + len(carts))
    carts["anything"] = [[n] for n in range(len(carts))]
    carts.index = pd.Index([f"row {n}" for n in range(len(carts))])
    carts.attrs["mine"] = "kept"
    before = carts.copy()

    users, _, _ = notebook.main(carts)
    steps, _, _ = stepwise(carts)

    assert_frame_equal(carts, before)
    expected = oracle.universe(before, AS_OF)
    assert_frame_equal(users[list(before.columns)], expected)
    assert_frame_equal(steps, users)
    assert users.attrs["mine"] == steps.attrs["mine"] == "kept"


def test_segments_of_a_frame_go_to_the_right_rows() -> None:
    carts = handmade(80).sample(frac=1, random_state=3)

    users = notebook.create_bucket_combinations(carts, min_size=1)

    levels = carts["avg_order_value"].map({10: "Low", 50: "Medium", 100: "High"})
    assert users["aov_bucket"].tolist() == levels.tolist()
    assert users.groupby("segment_id")[BUCKETS].nunique().eq(1).all(axis=None)


def test_ids_reach_the_files_digit_by_digit(tmp_path: Path) -> None:
    ids = [
        "007",
        "NA",
        "nan",
        "None",
        "null",
        "1e5",
        "\N{LATIN CAPITAL LETTER A WITH DIAERESIS}",
        "1234567890123456789",
    ]

    users, _, _ = notebook.main(handmade(8).assign(user_id=ids), out="run")

    with (tmp_path / "run" / "cart_abandoners.csv").open(encoding="utf-8", newline="") as file:
        assert [row["user_id"] for row in csv.DictReader(file)] == ids
    assert users["user_id"].tolist() == ids


def test_missing_scores_are_unknown() -> None:
    carts = handmade(80)
    carts.loc[carts.index % 4 == 0, "engagement_score"] = float("nan")

    universe = notebook.create_bucket_combinations(carts, min_size=1)

    assert (universe["engagement_bucket"] == "Unknown").tolist() == [n % 4 == 0 for n in range(80)]


def test_one_user_is_a_universe() -> None:
    users, results, rules = notebook.main(handmade(1))

    assert users["segment_id"].tolist() == results["segment_id"].tolist()
    assert list(rules.values()) == ["ALL"]
    assert_frame_equal(results, stepwise_quietly(handmade(1)))


def stepwise_quietly(carts: pd.DataFrame) -> pd.DataFrame:
    with pytest.warns(UserWarning, match="is not used"):
        return stepwise(carts)[1]


def test_equal_values_stay_together() -> None:
    carts = handmade(100)
    carts["avg_order_value"] = [40.0] * 30 + [50.0] * 50 + [60.0] * 20

    users = notebook.create_bucket_combinations(carts, min_size=1)

    assert users.groupby("avg_order_value")["aov_bucket"].unique().map(list).tolist() == [["Low"], ["Medium"], ["High"]]


def test_bad_rows_can_be_left_out(carts: pd.DataFrame) -> None:
    carts = carts.assign(last_order_date=pd.NaT)  # who ordered after the cart would be left out too
    carts.loc[[0, 3], "engagement_score"] = 1.5
    with pytest.warns(UserWarning, match="2 bad rows were left out"):
        universe = notebook.define_universe(carts, on_bad_rows="quarantine")

    users, results, _ = notebook.main(carts, on_bad_rows="quarantine")

    assert_frame_equal(universe, oracle.universe(carts.drop(index=[0, 3]), AS_OF))
    assert_frame_equal(users[carts.columns.tolist()], universe)
    rejected = Path(results.attrs["cartjury_folder"]) / "rejected_rows.csv"
    assert [row["row"] for row in csv.DictReader(rejected.read_text().splitlines())] == ["1", "4"]
