"""Carts of a trade have the values, history and gaps that are stated, and hang together as the generated ones do."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from scipy.stats import spearmanr

from cartjury.data.naming_tables import ColumnSpec, History, TableSpec, Trade, table_specs
from cartjury.tools.evals.carts import trade_carts
from cartjury.tools.evals.tables import AS_OF
from cartjury.tools.generate import generate_frame

N, SEED = 6_000, 7
TRADES = table_specs().trades


def carts(trade: Trade) -> pd.DataFrame:
    return trade_carts(trade, N, SEED, AS_OF)


def a_trade(without: float = 0.4, **columns: dict[str, Any]) -> Trade:
    found = {name: ColumnSpec(**{"why": "", **spec}) for name, spec in columns.items()}
    return Trade(about="", history=History(without=without, days=40, spread=0.8, why=""), columns=found)


@pytest.mark.parametrize("name", TRADES)
def test_columns_have_the_stated_median(name: str) -> None:
    frame = carts(TRADES[name])

    for column, spec in TRADES[name].columns.items():
        near = 0.5 if spec.kind == "whole" else 0.03 * spec.median
        assert frame[column].median() == pytest.approx(spec.median, abs=near), column


@pytest.mark.parametrize("name", TRADES)
def test_scores_are_shares_and_counts_are_whole_and_not_below_their_least(name: str) -> None:
    frame = carts(TRADES[name])

    assert frame[["engagement_score", "profitability_score"]].stack().between(0, 1).all()
    for column in ("num_cart_items", "sessions_last_30d"):
        assert (frame[column] == frame[column].round()).all()
        assert frame[column].min() >= 1


def test_who_ranks_where_stays_as_it_was_generated() -> None:
    plain, frame = generate_frame(N, SEED, AS_OF), carts(TRADES["travel"])

    for one, other in (("avg_order_value", "profitability_score"), ("engagement_score", "sessions_last_30d")):
        before, after = (spearmanr(f[one], f[other]).statistic for f in (plain, frame))
        assert after == pytest.approx(before, abs=0.03)
    assert frame["cart_abandoned_date"].equals(plain["cart_abandoned_date"])


def test_a_weight_is_the_correlation_that_its_docstring_says() -> None:
    own = {"kind": "amount", "median": 10, "spread": 0.5, "like": {"engagement_score": 0.75}}
    frame = carts(a_trade(loyalty=own))
    scores = frame[["loyalty", "engagement_score"]].rank(pct=True)
    found = 2 * np.sin(np.pi / 6 * spearmanr(scores["loyalty"], scores["engagement_score"]).statistic)

    assert found == pytest.approx(0.75 / np.sqrt(1 + 0.75**2), abs=0.03)  # Kruskal 1958: from rank to normal


def test_the_stated_share_has_never_ordered_and_lacks_what_only_orders_tell() -> None:
    own = {"kind": "share", "median": 0.3, "spread": 1, "needs_order": True}
    frame = carts(a_trade(without=0.62, return_rate=own))

    assert frame["last_order_date"].isna().mean() == pytest.approx(0.62, abs=1 / N)
    assert (frame["return_rate"].isna() == frame["last_order_date"].isna()).all()


def test_who_ordered_did_so_before_the_cart_about_as_long_ago_as_stated() -> None:
    frame = carts(a_trade())
    age = (frame["cart_abandoned_date"] - frame["last_order_date"]).dt.days.dropna()

    assert age.min() >= 0
    assert age.median() == pytest.approx(40, abs=1)


def test_order_values_are_unknown_for_the_stated_share_of_those_without_orders_only() -> None:
    trade = TRADES["beauty"]
    hidden = trade.model_copy(update={"history": trade.history.model_copy(update={"unknown_value": 0.5})})
    frame = carts(hidden)
    unordered = frame["last_order_date"].isna()

    assert frame.loc[~unordered, "avg_order_value"].notna().all()
    assert frame.loc[unordered, "avg_order_value"].isna().mean() == pytest.approx(0.5, abs=0.04)


def test_values_are_missing_for_the_stated_share() -> None:
    frame = carts(a_trade(engagement_score={"kind": "share", "median": 0.4, "spread": 0.9, "missing": 0.02}))

    assert frame["engagement_score"].isna().sum() == round(0.02 * N)


def test_a_further_column_changes_no_other() -> None:
    own = {"kind": "whole", "median": 5, "spread": 0.5}

    assert_frame_equal(carts(a_trade(extra=own)).drop(columns="extra"), carts(a_trade()))


def test_a_table_changes_what_its_trade_says_for_itself_only() -> None:
    spec = TableSpec(
        id="x", vertical="b2b", shape="x", users=1, seed=1, why="", history={"without": 0.9},
        columns={"tenure_months": {"missing": 0.5}},
    )  # fmt: skip
    changed = spec.trade(TRADES)

    assert (changed.history.without, changed.columns["tenure_months"].missing) == (0.9, 0.5)
    assert (TRADES["b2b"].history.without, TRADES["b2b"].columns["tenure_months"].missing) == (0.12, 0.0)


def test_a_table_cannot_change_a_column_that_its_trade_does_not_describe() -> None:
    spec = TableSpec(
        id="x", vertical="b2b", shape="x", users=1, seed=1, why="", columns={"mistyped": {"missing": 0.5}}
    )  # fmt: skip

    with pytest.raises(KeyError, match="mistyped"):
        spec.trade(TRADES)
