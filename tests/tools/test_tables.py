"""The users file and the strategy file, read back as other programs read them."""

import csv
import io
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from cartjury.data.contract import COLUMN_NAMES
from cartjury.data.jury_records import JuryRecord, Verdict
from cartjury.tools.name_plan import name_segments
from cartjury.tools.tables import PLACES, STRATEGY_COLUMNS, strategy_csv, write_users
from tests.carts import Segmented, cart, random_carts, segmented, users_of, write_csv, write_frame

FORMULAS = ["=1+1", "+5", "-2+3", "@SUM(A1)", "\t=1", "plain", "a=b", "'quoted", 'ünï, "x"\nline']
BUCKETS = ["aov_bucket", "engagement_bucket", "profitability_bucket", "segment_id", "segment_name"]


def named(found: Segmented) -> Segmented:
    return found._replace(plan=name_segments(found.plan, JuryRecord()))


def strategy(found: Segmented) -> list[dict[str, str]]:
    words = {s.id: f"={s.id}" for s in found.plan.segments}
    return list(csv.DictReader(io.StringIO(strategy_csv(found.plan, found.scores, words, found.universe))))


def test_the_users_file_has_the_input_its_levels_and_its_segment(tmp_path: Path) -> None:
    frame = random_carts(300, 1, missing=0.1)
    found = named(segmented(write_frame(tmp_path, frame)))
    users = users_of(found, tmp_path / "users.csv")
    assert list(users) == [*COLUMN_NAMES, *BUCKETS]
    inside = frame[frame["cart_abandoned_date"] >= "2026-11-16"].reset_index(drop=True)
    read = pd.read_csv(tmp_path / "users.csv", dtype={"user_id": str})[list(COLUMN_NAMES)]
    pd.testing.assert_frame_equal(read, inside, check_dtype=False)
    names = {s.id: s.name for s in found.plan.segments}
    assert users["segment_name"].tolist() == [names[i] for i in users["segment_id"]]


def test_an_unused_dimension_is_called_all(tmp_path: Path) -> None:
    frame = random_carts(100).assign(engagement_score=0.5)
    users = users_of(segmented(write_frame(tmp_path, frame)), tmp_path / "users.csv")
    assert set(users["engagement_bucket"]) == {"All"}
    assert set(users["aov_bucket"]) == {"Low", "Medium", "High"}


def test_further_dimensions_and_kept_columns_follow(tmp_path: Path) -> None:
    options = {
        "dimensions": [{"name": "Sessions", "column": "sessions_last_30d", "quantiles": (0.5,)}],
        "keep_columns": ["city", "user_id"],
    }
    path = write_frame(tmp_path, random_carts(100).assign(city="=Bonn", other="x"))
    users = users_of(segmented(path, **options), tmp_path / "users.csv", **options)
    assert list(users)[8:] == [*BUCKETS[:3], "sessions_last_30d_bucket", *BUCKETS[3:], "city"]
    assert set(users["city"]) == {"'=Bonn"}
    assert set(users["aov_bucket"]) == {"All"}


def test_formulas_are_neutralised_in_csv_and_kept_in_parquet(tmp_path: Path) -> None:
    found = segmented(write_csv(tmp_path, [cart(user_id=i) for i in FORMULAS]))
    expected = [f"'{i}" if i[0] in "=+-@\t" else i for i in FORMULAS]
    assert users_of(found, tmp_path / "users.csv")["user_id"].tolist() == expected
    write_users(tmp_path / "users.parquet", found.carts, found.plan)
    table = pq.read_table(tmp_path / "users.parquet").to_pandas()
    assert table["user_id"].tolist() == FORMULAS
    assert list(table) == [*COLUMN_NAMES, *BUCKETS]


def test_numbers_and_dates_read_back_to_the_same_values(tmp_path: Path) -> None:
    values = ["0.1", "0.30000000000000004", "1e-7", "123456789012.34", "5e-324", "0"]
    rows = [cart(user_id=f"u{i}", avg_order_value=v) for i, v in enumerate(values)]
    users = users_of(segmented(write_csv(tmp_path, rows)), tmp_path / "users.csv")
    assert [float(v) for v in users["avg_order_value"]] == [float(v) for v in values]
    assert set(users["cart_abandoned_date"]) == {"2026-11-20"}
    assert set(users["num_cart_items"]) == {"2"}


def test_the_strategy_has_a_row_for_every_populated_segment_best_first(tmp_path: Path) -> None:
    found = named(segmented(write_frame(tmp_path, random_carts(500, 2, missing=0.02))))
    rows = strategy(found)
    assert list(rows[0]) == list(STRATEGY_COLUMNS)
    assert list(rows[0])[:9] == [
        "Segment Name",
        "Rules Applied",
        "Size",
        "Conv_Pot",
        "Lift_vs_Control",
        "Profitability",
        "Strategic_Fit",
        "Overall_Score",
        "Valid",
    ]
    overall = [float(row["Overall_Score"]) for row in rows]
    assert overall == sorted(overall, reverse=True)
    assert sum(int(row["Size"]) for row in rows) == found.universe.size
    for row, score in zip(rows, found.scores, strict=True):
        segment = found.plan.segment(row["segment_id"])
        assert (row["Segment Name"], row["Rules Applied"]) == (segment.name, segment.rule)
        assert row["Valid"] == ("Yes" if score.valid else "No")
        assert float(row["Conv_Pot"]) == pytest.approx(score.conversion, abs=10.0**-PLACES)
        parts = sum(float(row[f"contribution_{m}"]) for m in score.contributions)
        assert parts == pytest.approx(float(row["Overall_Score"]), abs=1e-10)
        assert row["rule_in_words"] == f"'={segment.id}"  # a spreadsheet must not run it


def test_a_name_stands_beside_the_model_that_gave_it(tmp_path: Path) -> None:
    found = segmented(write_frame(tmp_path, random_carts(300, 2)))
    first, second, *_ = (s.segment_id for s in found.scores)
    verdicts = [
        Verdict(segment_id=first, name="By_A_Model", origin="model", model="m", name_model="=groq/large", reason="r"),
        Verdict(segment_id=second, name="By_The_Offline_Jury", origin="offline", model="m", reason="r"),
    ]
    jury = JuryRecord(verdicts=tuple(verdicts))
    plan = name_segments(found.plan, jury)
    words = {s.id: "" for s in plan.segments}
    rows = list(csv.DictReader(io.StringIO(strategy_csv(plan, found.scores, words, found.universe, jury))))

    assert [(row["named_by"], row["name_model"]) for row in rows[:3]] == [
        ("model", "'=groq/large"),  # a spreadsheet must not run it
        ("offline", "offline"),
        ("rule", ""),
    ]
    assert STRATEGY_COLUMNS.index("name_model") == STRATEGY_COLUMNS.index("named_by") + 1


def test_profitability_that_nobody_has_is_an_empty_cell(tmp_path: Path) -> None:
    found = named(segmented(write_frame(tmp_path, random_carts(60).assign(profitability_score=None))))
    assert {row["Profitability"] for row in strategy(found)} == {""}


def test_lines_end_as_spreadsheets_expect(tmp_path: Path) -> None:
    found = named(segmented(write_csv(tmp_path, [cart()])))
    text = strategy_csv(found.plan, found.scores, {s.id: "" for s in found.plan.segments}, found.universe)
    assert text.count("\r\n") == text.count("\n") == 2
