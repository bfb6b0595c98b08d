"""The vocabulary of a run: the data it read, what it measured, what it proved and what it wrote."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from cartjury.data.base import Record
from cartjury.data.call_records import Outcome, Panel
from cartjury.data.model_records import Money
from cartjury.data.seats import SeatName

MetricName = Literal["conversion", "lift", "size", "profitability", "strategic_fit"]
METRICS: tuple[MetricName, ...] = ("conversion", "lift", "size", "profitability", "strategic_fit")


class Dataset(Record):
    """A reference to the checked input. The rows stay on disk and never enter graph state.

    Attributes:
        source: file name, "generated" or "DataFrame".
        generated: whether the rows are made up.
        sha256: of the input file as it was read.
        path: the checked rows as Parquet, in the input's order.
        rows: rows that passed the contract.
        rejected: rows that did not and were put into quarantine.
        notices: what the user should know about the input.
    """

    source: str
    generated: bool
    sha256: str
    path: str
    rows: int
    rejected: int = 0
    notices: tuple[str, ...] = ()


class Universe(Record):
    """Who is in: `0 <= as_of - cart_abandoned_date <= window_days`, and the plan's filter.

    Attributes:
        size: users inside.
        later: users left out because they abandoned after as_of.
        earlier: users left out because they abandoned before the window.
        filtered: users inside the window that the filter left out.
    """

    as_of: date
    window_days: int
    size: int
    later: int = 0
    earlier: int = 0
    filtered: int = 0
    notices: tuple[str, ...] = ()


class SegmentProfile(Record):
    """Aggregates of one segment. Means are None where no user has a value.

    Attributes:
        users: size of the segment.
        share: of the universe.
        means: by column: avg_order_value, engagement_score, profitability_score, sessions_last_30d,
            num_cart_items, days_since_abandonment, conversion.
        known: users with a value, by column.
        level_shares: share of the segment's users in each level, by dimension.
    """

    segment_id: str
    users: int
    share: float
    means: dict[str, float | None]
    known: dict[str, int]
    level_shares: dict[str, dict[str, float]] = Field(default_factory=dict)


class SegmentScore(Record):
    """The scores of one segment; `design` of every column is in the README's method section.

    Attributes:
        conversion, lift, profitability, strategic_fit: the raw values that the CSV shows.
        scaled: each component on 0-1, as it enters the overall score.
        contributions: weight x scaled component; they add up to `overall`.
        valid: whether the size is within the limits.
        notes: what is modelled, assumed or unknown about these numbers.
    """

    segment_id: str
    size: int
    conversion: float
    lift: float
    profitability: float | None
    strategic_fit: float
    overall: float
    scaled: dict[MetricName, float]
    contributions: dict[MetricName, float]
    lift_basis: Literal["modelled", "measured"] = "modelled"
    valid: bool
    notes: tuple[str, ...] = ()


class Counterexample(Record):
    """A point of the rule space, or a number of users, that not exactly one segment claims."""

    kind: Literal["gap", "overlap", "size"]
    segments: tuple[str, ...]
    point: dict[str, float | None] = Field(default_factory=dict)
    users: int | None = None

    def in_words(self) -> str:
        """Say it in a sentence."""
        at = ", ".join(f"{c} = {'missing' if v is None else f'{v:g}'}" for c, v in self.point.items())
        who = "no segment" if not self.segments else " and ".join(self.segments)
        users = "" if self.users is None else f" ({self.users:,} users)"
        return f"{who} claims {at or 'everything'}{users}" if self.kind != "size" else f"sizes differ in {who}{users}"


class Certificate(Record):
    """The machine-readable proof that a plan is MECE, over the rule space and over the data.

    Attributes:
        predicates: each segment's own predicate, by segment id, as it was parsed and evaluated.
        witnesses: points of the rule space that stand for all others.
        rule_space_proven: each witness is claimed by exactly one segment.
        users: users of the universe.
        claimed_once: users that exactly one predicate claims.
        sizes: users claimed, by segment id.
        data_proven: each user is claimed once, by the segment it was put into, and the sizes add up.
    """

    plan_hash: str
    predicates: dict[str, str]
    witnesses: int
    rule_space_proven: bool
    users: int
    claimed_once: int
    sizes: dict[str, int]
    data_proven: bool
    counterexamples: tuple[Counterexample, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether both proofs hold."""
        return self.rule_space_proven and self.data_proven


class FileEntry(Record):
    """A written file."""

    sha256: str
    bytes: int


class SeatUse(Record):
    """What the requests of one seat, or of all, took. Requests that were not sent took nothing.

    Attributes:
        calls: requests sent.
        asked: requests sent, by model ("provider/id"), in the order in which the models were turned to.
        answered: those of them that brought all that was asked for, by model.
        repairs: requests that quoted a fault of the answer before.
        failures: requests sent that brought nothing, or not all, by outcome.
        not_sent: requests held back, by outcome.
        tokens_in, tokens_out: as far as the providers counted them.
        cost_usd: as far as it is known.
        cost_unknown_calls: requests whose cost is not known.
        latency_s, latency_max_s: seconds from request to answer, of all and of the longest.
        waited_s: seconds before requests, for a rate limit or as the provider asked.
    """

    calls: int = 0
    asked: dict[str, int] = Field(default_factory=dict)
    answered: dict[str, int] = Field(default_factory=dict)
    repairs: int = 0
    failures: dict[Outcome, int] = Field(default_factory=dict)
    not_sent: dict[Outcome, int] = Field(default_factory=dict)
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: Money = 0.0
    cost_unknown_calls: int = 0
    latency_s: float = 0.0
    latency_max_s: float = 0.0
    waited_s: float = 0.0


class Manifest(Record):
    """What a run was and what it wrote; written last, so a folder with a manifest is complete.

    Attributes:
        revision: 1 is what the run published; later ones were made in its chat.
        jury: its preset and effort.
        panel: the jury as it was to be asked; None: the offline jury alone.
        names_by_origin: segments with users, by who named them ("model", "offline", "person", "rule").
        abstentions: of jurors, over all stages and rounds.
        flips: verdicts of model judges that changed with the order of the names.
        calls: requests sent to models.
        tokens: of all requests, as far as the providers counted them.
        cost_usd: of all requests, as far as it is known.
        cost_unknown_calls: requests whose cost is not known.
        jury_seats: what each seat took.
        files: every other file of the run by name.
        timings: wall seconds by node; the only measured times outside jury.jsonl.
    """

    run_id: str
    revision: int = 1
    cartjury: str
    versions: dict[str, str]
    source: Dataset
    seed: int | None
    as_of: date
    options: dict[str, Any]
    plan_hash: str
    segments: int
    users: int
    mece_proven: bool
    jury: str
    panel: Panel | None = None
    names_by_origin: dict[str, int] = Field(default_factory=dict)
    abstentions: int = 0
    flips: int = 0
    calls: int = 0
    tokens: dict[Literal["input", "output"], int] = Field(default_factory=dict)
    cost_usd: float = 0.0
    cost_unknown_calls: int = 0
    jury_seats: dict[SeatName, SeatUse] = Field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    files: dict[str, FileEntry]
    timings: dict[str, float]
