"""When a provider or a model is left alone, and when it is asked again."""

import asyncio

import pytest

from cartjury.agents.ask import ask
from cartjury.agents.asking import Answer
from cartjury.agents.outages import LIMIT, Outages
from cartjury.data.call_records import Attempt, Outcome
from tests.agents.asking_fakes import Script, answer, desk, failed, model, names, panel, question

ALPHA, BETA, SOUTH = model("north/alpha"), model("north/beta"), model("south/gamma")


def attempt(outcome: Outcome, raw: str | None = None, retry_after: float | None = None) -> Attempt:
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
        retry_after=retry_after,
    )


def after(*outcomes: Outcome, times: int = 1, together: bool = False, raw: str | None = None) -> Outages:
    """What is known after requests, one after the other or all under way together."""
    known = Outages(lambda: 0.0)
    for outcome in outcomes * times:
        known.note(attempt(outcome, raw), ALPHA, 0 if together else known.count("north"), longest=20.0)
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
    known.note(attempt("connection"), ALPHA, before=2, longest=20.0)
    assert known.count("north") == 1


def test_a_model_that_asks_for_a_long_pause_is_left_alone_until_it_is_over() -> None:
    now = 0.0
    known = Outages(lambda: now)
    known.note(attempt("rate_limited", retry_after=30.0), ALPHA, before=0, longest=20.0)

    assert known.why(ALPHA)
    assert known.why(BETA) is None
    now = 30.0
    assert known.why(ALPHA) is None


def test_a_pause_that_can_be_waited_for_is_no_reason_to_leave_a_model_alone() -> None:
    known = Outages(lambda: 0.0)
    known.note(attempt("rate_limited", retry_after=20.0), ALPHA, before=0, longest=20.0)
    assert known.why(ALPHA) is None


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
