"""What an evaluation asks models: the product's jury graph and the readers outside of it, kept and heard again."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cartjury.agents.arms import heard, shared_families
from cartjury.data.arms import arms, evaluation_table
from cartjury.data.call_records import MATCHER
from cartjury.data.errors import InputError
from cartjury.data.eval_records import NamingCase
from cartjury.data.journal import JOURNAL, read
from cartjury.data.model_table import load_table
from cartjury.data.options import Options
from cartjury.graph.evaluating import Evaluating
from cartjury.graph.kept import KEPT
from tests.agents.protocol import twelve
from tests.agents.scripted_model import SALT, answer, mix
from tests.fault_server import FaultServer, Seen
from tests.faults import FAULTS

KEY = "gsk_c4nary0fTheEvaluation"
TABLE = evaluation_table(load_table(None))
ARMS = {arm.name: arm for arm in arms()}
CASE = NamingCase(id="four", vertical="fashion", shape="4", briefs=twelve()[:4])
WHOLE = NamingCase(id="twelve", vertical="fashion", shape="12", briefs=twelve())
NAMES = {"S01": "Budget_Quiet_ThinMargin", "S02": "Thrifty_Mellow_Stars", "S03": "LowSpend_Eager_LowMargin"}
OTHERS = {"S01": "Maple_Cedar_Crowd", "S02": "Birch_Willow_Carts", "S03": "Amber_Lagoon_Circle"}


# Model ids under which the fixture gives four different names.
ALIASES = sorted({int(mix(SALT, f"m{n}"), 16) % 4: f"m{n}" for n in range(40)}.values())
SIGNS = ("Creative marketer", "Growth strategist", "Data scientist", "Risk manager")


def as_another(body: Mapping[str, Any]) -> str:
    """The fixture, with other names for each persona, or else for each temperature, as samples of one model are."""
    said = str(body["messages"][-1]["content"])
    signs = [n for n, title in enumerate(SIGNS) if f"You are the {title.lower()}" in said]
    place = signs[0] if signs else round(body["temperature"] * 5) - 1
    return answer({**body, "model": ALIASES[place % 4]})


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer(answer=as_another) as server:
        yield server


def at(server: FaultServer, seed: int = 42, **options: Any) -> Evaluating:
    environ = {"GROQ_API_KEY": KEY, "GROQ_API_BASE": server.url}
    return Evaluating(TABLE, environ, Options(rate_limits="off", **options), seed, pause=0.01)


NOBODY = Evaluating(TABLE, {})  # neither a key nor a network


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
    arm: str, stages: dict[str, int], server: FaultServer
) -> None:
    found = at(server).name_table(ARMS[arm], WHOLE)

    assert Counter(c.stage for c in found.calls) == stages
    assert len(server.seen) == sum(stages.values())
    assert found.origins == {b.id: "model" for b in WHOLE.briefs}
    assert (found.jury.preset, found.jury.effort) == (ARMS[arm].preset, ARMS[arm].effort)
    assert found.seconds > 0


def test_four_samples_hear_no_persona_and_have_four_temperatures_and_the_same_judge(server: FaultServer) -> None:
    at(server).name_table(ARMS["best_x4"], WHOLE)
    samples, judged = server.seen[:4], [s for s in server.seen if "You are the judge" in shown(s)]

    assert sorted(s.body["temperature"] for s in samples) == [0.2, 0.4, 0.6, 0.8]
    assert {s.model for s in server.seen} == {"openai/gpt-oss-120b"}
    assert len(judged) == 2
    assert not [s for s in server.seen if "You are the" in shown(s) and s not in judged]


def test_the_offline_arm_asks_nobody_and_says_so(server: FaultServer) -> None:
    found = at(server).name_table(ARMS["offline"], CASE)

    assert (found.calls, found.elsewhere, found.answered_by, server.seen) == ((), (), (), [])
    assert set(found.origins.values()) == {"offline"}


def test_names_that_the_offline_jury_filled_in_are_told_from_those_of_the_models() -> None:
    with FaultServer(answer=answer, fault=lambda _: FAULTS["401"]) as server:
        found = at(server).name_table(ARMS["best_x4"], CASE)

    assert found.answered_by == ()
    assert set(found.origins.values()) == {"offline"}
    assert {a.stage for a in found.jury.abstentions} == {"proposal", "ballot", "verdict"}


def test_a_server_on_this_machine_is_never_passed_off_as_a_provider(server: FaultServer) -> None:
    found = at(server).name_table(ARMS["one_call"], CASE)
    read_back = at(server).match_table(CASE, NAMES)

    assert found.elsewhere == read_back.elsewhere == (f"groq at {server.url}",)


def test_the_reader_says_which_rules_names_were_made_for(server: FaultServer) -> None:
    found = at(server).match_table(CASE, NAMES)

    assert found.choices == {"S01": "S01", "S02": "S02", "S03": "S03", "S04": None}
    assert found.answered_by == ("groq/openai/gpt-oss-120b",)
    assert [(c.persona, c.stage, c.tokens_in is not None) for c in found.calls] == [("matcher", "matching", True)]


def test_the_arbiter_is_asked_in_both_orders(server: FaultServer) -> None:
    found = at(server).prefer_table(CASE, NAMES, OTHERS)

    assert [c.order for c in found.calls] == ["forward", "reverse"]
    assert {p.flipped for i, p in found.preferences.items() if i != "S04"} == {False}
    assert found.preferences["S04"].better is None


def test_a_reader_that_has_a_family_in_the_jury_is_found_out(server: FaultServer) -> None:
    named, read_back = at(server).name_table(ARMS["one_call"], CASE), at(server).match_table(CASE, NAMES)

    assert shared_families(named.panel, heard(read_back.panel, read_back.calls)) == ("gpt-oss",)


@pytest.mark.parametrize("arm", ["one_call", "best_x4", "mixed_debate", "offline"])
def test_a_jury_is_heard_again_from_its_folder_without_key_or_network(
    arm: str, server: FaultServer, tmp_path: Path
) -> None:
    live = at(server).name_table(ARMS[arm], CASE, folder=tmp_path / "a")
    asked = len(server.seen)

    assert NOBODY.name_table(ARMS[arm], CASE, recorded=tmp_path / "a") == live
    assert len(server.seen) == asked


def test_readers_are_heard_again_and_the_copy_is_as_good_a_record(server: FaultServer, tmp_path: Path) -> None:
    first = at(server).match_table(CASE, NAMES, folder=tmp_path / "m")
    second = at(server).prefer_table(CASE, NAMES, OTHERS, folder=tmp_path / "p")

    for copy, record in (("m2", "m"), ("m3", "m2")):
        assert NOBODY.match_table(CASE, NAMES, folder=tmp_path / copy, recorded=tmp_path / record) == first
    assert NOBODY.prefer_table(CASE, NAMES, OTHERS, recorded=tmp_path / "p") == second
    assert (tmp_path / "m3" / KEPT).read_bytes() == (tmp_path / "m" / KEPT).read_bytes()


def test_a_record_of_other_names_another_seed_or_another_table_is_refused(server: FaultServer, tmp_path: Path) -> None:
    at(server).match_table(CASE, NAMES, folder=tmp_path)

    for asking, case, names in (
        (NOBODY, CASE, OTHERS),
        (Evaluating(TABLE, {}, seed=1), CASE, NAMES),
        (NOBODY, WHOLE, NAMES),
    ):
        with pytest.raises(InputError, match="The record holds no answer"):
            asking.match_table(case, names, recorded=tmp_path)


@pytest.mark.parametrize("harm", ["changed", "without log", "without note", "spoilt note"])
def test_a_record_that_is_not_as_it_was_is_refused(harm: str, server: FaultServer, tmp_path: Path) -> None:
    at(server).name_table(ARMS["one_call"], CASE, folder=tmp_path)
    log, note = tmp_path / JOURNAL, tmp_path / KEPT
    {
        "changed": lambda: log.write_bytes(log.read_bytes().replace(b"S01", b"S02")),
        "without log": log.unlink,
        "without note": note.unlink,
        "spoilt note": lambda: note.write_text("{}"),
    }[harm]()

    with pytest.raises(InputError, match=str(tmp_path)):
        NOBODY.name_table(ARMS["one_call"], CASE, recorded=tmp_path)


def test_a_record_is_not_written_over_by_its_own_replay(server: FaultServer, tmp_path: Path) -> None:
    at(server).match_table(CASE, NAMES, folder=tmp_path)

    with pytest.raises(InputError, match="overwritten by its own replay"):
        NOBODY.match_table(CASE, NAMES, folder=tmp_path / ".", recorded=tmp_path)
    assert NOBODY.match_table(CASE, NAMES, recorded=tmp_path).measured


def test_a_question_that_was_cut_off_is_gone_on_with_and_an_answered_one_is_asked_anew(
    server: FaultServer, tmp_path: Path
) -> None:
    asking, log = at(server), tmp_path / JOURNAL
    whole = asking.name_table(ARMS["best_x4"], CASE, folder=tmp_path)
    (tmp_path / KEPT).unlink()
    log.write_text("".join(line for line in log.read_text().splitlines(keepends=True) if '"verdict"' not in line))

    again = asking.name_table(ARMS["best_x4"], CASE, folder=tmp_path)
    assert (len(server.seen), again.names) == (12, whole.names)

    asking.name_table(ARMS["best_x4"], CASE, folder=tmp_path)
    assert (len(server.seen), len(read(log))) == (22, 10)


def test_many_tables_can_be_asked_about_at_the_same_time(server: FaultServer, tmp_path: Path) -> None:
    asking = at(server)
    with ThreadPoolExecutor(4) as pool:
        named = list(pool.map(lambda n: asking.name_table(ARMS["one_call"], CASE, folder=tmp_path / str(n)), range(8)))
        found = list(pool.map(lambda n: asking.match_table(CASE, n.names), named))

    assert len({json.dumps(n.names) for n in named}) == 1
    assert len({json.dumps(dict(m.choices)) for m in found}) == 1
    assert len(server.seen) == 16


def test_a_cap_holds_for_readers_too_and_is_told(server: FaultServer) -> None:
    found = at(server, max_calls=1).prefer_table(CASE, NAMES, OTHERS)

    assert len(server.seen) == 1
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


def test_a_folder_that_cannot_be_made_is_bad_input(server: FaultServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(InputError, match="cannot write to"):
        at(server).match_table(CASE, NAMES, folder=tmp_path / "file" / "m")
    assert server.seen == []


def test_no_key_is_written_down(server: FaultServer, tmp_path: Path) -> None:
    asking = at(server)
    asking.name_table(ARMS["one_call"], CASE, folder=tmp_path / "n")
    asking.prefer_table(CASE, NAMES, OTHERS, folder=tmp_path / "p")

    assert not [f for f in tmp_path.rglob("*") if f.is_file() and KEY in f.read_text()]
