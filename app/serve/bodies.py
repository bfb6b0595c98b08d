"""What clients send as JSON. Unknown keys are refused, and so is what is too long to be meant."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator
from starlette.requests import Request

from cartjury.app.serve.faults import CallError
from cartjury.data.edit_records import Edit, PlanEdit
from cartjury.data.records import Record
from cartjury.data.revision_records import Decision, Edited
from cartjury.graph.state import Input

LIMIT: Final = 64 * 1024  # bytes of a body
MOST_MOCK: Final = 10_000_000  # made-up users of one order: nobody waits for more, and the disk is shared
MOST: Final = 5  # faults that a message lists
ORDERED: Final = frozenset({"input_path", "n_users", "seed", "as_of", "options", "replay"})
By = Annotated[str, Field(min_length=1, max_length=60)]
Body = TypeVar("Body", bound=BaseModel)


class Signed(Record):
    """What somebody does. `by`: who; it is kept with every revision."""

    by: By = "user"


class Order(Signed):
    """A run in a new thread. `order`: the keys of the graph's input that order one; where it goes is ours to say."""

    order: Input = Field(default_factory=Input)

    @field_validator("order", mode="before")
    @classmethod
    def _orders_only(cls, order: object) -> object:
        if isinstance(order, Mapping):
            if others := sorted(str(key) for key in order.keys() - ORDERED):
                raise ValueError(f"unknown key '{others[0]}'; an order has {', '.join(sorted(ORDERED))}")
            options = order.get("options")
            if isinstance(order.get("n_users"), int) and order["n_users"] > MOST_MOCK:
                raise ValueError(f"n_users: this service makes up {MOST_MOCK:,} users at most")
            if isinstance(options, Mapping) and options.get("out") is not None:
                raise ValueError("'out' cannot be set: each thread has a folder of its own")
        return order


class Said(Signed):
    """Something said about the plan."""

    text: str = Field(min_length=1, pattern=r"\S")


class Edits(Signed):
    """Typed edits, applied in this order once they are approved."""

    edits: tuple[Edit, ...] = Field(min_length=1, max_length=50)


class Decided(Signed):
    """A decision on the preview whose hash is named.

    Attributes:
        preview_id: of the preview; needed where it asks for names, which the plan's hash does not tell.
        edits: of "edit": what is wanted instead.
        message: of "reject": why.
    """

    type: Literal["approve", "edit", "reject"]
    plan_hash: str = Field(min_length=1, max_length=64)
    preview_id: str | None = Field(default=None, min_length=1, max_length=64)
    message: str = Field(default="", max_length=500)
    edits: tuple[PlanEdit, ...] = Field(default=(), max_length=50)

    @model_validator(mode="after")
    def _edits_where_they_belong(self) -> Self:
        if bool(self.edits) != (self.type == "edit"):
            raise ValueError("'edits' belong to a decision of the type 'edit', which needs at least one")
        return self

    def decision(self) -> Decision:
        """Return it as threads take it."""
        edits = [edit.model_dump(mode="json") for edit in self.edits]
        edited = Edited(args={"edits": edits}) if edits else None
        known = self.model_dump(include={"type", "plan_hash", "preview_id", "message", "by"})
        return Decision(**known, edited_action=edited)


class Steps(Signed):
    """How far to go back or forth."""

    steps: int = Field(default=1, ge=1, le=10_000)


class Target(Signed):
    """Where to go back to."""

    revision: int = Field(default=1, ge=1)


async def read(request: Request, body: type[Body]) -> Body:
    """Read and check a body; an empty one stands for {}.

    Raises:
        CallError: it is too long, no JSON, or not what the call takes.
    """
    text = bytearray()
    async for chunk in request.stream():
        text += chunk
        if len(text) > LIMIT:
            raise CallError(413, "too_large", f"the body is longer than {LIMIT // 1024} KB, which no message needs")
    try:
        return body.model_validate_json(bytes(text) if text.strip() else b"{}")
    except ValidationError as error:
        broken = any(e["type"] == "json_invalid" for e in error.errors())
        raise CallError(400 if broken else 422, "request", _in_words(error)) from None


def _in_words(error: ValidationError) -> str:
    faults = [_fault(e["type"], e["loc"], e["msg"]) for e in error.errors(include_input=False, include_url=False)]
    return "; ".join(faults[:MOST]) + (f"; and {len(faults) - MOST} more" if len(faults) > MOST else "")


def _fault(kind: str, loc: tuple[int | str, ...], message: str) -> Any:
    path = ".".join(str(part) for part in loc)
    if kind == "extra_forbidden":
        return f"unknown key '{path}'"
    if kind == "missing":
        return f"'{path}' is missing"
    said = message.removeprefix("Value error, ")
    return f"{path}: {said}" if path else said
