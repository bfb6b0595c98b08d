"""Many dimensions merged from the first one down: no segment too small, every rule a product, nobody lost."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartjury.data.records import Dimension, SizePolicy
from cartjury.tools.merge_down import merge_down
from cartjury.tools.rules import initial_segments
from cartjury.tools.siblings import Group
from cartjury.tools.size import apply_size_policy
from tests.tools.test_size import nobody_differs, plan_of

Users = dict[tuple[int, ...], int]


def groups(users: Users) -> list[Group]:
    return [Group(n, f"S{n:02d}", frozenset({cell}), size) for n, (cell, size) in enumerate(users.items(), start=1)]


def merged(users: Users, least: int) -> list[tuple[set[tuple[int, ...]], int]]:
    names = [f"D{i}" for i in range(len(next(iter(users))))]
    found = merge_down(groups(users), SizePolicy(min_size=least), names)
    assert found is not None
    return [(set(group.cells), group.users) for group in found[0]]


@st.composite
def many_cells(draw: st.DrawFn) -> Users:
    shape = draw(st.lists(st.integers(2, 5), min_size=1, max_size=4))
    cells = list(itertools.product(*(range(1, n + 1) for n in shape)))
    sizes = draw(st.lists(st.integers(0, 30), min_size=len(cells), max_size=len(cells)))
    return dict(zip(cells, sizes, strict=True))


@given(many_cells(), st.integers(1, 60))
def test_every_segment_has_the_minimum_and_is_a_product_and_nobody_is_lost(users: Users, least: int) -> None:
    found = merged(users, least)
    assert sorted(itertools.chain.from_iterable(cells for cells, _ in found)) == sorted(users)
    for cells, size in found:
        assert size == sum(users[cell] for cell in cells)
        assert math.prod(len(set(levels)) for levels in zip(*cells, strict=True)) == len(cells)
        assert size >= least or len(found) == 1


def test_the_first_dimension_stays_apart_the_longest() -> None:
    users = {(1, 1): 6, (1, 2): 6, (2, 1): 6, (2, 2): 6}
    assert merged(users, 10) == [({(1, 1), (1, 2)}, 12), ({(2, 1), (2, 2)}, 12)]


def test_a_part_is_cut_by_a_later_dimension_where_its_users_allow() -> None:
    users = {(1, 1): 20, (1, 2): 20, (2, 1): 20, (2, 2): 2}
    assert merged(users, 10) == [({(1, 1)}, 20), ({(1, 2)}, 20), ({(2, 1), (2, 2)}, 22)]


def test_a_small_level_joins_its_smaller_neighbour() -> None:
    assert merged({(1,): 30, (2,): 3, (3,): 20}, 10) == [({(1,)}, 30), ({(2,), (3,)}, 23)]


def test_each_merge_is_told_with_its_reason() -> None:
    users = {(1, 1): 20, (1, 2): 20, (2, 1): 20, (2, 2): 2}
    found = merge_down(groups(users), SizePolicy(min_size=10), ["AOV", "Profit"])
    assert found is not None
    (entry,) = found[1]
    assert (entry.segments, entry.sizes) == (("S03", "S04"), (20, 2))
    assert entry.reason == (
        "S04 joined S03, which is not cut by Profit: a part would have fewer users than the minimum of 10"
    )


def test_groups_that_are_no_whole_product_are_left_alone() -> None:
    assert merge_down(groups({(1, 1): 5, (1, 2): 5, (2, 1): 5}), SizePolicy(min_size=10), ["A", "B"]) is None


@pytest.mark.parametrize(("dimensions", "step", "takes_over"), [(3, 53, False), (4, 37, False), (4, 53, True)])
def test_it_takes_over_where_more_than_three_dimensions_leave_segments_too_small(
    dimensions: int, step: int, takes_over: bool
) -> None:
    scales = tuple(Dimension(name=f"D{i}", column=f"c{i}", cuts=(1, 2, 3)) for i in range(dimensions))
    cells = [s.boxes[0].levels for s in initial_segments(scales) if not s.is_else]
    counts = {cell: (i * step) % 97 if i % 3 else 0 for i, cell in enumerate(cells)}
    log = apply_size_policy(plan_of(scales, 200), counts, nobody_differs).log
    assert any("which is not cut by" in entry.reason for entry in log) == takes_over
    assert any(entry.action == "keep" for entry in log) == (dimensions == 3)
