"""The vocabulary of evaluation runs: cases, arms, what each case scored, and the figures made of the scores.

case (JSONL) -> an arm's answer -> Row (one case of one arm) -> Figure (with n and interval) -> Evaluation

Rows hold all that figures are made of, so that whoever doubts a figure can compute it again.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import Field

from cartjury.data.base import Record
from cartjury.data.jury_records import SegmentBrief

Kind = Literal["naming", "chat", "jury"]
# Where answers come from. They are never mixed in one arm: figures of different sources do not compare.
Source = Literal[
    "live",  # models that were asked in this evaluation
    "recorded",  # answers that real models gave before
    "fixture",  # answers written by hand
    "offline",  # the offline jury, or the built-in grammar: no model
]
NOT_MEASURED: Final = "not measured"


class Target(Record):
    """What a figure should be."""

    op: Literal[">=", "<=", "=="]
    value: float

    def met(self, value: float) -> bool:
        """Whether a figure is as it should be."""
        return {">=": value >= self.value, "<=": value <= self.value, "==": value == self.value}[self.op]


class Figure(Record):
    """A number that an evaluation comes to.

    Attributes:
        name: what it says, in words that stay the same from run to run: baselines are compared by it.
        value: None where it was not measured; then `why` says why.
        unit: "share" is 0 to 1; "points" is a difference of shares; "count" counts cases or names; "mean" has the unit
            that the name says.
        n: how many cases or names it is made of.
        low, high: the 95 % interval, None where there is none.
        method: of the interval.
        target: what it should be; None: nothing is asked of it.
        tolerance: differences up to this are none: other processors compute it a little otherwise.
        better: which way is better, for the comparison with a baseline; None: neither.
    """

    name: str
    value: float | None
    unit: Literal["share", "points", "count", "mean"] = "share"
    n: int = 0
    low: float | None = None
    high: float | None = None
    method: str = ""
    target: Target | None = None
    tolerance: float = 0.0
    better: Literal["higher", "lower"] | None = None
    why: str = ""

    @property
    def missed(self) -> bool:
        """Whether it was measured and is not as it should be."""
        return self.value is not None and self.target is not None and not self.target.met(self.value)


class Row(Record):
    """What one case of one arm scored.

    Attributes:
        group: what cases are resampled by: the table of a naming case, the kind of an utterance.
        scores: by metric; None where it does not apply. Plain numbers: everything else is in `detail`.
        detail: what the scores are made of, for whoever looks: names, readings, reasons.
    """

    arm: str
    case: str
    group: str = ""
    scores: dict[str, float | None]
    detail: dict[str, Any] = Field(default_factory=dict)


class Arm(Record):
    """One way of answering the cases, and how it did.

    Attributes:
        title: what it is, in a sentence.
        source: where its answers come from; None where it was not run.
        why_not: why it was not run.
        models: who answered, "provider/id".
        elsewhere: addresses that were asked in place of a provider's own: what answers there may be anything.
        cost_usd: as far as it is known.
    """

    name: str
    title: str
    source: Source | None
    why_not: str = ""
    models: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
    cost_unknown_calls: int = 0
    seconds: float = 0.0
    figures: tuple[Figure, ...] = ()


class CaseFile(Record):
    """A file of cases as it was when they were run, and how many of them were."""

    name: str
    sha256: str
    cases: int


class Evaluation(Record):
    """A finished evaluation. Beside it lie its rows, one JSON object a line.

    Attributes:
        made: the moment, UTC.
        versions: of cartjury, Python and the libraries that had a part in it.
        comparisons: of one arm with another.
        conclusions: what may be said of it, by the rules that were written down before.
    """

    schema_version: Literal[1] = 1
    kind: Kind
    made: str
    versions: Mapping[str, str]
    seed: int
    cases: tuple[CaseFile, ...]
    arms: tuple[Arm, ...]
    comparisons: tuple[Figure, ...] = ()
    conclusions: tuple[str, ...] = ()


class NamingCase(Record):
    """A table of segments to be named: all that a jury is shown of a plan.

    Attributes:
        vertical: the trade that the carts are made after.
        shape: what is special about the table.
        held_out: kept out of all work on prompts and lexicon.
    """

    id: str
    vertical: str
    shape: str
    held_out: bool = False
    briefs: tuple[SegmentBrief, ...] = Field(min_length=2)
