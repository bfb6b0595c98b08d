"""Everything a user can set, in the words of the command line; the seed's numbers are the defaults."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError, field_validator, model_validator

from cartjury.data.call_records import Effort
from cartjury.data.dimension_spec import DimensionSpec, check_together
from cartjury.data.dimension_wishes import with_wishes
from cartjury.data.records import Comparison, Record, ScoreWeights, Share
from cartjury.data.seats import SeatName

__all__ = ["MAX_COUNT", "SEED_DIMENSIONS", "DimensionSpec", "ModelChoice", "Options"]

MAX_COUNT = 2**53  # largest whole number that JSON, checkpoints and every engine keep exactly


class ModelChoice(Record):
    """Which model speaks for a persona or for the judge."""

    provider: str
    model: str
    temperature: float = Field(default=0.3, ge=0, le=2)


SEED_DIMENSIONS = (
    DimensionSpec(name="AOV", column="avg_order_value", quantiles=(0.4, 0.8)),
    DimensionSpec(name="Engagement", column="engagement_score", quantiles=(0.6,)),
    DimensionSpec(name="Profit", column="profitability_score", quantiles=(0.6,)),
)


def pairs(given: object, lone: str | None = None) -> object:
    """Turn `COLUMN=VALUE` texts, as the command line gives them, into a table; anything else stays as it is.

    Args:
        given: a text, a list of texts, or what is a table already.
        lone: the key of a text without a column.
    """
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list | tuple):
        return given
    found = {}
    for text in map(str, texts):
        column, mark, value = text.partition("=")
        if mark and (lone is None or re.fullmatch(r"\w+", column.strip())):
            found[column.strip()] = value.strip()
        elif lone is not None:
            found[lone] = text.strip()
        else:
            raise ValueError(f"{text!r} is not of the form column=value")
    return found


class Options(Record):
    """The options of a run. Unknown keys are errors.

    Attributes:
        window_days: a cart counts as abandoned for this many whole days before as_of.
        dimension: wishes in the words of `--dimension`, put into `dimensions` when the options are made and never
            kept, so that what is recorded says all.
        min_size, max_size: limits in users; None takes the defaults of the size policy.
        exact_cuts: keep the quantiles as they are instead of rounding them to numbers people say.
        filter: further conditions on the universe.
        priorities: the user's own strategic fit, 0-1 by dimension and level.
        jury: a preset of the model table; None: `default` where a key is set, else `offline`.
        effort: how much is asked of it; None: `standard`, of the offline jury `offline`.
        models: other models for single seats, asked before those of the preset.
        goal: what the campaign is for, shown to the jury.
        batch: segments in one call at most.
        max_calls, max_tokens, max_cost, max_seconds: caps of the jury (US dollars, wall seconds); at a cap it ends
            with what it has.
        rate_limits: "free" keeps to the requests and tokens a minute of the providers' free tiers.
        call_timeout: seconds that one request may take.
        require_models: a model that fails is an error (exit code 3), though the run is finished.
        keep_columns: other input columns to carry into the users file.
        engine: what reads the rows.
        spark_master: where Spark is started if no session is there; None: on this machine.
        users_out: folder that Spark writes the users to, where it does not see this machine's disk.
        users_format: None: csv, or parquet where Spark writes it.
        missing_aov: generated data: share of the users without orders whose order value is blanked.
        map: header of the file by column of the contract, where the file calls it otherwise.
        date_format: how the dates are written, by column; `*` for all of them.
        decimal: the decimal mark; None: decided from the file.
        encoding, delimiter: of a text file; None: decided from the file.
        scale: what the values of a column are divided by.
    """

    window_days: int = Field(default=7, ge=0, le=3650)
    dimensions: tuple[DimensionSpec, ...] = SEED_DIMENSIONS
    dimension: tuple[str, ...] = Field(default=(), exclude=True)
    filter: tuple[Comparison, ...] = ()
    exact_cuts: bool = False
    min_size: int | None = Field(default=None, le=MAX_COUNT)
    max_size: int | None = Field(default=None, le=MAX_COUNT)
    scoring: Literal["scaled", "seed"] = "scaled"
    weights: ScoreWeights = ScoreWeights()
    priorities: dict[str, dict[str, Share]] = Field(default_factory=dict)
    jury: str | None = None
    effort: Effort | None = None
    models: dict[SeatName, ModelChoice] = Field(default_factory=dict)
    goal: str = Field(default="", max_length=300)
    batch: int = Field(default=20, ge=1, le=20)
    max_calls: int | None = Field(default=None, ge=0, le=MAX_COUNT)
    max_tokens: int | None = Field(default=None, ge=0, le=MAX_COUNT)
    max_cost: float | None = Field(default=None, ge=0)
    max_seconds: float | None = Field(default=None, ge=0)
    rate_limits: Literal["free", "off"] = "free"
    call_timeout: float = Field(default=60.0, gt=0, le=3600)
    require_models: bool = False
    on_bad_rows: Literal["fail", "quarantine"] = "fail"
    keep_columns: tuple[str, ...] = ()
    users_format: Literal["csv", "parquet"] | None = None
    missing_aov: Share = 0.0
    map: dict[str, str] = Field(default_factory=dict)
    date_format: dict[str, str] = Field(default_factory=dict)
    decimal: Literal[".", ","] | None = None
    encoding: str | None = Field(default=None, max_length=40)
    delimiter: str | None = Field(default=None, pattern=r"^([^\r\n\"]|tab|\\t)$")
    scale: dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]] = Field(default_factory=dict)
    memory_limit: str | None = Field(default=None, pattern=r"(?i)^\d+(\.\d+)?\s*(kb|mb|gb|tb|kib|mib|gib|tib)$")
    out: str | None = None
    engine: Literal["duckdb", "spark"] = "duckdb"
    spark_master: str | None = Field(default=None, min_length=1)
    users_out: str | None = Field(default=None, min_length=1)

    @field_validator("map", "scale", mode="before")
    @classmethod
    def _pairs(cls, given: object) -> object:
        return pairs(given)

    @field_validator("date_format", mode="before")
    @classmethod
    def _formats(cls, given: object) -> object:
        return pairs(given, lone="*")

    @model_validator(mode="before")
    @classmethod
    def _grant_wishes(cls, given: Any) -> Any:
        if not isinstance(given, Mapping) or not given.get("dimension"):
            return given
        try:
            wishes = TypeAdapter(tuple[str, ...]).validate_python(given["dimension"])
            specs = TypeAdapter(tuple[DimensionSpec, ...]).validate_python(given.get("dimensions", SEED_DIMENSIONS))
        except ValidationError:
            return given  # the fields say what is wrong with them
        return {**given, "dimensions": with_wishes(specs, wishes), "dimension": ()}

    @model_validator(mode="after")
    def _dimensions_fit_together(self) -> Self:
        check_together(self.dimensions, self.keep_columns)
        return self

    @property
    def users_suffix(self) -> str:
        """What the name of the users file ends with."""
        return self.users_format or ("parquet" if self.engine == "spark" else "csv")
