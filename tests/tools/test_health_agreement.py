"""Agreement of jurors, against figures of the literature, scipy, and cases done by hand."""

import math
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from cartjury.data.jury_records import PERSONAS
from cartjury.tools.evals.agreement import alpha, comparisons, effective_votes, likeness, mean_rho, rank_rows
from tests.tools.health_cases import C, D, G, R, ballot, sitting

_ = math.nan
# Four observers, twelve units: K. Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011, example C.
PUBLISHED = (
    (1, 1, _, 1), (2, 2, 3, 2), (3, 3, 3, 3), (3, 3, 3, 3), (2, 2, 2, 2), (1, 2, 3, 4),
    (4, 4, 4, 4), (1, 1, 2, 1), (2, 2, 2, 2), (_, 5, 5, 5), (_, _, 1, 1), (_, 3, _, _),
)  # fmt: skip
NAMES = ("A_One", "B_Two", "C_Three", "D_Four")
orders = st.permutations(NAMES)
segments = st.lists(st.tuples(orders, orders, orders, orders), min_size=1, max_size=5)


def ranked(*rankings: tuple[list[str], ...]) -> list[tuple[tuple[float, ...], ...]]:
    """Segments in which all jurors ranked the same names."""
    cast = [ballot(p, r, f"S{n:02}") for n, each in enumerate(rankings) for p, r in zip(PERSONAS, each, strict=True)]
    return rank_rows([sitting(ballots=tuple(cast))])


def test_alpha_is_the_published_one() -> None:
    found = alpha([PUBLISHED])

    assert found is not None
    assert round(found, 3) == 0.815


def test_alpha_does_not_depend_on_how_the_units_are_put_into_segments() -> None:
    assert alpha([PUBLISHED]) == alpha([PUBLISHED[:5], PUBLISHED[5:]])


def test_a_ballot_becomes_ranks_and_a_jurors_own_name_is_missing() -> None:
    cast = (
        ballot(C, ["Bold_Two", "Calm_Three"]),
        ballot(G, ["Calm_Three", "Able_One"]),
        ballot(D, ["Able_One", "Bold_Two"]),
    )
    [rows] = rank_rows([sitting(ballots=cast)])

    able, bold, calm = rows
    assert able == pytest.approx((_, 2, 1, _), nan_ok=True)
    assert bold == pytest.approx((1, _, 2, _), nan_ok=True)
    assert calm == pytest.approx((2, 1, _, _), nan_ok=True)


def test_only_the_first_round_counts_before_jurors_hear_of_one_another() -> None:
    first, later = ballot(C, ["A_One", "B_Two"]), ballot(C, ["B_Two", "A_One"], round=1)

    assert rank_rows([sitting(ballots=(first, later))]) == rank_rows([sitting(ballots=(first,))])


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [((1.0, _, _, _), (2.0, _, _, _))],  # one juror
        [((1.0, 1.0, _, _),)],  # one rank
        [((1.0, 1.0, _, _), (_, _, 2.0, _))],  # two ranks, but one of them nobody shares
    ],
)
def test_where_nothing_can_be_compared_there_is_no_alpha(rows: list[tuple[tuple[float, ...], ...]]) -> None:
    assert alpha(rows) is None


@given(segments)
def test_the_mean_correlation_is_spearmans_of_all_pairs(rankings: list[tuple[list[str], ...]]) -> None:
    ranks = [[[r.index(name) for name in NAMES] for r in each] for each in rankings]
    pairs = [spearmanr(a, b).statistic for each in ranks for a, b in combinations(each, 2)]

    assert mean_rho([likeness(rows) for rows in ranked(*rankings)]) == pytest.approx(sum(pairs) / len(pairs))


def test_jurors_are_compared_on_the_names_that_both_ranked() -> None:
    cast = (ballot(C, ["A_One", "B_Two", "D_Four"]), ballot(G, ["D_Four", "A_One", "C_Three"]))
    [rows] = rank_rows([sitting(ballots=cast)])

    # Both ranked A and D, in opposite orders.
    assert mean_rho([likeness(rows)]) == -1


def test_pairs_that_were_compared_do_not_stand_for_those_that_were_not() -> None:
    cast = (ballot(C, ["A_One", "B_Two"]), ballot(G, ["A_One", "B_Two"]), ballot(D, ["C_Three", "D_Four"]))
    found = [likeness(rows) for rows in rank_rows([sitting(ballots=cast)])]

    assert comparisons(found) == 1
    assert mean_rho(found) is None
    assert effective_votes(found) is None


def test_jurors_that_always_agree_are_one_vote() -> None:
    same = ranked((list(NAMES),) * 4, (list(NAMES[::-1]),) * 4)

    assert effective_votes([likeness(rows) for rows in same]) == pytest.approx(1)


def test_two_votes_with_a_correlation_of_a_half_are_worth_four_thirds() -> None:
    # Three names in one segment: 1 2 3 and 1 3 2 correlate by 0.5; 2 / (1 + 0.5).
    cast = (ballot(C, NAMES[:3]), ballot(R, ("A_One", "C_Three", "B_Two")))
    found = [likeness(rows) for rows in rank_rows([sitting(ballots=cast)])]

    assert mean_rho(found) == pytest.approx(0.5)
    assert effective_votes(found) == pytest.approx(4 / 3)


@given(segments, st.randoms(use_true_random=False))
def test_figures_are_bounded_and_the_order_of_segments_is_nothing(
    rankings: list[tuple[list[str], ...]], random: Random
) -> None:
    rows = ranked(*rankings)
    found = [likeness(r) for r in rows]
    mixed = random.sample(range(len(rows)), len(rows))
    votes, agreed = effective_votes(found), alpha(rows)

    assert votes is not None
    assert 1 - 1e-9 <= votes <= 4
    assert agreed is not None
    assert agreed <= 1 + 1e-9
    assert effective_votes([found[i] for i in mixed]) == pytest.approx(votes)
    assert alpha([rows[i] for i in mixed]) == pytest.approx(agreed)
