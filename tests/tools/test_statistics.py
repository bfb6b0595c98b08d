"""Intervals by table: against enumeration of every draw, closed forms and simulation, none of which is our code."""

import itertools
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartjury.tools.evals.statistics import clustered, paired_difference, ratio, share, wilson, win_rate

Z = 1.959963984540054  # the normal quantile of 0.975


def enumerated(numerators: list[float], denominators: list[float]) -> tuple[float, float]:
    """The bounds over all draws of so many tables with replacement, each as likely as the others."""
    draws = itertools.product(range(len(numerators)), repeat=len(numerators))
    ratios = [sum(numerators[i] for i in draw) / sum(denominators[i] for i in draw) for draw in map(tuple, draws)]
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(low), float(high)


@pytest.mark.parametrize(("k", "n"), [(0, 12), (7, 12), (12, 12), (230, 240)])
def test_wilsons_interval_is_that_of_the_closed_form(k: int, n: int) -> None:
    share_, spread = k / n, Z**2 / n
    middle = (share_ + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share_ * (1 - share_) / n + spread / (4 * n)) / (1 + spread)

    assert wilson(k, n) == pytest.approx((middle - half, middle + half), abs=1e-6)


def test_tables_are_drawn_as_a_whole_and_a_large_one_weighs_more() -> None:
    numerators, denominators = [1.0, 4.0, 11.0, 2.0, 6.0], [4.0, 8.0, 12.0, 4.0, 12.0]

    low, high = clustered(numerators, denominators, seed=1, resamples=20_000)

    assert (low, high) == pytest.approx(enumerated(numerators, denominators), abs=0.015)


def test_with_many_tables_the_interval_is_that_of_their_spread() -> None:
    shares = np.random.default_rng(3).beta(6, 3, size=400)

    low, high = clustered(list(shares * 10), [10.0] * 400, seed=1)

    half = Z * shares.std(ddof=1) / math.sqrt(400)
    assert (low, high) == pytest.approx((shares.mean() - half, shares.mean() + half), abs=0.003)


def test_the_interval_holds_the_true_share_about_as_often_as_it_says() -> None:
    draw, held, trials = np.random.default_rng(7), 0, 300
    for trial in range(trials):
        sizes = draw.choice([4, 8, 12], size=30)
        right = draw.binomial(sizes, draw.beta(4, 2, size=30))  # tables differ: mean 2/3
        low, high = clustered(list(right), list(sizes), seed=trial, resamples=400)
        held += low <= 2 / 3 <= high

    assert 0.89 <= held / trials <= 0.98


def test_tables_that_differ_give_a_wider_interval_than_names_that_are_taken_for_independent() -> None:
    right, names = [12.0, 0.0] * 8, [12.0] * 16

    low, high = clustered(right, names, seed=1)

    independent = wilson(96, 192)
    assert high - low > 2 * (independent[1] - independent[0])


def test_the_same_seed_gives_the_same_interval() -> None:
    numerators, denominators = [1.0, 3.0, 2.0], [4.0, 4.0, 4.0]

    assert clustered(numerators, denominators, seed=5) == clustered(numerators, denominators, seed=5)


def test_tables_that_all_came_to_the_same_have_an_interval_without_width() -> None:
    found = ratio([3.0, 6.0], [4.0, 8.0], seed=1)

    assert (found.value, found.low, found.high) == (0.75, 0.75, 0.75)
    assert "all came to the same" in found.method


def test_a_table_alone_has_no_interval() -> None:
    found = ratio([3.0, 0.0], [4.0, 0.0], seed=1)

    assert (found.value, found.low, found.high, found.n) == (0.75, None, None, 4)
    assert found.method == "one table: no interval"
    with pytest.raises(ValueError, match="too few"):
        clustered([3.0], [4.0], seed=1)


def test_without_anything_counted_there_is_no_figure() -> None:
    assert ratio([0.0], [0.0], seed=1).value is None
    assert share([], [], seed=1).value is None


def test_nothing_may_be_counted_of_nothing() -> None:
    with pytest.raises(ValueError, match="of nothing"):
        ratio([1.0, 1.0], [0.0, 2.0], seed=1)


@pytest.mark.parametrize("k", [0, 1])
def test_a_share_at_its_end_is_no_certainty(k: int) -> None:
    found = share([8.0 * k] * 20, [8.0] * 20, seed=1)

    assert (found.low, found.high) == wilson(160 * k, 160)
    assert "Wilson over 160" in found.method


def test_of_two_arms_a_table_is_drawn_for_both_at_once() -> None:
    hard_and_easy = [2.0, 5.0, 9.0, 11.0, 3.0, 12.0]
    a = {str(n): (x, 12.0) for n, x in enumerate(hard_and_easy)}
    b = {str(n): (x - 1, 12.0) for n, x in enumerate(hard_and_easy)}

    found = paired_difference(a, b, seed=1)

    assert (found.value, found.low, found.high) == pytest.approx((1 / 12, 1 / 12, 1 / 12))


def test_the_difference_of_two_arms_agrees_with_every_draw_enumerated() -> None:
    a = {"p": (1.0, 4.0), "q": (7.0, 8.0), "r": (5.0, 12.0), "s": (4.0, 4.0)}
    b = {"p": (2.0, 4.0), "q": (3.0, 8.0), "r": (6.0, 12.0), "s": (1.0, 4.0)}
    draws = [tuple(draw) for draw in itertools.product(a, repeat=4)]
    of = [[sum(arm[i][0] for i in d) / sum(arm[i][1] for i in d) for d in draws] for arm in (a, b)]
    low, high = np.quantile(np.array(of[0]) - np.array(of[1]), [0.025, 0.975])

    found = paired_difference(a, b, seed=1, resamples=20_000)

    assert (found.low, found.high) == pytest.approx((low, high), abs=0.02)
    assert found.value == pytest.approx(17 / 28 - 12 / 28)


def test_a_table_that_one_arm_alone_has_is_left_out() -> None:
    found = paired_difference({"p": (1, 2), "q": (2, 2), "r": (0, 2)}, {"q": (1, 2), "r": (0, 2), "s": (2, 2)}, seed=1)

    assert (found.value, found.n, found.clusters) == (0.25, 4, 2)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=12), st.randoms())
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_tables_changes_no_difference(counts: list[tuple[int, int]], shuffler: random.Random) -> None:
    a = {str(n): (float(min(x, 6)), 6.0) for n, (x, _) in enumerate(counts)}
    b = {str(n): (float(min(y, 6)), 6.0) for n, (_, y) in enumerate(counts)}
    order = list(a)
    shuffler.shuffle(order)

    assert paired_difference({i: a[i] for i in order}, b, seed=1, resamples=50) == paired_difference(
        a, b, seed=1, resamples=50
    )


def test_pairs_without_a_winner_are_no_part_of_the_share_that_was_won() -> None:
    found = win_rate([3.0, 0.0, 5.0], [1.0, 0.0, 3.0], seed=1)

    assert (found.value, found.n, found.clusters) == (pytest.approx(8 / 12), 12, 2)


def test_pairs_that_were_all_won_on_few_tables_do_not_prove_much() -> None:
    one_table = win_rate([12.0], [0.0], seed=1)

    assert one_table.value == 1
    assert one_table.low is not None
    assert one_table.low < 0.5
    assert (win_rate([12.0] * 8, [0.0] * 8, seed=1).low or 0) > 0.5
