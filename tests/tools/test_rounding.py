"""Cuts that a person can say, by the rule of the specification written a second time in the oracle."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartjury.tools.rounding import candidates, round_cut, round_cuts
from tests import oracle

MONEY = st.floats(0.01, 10_000).map(lambda x: round(x, 2))
WIDE = st.floats(-1e12, 1e12).map(lambda x: x + 0.0) | st.sampled_from([1e-9, 5e-7, -0.35, 25.0, 0.25])


class Counter:
    """Counts exactly, and bounds as badly as it may."""

    def __init__(self, values: Sequence[float]) -> None:
        self.values, self.known = values, len(values)

    def below(self, cuts: Sequence[float]) -> list[int]:
        return [sum(v < cut for v in self.values) for cut in cuts]

    def between(self, cut: float) -> tuple[int, int]:
        (exact,) = self.below([cut])
        return exact // 2, exact + (self.known - exact) // 2


@settings(deadline=None)
@given(values=st.lists(MONEY, min_size=2, max_size=300), share=st.floats(0.05, 0.95))
def test_a_quantile_of_prices_is_rounded_as_the_oracle_rounds_it(values: list[float], share: float) -> None:
    cut = float(np.quantile(values, share))
    assert round_cut(cut, Counter(values)) == oracle.round_cut(values, cut)


@settings(deadline=None)
@given(values=st.lists(WIDE, min_size=2, max_size=50), cut=WIDE)
def test_any_cut_is_rounded_as_the_oracle_rounds_it(values: list[float], cut: float) -> None:
    assert round_cut(cut, Counter(values)) == oracle.round_cut(values, cut)


@settings(deadline=None)
@given(values=st.lists(MONEY, min_size=5, max_size=200))
def test_the_cuts_of_a_dimension_are_rounded_as_the_oracle_rounds_them(values: list[float]) -> None:
    cuts = sorted({float(np.quantile(values, q)) for q in (0.4, 0.8)})
    assert round_cuts(cuts, Counter(values)) == oracle.round_cuts(values, cuts)


@given(cut=MONEY)
def test_candidates_go_from_coarse_to_fine_and_end_with_the_cut(cut: float) -> None:
    found = list(candidates(cut))
    assert found[-1] == cut
    assert len(set(found)) == len(found)
    distances = [abs(c - cut) for c in found]
    assert distances[-1] == min(distances)


def test_the_candidates_of_a_price_are_numbers_that_people_say() -> None:
    assert list(itertools.islice(candidates(84.37), 6)) == [100.0, 80.0, 85.0, 84.0, 84.5, 84.4]


def test_zero_is_a_round_number_where_it_leaves_users_on_both_sides() -> None:
    assert round_cut(-0.4, Counter([-1.0, 3.0])) == 0.0
    assert round_cut(0.4, Counter([0.0, 3.0])) != 0.0


def test_zero_has_no_rounder_form() -> None:
    assert list(candidates(0.0)) == []
    assert round_cut(0.0, Counter([-1.0, 0.0, 1.0])) == 0.0


@pytest.mark.parametrize(("others", "expected"), [(100, 10.0), (99, 11.0)])
def test_half_a_percent_may_move_and_not_one_user_more(others: int, expected: float) -> None:
    values = [5.0] * others + [10.0] + [11.0] * 99  # one user of 200, then one of 199
    assert round_cut(11.0, Counter(values)) == expected


def test_cuts_that_would_meet_stay_exact() -> None:
    values = [10.0] * 100 + [41.5] + [80.0] * 99
    assert round_cuts((41.0, 42.0), Counter(values)) == (41.0, 42.0)
