"""The ladder: the same model again, one repair, the next model, and at the end a reason."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cartjury.agents.asking import Answer, Reading, Reply
from cartjury.agents.desk import Desk, ReplayError
from cartjury.data import journal
from cartjury.data.call_records import Caps, Outcome
from tests.agents.asking_fakes import Script, answer, desk, failed, model, names, outcomes, panel, question, said_to

FIRST, SECOND = model("north/alpha"), model("south/beta")
TWO = panel(FIRST, SECOND)
INFRASTRUCTURE: list[Outcome] = ["timeout", "too_large", "payment", "unauthorized", "model_gone", "bad_request"]


def asked(*replies: Reply | Exception) -> tuple[Answer[str], Script]:
    wire = Script(*replies)
    return answer(desk(wire, TWO), question("S01", "S02")), wire


def test_what_the_first_model_says_is_the_answer() -> None:
    found, wire = asked(names("S01", "S02"))
    assert {i: (s.value, s.provider, s.model) for i, s in found.said.items()} == {
        "S01": ("Name_S01", "north", "alpha"),
        "S02": ("Name_S02", "north", "alpha"),
    }
    assert found.missing == {}
    assert wire.asked == [("north/alpha", ("S01", "S02"))]


def test_only_what_is_missing_is_asked_again_with_its_fault_and_a_nonce() -> None:
    found, wire = asked(names("S01"), names("S02"))
    first, repair = (said_to(r) for r in wire.requests)
    assert (first["faults"], first["nonce"]) == ({}, "")
    assert (repair["ids"], repair["faults"]) == (["S02"], {"S02": "S02: it has no good name."})
    assert repair["nonce"]
    assert set(found.said) == {"S01", "S02"}
    assert [c.repair for c in found.calls] == [False, True]


def test_after_one_repair_the_next_model_is_asked_afresh() -> None:
    found, wire = asked(names("S01"), names(), names("S02"))
    assert wire.asked == [("north/alpha", ("S01", "S02")), ("north/alpha", ("S02",)), ("south/beta", ("S02",))]
    assert said_to(wire.requests[2])["faults"] == {}
    assert found.said["S02"].model == "beta"


@pytest.mark.parametrize("outcome", ["empty", "refused", "truncated", "not_json"])
def test_an_answer_that_cannot_be_read_is_repaired_once(outcome: Outcome) -> None:
    found, wire = asked(failed(outcome), names("S01", "S02"))
    repair = said_to(wire.requests[1])
    assert set(repair["faults"]) == {"S01", "S02"}
    assert "SECRET" not in json.dumps(repair)
    assert [c.model for c in found.calls] == ["alpha", "alpha"]


@pytest.mark.parametrize("outcome", INFRASTRUCTURE)
def test_what_will_not_pass_moves_on_to_the_next_model(outcome: Outcome) -> None:
    found, wire = asked(failed(outcome), names("S01", "S02"))
    assert [ref for ref, _ in wire.asked] == ["north/alpha", "south/beta"]
    assert found.missing == {}


@pytest.mark.parametrize(("outcome", "retries"), [("rate_limited", 2), ("server_error", 1), ("connection", 1)])
def test_what_may_pass_is_tried_again_with_the_same_prompt(outcome: Outcome, retries: int) -> None:
    _, wire = asked(*[failed(outcome)] * (retries + 1), names("S01", "S02"))
    assert [r.model.ref for r in wire.requests] == [*["north/alpha"] * (retries + 1), "south/beta"]
    assert len({str(r.prompt) for r in wire.requests}) == 1


def test_a_short_retry_after_is_waited_for() -> None:
    found, _ = asked(failed("rate_limited", retry_after=0.05), names("S01", "S02"))
    assert [c.waited_s for c in found.calls] == [0.0, 0.05]
    assert found.missing == {}


def test_a_long_retry_after_moves_on_at_once() -> None:
    _, wire = asked(failed("rate_limited", retry_after=420.0), names("S01", "S02"))
    assert [ref for ref, _ in wire.asked] == ["north/alpha", "south/beta"]


@pytest.mark.parametrize("said", [0.0, -3.0, 0.001])
def test_a_provider_that_says_at_once_is_given_the_pause_all_the_same(said: float) -> None:
    wire = Script(failed("rate_limited", said), failed("rate_limited", said), names("S01", "S02"))
    found = answer(desk(wire, pause=0.02), question("S01", "S02"))
    assert [c.waited_s for c in found.calls] == [0.0, 0.02, 0.04]


def test_a_provider_that_wants_a_longer_wait_than_the_pause_gets_it() -> None:
    wire = Script(failed("rate_limited", 0.05), names("S01", "S02"))
    found = answer(desk(wire, pause=0.02), question("S01", "S02"))
    assert [c.waited_s for c in found.calls] == [0.0, 0.05]


def test_pauses_grow_where_the_provider_does_not_say_how_long() -> None:
    wire = Script(failed("rate_limited"), failed("rate_limited"), names("S01", "S02"))
    found = answer(desk(wire, pause=0.02), question("S01", "S02"))
    assert [c.waited_s for c in found.calls] == [0.0, 0.02, 0.04]


def test_a_reason_names_every_model_and_no_word_of_a_provider() -> None:
    found, _ = asked(failed("timeout"), names("S01"), names())
    assert found.missing == {
        "S02": "north/alpha: it did not answer in time; south/beta: its answer was refused: it has no good name"
    }


def test_a_reason_tells_what_became_of_the_repair() -> None:
    found, _ = asked(names("S01"), failed("payment"), failed("unauthorized"))
    assert found.missing["S02"] == (
        "north/alpha: its answer was refused: it has no good name, then its provider asks for payment;"
        " south/beta: its provider did not accept the key"
    )


def test_a_cap_does_not_keep_a_cheaper_model_from_being_asked() -> None:
    dear, cheap = model("north/dear", price_out=1e6), model("south/cheap")
    wire = Script(names("S01", "S02"))
    found = answer(desk(wire, panel(dear, cheap, caps=Caps(max_cost=1.0))), question("S01", "S02"))
    assert [c.outcome for c in found.calls] == ["budget", "answered"]
    assert wire.asked == [("south/cheap", ("S01", "S02"))]


def test_at_the_cap_of_calls_what_was_said_is_kept_and_the_rest_has_a_reason() -> None:
    wire = Script(names("S01"))
    found = answer(desk(wire, panel(FIRST, SECOND, caps=Caps(max_calls=1))), question("S01", "S02"))
    assert set(found.said) == {"S01"}
    assert found.missing["S02"].endswith("the cap of 1 call is reached")
    assert len(wire.requests) == 1


def test_models_with_the_same_reason_share_it() -> None:
    found = answer(desk(Script(), panel(FIRST, SECOND, caps=Caps(max_calls=0))), question("S01"))
    assert found.missing == {"S01": "north/alpha and south/beta: the cap of 0 calls is reached"}


def test_an_empty_seat_answers_with_the_reason_of_the_panel() -> None:
    seated = panel(empty={"judge": "no key for north"})
    found = answer(desk(Script(), seated), question("S01", seat="judge"))
    assert found == Answer(said={}, missing={"S01": "no key for north"}, calls=())


def test_a_reader_that_fails_is_a_fault_of_the_answer() -> None:
    def fails(raw: str, ids: Sequence[str]) -> Reading[str]:
        raise KeyError(raw)

    found = answer(desk(Script(names("S01"), names("S01"))), question("S01", read=fails))
    assert [c.outcome for c in found.calls] == ["wrong_shape", "wrong_shape"]
    assert "S01" in found.missing


def test_a_client_that_raises_is_a_failed_attempt() -> None:
    found, _ = asked(RuntimeError("a key of mine"), names("S01", "S02"))
    assert [c.outcome for c in found.calls] == ["bad_response", "answered"]


# Any conversation at all.

IDS = ("S01", "S02", "S03")


def read_wildly(raw: str, ids: Sequence[str]) -> Reading[str]:
    """A reader that keeps no contract: it accepts what nobody asked for, forgets faults, lies, or raises."""
    told: dict[str, Any] = json.loads(raw)
    if told["outcome"] == "raises":
        raise RuntimeError(raw)
    return Reading(
        told["outcome"], {i: f"Name_{i}\ud800" for i in told["right"]}, dict.fromkeys(told["faults"], "Bad.")
    )


some_ids = st.lists(st.sampled_from([*IDS, "S99"]), max_size=4)
told = st.fixed_dictionaries(
    {"outcome": st.sampled_from(["raises", *get_args(Outcome)]), "right": some_ids, "faults": some_ids}
)
comes_back = st.sampled_from([o for o in get_args(Outcome) if o not in {"skipped", "budget"}])
counts = st.one_of(st.none(), st.integers(0, 500))
replies = st.builds(
    Reply,
    outcome=st.one_of(st.just("answered"), comes_back),
    raw=st.one_of(st.none(), told.map(json.dumps), st.text()),
    error=st.one_of(st.none(), st.text()),
    tokens_in=counts,
    tokens_out=counts,
    retry_after=st.sampled_from([None, 0.0, -1.0, 1e9, float("inf"), float("nan")]),
)
caps = st.builds(
    Caps,
    max_calls=st.one_of(st.none(), st.integers(0, 8)),
    max_tokens=st.one_of(st.none(), st.integers(0, 3000)),
    max_cost=st.one_of(st.none(), st.just(0.003)),
)


def sent(attempts: Sequence[Any]) -> int:
    return sum(a.sent for a in attempts)


@settings(max_examples=50, deadline=None, phases=[Phase.generate])
@given(st.lists(replies, min_size=18, max_size=18), caps, st.data())
def test_any_conversation_ends_keeps_its_promises_and_can_be_repeated(
    script: list[Reply], limits: Caps, data: st.DataObject
) -> None:
    seated = panel(FIRST, model("north/gamma"), SECOND, caps=limits)
    asking = question(*IDS, read=read_wildly)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / journal.JOURNAL
        wire = Script(*script)
        live = desk(wire, seated, log)
        found = answer(live, asking)

        assert len(found.calls) <= 2 * 3 * 3
        assert set(found.said) | set(found.missing) == set(IDS)
        assert not set(found.said) & set(found.missing)
        assert all(found.missing.values())
        assert limits.max_calls is None or len(wire.requests) <= limits.max_calls
        accepted: set[str] = set()
        for attempt in live.attempts:
            assert not accepted & set(attempt.segment_ids)
            accepted |= set(attempt.parsed or {})
        assert accepted == set(found.said)

        tape = journal.read(log)
        assert tape == live.attempts
        assert answer(desk(None, seated, tape=tape), asking) == found

        kept = data.draw(st.integers(0, len(tape)))
        rest = Script(*script[sent(tape[:kept]) :])
        again = desk(rest, seated, tape=tape[:kept])
        assert answer(again, asking) == found
        assert len(rest.requests) == sent(tape[kept:])
        assert again.attempts == live.attempts
        assert again.budget.tokens == live.budget.tokens


def test_the_record_of_another_conversation_is_told_apart() -> None:
    first = desk(Script(names("S01", "S02")))
    answer(first, question("S01", "S02"))
    other = desk(None, tape=first.attempts)
    with pytest.raises(ReplayError, match="no answer of north/alpha to attempt 1 of data_scientist"):
        answer(other, question("S01", "S02", "S03"))


def test_the_same_question_at_the_same_desk_is_paid_once() -> None:
    at: Desk = desk(Script(names("S01")))
    assert answer(at, question("S01")) == answer(at, question("S01"))
    assert outcomes(at.attempts) == ["answered"]
