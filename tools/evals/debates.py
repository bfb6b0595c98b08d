"""What debates changed, and whether for the better, by what can be checked without a model.

A new name is better than the one that it replaced if it breaks fewer rules of names beside the names that the other
segments ended with; where both break as many, if its words say more of what the rule says. That is truth and
information, not taste. Jurors who give in make the votes clearer, and so clearer votes count for nothing here.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from cartjury.data.jury_records import SegmentBrief
from cartjury.data.lexicon import lexicon
from cartjury.data.reading import read_name, traits_of, untrue_claim
from cartjury.tools.evals.first_round import first_names
from cartjury.tools.evals.sitting import Sitting
from cartjury.tools.naming import check_name


class Debate(NamedTuple):
    """A segment that was debated.

    Attributes:
        before: the name that it would have had without a debate.
        after: the one that it has.
        settled: whether it was no longer contested at the end.
        outcome: of the new name, by the rules above; "same" where it is no better and no worse.
    """

    segment_id: str
    before: str
    after: str
    settled: bool
    outcome: Literal["kept", "better", "same", "worse"]


def debates(sittings: Iterable[Sitting]) -> list[Debate]:
    """Return the debated segments of which it is certain what they would have been called without a debate."""
    return [debate for sitting in sittings for debate in _debates(sitting)]


def debated(sittings: Iterable[Sitting]) -> int:
    """How many segments were debated."""
    return sum(v.rounds > 0 for sitting in sittings for v in sitting.jury.verdicts)


def _debates(sitting: Sitting) -> Iterable[Debate]:
    if not debated([sitting]):
        return
    before, briefs = first_names(sitting), {b.id: b for b in sitting.briefs}
    for verdict in sitting.jury.verdicts:
        here = verdict.segment_id
        if verdict.rounds and here in before:
            others = [name for i, name in sitting.names.items() if i != here]
            outcome = _compared(before[here], verdict.name, briefs[here], others)
            yield Debate(here, before[here], verdict.name, not verdict.contested, outcome)


def _compared(
    before: str, after: str, brief: SegmentBrief, others: list[str]
) -> Literal["kept", "better", "same", "worse"]:
    if before == after:
        return "kept"
    old, new = _worth(before, brief, others), _worth(after, brief, others)
    return "same" if old == new else "better" if new > old else "worse"


def _worth(name: str, brief: SegmentBrief, others: list[str]) -> tuple[int, int]:
    return (-len(check_name(name, brief, others, lexicon())), told(name, brief))


def told(name: str, brief: SegmentBrief) -> int:
    """How many of the features that a rule narrows a name speaks of, truly, by words whose claims are known."""
    labels = set()
    for part in read_name(name, brief, lexicon()):
        if part.word is not None and untrue_claim(part.word, brief) is None:
            labels |= {t.label for column in part.word.claims for t in traits_of(column, brief) if t.says_something}
    return len(labels)
