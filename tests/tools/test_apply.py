"""A plan that was fitted before, applied to the same and to other users."""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from cartjury.data.errors import InputError
from cartjury.data.jury_records import JuryRecord
from cartjury.data.options import Options
from cartjury.data.records import Box, Interval, Segment, SegmentPlan, SizePolicy
from cartjury.tools.apply import apply_plan, options_of
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.duck_engine import DuckEngine
from cartjury.tools.name_plan import name_segments
from cartjury.tools.results import Results
from cartjury.tools.tables import write_users
from tests import oracle
from tests.carts import AS_OF, carts, random_carts, segmented, users_of, write_csv, write_frame


def applied(plan: SegmentPlan, path: Path, as_of: date | None = None, **options: object) -> Results:
    work = path.parent / "apply"
    work.mkdir(exist_ok=True)
    return apply_plan(plan, path, work, options_of(plan, Options.model_validate(options)), as_of)


def labels(found: Results, path: Path) -> pd.DataFrame:
    write_users(path, Carts(DuckEngine(path.parent), found.dataset, found.universe), found.plan)
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def test_the_same_file_gives_the_same_labels_and_scores(tmp_path: Path) -> None:
    path = write_frame(tmp_path, random_carts(600, 1, missing=0.1))
    options = {"min_size": 20, "max_size": 90, "filter": [{"column": "num_cart_items", "op": ">", "value": 1}]}
    first = segmented(path, **options, scoring="seed", priorities={"AOV": {"High": 1}})
    again = applied(name_segments(first.plan, JuryRecord()), path)
    assert (
        labels(again, tmp_path / "b.csv")["segment_id"].tolist()
        == users_of(first, tmp_path / "a.csv")["segment_id"].tolist()
    )
    assert (tuple(again.scores), tuple(again.profiles)) == (first.scores, first.profiles)
    assert again.certificate.proven
    assert again.drift == ()


def test_other_users_get_the_old_cuts_and_scores_of_their_own_universe(tmp_path: Path) -> None:
    plan = segmented(write_frame(tmp_path, random_carts(600, 1, missing=0.02))).plan
    others = random_carts(400, 7, missing=0.02).assign(avg_order_value=lambda f: f["avg_order_value"] * 1.5)
    found = applied(plan, write_frame(tmp_path, others, "others.csv"))
    users = labels(found, tmp_path / "users.csv")
    inside = oracle.universe(others).assign(segment_id=users["segment_id"].to_numpy())
    assert users["user_id"].tolist() == inside["user_id"].tolist()
    assert users["segment_id"].tolist() == oracle.segments(inside, plan.model_dump(mode="json")).tolist()
    expected = oracle.scores(inside)
    assert {s.segment_id: s.overall for s in found.scores} == pytest.approx(
        expected["Overall_Score"].to_dict(), abs=1e-9
    )
    assert found.plan == plan
    assert any(w.startswith("avg_order_value is distributed differently") for w in found.drift)


def test_the_window_and_the_day_are_those_of_the_plan_and_the_new_file(tmp_path: Path) -> None:
    plan = segmented(write_frame(tmp_path, random_carts(200)), window_days=3).plan
    days = [str(AS_OF - timedelta(days=100 + d)) for d in (0, 3, 4)]
    path = write_csv(tmp_path, [r | {"last_order_date": ""} for r in carts(*days, column="cart_abandoned_date")])
    found = applied(plan, path)
    assert (found.universe.as_of, found.universe.size) == (AS_OF - timedelta(days=100), 2)
    assert applied(plan, path, AS_OF - timedelta(days=101)).universe.size == 2


def test_days_of_a_local_split_are_counted_from_the_day_of_the_new_file(tmp_path: Path) -> None:
    age = "days_since_abandonment"
    parts = [Interval(column=age, upper=2, unknown=True), Interval(column=age, lower=2)]
    segments = [
        Segment(id=f"S0{i}", boxes=(Box(levels=(), where=(part,)),), rule="") for i, part in enumerate(parts, start=1)
    ]
    plan = SegmentPlan(dimensions=(), segments=tuple(segments), size_policy=SizePolicy(min_size=1))
    days = ["2027-03-01", "2027-02-28", "2027-02-27", "2027-02-26"]
    path = write_csv(tmp_path, [r | {"last_order_date": ""} for r in carts(*days, column="cart_abandoned_date")])
    assert labels(applied(plan, path), tmp_path / "users.csv")["segment_id"].tolist() == ["S01", "S01", "S02", "S02"]
    a_day_later = applied(plan, path, date(2027, 3, 2))
    assert labels(a_day_later, tmp_path / "users.csv")["segment_id"].tolist() == ["S01", "S02", "S02", "S02"]
    assert a_day_later.certificate.proven


def test_a_plan_of_one_segment_takes_everybody(tmp_path: Path) -> None:
    alone = Segment(id="S01", boxes=(Box(levels=()),), rule="ALL", name="All_Abandoners")
    plan = SegmentPlan(dimensions=(), segments=(alone,), size_policy=SizePolicy(min_size=1))
    path = write_frame(tmp_path, random_carts(50, missing=0.5))
    found = applied(plan, path)
    assert [(s.segment_id, s.size) for s in found.scores] == [("S01", found.universe.size)]
    assert found.certificate.proven
    assert set(labels(found, tmp_path / "users.csv")["aov_bucket"]) == {"All"}


def test_users_without_a_value_find_a_segment_also_where_nobody_missed_it_before(tmp_path: Path) -> None:
    plan = segmented(write_frame(tmp_path, random_carts(300, 2)), min_size=1).plan
    nothing_known = random_carts(20).assign(avg_order_value=None, engagement_score=None, profitability_score=None)
    found = applied(plan, write_frame(tmp_path, nothing_known, "new.csv"))
    (score,) = found.scores
    assert found.plan.segment(score.segment_id).rule == "ELSE"
    assert found.certificate.proven
    assert len([w for w in found.drift if "is missing for 100.0%" in w]) == 3


def test_a_column_that_the_plan_reads_must_be_there(tmp_path: Path) -> None:
    frame = random_carts(100).assign(points=range(100))
    by_points = {"dimensions": [{"name": "Points", "column": "points", "quantiles": (0.5,)}]}
    plan = segmented(write_frame(tmp_path, frame), **by_points).plan
    with pytest.raises(InputError, match="there is no column points"):
        applied(plan, write_frame(tmp_path, random_carts(100), "new.csv"))


def test_what_the_plan_decides_cannot_be_overruled(tmp_path: Path) -> None:
    plan = segmented(write_frame(tmp_path, random_carts(100)), window_days=5, min_size=7, scoring="seed").plan
    options = options_of(plan, Options(window_days=1, min_size=99, scoring="scaled", users_format="parquet"))
    assert (options.window_days, options.min_size, options.scoring) == (5, 7, "seed")
    assert options.users_format == "parquet"
