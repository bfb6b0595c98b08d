"""The engine against the same job in plain pandas: who is in, where the cuts lie, who goes where, what it scores."""

import itertools
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from tests import oracle
from tests.carts import AS_OF, SAMPLES, Segmented, random_carts, segmented, users_of, write_frame

OPEN = SAMPLES / "open"
SEED = [("AOV", "avg_order_value", (0.4, 0.8)), ("Engagement", "engagement_score", (0.6,))]
SEED += [("Profit", "profitability_score", (0.6,))]


class Case(NamedTuple):
    """Carts, options of the run, and the day that counts as today."""

    frame: pd.DataFrame
    options: Mapping[str, Any] = {}
    as_of: date | None = None


def tied() -> pd.DataFrame:
    frame = random_carts(700, 2)
    return frame.assign(
        avg_order_value=frame["avg_order_value"].round(-1), engagement_score=frame["engagement_score"].round(1)
    )


def mostly_new() -> pd.DataFrame:
    frame = random_carts(600, 3, missing=0.03)
    frame.loc[frame.index % 10 > 0, "avg_order_value"] = np.nan
    return frame


def days_earlier(frame: pd.DataFrame, days: int) -> pd.DataFrame:
    columns = ["cart_abandoned_date", "last_order_date"]
    moved = {c: pd.to_datetime(frame[c]) - pd.Timedelta(days=days) for c in columns}
    return frame.assign(**{c: day.dt.strftime("%Y-%m-%d") for c, day in moved.items()})


def quantile(name: str, column: str, *shares: float) -> dict[str, Any]:
    return {"name": name, "column": column, "quantiles": shares}


PRIORITIES = {"AOV": {"High": 1.0, "Medium": 0.4}, "Profit": {"High": 0.7, "Low": 0.1}}
WEIGHTS = {"conversion": 0.1, "lift": 0.15, "size": 0.4, "profitability": 0.05, "strategic_fit": 0.3}
CASES = {
    "plain": Case(random_carts(900, 1)),
    "exact cuts": Case(random_carts(500, 4), {"exact_cuts": True, "min_size": 1}),
    "ties": Case(tied(), {"min_size": 1}),
    "few missing": Case(random_carts(800, 5, missing=0.02)),
    "many missing": Case(random_carts(800, 6, missing=0.3)),
    "90 % without order value": Case(mostly_new()),
    "one user": Case(random_carts(1)),
    "three users": Case(random_carts(3, 1, days=0), {"min_size": 1}),
    "a constant column": Case(random_carts(300, 7).assign(engagement_score=0.5)),
    "nothing but constants": Case(
        random_carts(50, days=0).assign(avg_order_value=1, engagement_score=0, profitability_score=1)
    ),
    "a column without values": Case(random_carts(300, 8).assign(profitability_score=np.nan)),
    "profit is a copy of value": Case(
        random_carts(600, 9).pipe(lambda f: f.assign(profitability_score=(f["avg_order_value"] / 1000).clip(0, 1))),
        {"min_size": 1},
    ),
    "nobody engaged": Case(random_carts(300, 10).assign(engagement_score=0.0)),
    "large and tiny values": Case(
        random_carts(300, 11).pipe(
            lambda f: f.assign(avg_order_value=10.0 ** f["avg_order_value"].rank().mul(0.05).sub(3))
        )
    ),
    "as_of in the past": Case(days_earlier(random_carts(500, 12), 3), {}, AS_OF.replace(day=19)),
    "priorities": Case(random_carts(500, 15, missing=0.02), {"priorities": PRIORITIES}),
    "seed scoring": Case(random_carts(500, 16, missing=0.02), {"scoring": "seed"}),
    "seed scoring with priorities": Case(
        random_carts(500, 17), {"scoring": "seed", "priorities": PRIORITIES, "weights": WEIGHTS}
    ),
    "filter": Case(
        random_carts(900, 18, missing=0.1),
        {
            "filter": [
                {"column": "avg_order_value", "op": ">=", "value": 30},
                {"column": "sessions_last_30d", "op": "!=", "value": 4},
                {"column": "last_order_date", "op": ">", "value": "2026-09-01"},
            ]
        },
    ),
    "own dimensions": Case(
        random_carts(900, 19, missing=0.02),
        {
            "dimensions": [
                quantile("Sessions", "sessions_last_30d", 0.25, 0.5, 0.75),
                quantile("Age", "days_since_abandonment", 0.5),
                quantile("Recency", "days_since_last_order", 0.3, 0.6),
            ],
            "min_size": 1,
        },
    ),
    "five levels and absolute cuts": Case(
        random_carts(900, 20),
        {
            "dimensions": [
                quantile("AOV", "avg_order_value", 0.2, 0.4, 0.6, 0.8),
                {"name": "Engagement", "column": "engagement_score", "cuts": (0.25, 0.505, 2.0)},
            ],
            "min_size": 1,
        },
    ),
    "splits": Case(random_carts(900, 21, missing=0.1), {"min_size": 10, "max_size": 60}),
    "merges": Case(random_carts(900, 22, missing=0.1), {"min_size": 120}),
}


@pytest.fixture(scope="module", params=CASES, ids=lambda name: name.replace(" ", "_"))
def run(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Case, Segmented, pd.DataFrame]:
    case = CASES[request.param]
    path = write_frame(tmp_path_factory.mktemp("carts"), case.frame)
    found = segmented(path, case.as_of, **case.options)
    return case, found, users_of(found, path.with_name("users.csv"))


def universe(case: Case) -> pd.DataFrame:
    """Who is in according to the oracle, with the derived features."""
    options = case.options
    inside = oracle.universe(case.frame, case.as_of, options.get("window_days", 7), options.get("filter", ()))
    today = case.as_of or case.frame["cart_abandoned_date"].max()
    since_order = pd.Timestamp(today) - pd.to_datetime(inside["last_order_date"])
    return inside.assign(
        days_since_abandonment=oracle.days_since_abandonment(inside, today), days_since_last_order=since_order.dt.days
    )


def cuts(case: Case, users: pd.DataFrame) -> dict[str, tuple[float, ...]]:
    """The cuts by dimension according to the oracle; those that leave a level without users left out."""
    specs = case.options.get("dimensions") or [quantile(n, c, *q) for n, c, q in SEED]
    found = {}
    for spec in specs:
        values = oracle.known(users[spec["column"]])
        if not values.size:
            continue
        wanted = spec.get("cuts") or sorted({float(np.quantile(values, q)) for q in spec["quantiles"]})
        exact = "cuts" in spec or case.options.get("exact_cuts")
        kept: list[float] = []
        for cut in wanted if exact else oracle.round_cuts(values, wanted):
            lower = kept[-1] if kept else -np.inf
            if ((values >= lower) & (values < cut)).any() and (values >= cut).any():
                kept.append(cut)
        if kept:
            found[spec["name"]] = tuple(kept)
    return found


def test_the_same_users_are_in_in_the_order_of_the_file(run: tuple[Case, Segmented, pd.DataFrame]) -> None:
    case, found, users = run
    assert users["user_id"].tolist() == universe(case)["user_id"].tolist()
    assert found.universe.size == len(users)


def test_the_cuts_have_the_same_bits(run: tuple[Case, Segmented, pd.DataFrame]) -> None:
    case, found, _ = run
    assert {d.name: d.cuts for d in found.plan.dimensions} == cuts(case, universe(case))


def test_every_user_has_the_same_levels_and_segment(run: tuple[Case, Segmented, pd.DataFrame]) -> None:
    case, found, users = run
    expected = universe(case)
    for dimension in found.plan.dimensions:
        by_hand = oracle.levels(expected[dimension.column], dimension.cuts)
        assert users[dimension.bucket_column].tolist() == by_hand.tolist()
    plan = json.loads(found.plan.to_json())
    assert users["segment_id"].tolist() == oracle.segments(expected, plan, found.universe.as_of).tolist()


def test_every_segment_has_the_same_scores(run: tuple[Case, Segmented, pd.DataFrame]) -> None:
    case, found, users = run
    labelled = universe(case).assign(segment_id=users["segment_id"].to_numpy())
    buckets = {d.name: d.bucket_column for d in found.plan.dimensions}
    labelled = labelled.assign(**{column: users[column].to_numpy() for column in buckets.values()})
    options = {key: case.options[key] for key in ("priorities", "scoring") if key in case.options}
    weights = case.options.get("weights")
    if weights:
        options["weights"] = tuple(weights.values())
    expected = oracle.scores(labelled, found.universe.as_of, level_columns=buckets, **options)
    assert sorted(s.segment_id for s in found.scores) == sorted(expected.index)
    for score in found.scores:
        row = expected.loc[score.segment_id]
        raw = (score.size, score.conversion, score.lift, score.profitability, score.strategic_fit, score.overall)
        numbers = [np.nan if value is None else value for value in (*raw, *score.scaled.values())]
        # Money and shares are summed in units of 1e-6 and 1e-9; a ratio of two means carries that twice.
        np.testing.assert_allclose(numbers, row.to_numpy(dtype=float), rtol=1e-8, atol=1e-9)


def test_the_best_overall_score_comes_first(run: tuple[Case, Segmented, pd.DataFrame]) -> None:
    overall = [s.overall for s in run[1].scores]
    assert all(a >= b for a, b in itertools.pairwise(overall))


def test_the_proof_holds(run: tuple[Case, Segmented, pd.DataFrame]) -> None:
    proof = run[1].certificate
    assert (proof.proven, proof.counterexamples) == (True, ())
    assert proof.users == proof.claimed_once == sum(proof.sizes.values()) == len(run[2])


@pytest.mark.skipif(not OPEN.is_dir(), reason="SAMPLE_CARTS names no folder with open/")
@pytest.mark.parametrize("name", ["rees46_users.csv", "retentioneering_ecom_SYNTHETIC_users.csv"])
def test_carts_of_real_shops_are_segmented_like_the_oracle_does_it(tmp_path: Path, name: str) -> None:
    frame = pd.read_csv(OPEN / name, dtype={"user_id": str})
    # Real logs span months: a long window keeps enough of them.
    found = segmented(write_frame(tmp_path, frame), window_days=60)
    users = users_of(found, tmp_path / "users.csv")
    frame["cart_abandoned_date"] = frame["cart_abandoned_date"].str[:10]
    frame["last_order_date"] = frame["last_order_date"].str[:10]
    case = Case(frame, {"window_days": 60})
    expected = universe(case)
    assert {d.name: d.cuts for d in found.plan.dimensions} == cuts(case, expected)
    plan = json.loads(found.plan.to_json())
    assert users["segment_id"].tolist() == oracle.segments(expected, plan, found.universe.as_of).tolist()
    assert found.certificate.proven
