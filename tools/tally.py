"""Counts votes (first places, Borda) and gives every segment one name, no name twice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from cartjury.data.jury_records import Ballot, Persona, Proposal

SUPPORT: Final = 2  # first places that a clear favourite needs
ABSENT: Final = -1e9  # points of a name that was not proposed for a segment


@dataclass(frozen=True)
class Tally:
    """The votes on one segment.

    Attributes:
        proposers: who proposed each name; its keys are the ballot.
        rankings: each juror's order of the names, best first.
    """

    proposers: Mapping[str, tuple[Persona, ...]]
    rankings: Mapping[Persona, tuple[str, ...]]

    @cached_property
    def first_places(self) -> dict[str, int]:
        """How many jurors put each name first."""
        firsts = [ranking[0] for ranking in self.rankings.values()]
        return {name: firsts.count(name) for name in self.proposers}

    @cached_property
    def borda(self) -> dict[str, float]:
        """Mean Borda points of each name over the jurors that ranked it: 1 for the first of a ranking, 0 for the last.

        Source: J.-C. de Borda, 1781; scaled to 0-1, because names proposed by two jurors stand on fewer ballots.
        """
        return {name: self._mean_points(name) for name in self.proposers}

    @property
    def favourite(self) -> str | None:
        """The name with more first places than any other, and at least two; the only name, where there is but one."""
        if len(self.proposers) == 1:
            return next(iter(self.proposers))
        firsts = sorted(self.first_places.items(), key=lambda item: -item[1])
        if not firsts or firsts[0][1] < SUPPORT or firsts[0][1] == firsts[1][1]:
            return None
        return firsts[0][0]

    def _mean_points(self, name: str) -> float:
        points = [
            1.0 if len(r) == 1 else (len(r) - 1 - r.index(name)) / (len(r) - 1)
            for r in self.rankings.values()
            if name in r
        ]
        return round(sum(points) / len(points), 4) if points else 0.0


def tally(proposals: Sequence[Proposal], ballots: Sequence[Ballot]) -> Tally:
    """Count the votes of one segment and round.

    A juror whose own name was also proposed by another has in effect chosen it: it goes on top of that
    juror's ranking. Otherwise a name that three jurors found independently could lose to the fourth's, on
    which alone they may vote. Names that nobody proposed are left out of a ranking, as are repetitions.
    """
    proposers = {p.name: tuple(dict.fromkeys(q.persona for q in proposals if q.name == p.name)) for p in proposals}
    rankings: dict[Persona, tuple[str, ...]] = {}
    for persona in dict.fromkeys((*(p.persona for p in proposals), *(b.persona for b in ballots))):
        own = [n for n in proposers if persona in proposers[n]]
        shared = [n for n in own if len(proposers[n]) > 1]
        ranked = [n for b in ballots if b.persona == persona for n in b.ranking if n in proposers and n not in own]
        if shared or ranked:
            rankings[persona] = tuple(dict.fromkeys((*shared, *ranked)))
    return Tally(proposers=proposers, rankings=rankings)


def assign(points: Mapping[str, Mapping[str, float]]) -> dict[str, str]:
    """Give every segment one of its names, no name twice, so that the sum of points is as large as possible.

    Args:
        points: by segment id and name; a name may stand under several segments, compared without case and
            underscores.

    Returns:
        Name by segment id. Where there are not enough names, the segment that costs least is left out.
    """
    best = {i: max(names, key=names.__getitem__) for i, names in points.items()}
    if len(_distinct(best.values())) == len(best):
        return best
    # Names rarely collide, and loading scipy takes longer than the whole jury.
    from scipy.optimize import linear_sum_assignment

    # Of two spellings of one name, the better one stands.
    spelled = {i: {_plain(n): n for n in sorted(names, key=names.__getitem__)} for i, names in points.items()}
    columns = _distinct(n for names in points.values() for n in names)
    ids = list(points)
    matrix = [[points[i].get(spelled[i].get(c, ""), ABSENT) for c in columns] for i in ids]
    rows, cols = linear_sum_assignment(matrix, maximize=True)
    pairs = ((ids[r], columns[c]) for r, c in zip(rows, cols, strict=True))
    return {i: spelled[i][c] for i, c in pairs if c in spelled[i]}


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(_plain(n) for n in names))


def _plain(name: str) -> str:
    return name.replace("_", "").casefold()
