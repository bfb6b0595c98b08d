"""Requests and tokens a minute, shared by everybody who asks the same model."""

import asyncio
import time

import pytest

from cartjury.agents.rates import Limits, limits
from tests.agents.asking_fakes import model


async def timed(limit: Limits, tokens: int) -> float:
    began = time.monotonic()
    await limit.wait(tokens)
    return time.monotonic() - began


def test_a_minutes_worth_passes_at_once_and_then_it_leaks() -> None:
    async def asked() -> list[float]:
        limit = Limits(requests=None, tokens=6000)  # 100 a second
        return [await timed(limit, tokens) for tokens in (5000, 1000, 10)]

    *burst, late = asyncio.run(asked())
    assert max(burst) < 0.05
    assert 0.05 < late < 0.3


def test_requests_are_limited_as_well_as_tokens() -> None:
    async def delay() -> tuple[float, float]:
        limit = Limits(requests=2, tokens=1000)
        before = limit.delay(10)
        await limit.wait(10)
        await limit.wait(10)
        return before, limit.delay(10)

    assert asyncio.run(delay()) == pytest.approx((0.0, 30.0), abs=0.1)


def test_the_delay_is_known_beforehand_with_those_who_wait_already() -> None:
    async def delays() -> tuple[float, float]:
        limit = Limits(requests=None, tokens=600)  # 10 a second
        await limit.wait(600)
        alone = limit.delay(100)
        ahead = asyncio.create_task(limit.wait(200))
        await asyncio.sleep(0)
        behind = limit.delay(100)
        ahead.cancel()
        await asyncio.gather(ahead, return_exceptions=True)
        assert limit.delay(100) == pytest.approx(alone, abs=0.1)  # the queue is empty again
        return alone, behind

    assert asyncio.run(delays()) == pytest.approx((10.0, 30.0), abs=0.1)


def test_more_than_a_minute_allows_waits_for_a_whole_minute() -> None:
    async def delay() -> float:
        limit = Limits(requests=None, tokens=600)
        assert await timed(limit, 10_000) < 0.05
        return limit.delay(10_000)

    assert asyncio.run(delay()) == pytest.approx(60.0, abs=0.1)


def test_less_than_one_request_a_minute_is_one_in_several() -> None:
    async def delay() -> float:
        limit = Limits(requests=0.5, tokens=None)
        await limit.wait(1)
        return limit.delay(1)

    assert asyncio.run(delay()) == pytest.approx(120.0, abs=0.1)


def test_who_comes_first_is_served_first_even_with_more() -> None:
    async def served() -> list[int]:
        limit = Limits(requests=None, tokens=60_000)  # 1000 a second
        await limit.wait(60_000)
        order: list[int] = []

        async def ask(tokens: int) -> None:
            await limit.wait(tokens)
            order.append(tokens)

        await asyncio.gather(ask(90), ask(1), ask(30))
        return order

    assert asyncio.run(served()) == [90, 1, 30]


def test_a_model_without_limits_never_waits() -> None:
    async def waited() -> float:
        limit = limits(model())
        return sum([await timed(limit, 10**9) for _ in range(100)])

    assert asyncio.run(waited()) < 0.1


def test_a_model_has_the_same_limits_for_all_and_other_models_have_their_own() -> None:
    async def same() -> tuple[bool, bool]:
        first = limits(model("north/alpha", tokens_per_minute=6000))
        again = limits(model("north/alpha", tokens_per_minute=6000))
        return first is again, first is limits(model("north/beta", tokens_per_minute=6000))

    assert asyncio.run(same()) == (True, False)


def test_a_new_event_loop_starts_afresh() -> None:
    async def used() -> float:
        limit = limits(model("north/alpha", tokens_per_minute=600))
        before = limit.delay(600)
        await limit.wait(600)
        return before

    assert [asyncio.run(used()), asyncio.run(used())] == [0.0, 0.0]


def test_what_never_reached_its_provider_is_given_back_and_who_waits_goes_on_at_once() -> None:
    async def asked() -> float:
        limit = Limits(requests=None, tokens=600)  # 10 a second
        await limit.wait(600)
        waiting = asyncio.create_task(timed(limit, 300))  # would take 30 s
        await asyncio.sleep(0.02)
        limit.give_back(600)
        return await waiting

    assert asyncio.run(asked()) < 0.3


def test_who_waits_for_what_is_no_longer_wanted_is_woken_and_counts_nothing() -> None:
    wanted = True

    async def asked() -> tuple[float, float]:
        nonlocal wanted
        limit = Limits(requests=None, tokens=600)
        await limit.wait(600)
        before = limit.delay(0)
        waiting = [asyncio.create_task(limit.wait(300, lambda: wanted)) for _ in range(3)]
        await asyncio.sleep(0.02)
        wanted = False
        limit.wake()
        await asyncio.wait_for(asyncio.gather(*waiting), 1)
        return before, limit.delay(0)

    before, after = asyncio.run(asked())
    assert after <= before
