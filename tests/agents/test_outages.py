"""When a provider or a model is left alone, and when it is asked again."""

import asyncio

import pytest

from cartjury.agents.ask import ask
from cartjury.agents.asking import Answer, Question, Reply, Request
from cartjury.agents.desk import Desk
from cartjury.agents.outages import LIMIT, Outages
from cartjury.data.call_records import Attempt, Outcome
from tests.agents.asking_fakes import Script, answer, desk, failed, model, names, outcomes, panel, question

ALPHA, BETA, SOUTH = model("north/alpha"), model("north/beta"), model("south/gamma")


def attempt(outcome: Outcome, raw: str | None = None) -> Attempt:
    return Attempt(
        stage="proposal",
        round=0,
        persona="data_scientist",
        provider="north",
        model="alpha",
        outcome=outcome,
        segment_ids=("S01",),
        prompt_sha256="",
        raw=raw,
    )


def after(*outcomes: Outcome, times: int = 1, together: bool = False, raw: str | None = None) -> Outages:
    """What is known after requests, one after the other or all under way together."""
    known = Outages()
    for outcome in outcomes * times:
        known.note(attempt(outcome, raw), ALPHA, 0 if together else known.count("north"))
    return known


@pytest.mark.parametrize("outcome", ["timeout", "connection", "server_error"])
def test_a_provider_that_fails_three_times_in_a_row_is_left_alone_with_all_its_models(outcome: Outcome) -> None:
    assert after(outcome, times=LIMIT - 1).why(ALPHA) is None
    assert after(outcome, times=LIMIT).why(ALPHA)
    assert after(outcome, times=LIMIT).why(BETA)
    assert after(outcome, times=LIMIT).why(SOUTH) is None


@pytest.mark.parametrize("outcome", ["answered", "not_json", "rate_limited", "too_large", "model_gone"])
def test_whatever_comes_in_between_shows_that_it_is_there(outcome: Outcome) -> None:
    assert after("timeout", "timeout", outcome, "timeout", "timeout").why(ALPHA) is None


def test_an_answer_without_an_end_is_something_that_came() -> None:
    assert after("connection", times=LIMIT, raw="{").why(ALPHA) is None


@pytest.mark.parametrize("outcome", ["connection", "server_error"])
def test_requests_that_fail_together_count_once(outcome: Outcome) -> None:
    assert after(outcome, times=4, together=True).count("north") == 1


def test_each_timeout_counts_as_it_has_cost_its_time() -> None:
    assert after("timeout", times=LIMIT, together=True).why(ALPHA)


def test_a_late_failure_after_an_answer_starts_the_count_anew() -> None:
    known = after("connection", "connection", "answered")
    known.note(attempt("connection"), ALPHA, before=2)
    assert known.count("north") == 1


def test_a_model_that_was_given_up_is_left_alone_until_it_answers_and_its_provider_is_not() -> None:
    known = Outages()
    known.give_up(ALPHA)

    assert known.why(ALPHA)
    assert known.why(BETA) is None
    known.heard(ALPHA)
    assert known.why(ALPHA) is None


def told(at: Desk, *asked: Question[str]) -> list[Answer[str]]:
    """Answers to questions that are asked one after the other."""

    async def each() -> list[Answer[str]]:
        return [await ask(at, q) for q in asked]

    return asyncio.run(each())


TWICE = (question("S01"), question("S01", part=1))


def test_a_model_that_refuses_every_request_of_a_question_is_not_asked_again_in_the_run() -> None:
    at = desk(Script(*[failed("rate_limited")] * 3), panel(ALPHA))
    _, second = told(at, *TWICE)

    assert outcomes(at.attempts) == ["rate_limited", "rate_limited", "rate_limited", "skipped"]
    assert second.missing == {"S01": "north/alpha: it kept refusing for its rate limit, so it was not asked"}


def test_a_model_that_asks_for_a_longer_wait_than_we_keep_is_not_asked_again_in_the_run() -> None:
    at = desk(Script(failed("rate_limited", retry_after=420.0)), panel(ALPHA))
    told(at, *TWICE)
    assert outcomes(at.attempts) == ["rate_limited", "skipped"]


def test_a_model_that_lets_a_request_through_in_the_end_is_asked_again() -> None:
    at = desk(Script(failed("rate_limited"), failed("rate_limited"), names("S01"), names("S01")), panel(ALPHA))
    told(at, *TWICE)
    assert outcomes(at.attempts) == ["rate_limited", "rate_limited", "answered", "answered"]


def test_an_answer_that_comes_after_a_model_was_given_up_brings_it_back() -> None:
    async def late() -> list[Answer[str]]:
        under_way = asyncio.create_task(ask(at, question("S01", part=7)))
        await begun.wait()
        await ask(at, TWICE[0])
        free.set()
        return [await under_way, await ask(at, TWICE[1])]

    class SlowAtFirst(Script):
        async def __call__(self, request: Request) -> Reply:
            if not begun.is_set():
                begun.set()
                await free.wait()
                return names("S01")
            return await super().__call__(request)

    begun, free = asyncio.Event(), asyncio.Event()
    at = desk(SlowAtFirst(*[failed("rate_limited")] * 3, names("S01")), panel(ALPHA))
    assert [a.missing for a in asyncio.run(late())] == [{}, {}]


def test_the_other_seats_of_a_jury_leave_a_model_alone_that_one_has_given_up() -> None:
    async def at_once() -> list[Answer[str]]:
        return await asyncio.gather(*(ask(at, question("S01", part=n)) for n in range(4)))

    at = desk(Script(*[failed("rate_limited")] * 12, delay=0.001), panel(ALPHA))
    asyncio.run(at_once())
    told(at, *(question("S01", part=n) for n in range(4, 40)))
    assert outcomes(at.attempts).count("rate_limited") <= 12


def test_who_was_left_alone_is_left_alone_in_a_replay_and_after_a_crash() -> None:
    first = desk(Script(*[failed("rate_limited")] * 3), panel(ALPHA))
    found = told(first, *TWICE)

    assert told(desk(None, panel(ALPHA), tape=first.attempts), *TWICE) == found
    assert told(desk(Script(), panel(ALPHA), tape=first.attempts[:3]), *TWICE) == found


def test_a_desk_asks_the_next_provider_at_once_where_one_has_fallen_silent() -> None:
    wire = Script(failed("timeout"), failed("timeout"), failed("timeout"), names("S01"), names("S01"))
    at = desk(wire, panel(ALPHA, BETA, model("north/delta"), SOUTH))

    async def both() -> list[Answer[str]]:
        return [await ask(at, question("S01", part=n)) for n in range(2)]

    first, second = asyncio.run(both())
    assert [c.outcome for c in first.calls] == ["timeout", "timeout", "timeout", "answered"]
    assert [c.outcome for c in second.calls] == ["skipped", "skipped", "skipped", "answered"]
    assert [r.model.provider for r in wire.requests] == ["north", "north", "north", "south", "south"]


def test_who_is_left_alone_is_told_in_our_words() -> None:
    found = answer(
        desk(Script(*[failed("timeout")] * 3), panel(ALPHA, BETA, model("north/c"), model("north/d"))), question("S01")
    )
    assert "its provider failed 3 times in a row, so it was not asked" in found.missing["S01"]
