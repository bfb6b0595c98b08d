"""The blind judge outside of the jury: two names of a segment in both orders, and what that comes to."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartjury.agents.asking import Prompt, Reply
from cartjury.agents.desk import Desk
from cartjury.agents.evaluators import prefer
from cartjury.agents.preference_question import Preferring
from cartjury.data.call_records import Panel
from cartjury.data.jury_records import PERSONAS, SegmentBrief
from cartjury.data.lexicon import personas
from cartjury.data.outside_records import Preference
from tests.agents.outsiders import Data, Outsider, assert_accepted, preferred
from tests.agents.protocol import trait, twelve
from tests.agents.test_prompt import HOSTILE, briefs, data, outside

GOOD = {b.id: f"Good_Name_{chr(64 + n)}" for n, b in enumerate(twelve(), 1)}
POOR = {b.id: f"Poor_Name_{chr(64 + n)}" for n, b in enumerate(twelve(), 1)}
FOUR = twelve()[:4]
SEEDS = st.integers(0, 2**31)


def judging(choice: Callable[[Mapping[str, str]], str]) -> Callable[[Data], dict[str, Any]]:
    """A judge that chooses a label by the names of a segment."""
    return lambda seen: {i: {"reason": "So.", "better": choice(row["names"])} for i, row in seen["segments"].items()}


def good(names: Mapping[str, str]) -> str:
    return next(label for label, name in names.items() if name.startswith("Good"))


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.sampled_from("AB"))
def test_a_judge_that_goes_by_the_place_prefers_nothing(seed: int, label: str) -> None:
    found = preferred(Outsider(judging(lambda _: label)), twelve(), GOOD, POOR, seed)

    assert set(found.preferences) == set(GOOD)
    assert all((p.better, p.flipped) == ("tie", True) for p in found.preferences.values())


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_a_judge_that_goes_by_the_name_is_followed_whatever_the_seed(seed: int) -> None:
    found = preferred(Outsider(judging(good)), twelve(), GOOD, POOR, seed)
    turned = preferred(Outsider(judging(good)), twelve(), POOR, GOOD, seed)

    assert {(p.better, p.flipped) for p in found.preferences.values()} == {("first", False)}
    assert {(p.better, p.flipped) for p in turned.preferences.values()} == {("second", False)}


def test_the_second_request_shows_the_same_with_a_and_b_exchanged() -> None:
    wire = Outsider(judging(good))
    found = preferred(wire, FOUR, GOOD, POOR)
    forward, reverse = (seen["segments"] for seen in wire.seen)

    assert [(c.stage, c.persona, c.order) for c in found.calls] == [
        ("preference", "arbiter", "forward"),
        ("preference", "arbiter", "reverse"),
    ]
    assert list(forward) == list(reverse)
    for i, row in forward.items():
        assert reverse[i] == {**row, "names": {"A": row["names"]["B"], "B": row["names"]["A"]}}


def test_either_arm_is_a_in_about_half_of_the_segments() -> None:
    first_is_a = [
        row["names"]["A"] in GOOD.values() for seed in range(20) for row in sent(seed).seen[0]["segments"].values()
    ]

    assert 0.4 < sum(first_is_a) / len(first_is_a) < 0.6


def sent(seed: int) -> Outsider:
    wire = Outsider(judging(good))
    preferred(wire, twelve(), GOOD, POOR, seed)
    return wire


def test_the_same_seed_sends_the_same_requests_and_another_one_others() -> None:
    assert sent(1).words == sent(1).words != sent(2).words


def test_one_name_in_both_arms_is_a_tie_without_asking() -> None:
    wire = Outsider(judging(good))
    found = preferred(wire, FOUR, {**GOOD, "S02": "Golden_Stars"}, {**POOR, "S02": "goldenSTARS"})

    assert found.preferences["S02"] == Preference(better="tie", same=True)
    assert all("S02" not in seen["segments"] for seen in wire.seen)


def test_arms_with_the_same_names_cost_nothing() -> None:
    found = preferred(Outsider(judging(good)), FOUR, GOOD, GOOD)

    assert found.calls == ()
    assert all(p.same for p in found.preferences.values())


def test_a_segment_that_one_arm_has_no_name_for_is_not_compared() -> None:
    wire = Outsider(judging(good))
    found = preferred(wire, FOUR, {i: n for i, n in GOOD.items() if i != "S03"}, POOR)

    assert found.preferences["S03"] == Preference(better=None, missing="one of the arms has no name for it")
    assert all(len(seen["segments"]) == 3 for seen in wire.seen)


def test_nothing_says_whose_a_name_is() -> None:
    titles = {personas()[p].title.lower() for p in PERSONAS}
    words = sent(42).words

    assert not [word for word in (*PERSONAS, *titles, "jury", "persona", "arm", "first_places") if word in words]


def test_only_the_rule_and_its_two_names_are_shown_of_a_segment() -> None:
    wire = Outsider(judging(good))
    preferred(wire, briefs(), GOOD, POOR)

    rows = wire.seen[0]["segments"].values()
    assert all(set(row) == {"rule", "in_words", "levels", "names"} for row in rows)


def test_the_label_may_be_small_or_the_name_itself() -> None:
    small = preferred(Outsider(judging(lambda names: f" {good(names).lower()} ")), FOUR, GOOD, POOR)
    named = preferred(Outsider(judging(lambda names: names[good(names)])), FOUR, GOOD, POOR)

    assert {p.better for p in (*small.preferences.values(), *named.preferences.values())} == {"first"}


@pytest.mark.parametrize(
    "bad",
    [
        {"reason": "So.", "better": "C"},
        {"reason": "So.", "better": "tie"},
        {"reason": "So."},
        {"better": "A"},
        {"reason": 3, "better": "A"},
        "A",
        None,
    ],
)
def test_what_has_another_form_is_asked_for_again_and_the_rest_is_kept(bad: object) -> None:
    def once(seen: Data) -> dict[str, Any]:
        said: dict[str, Any] = judging(good)(seen)
        return {**said, "S02": bad} if "faults" not in seen else said

    wire = Outsider(once)
    found = preferred(wire, FOUR, GOOD, POOR)

    assert [list(seen["segments"]) for seen in wire.seen if "faults" in seen] == [["S02"], ["S02"]]
    assert {p.better for p in found.preferences.values()} == {"first"}


def test_with_one_order_missing_nothing_is_preferred_and_the_reason_is_told() -> None:
    def speaks(seen: Data) -> dict[str, Any]:
        said: dict[str, Any] = judging(good)(seen)
        return said if seen["segments"]["S01"]["names"]["A"].startswith("Good") else {**said, "S01": {}}

    found = preferred(Outsider(speaks), FOUR, GOOD, POOR).preferences

    assert found["S01"].better is None
    assert "order: out/side: its answer was refused" in found["S01"].missing
    assert found["S01"].reasons == ("So.",)
    assert {found[i].better for i in ("S02", "S03", "S04")} == {"first"}


@pytest.mark.parametrize("outcome", ["refused", "empty", "truncated", "unauthorized", "timeout"])
def test_a_judge_that_says_nothing_prefers_nothing(outcome: Any) -> None:
    silent = [Reply(outcome)] * 4
    found = preferred(Outsider(judging(good), *silent), FOUR, GOOD, POOR)

    assert {p.better for p in found.preferences.values()} == {None}
    assert all("forward order" in p.missing and "reverse order" in p.missing for p in found.preferences.values())


def test_without_a_judge_nobody_is_asked_and_the_reason_is_told() -> None:
    at = Desk(Panel(preset="x", effort="offline", empty={"arbiter": "no key for groq"}), Outsider(judging(good)))
    found = asyncio.run(prefer(at, FOUR, GOOD, POOR, seed=1))

    assert found.calls == ()
    assert {p.missing for p in found.preferences.values()} == {
        "in the forward order: no key for groq; in the reverse order: no key for groq"
    }


def test_a_large_table_is_asked_about_in_parts_that_come_back_whole() -> None:
    wire = Outsider(judging(good))
    found = preferred(wire, twelve(), GOOD, POOR, batch=5)

    assert sorted(len(seen["segments"]) for seen in wire.seen) == [2, 2, 5, 5, 5, 5]
    assert {p.better for p in found.preferences.values()} == {"first"}


def made(
    table: tuple[SegmentBrief, ...], first: Mapping[str, str], second: Mapping[str, str], fault: str = ""
) -> Prompt:
    asked = Preferring(table, first, second, 42)
    return asked.prompt("forward", asked.ids, {asked.ids[0]: fault} if fault else {}, "5eed1234" if fault else "")


def test_the_text_of_the_prompt_is_as_it_was_accepted() -> None:
    prompt = made(briefs()[:3], GOOD, POOR)
    assert_accepted("prefer", prompt)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_users_and_models_wrote_stays_within_the_data(hostile: str) -> None:
    def told(text: str) -> Prompt:
        traits = (trait(text, text, ["Low"]),)
        table = tuple(SegmentBrief(id=f"S0{n}", rule=text, in_words=text, traits=traits) for n in (1, 2))
        return made(table, {"S01": text, "S02": "Two_Words"}, {"S01": "One_Name", "S02": text}, f"S01: {text}")

    def form(prompt: Prompt) -> tuple[object, set[str]]:
        return prompt.schema["$defs"], set(prompt.schema["properties"])

    assert outside(told(hostile)) == outside(told("calm"))
    assert form(told(hostile)) == form(told("calm"))
    assert data(told(hostile))["segments"]["S01"]["rule"] == hostile
