"""The shapes of asking a model, from a question down to the request on the wire and back.

Question -> Prompt -> Request -> Reply -> Reading -> Answer
ask.py      prompt.py desk.py    wire.py  replies.py ask.py
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, NamedTuple, Protocol, TypeVar

from cartjury.data.call_records import Attempt, Call, Order, Outcome, Stage
from cartjury.data.model_records import Model
from cartjury.data.seats import SeatName

T = TypeVar("T")


class Message(NamedTuple):
    """One message of a prompt."""

    role: Literal["system", "user"]
    text: str


@dataclass(frozen=True)
class Prompt:
    """What a model is shown, and the form of the answer.

    Attributes:
        schema: JSON schema of the answer, an object; its "title" names it.
        max_tokens: of the answer, thinking included.
    """

    messages: tuple[Message, ...]
    schema: Mapping[str, Any]
    max_tokens: int


@dataclass(frozen=True)
class Request:
    """A prompt on its way to one model.

    Attributes:
        timeout: seconds, for all of it.
        attempt: which one of the jury this is, for the trace.
    """

    model: Model
    prompt: Prompt
    temperature: float
    timeout: float
    attempt: Attempt | None = None


@dataclass(frozen=True)
class Reply:
    """What came back, also where nothing did.

    Attributes:
        outcome: "answered" where there is text that ended by itself; what it says is not looked at here.
        raw: the text of the answer, or the body of a response that is none.
        error: what the provider or its client said; for the log, never for the product.
        retry_after: seconds that the provider asked to wait.
        latency_s: wall seconds from request to answer.
    """

    outcome: Outcome
    raw: str | None = None
    error: str | None = None
    finish_reason: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    latency_s: float = 0.0
    retry_after: float | None = None


class Wire(Protocol):
    """Sends a request to its provider."""

    async def __call__(self, request: Request) -> Reply:
        """Return what came back; a failure is a reply, never an exception."""
        ...


@dataclass(frozen=True)
class Reading(Generic[T]):
    """What an answer holds of what was asked.

    Attributes:
        outcome: "answered" when nothing is missing; "not_json", "wrong_shape" or "not_accepted" where the answer,
            or a part of it, cannot be used.
        accepted: by segment id; it passed every check.
        faults: by segment id asked for and not accepted: a sentence that can be sent back to the model.
    """

    outcome: Outcome
    accepted: Mapping[str, T] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Question(Generic[T]):
    """Something to ask a seat about some segments.

    Attributes:
        prompt: makes the prompt for the ids that are still open; the faults of the last answer, by id, are quoted
            in a repair and empty otherwise; the nonce keeps a provider's cache from answering the same again.
        read: reads the text of an answer about the ids that were asked for. It must not raise.
        plain: turns an accepted value into JSON for the log.
    """

    stage: Stage
    round: int
    seat: SeatName
    ids: tuple[str, ...]
    prompt: "Callable[[Sequence[str], Mapping[str, str], str], Prompt]"
    read: "Callable[[str, Sequence[str]], Reading[T]]"
    plain: Callable[[T], Any]
    part: int = 0
    order: Order = ""


@dataclass(frozen=True)
class Said(Generic[T]):
    """An accepted value, and the model that gave it ("provider", "model id")."""

    value: T
    provider: str
    model: str


@dataclass(frozen=True)
class Answer(Generic[T]):
    """What a seat said in the end.

    Attributes:
        said: by segment id.
        missing: why nothing was accepted, by segment id, one reason for all models that were tried.
        calls: every attempt, in order.
    """

    said: Mapping[str, Said[T]]
    missing: Mapping[str, str]
    calls: tuple[Call, ...]
