"""Everything a user can set, in the words of the command line; the seed's numbers are the defaults."""

from typing import Literal, Self

from pydantic import Field, model_validator

from cartjury.data.call_records import Effort, SeatName
from cartjury.data.records import Comparison, Record, ScoreWeights, Share

MAX_COUNT = 2**53  # largest whole number that JSON, checkpoints and every engine keep exactly


class DimensionSpec(Record):
    """A wish for a dimension: a column, cut at quantiles of the universe or at absolute values.

    Attributes:
        name: what rules call it; letters and digits.
        column: an input column, or `days_since_abandonment` / `days_since_last_order`.
        quantiles: one to four shares between 0 and 1, increasing.
        cuts: absolute cut points instead of quantiles, increasing.
    """

    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9]*$")
    column: str
    quantiles: tuple[Share, ...] = Field(default=(), max_length=4)
    cuts: tuple[float, ...] = Field(default=(), max_length=4)

    @model_validator(mode="after")
    def _one_kind_of_cut(self) -> Self:
        if bool(self.quantiles) == bool(self.cuts):
            raise ValueError(f"dimension {self.name} needs either quantiles or cuts")
        given = self.quantiles or self.cuts
        if list(given) != sorted(set(given)):
            raise ValueError(f"the cuts of dimension {self.name} must increase: {given}")
        return self


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


class Options(Record):
    """The options of a run. Unknown keys are errors.

    Attributes:
        window_days: a cart counts as abandoned for this many whole days before as_of.
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
    """

    window_days: int = Field(default=7, ge=0, le=3650)
    dimensions: tuple[DimensionSpec, ...] = Field(default=SEED_DIMENSIONS, min_length=1, max_length=8)
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
    memory_limit: str | None = Field(default=None, pattern=r"(?i)^\d+(\.\d+)?\s*(kb|mb|gb|tb|kib|mib|gib|tib)$")
    out: str | None = None
    engine: Literal["duckdb", "spark"] = "duckdb"
    spark_master: str | None = Field(default=None, min_length=1)
    users_out: str | None = Field(default=None, min_length=1)

    @property
    def users_suffix(self) -> str:
        """What the name of the users file ends with."""
        return self.users_format or ("parquet" if self.engine == "spark" else "csv")
