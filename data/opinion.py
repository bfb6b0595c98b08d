"""The judge's reading of a ballot, whoever the judge is: a model, or the offline rubric."""

from typing import Final

from pydantic import Field

from cartjury.data.records import Record

# The seed's rubric; the maxima add up to 100.
CRITERIA: Final = {
    "mece_compliance": 30.0,
    "marketing_clarity": 25.0,
    "business_structure": 20.0,
    "rule_precision": 15.0,
    "memorability": 10.0,
}


class Opinion(Record):
    """What a judge thinks of the names on one segment's ballot.

    Attributes:
        model: "provider/id", several joined by " and "; "offline" for the rubric in code.
        choice: the name the judge prefers; always one of the ballot.
        binding: the choice settles the segment, unless it flipped; a choice that is not binding (the offline rubric)
            only decides between names that the ballots leave equal.
        flipped: it preferred another one when the names were shown in the reverse order.
        rubric: points by name and criterion (the keys and maxima of CRITERIA).
        reason: in the judge's words; empty where the code gives it.
        reasons: the judge's sentence on each criterion, for its choice.
    """

    segment_id: str
    model: str
    choice: str
    binding: bool = False
    flipped: bool = False
    rubric: dict[str, dict[str, float]] = Field(default_factory=dict)
    reason: str = ""
    reasons: dict[str, str] = Field(default_factory=dict)

    @property
    def settles(self) -> str:
        """The name that this opinion decides for, "" where it decides nothing."""
        return self.choice if self.binding and not self.flipped else ""

    def total(self, name: str) -> float:
        """Points of a name over all criteria, 0-100; 0 where it was not scored."""
        return sum(self.rubric.get(name, {}).values())
