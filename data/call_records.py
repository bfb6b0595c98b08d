"""The vocabulary of asking: who is asked and in what order, within which limits, and what each attempt brought.

ModelTable (data/models.toml) + options + keys -> Panel -> one Attempt a request -> jury.jsonl
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import Field

from cartjury.data.base import Record
from cartjury.data.model_records import Model, Money, Plain
from cartjury.data.seats import SeatName

Effort = Literal["offline", "quick", "standard", "thorough"]
Stage = Literal["proposal", "ballot", "verdict", "reading", "matching", "preference"]
# How the names are shown to the judge; "" where there is but one way.
Order = Literal["", "forward", "reverse"]

# What an attempt brought. After the first group the same model is asked again, once, with the fault quoted;
# after the second it is asked again as it was; after the third the next model of the chain is asked.
CONTENT_FAULTS: Final = ("empty", "refused", "truncated", "not_json", "wrong_shape", "not_accepted")
PASSING_FAULTS: Final = ("rate_limited", "server_error", "connection")
LASTING_FAULTS: Final = (
    "timeout",  # asking again would cost as long once more
    "too_large",
    "payment",
    "unauthorized",
    "model_gone",
    "bad_request",
    "bad_response",  # status 200, but no chat completion: HTML, broken JSON
    "skipped",  # not sent: this model or provider has failed for good, or again and again
    "budget",  # not sent: a cap would be passed
)
Outcome = Literal[
    "answered",
    "empty",
    "refused",
    "truncated",
    "not_json",
    "wrong_shape",
    "not_accepted",
    "rate_limited",
    "server_error",
    "connection",
    "timeout",
    "too_large",
    "payment",
    "unauthorized",
    "model_gone",
    "bad_request",
    "bad_response",
    "skipped",
    "budget",
]


class Caps(Record):
    """Limits of a jury; None: no limit."""

    max_calls: int | None = Field(default=None, ge=0)
    max_tokens: int | None = Field(default=None, ge=0)
    max_cost: Money | None = None
    max_seconds: float | None = Field(default=None, ge=0)


class Estimate(Record):
    """What a jury is expected to take, without debates, repairs and outages.

    Attributes:
        cost_usd: None where a price is not known.
        seconds: waiting for rate limits included.
    """

    calls: int
    tokens: int
    cost_usd: float | None
    seconds: float


class Seat(Record):
    """A seat of a panel: the models that can be asked in it, in this order; `plain`: without a persona."""

    models: tuple[Model, ...]
    temperature: float
    plain: Plain = False


class Panel(Record):
    """A jury as it sits down: what the table, the options and the keys came to. With it a replay needs none of them.

    Attributes:
        seats: seats with at least one model that can be asked; in the others the offline jury sits.
        empty: why a seat that this effort needs has no model, by seat.
        batch: segments in one call at most.
        goal: what the campaign is for, in the user's words.
        rate_limited: whether requests keep to the models' requests and tokens per minute.
        timeout: seconds that one request may take.
        retry_after: longest Retry-After, in seconds, that is waited for.
    """

    preset: str
    effort: Effort
    seats: Mapping[SeatName, Seat] = Field(default_factory=dict)
    empty: Mapping[SeatName, str] = Field(default_factory=dict)
    batch: int = Field(default=20, ge=1, le=20)
    goal: str = ""
    caps: Caps = Caps()
    rate_limited: bool = True
    timeout: float = Field(default=60.0, gt=0)
    retry_after: float = Field(default=20.0, ge=0)
    estimate: Estimate | None = None


class Call(Record):
    """One request to a model, or one that was not sent: who asked, for what, what came of it.

    Attributes:
        persona: the seat.
        part: which batch of segments, from 0.
        attempt: from 0, within one question of one seat.
        repair: whether a fault of the answer before was quoted.
        tokens_in, tokens_out: as the provider counted them; None where it did not say.
        cost_usd: None where tokens or price are not known; 0 where nothing was sent.
        latency_s: from request to answer.
        waited_s: before the request, for a rate limit or as the provider asked.
    """

    stage: Stage
    round: int
    persona: SeatName
    part: int = 0
    order: Order = ""
    attempt: int = 0
    repair: bool = False
    provider: str
    model: str
    outcome: Outcome
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost_usd: float | None = None
    latency_s: float | None = None
    waited_s: float = 0.0

    @property
    def sent(self) -> bool:
        """Whether a request left this machine."""
        return self.outcome not in {"skipped", "budget"}


class Attempt(Call):
    """A call with all that was said in it: a line of jury.jsonl.

    Attributes:
        segment_ids: what was asked for.
        prompt_sha256: of the messages as they were sent.
        raw: the answer as it came, also where it could not be read; keys are blanked out.
        error: what the provider, or the client, said went wrong.
        finish_reason: as the provider gave it.
        retry_after: seconds that the provider asked to wait.
        parsed: what was accepted of it, by segment id.
        faults: why the rest was not accepted, by segment id.
    """

    segment_ids: tuple[str, ...]
    prompt_sha256: str
    raw: str | None = None
    error: str | None = None
    finish_reason: str | None = None
    parsed: Mapping[str, Any] | None = None
    retry_after: float | None = None
    faults: Mapping[str, str] = Field(default_factory=dict)

    @property
    def key(self) -> tuple[str, int, str, int, str, int]:
        """Which request of a jury this is; no two have the same."""
        return (self.stage, self.round, self.persona, self.part, self.order, self.attempt)

    def summary(self) -> Call:
        """The attempt without what was said."""
        return Call.model_validate({k: getattr(self, k) for k in Call.model_fields})
