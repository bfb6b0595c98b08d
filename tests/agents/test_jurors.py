"""What models do in the seats of the personas, with answers written by hand and with a fixture that fills forms in."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from cartjury.agents import jurors
from cartjury.data.jury_records import Ballot, Proposal
from tests.agents.protocol import twelve
from tests.agents.scripted_model import answer
from tests.agents.sittings import MODELS, Wire, block, desk, hearing, proposal

GOOD = {"S01": "Thrifty_Quiet_Embers", "S02": "Budget_Quiet_Gems", "S03": "Thrifty_Eager_Sparks"}


def name(text: str, *claims: str, **more: str) -> dict[str, Any]:
    return {"name": text, "claims": list(claims), "reason": f"{text} fits.", **more}


def turn(text: str, because: str, *claims: str) -> dict[str, Any]:
    return name(text, *claims, because=because)


GOOD_AGAIN = {i: name(n) for i, n in GOOD.items()}


def saying(*answers: Mapping[str, Any] | str) -> Callable[[Mapping[str, Any]], str]:
    """A speaker with prepared answers, one for each request."""
    left = [a if isinstance(a, str) else json.dumps(a) for a in answers]
    return lambda _: left.pop(0)


def propose(
    *answers: Mapping[str, Any] | str, spare: bool = False, **kwargs: Any
) -> tuple[jurors.Spoken[Proposal], Wire]:
    wire = Wire(saying(*answers))
    return asyncio.run(jurors.propose(desk(wire, spare=spare), "risk_manager", hearing(**kwargs))), wire


def named(said: tuple[Proposal, ...]) -> dict[str, str]:
    return {p.segment_id: p.name for p in said}


def test_a_juror_names_every_segment_in_one_call() -> None:
    spoken, wire = propose({i: name(n, "AOV=Low") for i, n in GOOD.items()})

    assert named(spoken.said) == GOOD
    assert [p.claims for p in spoken.said] == [{"AOV": ("Low",)}] * 3
    assert {(p.persona, p.provider, p.model, p.round) for p in spoken.said} == {
        ("risk_manager", "test", MODELS["risk_manager"], 0)
    }
    assert not spoken.abstentions
    assert len(wire.bodies) == len(spoken.calls) == 1


def test_only_what_was_not_accepted_is_asked_for_again_with_the_reason() -> None:
    bad = {"S01": name("Premium_Quiet"), "S02": name(GOOD["S02"]), "S03": {"name": 3}}
    spoken, wire = propose(bad, {"S01": name(GOOD["S01"]), "S03": name(GOOD["S03"])})

    assert named(spoken.said) == GOOD
    assert sorted(wire.asked[1]) == ["S01", "S03"]
    faults = block(wire.bodies[1])["faults"]
    assert faults["S01"].startswith("S01: 'Premium' says order value is high, but the rule holds AOV_Low")
    assert faults["S03"] == "S03: 'name' must be a text, not the number '3'."
    assert GOOD["S02"] in block(wire.bodies[1])["taken"]


@pytest.mark.parametrize("again", ["Budget_Quiet_Carts", "budget_quiet_carts", "BudgetQuiet_Carts"])
def test_a_name_given_twice_counts_for_the_first_segment_only(again: str) -> None:
    first = {"S01": name("Budget_Quiet_Carts"), "S02": name("Budget_Quiet_Carts"), "S03": name(GOOD["S03"])}
    probe, _ = propose(first, GOOD_AGAIN)
    keeps = next(p.segment_id for p in probe.said if p.name == "Budget_Quiet_Carts")
    loses = "S01" if keeps == "S02" else "S02"
    spoken, wire = propose({**first, loses: name(again)}, GOOD_AGAIN)

    assert wire.asked[1] == [loses]
    assert "is taken" in block(wire.bodies[1])["faults"][loses]
    assert named(spoken.said) == {**GOOD, keeps: "Budget_Quiet_Carts"}


def test_a_name_that_another_segment_has_is_refused() -> None:
    spoken, _ = propose(*[{"S01": name("quiet_thrifty")}] * 2, only=("S01",), taken=("Quiet_Thrifty",))

    assert spoken.said == ()
    assert "is taken" in spoken.abstentions[0].reason


def test_claims_that_the_rule_does_not_bear_out_are_sent_back() -> None:
    bad = {i: name(n, "AOV=High") for i, n in GOOD.items()}
    spoken, wire = propose(bad, {i: name(n, "aov = low") for i, n in GOOD.items()})

    assert "The claim that AOV is High is wrong" in block(wire.bodies[1])["faults"]["S01"]
    assert spoken.said[0].claims == {"AOV": ("Low",)}


def test_a_proposal_tells_the_model_that_gave_it() -> None:
    partly = {"S01": name(GOOD["S01"]), "S02": name("no"), "S03": name("no")}
    spoken, _ = propose(partly, "<think>hm", {i: name(GOOD[i]) for i in ("S02", "S03")}, spare=True)

    assert {p.segment_id: p.model for p in spoken.said} == {
        "S01": MODELS["risk_manager"],
        "S02": "spare",
        "S03": "spare",
    }


def test_what_nobody_says_is_an_abstention_with_its_reason() -> None:
    only = {"S01": name(GOOD["S01"])}
    spoken, _ = propose(only, {"S02": name("A"), "S03": name("A")})

    assert named(spoken.said) == {"S01": GOOD["S01"]}
    assert sorted(i for a in spoken.abstentions for i in a.segment_ids) == ["S02", "S03"]
    assert {(a.persona, a.stage, a.model) for a in spoken.abstentions} == {
        ("risk_manager", "proposal", f"test/{MODELS['risk_manager']}")
    }
    assert all("must be two or three words" in a.reason for a in spoken.abstentions)


def test_later_batches_know_the_names_of_earlier_ones() -> None:
    wire = Wire(answer)
    spoken = asyncio.run(jurors.propose(desk(wire, batch=5), "risk_manager", hearing(twelve())))

    assert [len(ids) for ids in wire.asked] == [5, 5, 2]
    assert wire.at_once == 1
    assert len(block(wire.bodies[2])["taken"]) == 10
    assert len(set(named(spoken.said).values())) == 12


def test_reasons_of_models_are_one_clean_line() -> None:
    said = {i: {**name(n), "reason": "so\n\x1b[31m good \u202e"} for i, n in GOOD.items()}
    spoken, _ = propose(said)

    assert {p.reason for p in spoken.said} == {"so good"}


def ballot_of(*answers: Mapping[str, Any], said: list[Proposal], batch: int = 20) -> tuple[jurors.Spoken[Ballot], Wire]:
    wire = Wire(saying(*answers))
    at = hearing(proposals=said)
    return asyncio.run(jurors.rank(desk(wire, batch=batch), "risk_manager", at)), wire


FOUR = [
    proposal("creative_marketer", "Quiet_Thrifty_Embers"),
    proposal("growth_strategist", "Budget_Emerging"),
    proposal("data_scientist", "LowSpend_LowEngaged"),
    proposal("risk_manager", "SmallTicket_Quiet"),
]


def test_a_ballot_shows_the_others_names_only_and_turns_labels_into_names() -> None:
    spoken, wire = ballot_of({"S01": ["C", "A", "B"]}, said=FOUR)
    labels = block(wire.bodies[0])["segments"]["S01"]["ballot"]

    assert set(labels.values()) == {"Quiet_Thrifty_Embers", "Budget_Emerging", "LowSpend_LowEngaged"}
    assert spoken.said[0].ranking == (labels["C"], labels["A"], labels["B"])
    assert (spoken.said[0].provider, spoken.said[0].model) == ("test", MODELS["risk_manager"])


@pytest.mark.parametrize(
    "bad", [["A", "B"], ["A", "B", "B"], ["A", "B", "D"], ["A", "b", "B"], "ABC", [1, 2, 3], ["A", "B", "C", "A"], None]
)
def test_a_ranking_holds_every_label_once(bad: object) -> None:
    spoken, wire = ballot_of({"S01": bad}, {"S01": ["A", "B", "C"]}, said=FOUR)

    assert "must be a list of A, B, C, each once" in block(wire.bodies[1])["faults"]["S01"]
    assert len(spoken.said[0].ranking) == 3


@pytest.mark.parametrize("said", [["c", " A ", "b"], {"ranking": ["C", "A", "B"]}])
def test_labels_may_be_small_letters_with_blanks_around(said: Any) -> None:
    spoken, wire = ballot_of({"S01": said}, said=FOUR)
    labels = block(wire.bodies[0])["segments"]["S01"]["ballot"]

    assert spoken.said[0].ranking == (labels["C"], labels["A"], labels["B"])


def test_a_ranking_may_hold_the_names_themselves() -> None:
    names = ("LowSpend_LowEngaged", "Quiet_Thrifty_Embers", "Budget_Emerging")
    spoken, wire = ballot_of({"S01": list(names)}, said=FOUR)

    assert spoken.said[0].ranking == names
    assert len(wire.bodies) == 1


def test_one_other_name_is_the_ranking_and_nobody_is_asked() -> None:
    spoken, wire = ballot_of(said=[FOUR[0], FOUR[3]])

    assert not wire.bodies
    assert [b.ranking for b in spoken.said] == [("Quiet_Thrifty_Embers",)]
    assert spoken.said[0].provider == "rule"


def test_no_other_name_no_ballot() -> None:
    spoken, wire = ballot_of(said=[FOUR[3], FOUR[3].model_copy(update={"persona": "data_scientist"})])

    assert spoken == ((), (), ())
    assert not wire.bodies


def test_a_name_that_must_not_be_given_is_on_no_ballot() -> None:
    spoken, wire = ballot_of(said=[FOUR[0], proposal("data_scientist", "Premium_Engaged"), FOUR[3]])

    assert not wire.bodies
    assert [b.ranking for b in spoken.said] == [("Quiet_Thrifty_Embers",)]


def test_labels_mean_something_else_to_every_juror() -> None:
    names = ("Cart_Shoppers", "Open_Carts", "Checkout_Visitors")
    said = [proposal("creative_marketer", n, f"S0{s}") for s in (1, 2, 3) for n in names]
    shown = set()
    for persona in ("growth_strategist", "data_scientist", "risk_manager"):
        wire = Wire(answer)
        asyncio.run(jurors.rank(desk(wire), persona, hearing(proposals=said)))
        shown.add(json.dumps({i: row["ballot"] for i, row in sorted(block(wire.bodies[0])["segments"].items())}))

    assert len(shown) == 3


def test_batches_of_ballots_are_asked_side_by_side() -> None:
    said = [proposal("creative_marketer", n, b.id) for b in twelve() for n in ("Cart_Shoppers", "Open_Carts")]
    wire = Wire(answer)
    spoken = asyncio.run(jurors.rank(desk(wire, batch=4), "risk_manager", hearing(twelve(), proposals=said)))

    assert wire.at_once == 3
    assert len(spoken.said) == 12


OWN = "Budget_Quiet_Shoppers"


def argue(*answers: Mapping[str, Any] | str, own: str = OWN, **kwargs: Any) -> tuple[dict[str, Proposal], Wire]:
    said = [proposal("risk_manager", own, model="older"), proposal("data_scientist", "LowSpend_LowEngaged_LowMargin")]
    votes = {"S01": {own: (2, 0.5), "LowSpend_LowEngaged_LowMargin": (2, 0.5)}}
    given: dict[str, Any] = {"proposals": said if own else said[1:], "standing": votes, "round": 1, "only": ("S01",)}
    wire = Wire(saying(*answers))
    spoken = asyncio.run(jurors.argue(desk(wire), "risk_manager", hearing(**{**given, **kwargs})))
    return {p.segment_id: p for p in spoken.said}, wire


def test_a_name_that_is_kept_stays_with_the_model_that_proposed_it() -> None:
    said, wire = argue({"S01": turn("budget_quiet_shoppers", "keep")})

    assert (said["S01"].name, said["S01"].model, said["S01"].round) == (OWN, "older", 1)
    assert said["S01"].reason == "budget_quiet_shoppers fits."
    ballot = block(wire.bodies[0])["segments"]["S01"]["ballot"]
    assert [b.get("yours") for b in ballot if b["name"] == OWN] == [True]
    assert not any("persona" in b or "model" in b for b in ballot)


def test_a_change_with_a_reason_that_is_true_counts() -> None:
    said, _ = argue({"S01": turn("Thrifty_Quiet_LowMargin", "closer_to_rule", "AOV=Low", "Profit=Low")})

    assert (said["S01"].name, said["S01"].model) == ("Thrifty_Quiet_LowMargin", MODELS["risk_manager"])
    assert said["S01"].claims == {"AOV": ("Low",), "Profit": ("Low",)}


def test_a_change_with_a_reason_that_is_not_true_does_not_count_and_the_record_says_so() -> None:
    said, _ = argue({"S01": turn("Thrifty_Quiet_Customers", "shorter")})

    assert said["S01"].name == OWN
    assert said["S01"].reason == f"Kept {OWN}: the stated reason, shorter, does not hold."
    assert said["S01"].model == "older"


def test_the_names_of_other_segments_decide_what_is_more_distinct() -> None:
    change = {"S01": turn("Thrifty_Mellow_Circle", "more_distinct")}
    apart, _ = argue(change, taken=("Premium_Shoppers",))
    shared, _ = argue(change, taken=("Premium_Gems",))

    assert apart["S01"].name == "Thrifty_Mellow_Circle"
    assert shared["S01"].name == OWN


def test_a_name_that_is_taken_by_now_must_be_changed() -> None:
    said, wire = argue(
        {"S01": turn(OWN, "keep")}, {"S01": turn("Thrifty_Mellow_Circle", "shorter")}, taken=("Budget_QuietShoppers",)
    )

    assert "cannot stay" in block(wire.bodies[0])["segments"]["S01"]["open"][0]
    assert "cannot stay" in block(wire.bodies[1])["faults"]["S01"]
    assert said["S01"].name == "Thrifty_Mellow_Circle"


def test_a_new_name_must_pass_the_checks_like_any_other() -> None:
    said, wire = argue({"S01": turn("Premium_Circle", "shorter")}, {"S01": turn(OWN, "keep")})

    assert "'Premium' says" in block(wire.bodies[1])["faults"]["S01"]
    assert said["S01"].name == OWN


def test_a_reason_that_does_not_exist_is_sent_back() -> None:
    _, wire = argue({"S01": turn("Thrifty_Circle", "prettier")}, {"S01": turn(OWN, "keep")})

    assert "'because' must be one of keep, closer_to_rule" in block(wire.bodies[1])["faults"]["S01"]


def test_a_juror_without_a_name_proposes_one_in_the_debate() -> None:
    said, wire = argue({"S01": turn("Thrifty_Mellow_Circle", "keep")}, own="")

    assert said["S01"].name == "Thrifty_Mellow_Circle"
    assert not any("yours" in b for b in block(wire.bodies[0])["segments"]["S01"]["ballot"])


def test_in_a_debate_a_juror_cannot_take_the_name_it_has_for_another_open_segment() -> None:
    said = [proposal("risk_manager", OWN, "S01"), proposal("risk_manager", "Mellow_Budget_Circle", "S02")]
    change = {"S01": turn("Mellow_Budget_Circle", "shorter"), "S02": turn("Mellow_Budget_Circle", "keep")}
    found, wire = argue(change, {"S01": turn(OWN, "keep")}, proposals=said, only=("S01", "S02"))

    assert wire.asked[1] == ["S01"]
    assert named(tuple(found.values())) == {"S01": OWN, "S02": "Mellow_Budget_Circle"}


@pytest.mark.parametrize(
    "wild",
    ["Fallback_creative_marketer", "=HYPERLINK()", "A_B_C_D", "Medium_High_Low", "<b>x</b>", "", "\x1b[31m_\u202e"],
)
def test_what_is_no_name_becomes_none_and_its_refusal_is_clean(wild: str) -> None:
    spoken, _ = propose(*[{"S01": name(wild)}] * 2, only=("S01",))

    assert spoken.said == ()
    assert spoken.abstentions[0].reason.isprintable()
