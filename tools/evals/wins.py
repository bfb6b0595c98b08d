"""Whose names win, and whether length has a part in it.

names on the last ballot of a segment, and the one that was chosen -> shares, correlation
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from cartjury.data.jury_records import Proposal
from cartjury.tools.evals.sitting import Sitting, last_proposals


class Contest(NamedTuple):
    """The names for a segment in the round that settled it.

    Attributes:
        names: on the ballot, each once, with those that proposed it.
        winner: the name that was chosen; one of them.
    """

    names: Mapping[str, tuple[Proposal, ...]]
    winner: str


def contests(sittings: Iterable[Sitting]) -> list[Contest]:
    """Return the contest for each segment on which there is a verdict on a name that somebody proposed."""
    found = []
    for sitting in sittings:
        for verdict in sitting.jury.verdicts:
            names: dict[str, list[Proposal]] = {}
            for proposal in last_proposals(sitting, verdict):
                names.setdefault(proposal.name, []).append(proposal)
            if verdict.name in names:
                found.append(Contest({n: tuple(p) for n, p in names.items()}, verdict.name))
    return found


def win_share(all_: Sequence[Contest], who: Callable[[Proposal], str], whose: str) -> float | None:
    """Return the share of the segments that somebody won; a name that k jurors proposed is won by each for 1 / k.

    Args:
        all_: the contests.
        who: tells whose a proposal is: a persona, or a model.
        whose: the one that is asked about. The shares of all add up to 1.
    """
    won = [_credit(c.names[c.winner], who, whose) for c in all_]
    return sum(won) / len(won) if won else None


def expected_share(all_: Sequence[Contest], who: Callable[[Proposal], str], whose: str) -> float | None:
    """Return the share that somebody would have won had each name on the ballot been as likely as any other.

    A name that several proposed is one name: who proposes what others do too can win less often by chance.
    """
    chances = [sum(_credit(p, who, whose) for p in c.names.values()) / len(c.names) for c in all_]
    return sum(chances) / len(chances) if chances else None


def length_correlation(all_: Sequence[Contest]) -> float | None:
    """Return how the length of a name goes with winning, -1 to 1; above 0 longer names win more often.

    It is the point-biserial correlation of characters with won or not, both less their mean over the names of the
    segment, so that segments with long names do not count as such. None where lengths or wins never differ.
    """
    lengths, wins = [], []
    for contest in all_:
        size = len(contest.names)
        mean = sum(map(len, contest.names)) / size
        lengths += [len(name) - mean for name in contest.names]
        wins += [(name == contest.winner) - 1 / size for name in contest.names]
    spread = (sum(x * x for x in lengths) * sum(y * y for y in wins)) ** 0.5
    return sum(x * y for x, y in zip(lengths, wins, strict=True)) / spread if spread else None


def _credit(proposals: Sequence[Proposal], who: Callable[[Proposal], str], whose: str) -> float:
    return sum(who(p) == whose for p in proposals) / len(proposals)
