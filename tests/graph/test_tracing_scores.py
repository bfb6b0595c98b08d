"""Scores of verdicts and turns, worked out by hand."""

from typing import Any

import pytest

from cartjury.graph.tracing_client import priced, scores_of
from cartjury.graph.tracing_scores import scores_of_a_judge, scores_of_a_turn


def verdict(segment_id: str, name: str, **changes: Any) -> dict[str, Any]:
    found = {"segment_id": segment_id, "name": name, "origin": "model", "model": "groq/x", "reason": "It is the best."}
    return {**found, **changes}


def brief(segment_id: str, engagement: str) -> dict[str, Any]:
    trait = {"label": "Engagement", "column": "engagement_score", "levels": [engagement], "of": ["Low", "High"]}
    return {"id": segment_id, "rule": f"Engagement_{engagement}", "traits": [trait]}


FOUR = [
    verdict("S01", "Eager_Circle"),
    verdict("S02", "Quiet_Circle", flipped=True, contested=True),
    verdict("S03", "Maple_Carts", rounds=1),  # was contested, and settled in the debate
    verdict("S04", "Birch_Carts", origin="offline", model="offline"),
]
PROOF = {
    "plan_hash": "h",
    "predicates": {},
    "witnesses": 1,
    "rule_space_proven": True,
    "users": 2,
    "claimed_once": 2,
    "sizes": {},
    "data_proven": True,
}


def test_shares_are_counted_over_the_verdicts() -> None:
    scores = scores_of_a_judge({"verdicts": FOUR})

    assert scores == {"contested": 0.5, "flip": pytest.approx(1 / 3), "origin": 0.75}


def test_without_a_model_that_judged_there_is_no_flip() -> None:
    assert scores_of_a_judge({"verdicts": [FOUR[3]]}) == {"contested": 0.0, "origin": 0.0}


def test_names_are_held_against_their_own_rule_and_the_other_names() -> None:
    verdicts = [verdict("S01", "Eager_Circle"), verdict("S02", "Eager_Crowd"), verdict("S03", "Eager_Circle")]
    briefs = [brief("S01", "High"), brief("S02", "Low"), brief("S03", "High")]

    scores = scores_of_a_turn({"jury": {"verdicts": verdicts}, "briefs": briefs})

    assert scores["name_checks"] == 0.0  # S01 and S03 have one name, and nobody in S02 is eager
    assert scores_of_a_turn({"jury": {"verdicts": verdicts[:1]}, "briefs": briefs})["name_checks"] == 1.0


def test_names_that_other_segments_kept_are_taken() -> None:
    state = {"jury": {"verdicts": [verdict("S01", "Eager_Circle")]}, "briefs": [brief("S01", "High")]}

    assert scores_of_a_turn({**state, "taken": ["eager_circle"]})["name_checks"] == 0.0


@pytest.mark.parametrize(
    ("fault", "score"), [({}, 1.0), ({"data_proven": False}, 0.0), ({"rule_space_proven": False}, 0.0)]
)
def test_a_plan_is_proven_by_both_proofs_or_not_at_all(fault: dict[str, bool], score: float) -> None:
    assert scores_of_a_turn({"certificate": {**PROOF, **fault}}) == {"mece_proven": score}


def test_only_names_of_this_revision_count() -> None:
    jury = {"verdicts": FOUR, "asked": ["S04"]}

    assert scores_of_a_turn({"jury": jury}) == {"contested": 0.0, "origin": 0.0}


def test_a_turn_that_decided_nothing_has_no_scores() -> None:
    told = {"name": "cartjury", "outputs": {"certificate": PROOF}}

    assert scores_of(told, {"listen", "reply", "cartjury"}) == {}
    assert scores_of(told, {"apply", "certify", "cartjury"}) == {"mece_proven": 1.0}
    assert scores_of({**told, "error": "InputError"}, {"certify"}) == {}


def test_a_judge_is_scored_by_what_it_wrote_and_other_nodes_are_not() -> None:
    assert scores_of({"name": "judge", "outputs": {"verdicts": FOUR}}, set())["origin"] == 0.75
    assert scores_of({"name": "publish", "outputs": {"certificate": PROOF}}, set()) == {}


def test_a_cost_is_tokens_times_prices_for_a_million() -> None:
    usage = {"input_tokens": 2_000_000, "output_tokens": 500_000, "total_tokens": 2_500_000}

    told = priced({"metadata": {"price_in": 0.15, "price_out": 0.6, "usage_metadata": usage}})

    assert told is not None
    found = told["metadata"]["usage_metadata"]
    assert {key: found[key] for key in ("input_cost", "output_cost", "total_cost")} == {
        "input_cost": 0.3,
        "output_cost": 0.3,
        "total_cost": 0.6,
    }


def test_without_a_price_no_cost_is_made_up() -> None:
    usage = {"input_tokens": 1, "output_tokens": 1}

    assert priced({"metadata": {"usage_metadata": usage}}) == {"metadata": {"usage_metadata": usage}}
    assert priced(None) is None
