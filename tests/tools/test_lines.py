"""The lines of a plan, and what a reader of messages is shown of it."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from cartjury.tools.lines import columns_of, scene, segment_lines
from tests import spark
from tests.carts import AS_OF, Segmented, carts_in, loaded, random_carts, write_arrow
from tests.standings import jury_of, named, small, standing

CONTRACT = {
    "cart_abandoned_date": False,
    "last_order_date": False,
    "avg_order_value": True,
    "sessions_last_30d": True,
    "num_cart_items": True,
    "engagement_score": True,
    "profitability_score": True,
    "days_since_abandonment": True,
    "days_since_last_order": True,
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Segmented:
    return small(tmp_path_factory.mktemp("carts"))


def test_lines_are_in_the_order_of_the_scores_and_those_without_users_last(found: Segmented) -> None:
    lines = segment_lines(found.plan, found.profiles, found.scores)
    scored = sorted(found.scores, key=lambda s: s.overall, reverse=True)
    assert [line.id for line in lines[: len(scored)]] == [s.segment_id for s in scored]
    assert [line.rank for line in lines] == [*range(1, len(scored) + 1), None]
    empty = lines[-1]
    assert (empty.id, empty.users, empty.overall, empty.valid) == ("S13", 0, None, False)


def test_a_line_says_what_plan_profile_and_score_say(found: Segmented) -> None:
    plan = named(found.plan).with_changes(locks=("S05",))
    line = next(x for x in segment_lines(plan, found.profiles, found.scores) if x.id == "S05")
    score = next(s for s in found.scores if s.segment_id == "S05")
    assert (line.name, line.named_by) == ("Shoppers_E", "offline")
    assert line.rule == "AOV_Medium & Engagement_High & Profit_High"
    assert (line.users, line.overall, line.locked) == (score.size, score.overall, True)
    assert line.in_words.startswith("orders between")


def test_a_scene_hides_size_and_score_of_fewer_than_twenty_users(found: Segmented) -> None:
    shown = scene(standing(found.carts, found.plan), [])
    sizes = {p.segment_id: p.users for p in found.profiles}
    assert sizes["S01"] < 20
    for line in shown.lines:
        assert (line.users, line.overall is None) == ((sizes[line.id], False) if sizes[line.id] >= 20 else (None, True))


def test_a_scene_shows_twenty_users(found: Segmented) -> None:
    at = standing(found.carts, found.plan)
    sized = {"profiles": tuple(p.model_copy(update={"users": 20}) for p in at.profiles)}
    assert {line.users for line in scene(at.model_copy(update=sized), []).lines} == {20}


def test_a_scene_carries_what_was_talked_of(found: Segmented) -> None:
    there = standing(found.carts, named(found.plan), jury_of(named(found.plan)))
    recent = (("merge", ("S02",)),)
    shown = scene(there, [("a", True), ("b", False)], focus=("S02",), recent=recent, revision=3, revisions=4)
    assert (shown.columns, shown.numeric) == (("a", "b"), ("a",))
    assert (shown.focus, shown.recent, shown.revision, shown.revisions) == (("S02",), recent, 3, 4)
    assert shown.plan == there.plan


def test_columns_of_a_text_file_are_those_of_the_contract_without_the_id(found: Segmented) -> None:
    assert dict(columns_of(found.carts)) == CONTRACT


def test_further_columns_are_known_by_what_they_hold(tmp_path: Path) -> None:
    columns = {"country": pa.array(["DE", "US"]), "visits": pa.array([1, 2]), "spent": pa.array([1.5, None])}
    dataset = loaded(write_arrow(tmp_path, {**columns, "tags": pa.array([["a"], ["b"]])}), AS_OF)
    assert dict(columns_of(carts_in(dataset, AS_OF))) == CONTRACT | {"country": False, "visits": True, "spent": True}


def test_rows_that_were_copied_show_no_column_of_ours(tmp_path: Path) -> None:
    dataset = loaded(write_arrow(tmp_path, {"avg_order_value": pa.array([1.0, np.nan])}), AS_OF)
    assert dict(columns_of(carts_in(dataset, AS_OF))) == CONTRACT


@spark.needs_spark
def test_spark_tells_of_the_same_columns(tmp_path: Path) -> None:
    from cartjury.tools.engine.engines import open_engine

    frame = random_carts(30).assign(country="DE", spent=2.5)
    options = spark.options(keep_columns=("country", "spent"))
    path, engine = spark.write_parquet(tmp_path / "carts.parquet", frame), open_engine(options, tmp_path)
    carts = small(tmp_path).carts._replace(
        engine=engine, dataset=engine.load(str(path), options, AS_OF, generated=False)
    )
    assert dict(columns_of(carts)) == CONTRACT | {"country": False, "spent": True}
