"""Aggregates of segments, by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cartjury.data.run_records import SegmentProfile
from tests.carts import AS_OF, cart, random_carts, segmented, write_csv, write_frame

BY_VALUE = {"dimensions": [{"name": "AOV", "column": "avg_order_value", "cuts": (100,)}], "min_size": 1}


def user(
    number: int, aov: str, engagement: str, profit: str, day: str = "2026-11-23", last: str = ""
) -> dict[str, str]:
    scores = {"engagement_score": engagement, "profitability_score": profit}
    return cart(user_id=f"u{number}", avg_order_value=aov, cart_abandoned_date=day, last_order_date=last, **scores)


@pytest.fixture
def high_and_low(tmp_path: Path) -> tuple[SegmentProfile, SegmentProfile]:
    rows = [
        user(1, "150", "0.8", "0.9"),
        user(2, "250", "0.4", "", "2026-11-22", "2026-11-13"),
        user(3, "50", "", "0.3"),
        user(4, "50", "0.5", "0.3", "2026-11-19", "2026-11-24"),
        user(5, "20", "1", "0.1"),
    ]
    found = segmented(write_csv(tmp_path, rows), AS_OF, **BY_VALUE)
    high, low = found.profiles[:2]
    return high, low


def test_means_leave_missing_values_out_and_know_how_many_there_were(
    high_and_low: tuple[SegmentProfile, SegmentProfile],
) -> None:
    high, low = high_and_low
    assert (high.users, low.users, high.share, low.share) == (2, 3, 0.4, 0.6)
    assert high.means["avg_order_value"] == 200
    assert (high.means["profitability_score"], high.known["profitability_score"]) == (0.9, 1)
    assert (low.means["engagement_score"], low.known["engagement_score"]) == (0.75, 2)
    assert low.means["profitability_score"] == pytest.approx(0.7 / 3, abs=1e-9)


def test_missing_engagement_counts_as_none_in_conversion(high_and_low: tuple[SegmentProfile, SegmentProfile]) -> None:
    high, low = high_and_low
    assert high.means["conversion"] == pytest.approx((0.8 + 0.4 / 2) / 2)
    assert low.means["conversion"] == pytest.approx((0 + 0.5 / 5 + 1) / 3, abs=1e-9)
    assert low.known["conversion"] == 3


def test_ranks_count_lower_users_and_half_of_the_equal_ones(
    high_and_low: tuple[SegmentProfile, SegmentProfile],
) -> None:
    high, low = high_and_low
    # Conversions 0, 0.1, 0.2, 0.8, 1: ranks 0.1, 0.3, 0.5, 0.7, 0.9 of five users.
    assert high.means["conversion_rank"] == pytest.approx((0.7 + 0.5) / 2)
    assert low.means["conversion_rank"] == pytest.approx((0.1 + 0.3 + 0.9) / 3)
    # Profitabilities 0.1, 0.3, 0.3, 0.9: ranks 1/8, 4/8, 4/8, 7/8 of four known.
    assert high.means["profitability_rank"] == pytest.approx(7 / 8)
    assert low.means["profitability_rank"] == pytest.approx((1 + 4 + 4) / 24)


def test_days_are_averaged_over_those_who_have_them(high_and_low: tuple[SegmentProfile, SegmentProfile]) -> None:
    high, low = high_and_low
    assert (high.means["days_since_abandonment"], low.means["days_since_abandonment"]) == (0.5, pytest.approx(4 / 3))
    assert (high.means["days_since_last_order"], high.known["days_since_last_order"]) == (10, 1)
    assert low.means["days_since_last_order"] == -1  # an order on the day after as_of


def test_money_is_summed_in_millionths_and_shares_in_billionths_half_up(tmp_path: Path) -> None:
    rows = [user(1, "0.0000015", "0.0000000025", "0.5"), user(2, "0", "0", "0.5")]
    (found,) = segmented(write_csv(tmp_path, rows), AS_OF, dimensions=BY_VALUE["dimensions"]).profiles
    assert found.means["avg_order_value"] == 2e-6 / 2
    assert found.means["engagement_score"] == 3e-9 / 2


def test_a_segment_without_users_has_no_means(tmp_path: Path) -> None:
    found = segmented(
        write_csv(tmp_path, [user(1, "150", "0.8", "0.9"), user(2, "20", "0.8", "0.9")]), AS_OF, **BY_VALUE
    )
    (nobody,) = [p for p in found.profiles if not p.users]
    assert nobody.share == 0
    assert set(nobody.means.values()) == {None}
    assert set(nobody.known.values()) == {0}
    assert nobody.segment_id not in {s.segment_id for s in found.scores}


def test_shares_of_levels_add_up_in_merged_segments(tmp_path: Path) -> None:
    found = segmented(write_frame(tmp_path, random_carts(500, 1, missing=0.1)), min_size=100)
    for profile in (p for p in found.profiles if p.users):
        assert {d: pytest.approx(1.0) for d in profile.level_shares} == {
            d: sum(shares.values()) for d, shares in profile.level_shares.items()
        }
    totals = [p.users * p.level_shares["AOV"].get("High", 0) for p in found.profiles if p.users]
    users = pd.DataFrame(random_carts(500, 1, missing=0.1))
    inside = users["cart_abandoned_date"] >= "2026-11-16"
    assert sum(totals) == pytest.approx(
        (users.loc[inside, "avg_order_value"] >= found.plan.dimensions[0].cuts[-1]).sum()
    )


def test_a_mean_has_the_same_bits_whatever_the_order_of_the_users(tmp_path: Path) -> None:
    dice = np.random.default_rng(1)
    frame = random_carts(3000, 2).assign(avg_order_value=dice.lognormal(4, 2, 3000), engagement_score=dice.random(3000))
    one = segmented(write_frame(tmp_path, frame))
    other = segmented(write_frame(tmp_path, frame.iloc[::-1], "reversed.csv"))
    assert one.profiles == other.profiles
