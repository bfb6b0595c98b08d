"""The oracle against numbers worked out by hand, so that it can be trusted to judge the program."""

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests import oracle

NAN = float("nan")


def approx(*values: Fraction | float) -> Any:
    return pytest.approx([float(v) for v in values], rel=1e-12)


def carts(*dates: str) -> pd.DataFrame:
    return pd.DataFrame({"user_id": [f"u{i}" for i in range(len(dates))], "cart_abandoned_date": list(dates)})


def test_the_window_counts_calendar_days_not_hours() -> None:
    df = carts("2026-03-10 23:59", "2026-03-03 00:00", "2026-03-02 23:59", "2026-03-11 00:00")
    assert list(oracle.universe(df, "2026-03-10").index) == [0, 1]


def test_the_newest_abandonment_is_the_default_as_of() -> None:
    df = carts("2026-03-10", "2026-03-03", "2026-03-11 08:00", "2026-03-04 23:00")
    assert list(oracle.universe(df).index) == [0, 2, 3]


def test_a_window_of_no_days_is_the_day_itself() -> None:
    assert list(oracle.universe(carts("2026-03-10 01:00", "2026-03-09 23:00"), "2026-03-10", 0).index) == [0]


@pytest.mark.parametrize(
    ("op", "inside"), [(">=", [1, 2]), (">", [2]), ("<=", [0, 1]), ("<", [0]), ("=", [1]), ("!=", [0, 2])]
)
def test_a_missing_value_passes_no_condition(op: str, inside: list[int]) -> None:
    df = carts(*["2026-03-10"] * 4).assign(num_cart_items=[1.0, 2.0, 3.0, NAN])
    found = oracle.universe(df, conditions=[{"column": "num_cart_items", "op": op, "value": 2.0}])
    assert list(found.index) == inside


def test_a_quantile_lies_between_its_neighbours_and_leaves_missing_values_out() -> None:
    # position 0.4 x 3 = 1.2: a fifth of the way from 20 to 40; 0.8 x 3 = 2.4: two fifths from 40 to 80.
    df = pd.DataFrame({"avg_order_value": [80.0, NAN, 10.0, 40.0, 20.0]})
    assert oracle.thresholds(df, [("avg_order_value", (0.4, 0.8))])["avg_order_value"] == approx(24, 56)


def test_a_cut_takes_the_coarsest_rounding_that_moves_few_users() -> None:
    # 1000 -> 0 leaves nobody below, 500 moves the 98 users 402..499, 200 -> 400 moves 400 and 401: 0.2 %.
    assert oracle.round_cut(np.arange(1.0, 1001), 401.4) == 400


def test_half_a_percent_may_move_and_not_one_user_more() -> None:
    rest = [10.0] + [11.0] * 99
    assert oracle.round_cut([5.0] * 100 + rest, 11.0) == 10  # 1 of 200
    assert oracle.round_cut([5.0] * 99 + rest, 11.0) == 11  # 1 of 199


def test_missing_values_do_not_widen_the_half_percent() -> None:
    assert oracle.round_cut([5.0] * 99 + [10.0] + [11.0] * 99 + [NAN] * 100, 11.0) == 11


def test_a_cut_stays_exact_where_no_rounding_fits() -> None:
    # Users sit at 84.36, 84.37 and 84.38, so every other multiple of 0.05, 0.02, ... moves one of them.
    assert oracle.round_cut([1.0, 84.36, 84.37, 84.38, 200.0], 84.37) == 84.37


def test_half_a_step_goes_to_the_even_multiple() -> None:
    # 25 is half of 50: to 0, which leaves nobody below; so 20 it is, though 50 would move nobody.
    assert oracle.round_cut([10.0] * 5 + [60.0] * 5, 25.0) == 20


def test_steps_of_two_come_between_steps_of_five_and_one() -> None:
    # 50 moves everyone at 45; 20 -> 40 moves nobody; a step of 10 would give 30.
    assert oracle.round_cut([10.0] * 5 + [45.0] * 5, 33.0) == 40


def test_a_rounding_never_empties_a_level_however_small() -> None:
    # One user of 1000 may move, but 0 would leave nobody below 25 and 20 nobody above 11.
    assert oracle.round_cut([10.0] + [60.0] * 999, 25.0) == 20
    assert oracle.round_cut([1.0] * 999 + [12.0], 11.0) == 10


def test_a_score_is_rounded_below_one() -> None:
    # 1 leaves nobody above, 0.5 moves 0.55, 0.2 -> 0.6 moves nobody.
    assert oracle.round_cut([0.1, 0.55, 0.7], 0.6123) == 0.6


def test_a_cut_of_zero_is_left_alone() -> None:
    assert oracle.round_cut([-1.0, 0.0, 1.0], 0.0) == 0


def test_cuts_that_would_collide_stay_exact() -> None:
    values = [10.0] * 100 + [41.5] + [80.0] * 99
    assert (oracle.round_cut(values, 41.0), oracle.round_cut(values, 42.0)) == (50, 50)
    assert oracle.round_cuts(values, (41.0, 42.0)) == (41.0, 42.0)


def test_cuts_of_a_dimension_are_rounded_each_by_itself() -> None:
    # 801.3: 1000 moves 199 users, 500 moves 198, 200 -> 800 moves 800 and 801.
    assert oracle.round_cuts(np.arange(1.0, 1001), (401.4, 801.3)) == (400, 800)


def test_a_value_on_the_cut_is_above_it_and_a_missing_one_is_unknown() -> None:
    series = pd.Series([44.99, 45.0, 119.99, 120.0, None], index=[9, 8, 7, 6, 5])
    by_hand = {9: "Low", 8: "Medium", 7: "Medium", 6: "High", 5: "Unknown"}
    assert oracle.levels(series, (45.0, 120.0)).to_dict() == by_hand


def test_one_cut_makes_low_and_high() -> None:
    assert list(oracle.levels([0.59, 0.6, NAN], (0.6,))) == ["Low", "High", "Unknown"]


def box(level: str, *where: tuple[str, float | None, float | None, bool]) -> dict[str, Any]:
    keys = ("column", "lower", "upper", "unknown")
    return {"levels": [level], "where": [dict(zip(keys, interval, strict=True)) for interval in where]}


def plan(**segments: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "dimensions": [{"name": "AOV", "column": "avg_order_value", "cuts": [50.0], "unknown": "else"}],
        "segments": [{"id": name, "boxes": boxes} for name, boxes in segments.items()],
    }


def test_boxes_are_evaluated_with_their_local_intervals() -> None:
    df = pd.DataFrame(
        {
            "avg_order_value": [10.0, 50.0, 99.0, 99.0, NAN, 60.0],
            "sessions_last_30d": [1.0, 3.0, 4.0, 9.0, 9.0, NAN],
        },
        index=[5, 4, 3, 2, 1, 0],
    )
    split = plan(
        S01=[box("Low")],
        S02=[box("High", ("sessions_last_30d", None, 4.0, True))],
        S03=[box("High", ("sessions_last_30d", 4.0, None, False))],
        S04=[box("Unknown")],
    )
    by_hand = {5: "S01", 4: "S02", 3: "S03", 2: "S03", 1: "S04", 0: "S02"}
    assert oracle.segments(df, split).to_dict() == by_hand


def test_days_since_abandonment_are_derived_from_as_of() -> None:
    df = carts("2026-03-10", "2026-03-07").assign(avg_order_value=[10.0, 10.0])
    by_days = plan(
        S01=[box("Low", ("days_since_abandonment", None, 4.0, True)), box("High"), box("Unknown")],
        S02=[box("Low", ("days_since_abandonment", 4.0, None, False))],
    )
    assert list(oracle.segments(df, by_days)) == ["S01", "S01"]
    assert list(oracle.segments(df, by_days, "2026-03-11")) == ["S01", "S02"]


@pytest.mark.parametrize(("boxes", "times"), [({"S01": "Low"}, 0), ({"S01": "High", "S02": "High"}, 2)])
def test_a_gap_and_an_overlap_are_refused(boxes: dict[str, str], times: int) -> None:
    broken = plan(**{name: [box(level)] for name, level in boxes.items()})
    with pytest.raises(ValueError, match=f"claimed {times} times"):
        oracle.segments(pd.DataFrame({"avg_order_value": [60.0]}), broken)


def test_ranks_count_lower_bins_and_half_of_the_same_bin() -> None:
    # 0.9999 and 1 share the last bin: (1 + 2 / 2) / 3; missing values count nowhere.
    assert oracle.percentile_ranks([1.0, 0.5, 0.9999])[[0, 2]] == approx(Fraction(2, 3), Fraction(2, 3))
    assert oracle.percentile_ranks([0.12345, NAN, 0.12349, 0.1235])[[0, 2, 3]] == approx(
        Fraction(1, 3), Fraction(1, 3), Fraction(5, 6)
    )
    assert np.isnan(oracle.percentile_ranks([0.5, NAN])[1])


def scored() -> pd.DataFrame:
    df = carts("2026-03-10", "2026-03-09", "2026-03-10", "2026-03-07")
    return df.assign(
        engagement_score=[0.8, 0.4, NAN, 0.8],  # conversion 0.8, 0.4 / 2 = 0.2, 0, 0.8 / 4 = 0.2
        profitability_score=[0.9, NAN, 0.5, 0.9],
        segment_id=["S01", "S01", "S02", "S02"],
    )


def test_scores_of_two_segments_worked_out_by_hand() -> None:
    # Ranks of conversion 7/8, 1/2, 1/8, 1/2; of profitability 2/3, -, 1/6, 2/3.
    table = oracle.scores(scored())
    assert table["Size"].to_dict() == {"S01": 2, "S02": 2}
    assert table["Conv_Pot"].to_numpy() == approx(0.5, 0.1)
    assert table["Lift_vs_Control"].to_numpy() == approx(Fraction(5, 3), Fraction(1, 3))
    assert table["Profitability"].to_numpy() == approx(0.9, 0.7)
    assert table["Strategic_Fit"].to_numpy() == approx(Fraction(65, 96), Fraction(35, 96))
    assert table["scaled_conversion"].to_numpy() == approx(Fraction(11, 16), Fraction(5, 16))
    assert table["scaled_lift"].to_numpy() == approx(Fraction(5, 8), Fraction(1, 4))
    assert table["scaled_profitability"].to_numpy() == approx(Fraction(2, 3), Fraction(5, 12))
    # 0.3 x 11/16 + 0.2 x 5/8 + 0.1 + 0.3 x 2/3 + 0.1 x 65/96
    assert table["Overall_Score"].to_numpy() == approx(
        0.20625 + 0.125 + 0.1 + 0.2 + Fraction(65, 960), Fraction(389, 960)
    )


def test_seed_scoring_weights_the_raw_components() -> None:
    # 0.3 x 0.5 + 0.2 x 5/3 + 0.1 x 1/2 + 0.3 x 0.9 + 0.1 x 65/96
    by_hand = approx(0.15 + 1 / 3 + 0.05 + 0.27 + Fraction(65, 960), 0.03 + 1 / 15 + 0.05 + 0.21 + Fraction(35, 960))
    assert oracle.scores(scored(), scoring="seed")["Overall_Score"].to_numpy() == by_hand


def test_a_later_as_of_makes_everyone_less_urgent() -> None:
    # S01: (0.8 / 2 + 0.4 / 3) / 2; S02: (0 + 0.8 / 5) / 2
    assert oracle.scores(scored(), "2026-03-11")["Conv_Pot"].to_numpy() == approx(Fraction(4, 15), 0.08)


def test_size_is_scaled_by_the_largest_segment() -> None:
    table = oracle.scores(scored().assign(segment_id=["S02", "S01", "S01", "S01"]))
    assert table["scaled_size"].to_numpy() == approx(1, Fraction(1, 3))


def test_weights_are_taken_in_their_order() -> None:
    for position, name in enumerate(("conversion", "lift", "size", "profitability", "strategic_fit")):
        table = oracle.scores(scored(), weights=[float(i == position) for i in range(5)])
        assert list(table["Overall_Score"]) == list(table[f"scaled_{name}"])


def test_unknown_profitability_is_half_when_scaled_and_nothing_in_seed_scoring() -> None:
    df = scored().assign(profitability_score=[NAN, NAN, 0.5, 0.9])
    only_profit = (0.0, 0.0, 0.0, 1.0, 0.0)
    assert np.isnan(oracle.scores(df)["Profitability"]["S01"])
    assert oracle.scores(df, weights=only_profit)["Overall_Score"]["S01"] == 0.5
    assert oracle.scores(df, weights=only_profit, scoring="seed")["Overall_Score"]["S01"] == 0


def test_lift_is_one_where_nobody_converts() -> None:
    table = oracle.scores(scored().assign(engagement_score=NAN))
    assert list(table["Lift_vs_Control"]) == [1, 1]
    assert list(table["scaled_lift"]) == [0.5, 0.5]


def test_priorities_are_averaged_over_dimensions_then_users() -> None:
    df = scored().assign(
        aov_bucket=["High", "Low", "Medium", "High"], engagement_bucket=["Low", "Unknown", "High", "Low"]
    )
    given = {"AOV": {"High": 1.0, "Low": 0.2}, "Engagement": {"Low": 0.5}}
    # S01: ((1 + 0.5) / 2 + (0.2 + 0) / 2) / 2; S02: ((0 + 0) / 2 + (1 + 0.5) / 2) / 2
    assert oracle.scores(df, priorities=given)["Strategic_Fit"].to_numpy() == approx(0.425, 0.375)
