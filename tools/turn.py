"""A turn of a thread as its own record tells it: the run itself, or a revision that was made in its chat."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cartjury.data.call_records import Attempt
from cartjury.data.jury_records import JuryRecord
from cartjury.data.records import SegmentPlan
from cartjury.data.run_records import Certificate, Dataset


class Turn(NamedTuple):
    """What was read, decided, said and proven in a turn, and how long each node took.

    Attributes:
        name: of the run.
        users: of the universe.
        jury: everything that is on record; what was said in this turn is its `this_sitting`.
        attempts: requests to models in this turn, with what was said in them.
        timings: wall seconds by node; empty where the record is not to hold measured times.
        warnings: what the run said one must know.
        seed: of the run; None where it is not known.
    """

    name: str
    dataset: Dataset
    users: int
    plan: SegmentPlan
    jury: JuryRecord
    attempts: Sequence[Attempt]
    certificate: Certificate
    timings: Mapping[str, float] = {}
    warnings: Sequence[str] = ()
    seed: int | None = None

    @property
    def inhabited(self) -> tuple[str, ...]:
        """Ids of the segments that have users, in the plan's order."""
        return tuple(s.id for s in self.plan.segments if self.certificate.sizes.get(s.id))
