"""The desk: what it sends, what it does not send, and what is on disk before anybody hears of it."""

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from cartjury.agents.ask import ask
from cartjury.agents.asking import Answer, Question, Reading, Reply, Request
from cartjury.agents.attempts import Turn, fingerprint
from cartjury.agents.desk import Desk, ReplayError
from cartjury.data import journal
from cartjury.data.call_records import Attempt, Caps, Outcome, Panel
from cartjury.data.seats import SeatName
from tests.agents.asking_fakes import Script, answer, desk, failed, model, names, outcomes, panel, question, shown

ALPHA, BETA = model("north/alpha"), model("north/beta")


def at_once(at: Desk, *questions: Question[str]) -> list[Answer[str]]:
    async def gathered() -> list[Answer[str]]:
        return list(await asyncio.gather(*(ask(at, q) for q in questions)))

    return asyncio.run(gathered())


def one(at: Desk, wait: float = 0.0) -> Attempt:
    """A single attempt."""
    turn = Turn(ALPHA, 0.7, shown(["S01"], {}, ""), ("S01",), number=0, wait=wait)
    return asyncio.run(at.attempt(question("S01"), turn))[0]


def test_an_attempt_holds_what_was_asked_and_what_came_of_it() -> None:
    wire = Script(names("S01", tokens_in=1000, tokens_out=500, latency_s=1.5))
    found = one(desk(wire))
    assert wire.requests[0].temperature == 0.7
    assert found == Attempt(
        stage="proposal",
        round=0,
        persona="data_scientist",
        provider="north",
        model="alpha",
        outcome="answered",
        tokens_in=1000,
        tokens_out=500,
        cost_usd=0.002,
        latency_s=1.5,
        segment_ids=("S01",),
        prompt_sha256=fingerprint(shown(["S01"], {}, "")),
        raw='["S01"]',
        finish_reason="stop",
        parsed={"S01": "Name_S01"},
    )


def test_the_cost_is_not_known_without_a_price_or_a_count() -> None:
    free = model("own/llama", price_in=None, price_out=None)
    assert answer(desk(Script(names("S01")), panel(free)), question("S01")).calls[0].cost_usd is None
    assert one(desk(Script(names("S01", tokens_out=None)))).cost_usd is None


def test_an_answer_is_on_disk_before_it_is_heard(tmp_path: Path) -> None:
    log = tmp_path / journal.JOURNAL
    seen = []

    class Watching(Script):
        async def __call__(self, request: Request) -> Reply:
            seen.append(outcomes(journal.read(log)))
            return await super().__call__(request)

    answer(desk(Watching(names(), names("S01")), journal=log), question("S01"))
    assert seen == [[], ["not_accepted"]]
    assert outcomes(journal.read(log)) == ["not_accepted", "answered"]


def test_the_raw_answer_is_kept_where_it_cannot_be_read(tmp_path: Path) -> None:
    log = tmp_path / journal.JOURNAL
    said = "<think>hmm\u2028\x85</think> \ud800 no"
    one(desk(Script(Reply("answered", raw=said)), journal=log))
    (kept,) = journal.read(log)
    assert kept.raw == said.replace("\ud800", "\ufffd")
    assert kept.outcome == "wrong_shape"


def test_a_model_that_is_gone_is_not_asked_twice() -> None:
    wire = Script(failed("model_gone"), names("S01"), names("S01"))
    at = desk(wire, panel(ALPHA, BETA))
    answer(at, question("S01"))
    second = answer(at, question("S01", part=1))
    assert [(c.model, c.outcome) for c in second.calls] == [("alpha", "skipped"), ("beta", "answered")]
    assert second.calls[0].cost_usd == 0


@pytest.mark.parametrize("outcome", ["unauthorized", "payment"])
def test_a_provider_that_takes_no_key_or_wants_money_is_not_asked_twice(outcome: Outcome) -> None:
    other = model("south/gamma")
    wire = Script(failed(outcome), names("S01"))
    found = answer(desk(wire, panel(ALPHA, BETA, other)), question("S01"))
    assert [(c.model, c.outcome) for c in found.calls] == [
        ("alpha", outcome),
        ("beta", "skipped"),
        ("gamma", "answered"),
    ]


def test_the_words_of_a_provider_stay_in_the_log() -> None:
    at = desk(Script(failed("unauthorized")), panel(ALPHA, BETA))
    found = answer(at, question("S01"))
    assert "SECRET" in str(at.attempts[0].error)
    assert "SECRET" not in json.dumps(found.missing)
    assert "its provider did not accept the key, so it was not asked" in found.missing["S01"]


def test_a_refused_request_is_written_down_too(tmp_path: Path) -> None:
    log = tmp_path / journal.JOURNAL
    seated = panel(caps=Caps(max_calls=0))
    live = answer(desk(Script(), seated, log), question("S01"))
    (kept,) = journal.read(log)
    assert (kept.outcome, kept.error, kept.cost_usd) == ("budget", "the cap of 0 calls is reached", 0)
    assert answer(desk(None, panel(), tape=[kept]), question("S01")) == live


def test_requests_on_their_way_count_towards_the_cap() -> None:
    wire = Script(names("S01"), names("S01"), delay=0.02)
    answers = at_once(desk(wire, panel(caps=Caps(max_calls=2))), *(question("S01", part=n) for n in range(4)))
    assert [c.outcome for a in answers for c in a.calls] == ["answered", "answered", "budget", "budget"]


def test_the_time_that_is_left_bounds_a_request() -> None:
    now = [100.0]
    wire = Script(names("S01"), names("S01"))
    at = desk(wire, panel(caps=Caps(max_seconds=90), timeout=60.0), clock=lambda: now[0])
    answer(at, question("S01"))
    now[0] += 70
    answer(at, question("S01", part=1))
    now[0] += 20
    late = answer(at, question("S01", part=2))
    assert [r.timeout for r in wire.requests] == [60.0, 20.0]
    assert late.missing["S01"] == "north/alpha: the cap of 90 s is reached"


def test_a_wait_that_does_not_fit_into_the_time_is_not_begun() -> None:
    found = one(desk(Script(), panel(caps=Caps(max_seconds=5))), wait=30.0)
    assert (found.outcome, found.error) == ("budget", "the cap of 5 s would be passed")


def test_a_long_wait_is_told_and_a_short_one_is_not() -> None:
    told: list[str] = []
    slow = model(tokens_per_minute=1000)

    async def waiting() -> None:
        at = desk(Script(names("S01"), names("S01")), panel(slow, rate_limited=True), tell=told.append)
        for part in range(8):
            await asyncio.wait_for(ask(at, question("S01", part=part)), 0.1)

    with pytest.raises(TimeoutError):
        asyncio.run(waiting())
    assert len(told) == 1
    assert told[0].startswith("waiting ")
    assert told[0].endswith(" s for north's rate limit")


def test_an_abandoned_wait_gives_its_reservation_back() -> None:
    at = desk(Script(names("S01")), panel(caps=Caps(max_calls=1)))

    async def give_up() -> None:
        turn = Turn(ALPHA, 0.7, shown(["S01"], {}, ""), ("S01",), number=0, wait=5.0)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(at.attempt(question("S01"), turn), 0.02)

    asyncio.run(give_up())
    assert answer(at, question("S01")).missing == {}


def test_an_abandoned_request_counts_as_made() -> None:
    at = desk(Script(names("S01"), delay=5.0), panel(caps=Caps(max_calls=1)))
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(ask(at, question("S01")), 0.02))
    assert at.budget.calls == 1
    assert at.budget.tokens > 100  # what the answer may have taken


def test_what_was_paid_before_a_crash_counts() -> None:
    first = desk(Script(names("S01", tokens_in=300, tokens_out=50)))
    answer(first, question("S01"))
    again = desk(Script(), panel(caps=Caps(max_calls=1)), tape=first.attempts)
    assert (again.budget.calls, again.budget.tokens, again.budget.cost) == pytest.approx((1, 350, 0.0004))
    found = answer(again, question("S01", part=1))
    assert found.missing["S01"] == "north/alpha: the cap of 1 call is reached"


def test_a_resumed_desk_asks_anew_where_the_prompt_has_changed(tmp_path: Path) -> None:
    log = tmp_path / journal.JOURNAL
    answer(desk(Script(names("S01")), journal=log), question("S01"))
    wire = Script(names("S01", "S02"))
    again = desk(wire, journal=log, tape=journal.read(log))
    assert answer(again, question("S01", "S02")).missing == {}
    assert journal.read(log) == again.attempts


@pytest.mark.parametrize("seated", [panel(BETA), panel(model("south/alpha"))])
def test_a_replay_by_another_model_is_an_error(seated: Panel) -> None:
    first = desk(Script(names("S01")))
    answer(first, question("S01"))
    with pytest.raises(ReplayError, match="made by another version of cartjury, or on other data"):
        answer(desk(None, seated, tape=first.attempts), question("S01"))


def test_a_replay_reads_the_answer_with_the_checks_of_today() -> None:
    first = desk(Script(names("S01")))
    answer(first, question("S01"))

    def stricter(raw: str, ids: Sequence[str]) -> Reading[str]:
        return Reading("not_accepted", faults=dict.fromkeys(ids, "Not any more."))

    with pytest.raises(ReplayError, match="attempt 2"):
        answer(desk(None, tape=first.attempts), question("S01", read=stricter))


def test_seats_that_are_asked_at_once_all_reach_the_disk(tmp_path: Path) -> None:
    log = tmp_path / journal.JOURNAL
    seats: list[SeatName] = ["creative_marketer", "growth_strategist", "data_scientist", "risk_manager"]
    one_seat = panel().seats["data_scientist"]
    seated = panel().model_copy(update={"seats": dict.fromkeys(seats, one_seat)})
    at = desk(Script(*[names("S01")] * 12, delay=0.001), seated, log)
    at_once(at, *(question("S01", seat=seat, part=part) for seat in seats for part in range(3)))
    assert len(journal.read(log)) == 12
    assert journal.read(log) == at.attempts


def test_a_live_desk_needs_a_wire() -> None:
    with pytest.raises(ValueError, match="needs a wire"):
        Desk(panel(), None)


def test_nobody_waits_for_the_rate_limit_of_a_provider_that_refused_the_key() -> None:
    slow = model("north/alpha", tokens_per_minute=60.0)  # a second a token: the second request would wait for hours
    seats: list[SeatName] = ["creative_marketer", "growth_strategist", "risk_manager"]
    seated = panel(slow).model_copy(update={"rate_limited": True})
    seated = seated.model_copy(update={"seats": dict.fromkeys(seats, seated.seats["data_scientist"])})
    at = desk(Script(failed("unauthorized"), delay=0.02), seated)
    began = time.monotonic()
    at_once(at, *(question("S01", seat=seat) for seat in seats))

    assert time.monotonic() - began < 1
    assert sorted(outcomes(at.attempts)) == ["skipped", "skipped", "unauthorized"]


def test_a_request_that_reached_nobody_does_not_use_the_rate_limit_up() -> None:
    slow = model("north/beta", tokens_per_minute=600.0)
    at = desk(Script(failed("connection"), names("S01")), panel(slow).model_copy(update={"rate_limited": True}))
    began = time.monotonic()

    assert answer(at, question("S01")).missing == {}
    assert time.monotonic() - began < 1


def test_a_request_that_our_own_cap_on_seconds_cuts_off_is_no_failure_of_its_provider() -> None:
    clock = iter([0.0, *[0.1] * 3])
    late = desk(
        Script(*[failed("timeout")] * 3),
        panel(model("north/alpha"), model("north/beta"), caps=Caps(max_seconds=1)),
        clock=lambda: next(clock, 5.0),
    )

    found = answer(late, question("S01"))
    cut = late.attempts[0]
    assert (cut.outcome, cut.error) == ("timeout", "the cap of 1 s cut it off")
    assert found.missing["S01"] == "north/alpha: the cap of 1 s cut it off; north/beta: the cap of 1 s is reached"
    assert "skipped" not in outcomes(late.attempts)
    assert answer(desk(None, late.panel, tape=late.attempts), question("S01")) == found


def test_a_provider_that_is_slow_before_the_cap_on_seconds_is_told_as_slow() -> None:
    found = answer(desk(Script(failed("timeout")), panel(caps=Caps(max_seconds=100))), question("S01"))
    assert found.missing["S01"] == "north/alpha: it did not answer in time"
