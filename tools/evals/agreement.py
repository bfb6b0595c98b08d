"""How far the jurors of a jury agree on the order of the names, and how many independent votes that leaves.

first ballots -> for each segment a row a name, a column a juror: the rank it gave -> alpha, mean rho, effective votes
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Final, NamedTuple

from cartjury.data.jury_records import PERSONAS, Ballot
from cartjury.tools.evals.sitting import Sitting

MISSING: Final = math.nan
Rows = tuple[tuple[float, ...], ...]


def rank_rows(sittings: Iterable[Sitting]) -> list[Rows]:
    """Return how names were ranked in the first round, before anybody heard of the others' choices.

    A unit is a name on the ballot of a segment, a coder is a juror (a persona), the value is the rank that it gave:
    1 for the first. A juror's own name is not on its ballot, and so missing for it. Ballots without it are one shorter,
    and so the ranks of two jurors may differ by one although they think alike; alpha is a little lower for it.

    Returns:
        For each segment with a ballot a row a name, names in their order, with a column for each of PERSONAS, NaN
        where that juror did not rank it.
    """
    return [_rows(ballots) for sitting in sittings for ballots in _first_ballots(sitting)]


def alpha(segments: Sequence[Rows]) -> float | None:
    """Return Krippendorff's alpha, ordinal; None where nothing can be compared.

    1 is full agreement, 0 is what chance would bring, below 0 is systematic disagreement. Ranks on a ballot exclude one
    another, so units of one segment are not independent: the value stands, but intervals must draw whole segments.

    Source: K. Krippendorff, Content Analysis, 2004; as the package `krippendorff` computes it.
    """
    rows = [row for segment in segments for row in segment]
    if not _varies(rows):
        return None
    import krippendorff

    return float(krippendorff.alpha(list(zip(*rows, strict=True)), level_of_measurement="ordinal"))


def compared(segments: Sequence[Rows]) -> int:
    """How many names were ranked by two jurors or more: the units that alpha rests on."""
    return sum(_given(row) > 1 for segment in segments for row in segment)


class Likeness(NamedTuple):
    """A segment's part in the correlation of jurors.

    Attributes:
        pairs: for each two jurors that ranked the same two names or more: the sum of the products of their centred
            ranks, and of the squares.
        jurors: that ranked names here, as columns of PERSONAS.
    """

    pairs: Mapping[tuple[int, int], tuple[float, float]]
    jurors: frozenset[int]


def likeness(rows: Rows) -> Likeness:
    """Compare every two jurors of a segment on the names that both ranked, ranked anew among these alone."""
    columns = range(len(PERSONAS))
    jurors = frozenset(n for n in columns if any(not math.isnan(row[n]) for row in rows))
    pairs = {}
    for one, other in combinations(sorted(jurors), 2):
        both = [row for row in rows if not math.isnan(row[one]) and not math.isnan(row[other])]
        mine, theirs = _centred([row[one] for row in both]), _centred([row[other] for row in both])
        if len(both) > 1:
            pairs[one, other] = (sum(a * b for a, b in zip(mine, theirs, strict=True)), sum(a * a for a in mine))
    return Likeness(pairs, jurors)


def comparisons(segments: Iterable[Likeness]) -> int:
    """How often two jurors could be compared: pairs of jurors, over all segments."""
    return sum(len(s.pairs) for s in segments)


def mean_rho(segments: Sequence[Likeness]) -> float | None:
    """Return the mean rank correlation of two jurors, -1 to 1; None where some two never ranked the same two names.

    For each pair of jurors it is Spearman's rho over all segments: ranks less their mean on the segment, so that only
    the order within a segment counts. Then the mean over the pairs. Where one pair cannot be compared, the others do
    not stand for it: jurors on one model are compared more often, as they propose the same names, and are more alike.
    """
    sums: dict[tuple[int, int], tuple[float, float]] = {}
    for pair, (products, squares) in (item for s in segments for item in s.pairs.items()):
        before = sums.get(pair, (0.0, 0.0))
        sums[pair] = (before[0] + products, before[1] + squares)
    voted = sorted(frozenset[int]().union(*(s.jurors for s in segments)))
    if len(voted) < 2 or sums.keys() != set(combinations(voted, 2)):
        return None
    return sum(products / squares for products, squares in sums.values()) / len(sums)


def effective_votes(segments: Sequence[Likeness]) -> float | None:
    """Return how many independent jurors would tell as much as these: n / (1 + (n - 1) rho).

    n is the mean number of jurors that ranked the names of a segment, rho the mean correlation between two jurors.
    Jurors that contradict one another more than chance would are not counted for more than they are: at most n.

    Source: L. Kish, Survey Sampling, 1965 (design effect of a cluster).
    """
    rho, counted = mean_rho(segments), [len(s.jurors) for s in segments if s.jurors]
    if rho is None:
        return None
    n = sum(counted) / len(counted)
    return min(n, n / (1 + (n - 1) * rho)) if 1 + (n - 1) * rho > 0 else n


def _first_ballots(sitting: Sitting) -> list[list[Ballot]]:
    found: dict[str, list[Ballot]] = {}
    for ballot in sitting.jury.ballots:
        if ballot.round == 0:
            found.setdefault(ballot.segment_id, []).append(ballot)
    return list(found.values())


def _rows(ballots: Sequence[Ballot]) -> Rows:
    by_juror = {b.persona: b.ranking for b in ballots}
    names = sorted({name for ranking in by_juror.values() for name in ranking})
    return tuple(tuple(_rank(name, by_juror.get(p, ())) for p in PERSONAS) for name in names)


def _rank(name: str, ranking: Sequence[str]) -> float:
    return ranking.index(name) + 1.0 if name in ranking else MISSING


def _given(row: Sequence[float]) -> int:
    return sum(not math.isnan(value) for value in row)


def _varies(rows: Iterable[Sequence[float]]) -> bool:
    """Whether there is more than one rank among the units that count; otherwise alpha is 0 / 0."""
    counted = {value for row in rows if _given(row) > 1 for value in row if not math.isnan(value)}
    return len(counted) > 1


def _centred(values: Sequence[float]) -> list[float]:
    """Ranks among these values alone, less their mean."""
    order = sorted(values)
    return [order.index(value) + 1 - (len(values) + 1) / 2 for value in values]
