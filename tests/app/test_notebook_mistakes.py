"""The notebook door explains what is wrong, and never guesses."""

from typing import Any

import pandas as pd
import pytest

from cartjury.app import notebook
from cartjury.data.errors import InputError
from tests.app.notebook_carts import Row

pytestmark = pytest.mark.usefixtures("empty_folder")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"min_sise": 3}, "unknown key 'min_sise', did you mean 'min_size'"),
        ({"input": "nowhere.csv"}, r"there is no file .*nowhere\.csv"),
        ({"input": [1, 2]}, "a pandas DataFrame is needed, not list"),
        ({"input": "carts.csv", "n_users": 5}, "cannot be combined with n_users"),
        ({"as_of": "23.11.2026"}, "as_of = '23.11.2026'"),
        ({"n_users": 0}, "n_users = 0"),
    ],
)
def test_a_wrong_call_is_explained(given: Row, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        notebook.main(**given)

    assert "command line" not in str(caught.value)
    assert len(caught.traceback) <= 3, "the traceback should end where the notebook's code does"


def test_a_step_that_lost_its_plan_says_so(universe: pd.DataFrame) -> None:
    merged = universe.merge(pd.DataFrame({"user_id": universe["user_id"], "city": "Linz"}))

    with pytest.raises(InputError, match="carries no plan"):
        notebook.generate_segment_names_with_langchain_jury(merged)
    merged.attrs = universe.attrs
    assert notebook.generate_segment_names_with_langchain_jury(merged)[0]


def test_buckets_of_more_than_the_universe_are_refused(carts: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="call define_universe first"):
        notebook.create_bucket_combinations(carts)


def test_a_user_moved_by_hand_is_noticed(universe: pd.DataFrame) -> None:
    _, rules = notebook.generate_segment_names_with_langchain_jury(universe)
    first = universe.index[0]
    universe.loc[first, "segment_id"] = "S01" if universe.loc[first, "segment_id"] != "S01" else "S02"

    with pytest.raises(InputError, match="1 users have another segment_id"):
        notebook.compute_segment_scores(universe, rules)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rules: dict(list(rules.items())[1:]), "no name for the rule"),
        (lambda rules: {**rules, "Whales": "AOV_Huge"}, "no segment of this frame has the rule AOV_Huge"),
        (lambda rules: {**rules, "Twins": next(iter(rules.values()))}, "one rule two names"),
    ],
    ids=["too few", "unknown", "twice"],
)
def test_a_map_that_does_not_fit_the_plan_is_refused(universe: pd.DataFrame, change: Any, said: str) -> None:
    _, rules = notebook.generate_segment_names_with_langchain_jury(universe)

    with pytest.raises(InputError, match=said):
        notebook.compute_segment_scores(universe, change(rules))


@pytest.mark.parametrize("column", ["user_id", "cart_abandoned_date", "engagement_score", "num_cart_items"])
def test_a_missing_column_is_named(column: str, carts: pd.DataFrame) -> None:
    for door in (notebook.main, notebook.define_universe):
        with pytest.raises(InputError, match=f"missing column {column}"):
            door(carts.drop(columns=column))


def test_an_id_in_the_index_is_recognised(carts: pd.DataFrame) -> None:
    with pytest.raises(InputError, match=r"reset_index\(\)"):
        notebook.main(carts.set_index("user_id"))


def test_a_bad_value_is_named_with_its_row(carts: pd.DataFrame) -> None:
    carts.loc[3, "engagement_score"] = 1.5

    with pytest.raises(InputError, match=r"row 4, column engagement_score: '1.5' is not between 0 and 1"):
        notebook.main(carts)
