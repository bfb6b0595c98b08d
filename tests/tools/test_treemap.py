"""The treemap's geometry is checked against the picture's definition and the example of its paper."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartjury.tools.treemap import Rect, shades, squarify, treemap
from cartjury.tools.treemap_labels import Item, text_width

WIDTH, HEIGHT = 960.0, 430.0
users = st.lists(st.integers(1, 10_000_000), min_size=1, max_size=25)


def item(n: int, people: int, *, score: float = 0.5, name: str = "Premium_Engaged_Profitable") -> Item:
    return Item(f"S{n:02d}", name, people, score, "title")


@given(users)
def test_areas_are_proportional_to_users(values: list[int]) -> None:
    areas = [r.width * r.height for r in squarify(values, WIDTH, HEIGHT)]

    expected = [v / sum(values) * WIDTH * HEIGHT for v in values]
    assert areas == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(users)
def test_boxes_stay_inside_the_canvas(values: list[int]) -> None:
    for r in squarify(values, WIDTH, HEIGHT):
        assert r.x >= 0
        assert r.y >= 0
        assert r.x + r.width <= WIDTH + 1e-9
        assert r.y + r.height <= HEIGHT + 1e-9


@given(users)
def test_boxes_do_not_overlap(values: list[int]) -> None:
    for a, b in itertools.combinations(squarify(values, WIDTH, HEIGHT), 2):
        across = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
        down = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
        assert across <= 1e-9 or down <= 1e-9


def test_the_example_of_the_paper_comes_out_as_printed_there() -> None:
    """Bruls, Huizing, van Wijk, figure 4: the areas 6 6 4 3 2 2 1 on 6 x 4."""
    boxes = squarify([6, 6, 4, 3, 2, 2, 1], 6, 4)

    shapes = [(round(r.width, 2), round(r.height, 2)) for r in boxes]
    assert shapes == [(3, 2), (3, 2), (1.71, 2.33), (1.29, 2.33), (1.2, 1.67), (1.2, 1.67), (0.6, 1.67)]


def test_boxes_come_back_in_the_order_of_the_values() -> None:
    small, large = squarify([1, 3], 8, 4)

    assert (small, large) == (Rect(6, 0, 2, 4), Rect(0, 0, 6, 4))


def test_no_values_give_no_boxes() -> None:
    assert squarify([], 10, 10) == []


def test_a_value_that_is_not_positive_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        squarify([3, 0], 10, 10)


def test_segments_without_users_get_no_box() -> None:
    drawn = treemap([item(1, 10), item(2, 0)], 960, 430)

    assert [t.item.id for t in drawn.tiles] == ["S01"]


def test_a_large_box_bears_name_users_and_score() -> None:
    [tile] = treemap([item(1, 18_500, score=0.87)], 960, 430).tiles

    assert [line.text for line in tile.label.lines] == ["Premium_Engaged_Profitable", "18,500 users", "score 0.87"]


def test_one_user_is_not_called_users() -> None:
    [tile] = treemap([item(1, 1)], 960, 430).tiles

    assert "1 user" in [line.text for line in tile.label.lines]


def test_a_tiny_box_has_no_label_and_is_listed_in_the_legend() -> None:
    drawn = treemap([item(1, 10_000_000), item(2, 1)], 960, 430)

    assert [(t.item.id, t.label.lines) for t in drawn.unnamed] == [("S02", ())]


def test_a_long_word_breaks_anywhere() -> None:
    [tile] = treemap([item(1, 5, name="A" * 40)], 328, 520).tiles

    names = [line.text for line in tile.label.lines if line.strong]
    assert len(names) > 1
    assert "".join(names) == "A" * 40


@given(users, st.text("Aa_mW1 \u6f22", min_size=1, max_size=40))
def test_labels_fit_into_their_boxes(values: list[int], name: str) -> None:
    for tile in treemap([item(n, v, name=name) for n, v in enumerate(values)], 960, 430).tiles:
        for line in tile.label.lines:
            assert text_width(line.text, line.size) <= tile.rect.width
            assert line.size <= line.y <= tile.rect.height


@given(users)
def test_the_line_around_a_box_never_covers_it(values: list[int]) -> None:
    for tile in treemap([item(n, v) for n, v in enumerate(values)], 960, 430).tiles:
        assert tile.gap < min(tile.rect.width, tile.rect.height)


def test_the_best_score_has_the_strongest_shade_and_the_worst_the_weakest() -> None:
    drawn = treemap([item(1, 5, score=0.3), item(2, 4, score=0.5), item(3, 3, score=0.8)], 960, 430)

    assert [t.shade for t in drawn.tiles] == [0, 2, 4]


def test_scores_that_read_the_same_share_one_shade() -> None:
    assert len(shades([0.5, 0.501, 0.504])) == 1
