"""The vocabulary of the model table: providers, models, and who sits where (data/models.toml)."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from cartjury.data.base import Record
from cartjury.data.seats import SeatName

# Whether a persona's seat is asked without a word of its title and taste. Records say it where it is so, and nowhere
# else: those of before stay as they are, to the byte.
Plain = Annotated[bool, Field(exclude_if=lambda plain: not plain)]

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
