"""The caps of a jury. A request is paid for in advance, at its highest price: so no cap is ever passed."""

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cartjury.agents.asking import Prompt
from cartjury.data.call_records import Attempt, Caps, Outcome
from cartjury.data.model_records import Model

# A tokenizer of only 49,000 pieces makes a token of 3.7 bytes of a prompt's prose, 2.7 of its schema and 2.3 of its
# rules; larger ones make fewer tokens. Bytes and not characters: a Chinese character is a token, and has three.
BYTES_PER_TOKEN: Final = 2.5
TOKENS_PER_MESSAGE: Final = 8  # role and separators
# The provider turned the request down before a model saw it.
NOT_PAID: Final[frozenset[Outcome]] = frozenset(
    {"rate_limited", "unauthorized", "payment", "model_gone", "too_large", "skipped", "budget"}
)


def prompt_tokens(prompt: Prompt) -> int:
    """Tokens of a prompt at most, its schema included: an estimate, no tokenizer fits all models."""
    texts = [m.text for m in prompt.messages] + [json.dumps(dict(prompt.schema))]
    size = sum(len(t.encode("utf-8", "replace")) for t in texts)
    return math.ceil(size / BYTES_PER_TOKEN) + TOKENS_PER_MESSAGE * len(texts)


@dataclass(frozen=True)
class Hold:
    """What a request may take at most: tokens, and US dollars where the price is known."""

    tokens: int
    cost: float | None


def most(model: Model, prompt: Prompt) -> Hold:
    """What a request may take at most."""
    size = prompt_tokens(prompt)
    return Hold(size + prompt.max_tokens, model.cost(size, prompt.max_tokens))


class Budget:
    """What was spent and what is promised to requests on their way. It never waits.

    The cap on seconds counts from when the budget is made: a run that is resumed has all of them again.

    Attributes:
        calls, tokens, cost: spent so far; what a provider did not count is taken at its highest.
    """

    def __init__(self, caps: Caps, clock: Callable[[], float] = time.monotonic) -> None:
        self.calls = 0
        self.tokens = 0
        self.cost = 0.0
        self._caps = caps
        self._clock = clock
        self._opened = clock()
        self._held: list[Hold] = []

    def left(self) -> float:
        """Wall seconds until the cap, counted from when the budget was made; infinite without one."""
        if self._caps.max_seconds is None:
            return math.inf
        return max(0.0, self._caps.max_seconds - (self._clock() - self._opened))

    def out_of_time(self, needed: float = 0.0) -> str | None:
        """Why there is no time for something that takes so many seconds, None where there is."""
        if needed < self.left():
            return None
        return f"the cap of {self._caps.max_seconds:g} s {'would be passed' if needed else 'is reached'}"

    def reserve(self, model: Model, prompt: Prompt) -> Hold | str:
        """Promise what a request may take at most; a sentence where a cap does not allow it."""
        hold = most(model, prompt)
        refusal = self.out_of_time() or self._over_calls() or self._over_tokens(hold) or self._over_cost(hold)
        if refusal is None:
            self._held.append(hold)
        return refusal or hold

    def release(self, hold: Hold) -> None:
        """Take a promise back: the request was not sent."""
        self._held.remove(hold)

    def settle(self, hold: Hold, attempt: Attempt | None) -> None:
        """Replace a promise by what the request took; None: nobody waited for the answer, so the highest."""
        self._held.remove(hold)
        if attempt is None:
            self.calls += 1
            self._take(hold)
        else:
            self.count(attempt)
            self.count_unknown(attempt, hold)

    def count(self, attempt: Attempt) -> None:
        """Add a request that was made: as far as it is known what it took."""
        self.calls += attempt.sent
        self.tokens += (attempt.tokens_in or 0) + (attempt.tokens_out or 0) if _counted(attempt) else 0
        self.cost += attempt.cost_usd or 0.0

    def count_unknown(self, attempt: Attempt, hold: Hold) -> None:
        """Add what a request took at most, where it is not known."""
        if not _counted(attempt) and attempt.outcome not in NOT_PAID:
            self._take(hold)

    def _take(self, hold: Hold) -> None:
        self.tokens += hold.tokens
        self.cost += hold.cost or 0.0

    def _over_calls(self) -> str | None:
        cap = self._caps.max_calls
        if cap is None or self.calls + len(self._held) + 1 <= cap:
            return None
        return f"the cap of {cap:,} call{'' if cap == 1 else 's'} is reached"

    def _over_tokens(self, hold: Hold) -> str | None:
        cap = self._caps.max_tokens
        if cap is None or self.tokens + sum(h.tokens for h in self._held) + hold.tokens <= cap:
            return None
        return f"the cap of {cap:,} token{'' if cap == 1 else 's'} would be passed"

    def _over_cost(self, hold: Hold) -> str | None:
        cap = self._caps.max_cost
        if cap is None:
            return None
        if hold.cost is None:
            return "its price is not known, and a cost cap is set"
        if self.cost + sum(h.cost or 0.0 for h in self._held) + hold.cost <= cap:
            return None
        return f"the cap of ${cap:g} would be passed"


def _counted(attempt: Attempt) -> bool:
    return attempt.tokens_in is not None and attempt.tokens_out is not None
