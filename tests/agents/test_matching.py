"""The reader outside of the jury: shuffled names and shuffled rules, and what it took each name for."""

import asyncio
import json
import statistics
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartjury.agents.asking import Prompt, Reply
from cartjury.agents.desk import Desk
from cartjury.agents.evaluators import match
from cartjury.agents.matching_question import Matching
from cartjury.data.call_records import Panel
from cartjury.data.jury_records import PERSONAS, SegmentBrief
from cartjury.data.lexicon import personas
from tests.agents.outsiders import Data, Outsider, assert_accepted, desk, matched
from tests.agents.protocol import trait, twelve
from tests.agents.scripted_model import answer
from tests.agents.test_prompt import HOSTILE, briefs, data, outside

TELLING = {b.id: f"Who_has {b.rule}" for b in twelve()}  # names that say their rule to the letter
FOUR = twelve()[:4]


def knowing(seen: Data) -> dict[str, str]:
    """A reader that finds the rule that a telling name quotes."""
    labels = {rule["rule"]: label for label, rule in seen["rules"].items()}
    return {key: labels[name.removeprefix("Who_has ")] for key, name in seen["names"].items()}


def many(count: int) -> tuple[SegmentBrief, ...]:
    traits = (trait("AOV", "avg_order_value", ["Low"]),)
    return tuple(SegmentBrief(id=f"S{n:02}", rule=f"rule {n}", traits=traits, size=100) for n in range(1, count + 1))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.integers(2, 40))
def test_who_reads_perfectly_is_always_right_whatever_the_seed(seed: int, count: int) -> None:
    table = many(count)
    found = matched(Outsider(knowing), table, {b.id: f"Who_has {b.rule}" for b in table}, seed)

    assert found.right == {b.id: True for b in table}
    assert found.missing == {}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31))
def test_who_gives_every_name_the_same_rule_is_right_once(seed: int) -> None:
    found = matched(Outsider(lambda seen: dict.fromkeys(seen["names"], "A")), twelve(), TELLING, seed)

    assert sum(found.right.values()) == 1


def test_the_places_of_names_and_rules_tell_nothing() -> None:
    def in_order(seen: Data) -> dict[str, str]:
        return dict(zip(seen["names"], seen["rules"], strict=True))

    shares = [sum(matched(Outsider(in_order), twelve(), TELLING, seed).right.values()) / 12 for seed in range(60)]

    assert statistics.mean(shares) == pytest.approx(1 / 12, abs=0.05)


def test_the_same_seed_shows_the_same_prompt_and_another_one_another() -> None:
    def sent(seed: int) -> str:
        wire = Outsider(knowing)
        matched(wire, twelve(), TELLING, seed)
        return wire.words

    assert sent(1) == sent(1) != sent(2)


def test_all_names_of_a_table_are_in_one_request() -> None:
    wire = Outsider(knowing)
    found = matched(wire, twelve(), TELLING)

    assert [len(seen["names"]) for seen in wire.seen] == [12]
    assert [(c.stage, c.persona, c.outcome) for c in found.calls] == [("matching", "matcher", "answered")]
    assert found.answered_by == ("out/side",)


def test_the_fixture_reads_its_own_words() -> None:
    names = {"S01": "Budget_Quiet_ThinMargin", "S04": "Thrifty_Eager_Stars", "S12": "Golden_Keen_Valuable"}
    found = matched(Outsider(lambda _: None, answer(sent_for(names))), twelve(), names)

    assert {i for i, right in found.right.items() if right} == set(names)


def sent_for(names: Mapping[str, str]) -> dict[str, Any]:
    wire = Outsider(lambda seen: dict.fromkeys(seen["names"], "A"))
    matched(wire, twelve(), names)
    return wire.bodies[0]


def test_nothing_says_whose_a_name_is_or_which_segment_it_belongs_to() -> None:
    wire = Outsider(knowing)
    matched(wire, twelve(), TELLING)
    titles = {personas()[p].title.lower() for p in PERSONAS}

    assert not [word for word in (*PERSONAS, *titles, "jury", "persona", "arm", "S01", "S12") if word in wire.words]


def test_sizes_and_means_are_not_shown() -> None:
    wire = Outsider(knowing)
    matched(wire, briefs(), TELLING)

    assert all(set(rule) == {"rule", "in_words", "levels"} for rule in wire.seen[0]["rules"].values())


def test_a_label_in_lower_case_or_alone_in_an_object_is_read() -> None:
    def loose(seen: Data) -> dict[str, Any]:
        first, *rest = knowing(seen).items()
        return {first[0]: {"rule": first[1]}, **{key: f" {label.lower()} " for key, label in rest}}

    assert all(matched(Outsider(loose), FOUR, TELLING).right.values())


@pytest.mark.parametrize("bad", ["Sure! The names are lovely.", "", "[]", '{"N1": "A"', '{"N1": "A", "N1": "B"}'])
def test_an_answer_that_cannot_be_read_is_asked_for_once_more_with_the_fault(bad: str) -> None:
    wire = Outsider(knowing, bad)
    found = matched(wire, FOUR, TELLING)

    assert [c.repair for c in found.calls] == [False, True]
    assert set(wire.seen[1]["faults"]) == set(wire.seen[0]["names"])
    assert all(found.right.values())


@pytest.mark.parametrize("wrong", ["E", "S01", "AOV_Low", 1, None, ["A"], {"rule": "A", "or": "B"}])
def test_what_is_no_label_is_asked_for_again_and_the_rest_is_kept(wrong: object) -> None:
    wire = Outsider(lambda seen: {**knowing(seen), "N2": wrong} if len(seen["names"]) > 1 else knowing(seen))
    found = matched(wire, FOUR, TELLING)

    assert list(wire.seen[1]["names"]) == ["N2"]
    assert wire.seen[1]["rules"] == wire.seen[0]["rules"]
    assert all(found.right.values())


def test_a_name_that_is_never_answered_is_no_match_and_the_reason_is_told() -> None:
    wire = Outsider(lambda seen: {k: v for k, v in knowing(seen).items() if k != "N3"})
    found = matched(wire, FOUR, TELLING)
    (left,) = found.missing

    assert found.choices[left] is None
    assert found.right == {b.id: b.id != left for b in FOUR}
    assert "it is missing in the answer" in found.missing[left]
    assert found.measured


@pytest.mark.parametrize("outcome", ["refused", "empty", "truncated", "unauthorized", "timeout"])
def test_a_reader_that_says_nothing_leaves_nothing_measured(outcome: Any) -> None:
    found = matched(Outsider(knowing, Reply(outcome), Reply(outcome)), FOUR, TELLING)

    assert set(found.choices.values()) == {None}
    assert set(found.missing) == {b.id for b in FOUR}
    assert not found.measured
    assert found.answered_by == ()


def test_without_a_reader_nobody_is_asked_and_the_reason_is_told() -> None:
    empty = Desk(Panel(preset="x", effort="offline", empty={"matcher": "no key for groq"}), Outsider(knowing))
    found = asyncio.run(match(empty, FOUR, TELLING, seed=1))

    assert (found.calls, set(found.missing.values())) == ((), {"no key for groq"})


def test_a_segment_without_a_name_is_not_shown_and_not_matched() -> None:
    wire = Outsider(knowing)
    found = matched(wire, FOUR, {i: n for i, n in TELLING.items() if i != "S02"})

    assert len(wire.seen[0]["names"]) == 3
    assert len(wire.seen[0]["rules"]) == 4
    assert found.choices["S02"] is None
    assert found.missing == {"S02": "there was no name to be read"}


def test_of_two_segments_with_one_name_at_most_one_is_right() -> None:
    found = matched(Outsider(knowing), FOUR, {**TELLING, "S02": TELLING["S01"]})

    assert found.right == {"S01": True, "S02": False, "S03": True, "S04": True}


def test_what_was_read_can_be_heard_again(tmp_path: Any) -> None:
    seated = desk(Outsider(knowing), "matcher").panel
    log = tmp_path / "log.jsonl"
    live = asyncio.run(match(Desk(seated, Outsider(knowing), log), FOUR, TELLING, seed=1))
    (line,) = map(json.loads, log.read_text().splitlines())

    assert sorted(line["parsed"].values()) == ["S01", "S02", "S03", "S04"]
    assert live.choices == {i: i for i in ("S01", "S02", "S03", "S04")}


def made(names: Mapping[str, str], table: tuple[SegmentBrief, ...] = FOUR, fault: str = "") -> Prompt:
    asked = Matching(table, names, 42)
    return asked.prompt(tuple(asked.names), {"N1": fault} if fault else {}, "5eed1234" if fault else "")


def test_the_text_of_the_prompt_is_as_it_was_accepted() -> None:
    prompt = made(
        {"S01": "Quiet_Thrifty_Embers", "S02": "Golden_Stars", "S03": "Budget_Eager"}, briefs()[:3], "N1: no."
    )
    assert_accepted("match", prompt)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_users_and_models_wrote_stays_within_the_data(hostile: str) -> None:
    def table(text: str) -> tuple[SegmentBrief, ...]:
        traits = (trait(text, text, ["Low"]),)
        return tuple(SegmentBrief(id=f"S0{n}", rule=text, in_words=text, traits=traits) for n in (1, 2))

    calm, shouted = (made({"S01": t, "S02": "Two_Words"}, table(t), f"N1: {t}") for t in ("calm", hostile))

    assert outside(shouted) == outside(calm)
    assert shouted.schema == calm.schema
    assert data(shouted)["rules"]["A"]["rule"] == hostile
