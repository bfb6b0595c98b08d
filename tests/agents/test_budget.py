"""The caps: what is allowed in advance, and what a request took in the end."""

import math
import random
from typing import Any

import pytest

from cartjury.agents.asking import Message, Prompt
from cartjury.agents.budget import Budget, Hold, most, prompt_tokens
from cartjury.data.call_records import Attempt, Caps, Outcome
from tests.agents.asking_fakes import model

PROMPT = Prompt((Message("user", "x" * 600),), {"type": "object"}, max_tokens=100)
PRICED = model(price_in=10.0, price_out=100.0)
SIZE = prompt_tokens(PROMPT)


def spent(outcome: Outcome = "answered", tokens: tuple[int, int] | None = (50, 5), **kwargs: Any) -> Attempt:
    counted = {"tokens_in": tokens[0], "tokens_out": tokens[1]} if tokens else {}
    fixed = {"stage": "ballot", "round": 0, "persona": "judge", "provider": "north", "model": "alpha"}
    return Attempt.model_validate(
        fixed | counted | {"outcome": outcome, "segment_ids": (), "prompt_sha256": ""} | kwargs
    )


def allowed(found: Hold | str) -> Hold:
    assert isinstance(found, Hold), found
    return found


def test_without_caps_everything_is_allowed() -> None:
    budget = Budget(Caps())
    for _ in range(100):
        allowed(budget.reserve(model(price_in=None), PROMPT))
    assert budget.left() == math.inf


def test_a_request_is_held_at_its_most() -> None:
    assert most(PRICED, PROMPT) == Hold(SIZE + 100, (SIZE * 10.0 + 100 * 100.0) / 1e6)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("word " * 300, 300), ("购物车放弃者的细分" * 10, 90), ("AOV_High & Engagement_Low & Profit_Medium" * 10, 160)],
)
def test_a_prompt_is_not_taken_for_smaller_than_it_is(text: str, tokens: int) -> None:
    assert prompt_tokens(Prompt((Message("user", text),), {}, 1)) >= tokens


def test_a_schema_counts() -> None:
    schema = {"properties": {f"S{n}": {"type": "string"} for n in range(20)}}
    assert prompt_tokens(Prompt(PROMPT.messages, schema, 1)) > SIZE + 100


@pytest.mark.parametrize(
    ("caps", "reason"),
    [
        (Caps(max_calls=0), "the cap of 0 calls is reached"),
        (Caps(max_tokens=SIZE + 99), f"the cap of {SIZE + 99} tokens would be passed"),
        (Caps(max_cost=0.001), "the cap of $0.001 would be passed"),
        (Caps(max_seconds=0), "the cap of 0 s is reached"),
    ],
)
def test_what_would_pass_a_cap_is_refused_in_one_sentence(caps: Caps, reason: str) -> None:
    assert Budget(caps).reserve(PRICED, PROMPT) == reason


def test_what_just_fits_is_allowed() -> None:
    hold = most(PRICED, PROMPT)
    caps = Caps(max_calls=1, max_tokens=hold.tokens, max_cost=hold.cost, max_seconds=1)

    assert Budget(caps).reserve(PRICED, PROMPT) == hold


def test_one_call_is_not_calls() -> None:
    budget = Budget(Caps(max_calls=1))
    budget.settle(allowed(budget.reserve(PRICED, PROMPT)), spent())
    assert budget.reserve(PRICED, PROMPT) == "the cap of 1 call is reached"


def test_without_a_price_a_cap_on_cost_allows_nothing() -> None:
    budget = Budget(Caps(max_cost=100.0))
    assert budget.reserve(model(price_in=None), PROMPT) == "its price is not known, and a cost cap is set"


def test_a_promise_counts_until_it_is_released() -> None:
    budget = Budget(Caps(max_calls=1, max_tokens=SIZE + 100))
    hold = allowed(budget.reserve(PRICED, PROMPT))
    assert isinstance(budget.reserve(PRICED, PROMPT), str)
    budget.release(hold)
    allowed(budget.reserve(PRICED, PROMPT))


def test_what_the_provider_counted_replaces_the_promise() -> None:
    budget = Budget(Caps())
    budget.settle(allowed(budget.reserve(PRICED, PROMPT)), spent(tokens=(50, 5), cost_usd=0.001))
    assert (budget.calls, budget.tokens, budget.cost) == (1, 55, 0.001)


@pytest.mark.parametrize("outcome", ["timeout", "connection", "server_error", "answered", "truncated"])
def test_what_was_not_counted_is_taken_at_its_most(outcome: Outcome) -> None:
    budget = Budget(Caps())
    hold = allowed(budget.reserve(PRICED, PROMPT))
    budget.settle(hold, spent(outcome, tokens=None))
    assert (budget.calls, budget.tokens, budget.cost) == (1, hold.tokens, hold.cost)


@pytest.mark.parametrize("outcome", ["rate_limited", "unauthorized", "payment", "model_gone", "too_large"])
def test_what_was_turned_down_is_a_call_but_takes_no_tokens(outcome: Outcome) -> None:
    budget = Budget(Caps())
    budget.settle(allowed(budget.reserve(PRICED, PROMPT)), spent(outcome, tokens=None))
    assert (budget.calls, budget.tokens, budget.cost) == (1, 0, 0.0)


def test_seconds_count_from_the_opening() -> None:
    now = [5.0]
    budget = Budget(Caps(max_seconds=10), lambda: now[0])
    now[0] = 12.0
    assert budget.left() == 3.0
    assert budget.out_of_time(2.0) is None
    assert budget.out_of_time(3.0) == "the cap of 10 s would be passed"
    now[0] = 15.0
    assert budget.out_of_time() == "the cap of 10 s is reached"


def test_seconds_start_anew_for_a_run_that_is_resumed_and_what_it_spent_does_not() -> None:
    resumed = Budget(Caps(max_seconds=10), lambda: 100.0)
    resumed.count(spent(latency_s=9.0))
    assert (resumed.left(), resumed.calls) == (10.0, 1)


@pytest.mark.parametrize("caps", [Caps(max_calls=9), Caps(max_tokens=3000), Caps(max_cost=0.1)])
def test_no_cap_is_ever_passed_and_most_of_it_is_used(caps: Caps) -> None:
    dice = random.Random(7)
    budget, flying = Budget(caps), list[Hold]()
    for _ in range(500):
        found = budget.reserve(PRICED, PROMPT)
        if isinstance(found, Hold):
            flying.append(found)
        elif flying:
            counts = (dice.randint(0, SIZE), dice.randint(0, 100))
            budget.settle(flying.pop(), spent(tokens=counts, cost_usd=PRICED.cost(*counts)))
    used = [(budget.calls, caps.max_calls), (budget.tokens, caps.max_tokens), (budget.cost, caps.max_cost)]
    assert all(0.8 * cap <= much <= cap for much, cap in used if cap is not None)
