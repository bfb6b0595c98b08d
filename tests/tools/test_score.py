"""Scores from profiles, by hand; whole runs are compared in test_against_oracle."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartjury.data.records import Box, Dimension, ScoreWeights, SegmentPlan, SizePolicy
from cartjury.data.run_records import METRICS, SegmentProfile, SegmentScore
from cartjury.tools.score import score_segments
from tests.tools.plan_examples import plan_of

PROFIT = Dimension(name="Profit", column="profitability_score", cuts=(0.5,), unknown="level")


def plan(**changes: Any) -> SegmentPlan:
    """Segments S01 (Unknown), S02 (Low) and S03 (High)."""
    found = plan_of([PROFIT], [[Box(levels=(name,))] for name in PROFIT.level_names])
    return found.with_changes(**changes)


def profile(number: int, users: int, conversion: float, rank: float, profit: float | None) -> SegmentProfile:
    level = PROFIT.level_names[number - 1]
    return SegmentProfile(
        segment_id=f"S{number:02d}",
        users=users,
        share=users / 100,
        means={
            "conversion": conversion,
            "conversion_rank": rank,
            "profitability_score": profit,
            "profitability_rank": profit,
        },
        known={"profitability_score": 0 if profit is None else users, "engagement_score": users},
        level_shares={"Profit": {level: 1.0}} if users else {},
    )


PROFILES = (profile(1, 20, 0.1, 0.3, None), profile(2, 50, 0.2, 0.4, 0.2), profile(3, 30, 0.6, 0.8, 0.9))


def by_id(found: tuple[SegmentScore, ...]) -> dict[str, SegmentScore]:
    return {score.segment_id: score for score in found}


def test_every_component_is_what_the_table_says() -> None:
    score = by_id(score_segments(plan(), PROFILES))["S03"]
    everyone = (20 * 0.1 + 50 * 0.2 + 30 * 0.6) / 100
    lift = 0.6 / everyone
    assert (score.size, score.conversion, score.profitability) == (30, 0.6, 0.9)
    assert score.lift == pytest.approx(lift)
    fit = (0.8 + 0.9) / 2
    expected = dict(zip(METRICS, (0.8, lift / (1 + lift), 30 / 50, 0.9, fit), strict=True))
    assert score.scaled == pytest.approx(expected)
    assert score.strategic_fit == pytest.approx(fit)
    by_weight = {m: w * expected[m] for m, w in zip(METRICS, (0.3, 0.2, 0.1, 0.3, 0.1), strict=True)}
    assert score.contributions == pytest.approx(by_weight)
    assert score.overall == pytest.approx(sum(by_weight.values()))
    assert score.lift_basis == "modelled"


def test_seed_scoring_weights_the_raw_numbers() -> None:
    score = by_id(score_segments(plan(scoring="seed"), PROFILES))["S02"]
    raw = dict(zip(METRICS, (0.2, 0.2 / 0.3, 0.5, 0.2, (0.4 + 0.2) / 2), strict=True))
    by_weight = {m: w * raw[m] for m, w in zip(METRICS, (0.3, 0.2, 0.1, 0.3, 0.1), strict=True)}
    assert score.contributions == pytest.approx(by_weight)


@pytest.mark.parametrize(("scoring", "stands_in"), [("scaled", 0.5), ("seed", 0.0)])
def test_unknown_profitability_has_a_stand_in_and_says_so(scoring: str, stands_in: float) -> None:
    only_profit = ScoreWeights(conversion=0, lift=0, size=0, profitability=1, strategic_fit=0)
    score = by_id(score_segments(plan(scoring=scoring, weights=only_profit), PROFILES))["S01"]
    assert score.profitability is None
    assert score.overall == stands_in
    assert any("nobody's profitability is known" in note for note in score.notes)


def test_priorities_replace_the_strategic_fit() -> None:
    found = by_id(score_segments(plan(priorities={"Profit": {"High": 1.0, "Unknown": 0.25}}), PROFILES))
    assert [found[f"S0{i}"].strategic_fit for i in (1, 2, 3)] == [0.25, 0.0, 1.0]


def test_lift_is_one_where_nobody_converts() -> None:
    found = score_segments(plan(), [p.model_copy(update={"means": {**p.means, "conversion": 0.0}}) for p in PROFILES])
    assert {s.lift for s in found} == {1.0}
    assert {s.scaled["lift"] for s in found} == {0.5}


def test_equal_scores_keep_the_order_of_ids() -> None:
    equal = [p.model_copy(update={"users": 10, "means": PROFILES[1].means}) for p in reversed(PROFILES)]
    assert [s.segment_id for s in score_segments(plan(), equal)] == ["S01", "S02", "S03"]


@pytest.mark.parametrize(
    ("minimum", "maximum", "valid"), [(20, 50, (True, True)), (21, 49, (False, False)), (1, None, (True, True))]
)
def test_limits_are_inclusive(minimum: int, maximum: int | None, valid: tuple[bool, bool]) -> None:
    policy = SizePolicy(min_size=minimum, max_size=maximum)
    found = by_id(score_segments(plan(size_policy=policy), PROFILES))
    assert (found["S01"].valid, found["S02"].valid) == valid


def test_a_segment_without_users_has_no_score() -> None:
    empty = profile(3, 0, 0, 0, None)
    assert [s.segment_id for s in score_segments(plan(), (*PROFILES[:2], empty))] == ["S02", "S01"]


def test_a_name_changes_no_score() -> None:
    named = plan(segments=tuple(s.model_copy(update={"name": f"Name_{s.id[-1]}"}) for s in plan().segments))
    assert score_segments(named, PROFILES) == score_segments(plan(), PROFILES)


@given(shares=st.lists(st.floats(0, 1), min_size=5, max_size=5).filter(lambda x: sum(x) > 0.1))
def test_an_overall_score_lies_between_zero_and_one_and_is_the_sum_of_its_parts(shares: list[float]) -> None:
    weights = dict(zip(METRICS, (s / sum(shares) for s in shares), strict=True))
    for score in score_segments(plan(weights=ScoreWeights(**weights)), PROFILES):
        assert -1e-9 <= score.overall <= 1 + 1e-9
        assert score.overall == pytest.approx(sum(score.contributions.values()))


def test_unknown_engagement_counts_as_none_and_is_said_to() -> None:
    known = profile(3, 30, 0.6, 0.8, 0.9)
    (score,) = score_segments(plan(), [known.model_copy(update={"known": {**known.known, "engagement_score": 20}})])

    assert "engagement is unknown for 10 of 30 users and counts as 0 in conversion" in score.notes
