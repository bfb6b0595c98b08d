"""The offline jurors and the rubric judge, one behaviour each."""

import subprocess
import sys

import pytest

from cartjury.agents import offline
from cartjury.agents.rubric import reader
from cartjury.data.jury_records import PERSONAS, Proposal, SegmentBrief
from cartjury.data.opinion import CRITERIA
from tests.agents.protocol import check, hold, trait, twelve

LAST = twelve()[-1]


def proposal(persona: str, name: str, segment: str = "S12", n: int = 0) -> Proposal:
    return Proposal.model_validate(
        {"persona": persona, "model": "m", "provider": "p", "segment_id": segment, "name": name, "round": n}
    )


def points(name: str, brief: SegmentBrief = LAST) -> dict[str, float]:
    return reader(twelve()).points(name, brief)


def test_proposals_are_labelled_offline_with_true_claims_and_one_sentence() -> None:
    for persona in PERSONAS:
        for found in offline.propose(persona, twelve(), check, seed=1):
            assert found.model == found.provider == "offline"
            assert set(found.claims) == {"AOV", "Engagement", "Profit"}
            assert found.reason.startswith(found.name)
            assert found.reason.endswith(".")


def test_taken_and_rejected_names_are_not_proposed() -> None:
    first = offline.propose("risk_manager", twelve(), check, seed=1, only=["S12"])[0].name
    second = offline.propose("risk_manager", twelve(), check, seed=1, only=["S12"], taken=[first.lower()])[0].name
    third = offline.propose(
        "risk_manager", twelve(), check, seed=1, only=["S12"], taken=[first], rejected={"S12": [second]}
    )[0].name

    assert len({first, second, third}) == 3


def test_a_segment_for_which_nothing_passes_is_left_out() -> None:
    def never(name: str, brief: SegmentBrief, taken: object) -> tuple[str, ...]:
        return ("no",) if brief.id == "S03" else ()

    found = offline.propose("creative_marketer", twelve(), never, seed=1)

    assert "S03" not in {p.segment_id for p in found}
    assert len(found) == 11


def test_a_ballot_holds_the_others_names_and_not_the_own() -> None:
    said = [
        proposal(p, n)
        for p, n in zip(
            PERSONAS,
            ("Golden_Eager_Champions", "Premium_Stars", "HighSpend_Engaged", "Golden_Eager_Champions"),
            strict=True,
        )
    ]
    ballots = {p: offline.rank(p, twelve(), said, seed=1)[0].ranking for p in PERSONAS}

    assert set(ballots["creative_marketer"]) == {"Premium_Stars", "HighSpend_Engaged"}
    assert set(ballots["growth_strategist"]) == {"Golden_Eager_Champions", "HighSpend_Engaged"}


def test_no_other_name_no_ballot() -> None:
    assert offline.rank("risk_manager", twelve(), [proposal(p, "Premium_Stars") for p in PERSONAS], seed=1) == []


def test_jurors_differ_in_what_they_put_first() -> None:
    said = [
        proposal("growth_strategist", "HighSpend_Engaged_Profitable"),
        proposal("growth_strategist", "Golden_Eager_Champions"),
    ]
    firsts = {p: offline.rank(p, twelve(), said, seed=1)[0].ranking[0] for p in PERSONAS if p != "growth_strategist"}

    assert firsts["creative_marketer"] == "Golden_Eager_Champions"
    assert firsts["data_scientist"] == "HighSpend_Engaged_Profitable"


def test_the_judge_chooses_from_the_ballot_and_gives_points_within_the_maxima() -> None:
    said = [p for persona in PERSONAS for p in offline.propose(persona, twelve(), check, seed=1)]
    for opinion in offline.judge(twelve(), said, seed=1):
        assert opinion.choice in {p.name for p in said if p.segment_id == opinion.segment_id}
        for scored in opinion.rubric.values():
            assert all(0 <= scored[c] <= most for c, most in CRITERIA.items())


def test_equal_points_are_a_flip() -> None:
    twins = [proposal("risk_manager", "Zebra_Yak_Xerus"), proposal("data_scientist", "Tiger_Ostr_Whelk")]
    opinion = offline.judge(twelve(), twins, seed=1)[0]

    assert opinion.flipped


def test_a_name_true_of_all_segments_has_no_mece_points_and_one_true_of_one_has_all() -> None:
    assert points("Cart_Shoppers")["mece_compliance"] == 0
    assert points("Premium_Engaged_Profitable")["mece_compliance"] == 30
    # Premium is true of 3 of the other 11 segments
    assert points("Premium_Cart_Shoppers")["mece_compliance"] == pytest.approx(30 * 8 / 11, abs=0.05)


def test_structure_rewards_the_features_in_their_order() -> None:
    ordered = points("Premium_Engaged_Profitable")["business_structure"]

    assert ordered == 20
    assert points("Profitable_Engaged_Premium")["business_structure"] < ordered
    assert points("Premium_Engaged")["business_structure"] < ordered


def test_precision_counts_how_exactly_each_feature_is_said() -> None:
    # two of three features exactly, the third not at all
    assert points("Premium_Engaged_Shoppers")["rule_precision"] == pytest.approx(10, abs=0.05)
    # UpperSpend (medium or high) is half exact
    assert points("UpperSpend_Engaged_Profitable")["rule_precision"] == pytest.approx(12.5, abs=0.05)


def test_images_are_remembered_and_plain_words_understood() -> None:
    image, plain = points("Golden_Eager_Champions"), points("HighSpend_Engaged_Profitable")

    assert image["memorability"] > plain["memorability"]
    assert (
        points("Premium_Engaged_Profitable")["marketing_clarity"] > points("Golden_Buzzing_Stars")["marketing_clarity"]
    )


def test_in_a_debate_a_juror_keeps_its_name_without_a_new_reason() -> None:
    before = [
        proposal("growth_strategist", "Premium_Active_Valuable"),
        proposal("risk_manager", "HighSpend_Keen_Profitable"),
    ]
    found = offline.propose("growth_strategist", twelve(), check, seed=1, round=1, only=["S12"], before=before)[0]

    assert found.name == "Premium_Active_Valuable"
    assert found.round == 1


def test_in_a_debate_a_juror_gives_way_to_a_clearly_better_name() -> None:
    before = [proposal("risk_manager", "Cart_Shoppers"), proposal("growth_strategist", "Premium_Active_Valuable")]
    found = offline.propose("risk_manager", twelve(), check, seed=1, round=1, only=["S12"], before=before)[0]

    assert found.name == "Premium_Active_Valuable"
    assert found.reason.startswith("I give up Cart_Shoppers: Premium_Active_Valuable has ")
    assert "MECE compliance (30 to 0)" in found.reason


def test_in_a_debate_a_juror_whose_name_was_taken_finds_another_and_says_why() -> None:
    before = [proposal("growth_strategist", "Premium_Active_Valuable")]
    taken = ["premium_active_valuable"]
    found = offline.propose(
        "growth_strategist", twelve(), check, seed=1, round=1, only=["S12"], before=before, taken=taken
    )[0]

    assert found.name.lower() not in taken
    assert "is taken" in found.reason


def test_with_more_than_three_features_the_telling_ones_are_said() -> None:
    def brief(i: int, profit: str, days: str) -> SegmentBrief:
        traits = (
            trait("AOV", "avg_order_value", ["High"]),
            trait("Engagement", "engagement_score", ["High"]),
            trait("Profit", "profitability_score", [profit]),
            trait("days_since_abandonment", "days_since_abandonment", [days]),
        )
        return SegmentBrief(id=f"S0{i}", rule=f"rule {i}", traits=traits)

    plan = [
        brief(i, p, d)
        for i, (p, d) in enumerate([("Low", "Low"), ("Low", "High"), ("High", "Low"), ("High", "High")], 1)
    ]
    for persona in PERSONAS:
        for found in offline.propose(persona, plan, check, seed=1):
            assert {"Profit", "days_since_abandonment"} <= set(found.claims), found.name


def test_else_and_all_get_names_that_promise_nothing() -> None:
    other = SegmentBrief(id="S01", rule="ELSE", traits=(), is_else=True)
    everybody = SegmentBrief(id="S01", rule="ALL", traits=())

    assert offline.propose("data_scientist", [other], check, seed=1)[0].name == "Incomplete_Profile_Abandoners"
    assert offline.propose("data_scientist", [everybody], check, seed=1)[0].name == "Recent_Cart_Abandoners"


def test_names_do_not_depend_on_pythons_hash_seed() -> None:
    code = "from tests.agents.protocol import *; print(sorted(v.name for v in hold(twelve()).verdicts.values()))"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": s}, capture_output=True, text=True, check=True
        ).stdout
        for s in ("1", "2")
    }

    assert len(runs) == 1
    assert hold(twelve()).verdicts["S12"].name in runs.pop()
