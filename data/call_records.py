"""The vocabulary of asking: who is asked and in what order, within which limits, and what each attempt brought.

ModelTable (data/models.toml) + options + keys -> Panel -> one Attempt a request -> jury.jsonl
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from cartjury.data.base import Record

SeatName = Literal[
    "creative_marketer",
    "growth_strategist",
    "data_scientist",
    "risk_manager",
    "judge",
    "second_judge",
    "interpreter",
    "matcher",
    "arbiter",
]
SEATS: Final[tuple[SeatName, ...]] = (
    "creative_marketer",
    "growth_strategist",
    "data_scientist",
    "risk_manager",
    "judge",
    "second_judge",
)
READER: Final[SeatName] = "interpreter"  # reads the messages of the chat; it has no part in a jury
# They are asked in evaluations only, about names that are there already: which rule one names, and which is better.
MATCHER: Final[SeatName] = "matcher"
ARBITER: Final[SeatName] = "arbiter"
EVALUATORS: Final = (MATCHER, ARBITER)
ALL_SEATS: Final = (*SEATS, READER, *EVALUATORS)
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
Money = Annotated[float, Field(ge=0)]


class Provider(Record):
    """A service that answers chat requests.

    Attributes:
        client: which library speaks to it: langchain-groq, cerebras-cloud-sdk, or langchain-openai for any
            server with the same interface as OpenAI's.
        key_env: environment variable that holds its key.
        key_needed: whether it is of no use without a key.
        url_env: environment variables that may hold its address, the first that is set wins.
        url: its address where none of these is set; None: the library's own.
    """

    client: Literal["groq", "cerebras", "openai"]
    key_env: str
    key_needed: bool = True
    url_env: tuple[str, ...] = ()
    url: str | None = None


class Model(Record):
    """A model as the table knows it.

    Attributes:
        provider: a key of ModelTable.providers.
        id: as the provider calls it; "*" stands for the first one that the user's own server lists.
        family: who made it and from what; models of one family err alike.
        context: tokens of prompt and answer together.
        output: how a JSON answer is asked for: "strict" (constrained to the schema), "schema" (told the schema),
            "tools" (a forced tool call).
        reasoning: further request parameters that keep its thinking short and out of the answer.
        price_in, price_out: US dollars for a million tokens; None where not known.
        priced: the day of the source of the price.
        status: "own" is a server of the user's.
        requests_per_minute, tokens_per_minute: of the free tier, where known.
        note: source of what is said here.
    """

    provider: str
    id: str
    family: str
    context: int = Field(gt=0)
    output: Literal["strict", "schema", "tools"] = "schema"
    reasoning: Mapping[str, str] = Field(default_factory=dict)
    price_in: Money | None = None
    price_out: Money | None = None
    priced: date | None = None
    status: Literal["production", "preview", "withdrawn", "unknown", "own"] = "unknown"
    requests_per_minute: float | None = Field(default=None, gt=0)
    tokens_per_minute: float | None = Field(default=None, gt=0)
    note: str = ""

    @property
    def ref(self) -> str:
        """How tables, messages and reports call it: "groq/openai/gpt-oss-120b"."""
        return f"{self.provider}/{self.id}"

    def cost(self, tokens_in: int, tokens_out: int) -> float | None:
        """US dollars for so many tokens; None where the price is not known."""
        if self.price_in is None or self.price_out is None:
            return None
        return (tokens_in * self.price_in + tokens_out * self.price_out) / 1e6


# Whether a persona's seat is asked without a word of its title and taste. Records say it where it is so, and nowhere
# else: those of before stay as they are, to the byte.
Plain = Annotated[bool, Field(exclude_if=lambda plain: not plain)]


class Chain(Record):
    """Who sits in a seat: models in the order in which they are asked; `plain`: without a persona."""

    models: tuple[str, ...]
    temperature: float = Field(default=0.3, ge=0, le=2)
    plain: Plain = False


class ModelTable(Record):
    """data/models.toml, with what cartjury.toml adds or changes.

    Attributes:
        providers: by name.
        models: by ref ("provider/id").
        presets: by name, then by seat.
    """

    providers: Mapping[str, Provider]
    models: Mapping[str, Model]
    presets: Mapping[str, Mapping[SeatName, Chain]]


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
