"""The judges: both orders, choices from the ballot, points within the maxima, and what two judges come to."""

import asyncio
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

from cartjury.agents import presiding
from cartjury.agents.jurors import Spoken
from cartjury.agents.presiding import merge
from cartjury.data.opinion import CRITERIA, Opinion
from tests.agents.protocol import twelve
from tests.agents.scripted_model import answer
from tests.agents.sittings import MODELS, Wire, block, desk, hearing, proposal

JUDGE = f"test/{MODELS['judge']}"
NAMES = ("Budget_Emerging", "LowSpend_LowEngaged", "Quiet_Thrifty_Embers")
FULL = {c: float(most) for c, most in CRITERIA.items()}


def judgement(choice: str, /, **changes: Any) -> dict[str, Any]:
    reasons = {c: f"About {c}." for c in CRITERIA}
    return {"choice": choice, "points": FULL, "reasons": reasons} | changes


def preferring(name: str, **changes: Any) -> Callable[[Mapping[str, Any]], str]:
    """A judge that chooses a name wherever it stands."""

    def speak(body: Mapping[str, Any]) -> str:
        rows = block(body)["segments"].items()
        found = {i: next(k for k, v in row["ballot"].items() if v["name"] == name) for i, row in rows}
        return json.dumps({i: judgement(label, **changes) for i, label in found.items()})

    return speak


def judged(speaker: Callable[[Mapping[str, Any]], str], **kwargs: Any) -> tuple[Spoken[Opinion], Wire]:
    wire = Wire(speaker)
    said = [proposal("creative_marketer", n) for n in NAMES]
    given: dict[str, Any] = {"proposals": said, "standing": {"S01": {NAMES[0]: (2, 0.5), NAMES[1]: (1, 0.4)}}, **kwargs}
    return asyncio.run(presiding.judge(desk(wire), "judge", hearing(**given))), wire


def test_a_judge_is_asked_in_both_orders_at_once() -> None:
    spoken, wire = judged(answer)
    shown = [[v["name"] for v in block(b)["segments"]["S01"]["ballot"].values()] for b in wire.bodies]

    assert wire.at_once == 2
    assert [c.order for c in spoken.calls] == ["forward", "reverse"]
    assert shown[0] == shown[1][::-1]
    assert sorted(shown[0]) == sorted(NAMES)


def test_first_places_are_shown_and_nothing_of_the_authors() -> None:
    _, wire = judged(answer)
    ballot = block(wire.bodies[0])["segments"]["S01"]["ballot"]

    assert {v["name"]: v["first_places"] for v in ballot.values()} == dict(zip(NAMES, (2, 1, 0), strict=True))
    assert all(set(v) == {"name", "first_places"} for v in ballot.values())


def test_the_same_choice_in_both_orders_is_binding() -> None:
    opinion = judged(preferring(NAMES[1]))[0].said[0]

    assert (opinion.choice, opinion.binding, opinion.flipped, opinion.model) == (NAMES[1], True, False, JUDGE)
    assert opinion.rubric == {NAMES[1]: FULL}
    assert set(opinion.reasons) == set(CRITERIA)
    assert opinion.reason in opinion.reasons.values()


def test_a_choice_that_changes_with_the_order_is_a_flip() -> None:
    opinion = judged(partial(answer, undecided=True))[0].said[0]

    assert opinion.flipped
    assert len(opinion.rubric) == 2


def test_points_are_the_mean_of_both_orders() -> None:
    points = iter((10.0, 5.0))

    def speak(body: Mapping[str, Any]) -> str:
        return preferring(NAMES[0], points={**FULL, "memorability": next(points)})(body)

    assert judged(speak)[0].said[0].rubric[NAMES[0]]["memorability"] == 7.5


def test_the_reason_is_the_one_on_the_strongest_criterion() -> None:
    points = dict.fromkeys(CRITERIA, 1.0) | {"rule_precision": 14.0}

    assert judged(preferring(NAMES[0], points=points))[0].said[0].reason == "About rule_precision."


def test_one_order_alone_binds_nobody_and_the_other_abstains() -> None:
    def speak(body: Mapping[str, Any]) -> str:
        shown = [v["name"] for v in block(body)["segments"]["S01"]["ballot"].values()]
        return "I will not say." if shown == first else preferring(NAMES[0])(body)

    first = [v["name"] for v in block(judged(answer)[1].bodies[0])["segments"]["S01"]["ballot"].values()]
    spoken, _ = judged(speak)

    assert [(o.choice, o.binding, o.flipped) for o in spoken.said] == [(NAMES[0], False, False)]
    assert [(a.stage, a.segment_ids) for a in spoken.abstentions] == [("verdict", ("S01",))]
    assert spoken.abstentions[0].reason.startswith("in the forward order: ")


def test_a_judge_that_says_nothing_has_no_opinion() -> None:
    spoken, _ = judged(lambda _: "No.")

    assert spoken.said == ()
    assert len(spoken.abstentions) == 2


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"choice": "D"}, "'choice' must be one of A, B, C, not 'D'"),
        ({"choice": "Golden_Stars"}, "'choice' must be one of A, B, C"),
        ({"choice": None}, "'choice' must be a text"),
        (
            {"points": {**FULL, "memorability": "high"}},
            "memorability must be a number from 0 to 10, not the text 'high'",
        ),
        ({"points": {**FULL, "memorability": "nan"}}, "points for memorability"),
        ({"points": {**FULL, "memorability": "9" * 400}}, "points for memorability"),
        ({"points": {**FULL, "memorability": [8]}}, "points for memorability"),
        ({"points": {**FULL, "memorability": True}}, "points for memorability"),
        ({"points": {}}, "points for mece_compliance"),
        ({"points": [1, 2, 3, 4, 5]}, "'points' must be an object"),
        ({"reasons": {"memorability": "Good."}}, "'mece_compliance' is missing"),
        ({"reasons": dict.fromkeys(CRITERIA, " ")}, "the reason for mece_compliance must be a sentence"),
    ],
)
def test_what_is_no_judgement_is_sent_back(changes: dict[str, Any], fault: str) -> None:
    def speak(body: Mapping[str, Any]) -> str:
        return json.dumps({"S01": judgement("A") if "faults" in block(body) else judgement("A", **changes)})

    spoken, wire = judged(speak)
    repairs = [block(b)["faults"]["S01"] for b in wire.bodies if "faults" in block(b)]

    assert len(repairs) == 2
    assert all(fault in repair for repair in repairs)
    assert len(spoken.said) == 1


@pytest.mark.parametrize(("said", "counts"), [("8", 8), (" 7.5 ", 7.5), (11, 10), (-1, 0), ("26", 10), ("-3", 0)])
def test_points_may_be_texts_and_are_clipped_to_the_maximum(said: Any, counts: float) -> None:
    spoken, wire = judged(preferring(NAMES[0], points={**FULL, "memorability": said}))

    assert len(wire.bodies) == 2
    assert spoken.said[0].rubric[NAMES[0]]["memorability"] == counts


@pytest.mark.parametrize("form", ["{label}", " {label} ", "{name}"])
def test_a_choice_may_be_a_small_letter_or_the_name(form: str) -> None:
    def speak(body: Mapping[str, Any]) -> str:
        ballot = block(body)["segments"]["S01"]["ballot"]
        label = next(k for k, v in ballot.items() if v["name"] == NAMES[2])
        return json.dumps({"S01": judgement(form.format(label=label.lower(), name=NAMES[2]))})

    spoken, wire = judged(speak)

    assert len(wire.bodies) == 2
    assert [(o.choice, o.binding) for o in spoken.said] == [(NAMES[2], True)]


def test_a_segment_with_one_name_needs_no_judge() -> None:
    spoken, wire = judged(answer, proposals=[proposal("creative_marketer", NAMES[0])])

    assert spoken == ((), (), ())
    assert not wire.bodies


def test_large_plans_are_judged_in_batches_side_by_side() -> None:
    said = [proposal("creative_marketer", n, b.id) for b in twelve() for n in ("Cart_Shoppers", "Open_Carts")]
    wire = Wire(answer)
    spoken = asyncio.run(presiding.judge(desk(wire, batch=5), "judge", hearing(twelve(), proposals=said)))

    assert wire.at_once == len(wire.bodies) == 6
    assert len(spoken.said) == 12
    assert not any(o.flipped for o in spoken.said)


def opinion(choice: str, model: str = "a/x", **kwargs: Any) -> Opinion:
    given: dict[str, Any] = {"binding": True, "rubric": {choice: FULL}, **kwargs}
    return Opinion(segment_id=given.pop("segment_id", "S01"), model=model, choice=choice, **given)


def test_two_judges_that_agree_are_binding_together() -> None:
    half = {c: most / 2 for c, most in FULL.items()}
    merged = merge([[opinion("One", binding=False)], [opinion("One", "b/y", rubric={"One": half})]])

    assert [(o.choice, o.binding, o.flipped, o.model) for o in merged] == [("One", True, False, "a/x and b/y")]
    assert merged[0].rubric["One"]["mece_compliance"] == 22.5


def test_two_judges_that_differ_are_a_flip() -> None:
    merged = merge([[opinion("One")], [opinion("Two", "b/y")]])

    assert [(o.choice, o.flipped) for o in merged] == [("One", True)]
    assert set(merged[0].rubric) == {"One", "Two"}


def test_a_flip_of_one_judge_stays_a_flip() -> None:
    assert merge([[opinion("One")], [opinion("One", "b/y", flipped=True)]])[0].flipped


def test_what_one_judge_alone_thinks_stays_as_it_is() -> None:
    alone = opinion("One", binding=False, segment_id="S02")

    assert merge([[opinion("One")], [alone]]) == [opinion("One"), alone]
    assert merge([]) == []
