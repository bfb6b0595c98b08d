"""The round trip: names are shown apart from their rules, in another order, and a reader must bring them together.

case, names -> Showing (orders of its own, no ids) -> a reader's matrix -> which rules it picked, and how often rightly
"""

import zlib
from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from cartjury.data.eval_records import NamingCase
from cartjury.data.jury_records import SegmentBrief
from cartjury.tools.evals.reader import Chose, Matrix, Reader

DECIMALS: Final = 4  # of scores; what differs by less is a tie
SHUFFLES: Final = 40  # orders in which the best assignment is looked for


class Showing(NamedTuple):
    """What a reader is shown of a table, and what it is not shown: whose name and whose rule each is.

    Attributes:
        names: of the segments that have one.
        briefs: all rules of the table, with blank ids.
        name_ids, rule_ids: the segments behind them.
        seed: of the orders.
    """

    names: tuple[str, ...]
    briefs: tuple[SegmentBrief, ...]
    name_ids: tuple[str, ...]
    rule_ids: tuple[str, ...]
    seed: int


class RoundTrip(NamedTuple):
    """What a reader made of a table, by segment; a segment without a name is in none of them.

    Attributes:
        picked: segments of the rules that fit the name best; several where it could not tell, none where it gave up.
        matched: share of the orders in which the assignment of one rule to each name gave the name its own.
        matrix: the scores that both come of, by the name's and the rule's segment.
    """

    picked: dict[str, tuple[str, ...]]
    matched: dict[str, float]
    matrix: dict[str, dict[str, float]]

    @property
    def top1(self) -> dict[str, float]:
        """1 where the name's own rule fits it best; where k rules fit equally well, 1/k; 0 where another fits better.

        So a name that could be anybody's counts as much as guessing would bring.
        """
        return {i: 1 / len(best) if i in best else 0.0 for i, best in self.picked.items()}


def shown(case: NamingCase, names: Mapping[str, str], seed: int) -> Showing:
    """Put names and rules each in an order that hangs on them and the seed alone, not on the order of the segments."""
    named = sorted((b for b in case.briefs if b.id in names), key=lambda b: (names[b.id], b.rule))
    rules = sorted(case.briefs, key=lambda b: b.rule)
    shuffle = np.random.default_rng([seed, zlib.crc32(case.id.encode())])
    mixed_names = [named[n] for n in shuffle.permutation(len(named))]
    mixed_rules = [rules[n] for n in shuffle.permutation(len(rules))]
    return Showing(
        names=tuple(names[b.id] for b in mixed_names),
        briefs=tuple(b.model_copy(update={"id": ""}) for b in mixed_rules),
        name_ids=tuple(b.id for b in mixed_names),
        rule_ids=tuple(b.id for b in mixed_rules),
        seed=seed,
    )


def round_trip(showing: Showing, reader: Reader) -> RoundTrip:
    """Let a reader match what it is shown; where there is no name it is not asked.

    Raises:
        ValueError: it gave a matrix of another shape, or a score that is no number.
    """
    if not showing.names:
        return RoundTrip({}, {}, {})
    scores = np.round(reader.scores(showing.names, showing.briefs), DECIMALS)
    if scores.shape != (len(showing.names), len(showing.briefs)) or not np.isfinite(scores).all():
        raise ValueError(f"{reader.name} gave no number for each of {len(showing.names)} names and each rule")
    return _trip(showing, scores)


def heard(showing: Showing, reader: Chose) -> RoundTrip:
    """What a reader chose that was asked elsewhere, with the same orders behind the one-to-one matching.

    Raises:
        ValueError: it chose for a name, or a rule, that the table does not have.
    """
    for i, choice in reader.choices.items():
        if i not in showing.rule_ids or choice not in {None, *showing.rule_ids}:
            raise ValueError(f"{reader.name} chose {choice} for {i}, which are not both in the table")
    if not showing.names:
        return RoundTrip({}, {}, {})
    taken_for = [reader.choices.get(i) for i in showing.name_ids]
    trip = _trip(showing, np.array([[float(rule == choice) for rule in showing.rule_ids] for choice in taken_for]))
    gave_up = [i for i, choice in zip(showing.name_ids, taken_for, strict=True) if choice is None]
    return trip._replace(
        picked={**trip.picked, **dict.fromkeys(gave_up, ())}, matched={**trip.matched, **dict.fromkeys(gave_up, 0.0)}
    )


def _trip(showing: Showing, scores: Matrix) -> RoundTrip:
    picked: dict[str, tuple[str, ...]] = {}
    matrix: dict[str, dict[str, float]] = {}
    for i, row in sorted(zip(showing.name_ids, scores.tolist(), strict=True)):
        matrix[i] = dict(sorted(zip(showing.rule_ids, row, strict=True)))
        picked[i] = tuple(rule for rule, score in matrix[i].items() if score == max(row))
    return RoundTrip(picked, dict(sorted(_matched(scores, showing).items())), matrix)


def _matched(scores: Matrix, showing: Showing) -> dict[str, float]:
    """Assign one rule to each name so that the sum of scores is best.

    Several assignments may be equally good, and which of them is found hangs on the order of rows and columns. So it
    is looked for in `SHUFFLES` orders, none of which has to do with the segments, and the hits are averaged.
    """
    shuffle = np.random.default_rng(showing.seed)
    own = np.array([showing.rule_ids.index(i) for i in showing.name_ids], dtype=np.int64)
    hits = np.zeros(len(own))
    for _ in range(SHUFFLES):
        rows, columns = shuffle.permutation(scores.shape[0]), shuffle.permutation(scores.shape[1])
        at, to = linear_sum_assignment(scores[np.ix_(rows, columns)], maximize=True)
        hits[rows[at]] += columns[to] == own[rows[at]]
    return dict(zip(showing.name_ids, (hits / SHUFFLES).tolist(), strict=True))
