"""What an evaluation asks models: the product's jury graph, and the readers outside of it."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cartjury.agents.arms import heard, shared_families
from cartjury.data.errors import InputError
from cartjury.data.seats import MATCHER
from cartjury.graph.evaluating import Evaluating
from tests.agents.scripted_model import answer
from tests.fault_server import FaultServer, Seen
from tests.faults import FAULTS
from tests.graph.evaluations import ARMS, CASE, NAMES, NOBODY, OTHERS, TABLE, WHOLE, at


def shown(seen: Seen) -> str:
    return "\n".join(m["content"] for m in seen.body["messages"])


@pytest.mark.parametrize(
    ("arm", "stages"),
    [
        ("one_call", {"proposal": 1}),
        ("best_x4", {"proposal": 4, "ballot": 4, "verdict": 2}),
        ("one_model", {"proposal": 4, "ballot": 4, "verdict": 2}),
        ("mixed", {"proposal": 4, "ballot": 4, "verdict": 2}),
    ],
)
def test_an_arm_asks_as_often_as_it_says_and_its_models_name_every_segment(
    arm: str, stages: dict[str, int], evaluated: FaultServer
) -> None:
    found = at(evaluated).name_table(ARMS[arm], WHOLE)

    assert Counter(c.stage for c in found.calls) == stages
    assert len(evaluated.seen) == sum(stages.values())
    assert found.origins == {b.id: "model" for b in WHOLE.briefs}
    assert (found.jury.preset, found.jury.effort) == (ARMS[arm].preset, ARMS[arm].effort)
    assert found.seconds > 0


def test_four_samples_hear_no_persona_and_have_four_temperatures_and_the_same_judge(evaluated: FaultServer) -> None:
    at(evaluated).name_table(ARMS["best_x4"], WHOLE)
    samples, judged = evaluated.seen[:4], [s for s in evaluated.seen if "You are the judge" in shown(s)]

    assert sorted(s.body["temperature"] for s in samples) == [0.2, 0.4, 0.6, 0.8]
    assert {s.model for s in evaluated.seen} == {"openai/gpt-oss-120b"}
    assert len(judged) == 2
    assert not [s for s in evaluated.seen if "You are the" in shown(s) and s not in judged]


def test_the_offline_arm_asks_nobody_and_says_so(evaluated: FaultServer) -> None:
    found = at(evaluated).name_table(ARMS["offline"], CASE)

    assert (found.calls, found.elsewhere, found.answered_by, evaluated.seen) == ((), (), (), [])
    assert set(found.origins.values()) == {"offline"}


def test_names_that_the_offline_jury_filled_in_are_told_from_those_of_the_models() -> None:
    with FaultServer(answer=answer, fault=lambda _: FAULTS["401"]) as server:
        found = at(server).name_table(ARMS["best_x4"], CASE)

    assert found.answered_by == ()
    assert set(found.origins.values()) == {"offline"}
    assert {a.stage for a in found.jury.abstentions} == {"proposal", "ballot", "verdict"}


def test_a_server_on_this_machine_is_never_passed_off_as_a_provider(evaluated: FaultServer) -> None:
    found = at(evaluated).name_table(ARMS["one_call"], CASE)
    read_back = at(evaluated).match_table(CASE, NAMES)

    assert found.elsewhere == read_back.elsewhere == (f"groq at {evaluated.url}",)


def test_the_reader_says_which_rules_names_were_made_for(evaluated: FaultServer) -> None:
    found = at(evaluated).match_table(CASE, NAMES)

    assert found.choices == {"S01": "S01", "S02": "S02", "S03": "S03", "S04": None}
    assert found.answered_by == ("groq/openai/gpt-oss-120b",)
    assert [(c.persona, c.stage, c.tokens_in is not None) for c in found.calls] == [("matcher", "matching", True)]


def test_the_arbiter_is_asked_in_both_orders(evaluated: FaultServer) -> None:
    found = at(evaluated).prefer_table(CASE, NAMES, OTHERS)

    assert [c.order for c in found.calls] == ["forward", "reverse"]
    assert {p.flipped for i, p in found.preferences.items() if i != "S04"} == {False}
    assert found.preferences["S04"].better is None


def test_a_reader_that_has_a_family_in_the_jury_is_found_out(evaluated: FaultServer) -> None:
    named, read_back = at(evaluated).name_table(ARMS["one_call"], CASE), at(evaluated).match_table(CASE, NAMES)

    assert shared_families(named.panel, heard(read_back.panel, read_back.calls)) == ("gpt-oss",)


def test_many_tables_can_be_asked_about_at_the_same_time(evaluated: FaultServer, tmp_path: Path) -> None:
    asking = at(evaluated)
    with ThreadPoolExecutor(4) as pool:
        named = list(pool.map(lambda n: asking.name_table(ARMS["one_call"], CASE, folder=tmp_path / str(n)), range(8)))
        found = list(pool.map(lambda n: asking.match_table(CASE, n.names), named))

    assert len({json.dumps(n.names) for n in named}) == 1
    assert len({json.dumps(dict(m.choices)) for m in found}) == 1
    assert len(evaluated.seen) == 16


def test_a_cap_holds_for_readers_too_and_is_told(evaluated: FaultServer) -> None:
    found = at(evaluated, max_calls=1).prefer_table(CASE, NAMES, OTHERS)

    assert len(evaluated.seen) == 1
    assert {p.better for p in found.preferences.values()} == {None}
    assert any("the cap of 1 call is reached" in p.missing for p in found.preferences.values())


def test_without_a_key_it_is_told_why_nobody_reads() -> None:
    assert "set CEREBRAS_API_KEY or GROQ_API_KEY" in NOBODY.why_no_reader(MATCHER)
    assert "set GROQ_API_KEY or CEREBRAS_API_KEY" in NOBODY.why_not(ARMS["best_x4"])
    assert Evaluating(TABLE, {}, readers="local").why_no_reader(MATCHER) == "no address: set LOCAL_LLM_URL"
    assert not NOBODY.match_table(CASE, NAMES).measured


def test_an_unknown_preset_of_readers_is_refused() -> None:
    with pytest.raises(InputError, match="unknown preset 'evaluatoin', did you mean 'evaluation'"):
        Evaluating(TABLE, {}, readers="evaluatoin").match_table(CASE, NAMES)
