import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartjury.data.errors import InputError
from cartjury.data.records import Box, Dimension, Interval, Segment, SegmentPlan, SizePolicy
from cartjury.tools.rules import else_boxes, initial_segments, is_else, rule_text, simplify, traits
from cartjury.tools.words import in_words

AOV = Dimension(name="AOV", column="avg_order_value", cuts=(45, 120))
ENGAGEMENT = Dimension(name="Engagement", column="engagement_score", cuts=(0.48,))
PROFIT = Dimension(name="Profit", column="profitability_score", cuts=(0.5,))
DIMENSIONS = (AOV, ENGAGEMENT, PROFIT)
CROSSED = (AOV.model_copy(update={"unknown": "level"}), ENGAGEMENT, PROFIT)
NOT_ENGAGED = "not yet engaged (score under 0.48)"
KNOWN3, KNOWN2 = ("Low", "Medium", "High"), ("Low", "High")


def boxes_of(*levels: str | tuple[str, ...], where: tuple[Interval, ...] = ()) -> list[Box]:
    sets = [(of,) if isinstance(of, str) else of for of in levels]
    return [Box(levels=cell, where=where) for cell in itertools.product(*sets)]


def days(lower: float | None = None, upper: float | None = None) -> Interval:
    return Interval(column="days_since_abandonment", lower=lower, upper=upper, unknown=lower is None)


def sessions(lower: float | None = None, upper: float | None = None) -> Interval:
    return Interval(column="sessions_last_30d", lower=lower, upper=upper, unknown=lower is None)


def plan_of(dimensions: tuple[Dimension, ...], *groups: list[Box]) -> SegmentPlan:
    taken = {box.levels for group in groups for box in group}
    rest = [box for s in initial_segments(dimensions) for box in s.boxes if box.levels not in taken]
    every = [*groups, rest] if rest else list(groups)
    return SegmentPlan(
        dimensions=dimensions,
        segments=tuple(
            Segment(id=f"S{i:02d}", boxes=simplify(dimensions, g), rule=rule_text(dimensions, g))
            for i, g in enumerate(every, 1)
        ),
        size_policy=SizePolicy(min_size=1),
    )


@pytest.mark.parametrize(
    ("boxes", "rule"),
    [
        (boxes_of("High", "Low", "High"), "AOV_High & Engagement_Low & Profit_High"),
        (boxes_of("High", "Low", KNOWN2), "AOV_High & Engagement_Low"),
        (boxes_of(("Medium", "Low"), KNOWN2, "High"), "AOV_{Low,Medium} & Profit_High"),
        (boxes_of(("High", "Low"), KNOWN2, KNOWN2), "AOV_{Low,High}"),
        (boxes_of(KNOWN3, KNOWN2, KNOWN2), "ALL"),
        (
            boxes_of("High", "High", KNOWN2) + boxes_of("Low", "Low", "Low"),
            "(AOV_High & Engagement_High) | (AOV_Low & Engagement_Low & Profit_Low)",
        ),
        (
            boxes_of("High", KNOWN2, KNOWN2) + boxes_of(("Low", "Medium"), "High", KNOWN2),
            "(Engagement_High) | (AOV_High & Engagement_Low)",
        ),
        (
            boxes_of("High", "High", KNOWN2, where=(sessions(4),)),
            "AOV_High & Engagement_High & sessions_last_30d >= 4",
        ),
        (boxes_of(KNOWN3, KNOWN2, KNOWN2, where=(sessions(upper=4.5),)), "sessions_last_30d < 4.5"),
        (
            boxes_of("High", KNOWN2, KNOWN2, where=(sessions(2, 4),)),
            "AOV_High & sessions_last_30d >= 2 & sessions_last_30d < 4",
        ),
        (
            boxes_of("High", KNOWN2, KNOWN2) + boxes_of("Low", KNOWN2, KNOWN2, where=(days(3),)),
            "(AOV_High) | (AOV_Low & days_since_abandonment >= 3)",
        ),
    ],
)
def test_a_rule_says_what_the_boxes_hold_and_no_more(boxes: list[Box], rule: str):
    assert rule_text(DIMENSIONS, boxes) == rule
    assert rule_text(DIMENSIONS, boxes[::-1]) == rule


def test_a_crossed_unknown_is_a_level_like_any_other():
    assert rule_text(CROSSED, boxes_of("Unknown", "High", "Low")) == "AOV_Unknown & Engagement_High & Profit_Low"
    assert rule_text(CROSSED, boxes_of(("Low", "Unknown"), "High", KNOWN2)) == "AOV_{Unknown,Low} & Engagement_High"
    assert rule_text(CROSSED, boxes_of(KNOWN3, "High", KNOWN2)) == "AOV_{Low,Medium,High} & Engagement_High"
    assert rule_text(CROSSED, boxes_of(AOV.level_names, "High", KNOWN2)) == "Engagement_High"


def test_the_cells_of_rarely_missing_values_are_else():
    boxes = else_boxes(CROSSED)

    assert len(boxes) == 4 * 3 * 3 - 4 * 2 * 2
    assert rule_text(CROSSED, boxes) == "ELSE"
    assert is_else(CROSSED, boxes[::-1])
    assert not is_else(CROSSED, boxes[1:])
    assert not is_else(CROSSED, [*boxes, Box(levels=("Low", "Low", "Low"))])


def test_else_together_with_others_is_said_so():
    whole = [box for s in initial_segments(DIMENSIONS) for box in s.boxes]

    assert rule_text(DIMENSIONS, whole) == "ALL"
    assert rule_text(DIMENSIONS, [*boxes_of("High", KNOWN2, KNOWN2), *else_boxes(DIMENSIONS)]) == "(AOV_High) | (ELSE)"
    assert rule_text(DIMENSIONS, boxes_of("Unknown", KNOWN2, KNOWN2)) == (
        "AOV_Unknown & Engagement_{Low,High} & Profit_{Low,High}"
    )


def test_a_local_condition_on_else_is_not_else():
    boxes = [Box(levels=b.levels, where=(sessions(4),)) for b in else_boxes(DIMENSIONS)]

    assert rule_text(DIMENSIONS, boxes) == "ELSE & sessions_last_30d >= 4"
    assert not is_else(DIMENSIONS, boxes)


def test_missing_values_are_mentioned_where_a_column_can_miss_them():
    low = Interval(column="avg_order_value", upper=50, unknown=True)
    known = Interval(column="avg_order_value")

    assert rule_text((), [Box(levels=(), where=(low,))]) == "(avg_order_value < 50 or avg_order_value missing)"
    assert rule_text((), [Box(levels=(), where=(known,))]) == "avg_order_value known"


def test_the_first_segments_are_the_cells_from_the_best_down_and_else_last():
    found = initial_segments(DIMENSIONS)

    assert [s.id for s in found] == [f"S{i:02d}" for i in range(1, 14)]
    assert found[0].rule == "AOV_High & Engagement_High & Profit_High"
    assert found[1].rule == "AOV_High & Engagement_High & Profit_Low"
    assert found[4].rule == "AOV_Medium & Engagement_High & Profit_High"
    assert found[11].rule == "AOV_Low & Engagement_Low & Profit_Low"
    assert found[12].is_else


def test_a_crossed_unknown_comes_after_the_lowest_level():
    rules = [s.rule for s in initial_segments((CROSSED[0],))]

    assert rules == ["AOV_High", "AOV_Medium", "AOV_Low", "AOV_Unknown"]


def test_a_plan_without_dimensions_has_one_segment():
    assert [(s.id, s.rule, s.boxes) for s in initial_segments(())] == [("S01", "ALL", (Box(levels=()),))]


def test_more_cells_than_ids_is_an_input_error():
    many = tuple(Dimension(name=f"D{i}", column=f"c{i}", cuts=(1, 2)) for i in range(7))

    with pytest.raises(InputError, match="7 dimensions make 2,187 cells"):
        initial_segments(many)


def test_touching_parts_of_a_cell_are_joined_and_a_full_interval_vanishes():
    cell = ("High", "High", "High")
    parts = [Box(levels=cell, where=(days(3),)), Box(levels=cell, where=(days(upper=3),))]
    apart = [Box(levels=cell, where=(days(upper=2),)), Box(levels=cell, where=(days(3),))]

    assert simplify(DIMENSIONS, parts) == (Box(levels=cell),)
    assert simplify(DIMENSIONS, apart) == tuple(apart)


def test_a_column_that_keeps_out_missing_values_is_kept():
    known = Box(levels=("High", "High", "High"), where=(Interval(column="sessions_last_30d"),))

    assert simplify(DIMENSIONS, [known]) == (known,)


POINTS = (None, *(x / 2 for x in range(-1, 12)))


@st.composite
def parts(draw: st.DrawFn) -> list[Box]:
    """Some parts of a cell that was cut in two again and again, on two columns."""
    pieces = [Box(levels=())]
    for _ in range(draw(st.integers(0, 5))):
        piece = pieces.pop(draw(st.integers(0, len(pieces) - 1)))
        column, cut = draw(st.sampled_from([days, sessions])), draw(st.integers(0, 5))
        pieces += [Box(levels=(), where=(*piece.where, half)) for half in (column(upper=cut), column(cut))]
    return [piece for piece in pieces if draw(st.booleans())]


def held(boxes: list[Box] | tuple[Box, ...]) -> list[int]:
    """How many boxes hold each point of a grid that is finer than all cuts."""
    grid = itertools.product(POINTS, POINTS)
    values = [{"days_since_abandonment": a, "sessions_last_30d": b} for a, b in grid]
    return [sum(all(i.holds(v[i.column]) for i in box.where) for box in boxes) for v in values]


@given(parts(), st.randoms())
@settings(max_examples=60, deadline=None)
def test_simplified_boxes_hold_the_same_users_whatever_the_order(boxes, random):
    found = simplify((), boxes)

    assert held(found) == held(boxes)
    random.shuffle(boxes)
    assert simplify((), boxes) == found == simplify((), found)


@given(parts(), st.sampled_from([days, sessions]), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_merging_the_halves_of_a_split_gives_back_the_boxes(boxes, column, cut):
    before = simplify((), boxes)
    halves = [
        simplify((), [Box(levels=(), where=(*b.where, half)) for b in before])
        for half in (column(upper=cut), column(cut))
    ]

    assert simplify((), halves[1] + halves[0]) == before


@given(st.data(), st.sampled_from([DIMENSIONS, CROSSED]))
@settings(max_examples=80, deadline=None)
def test_a_rule_read_back_gives_the_cells_it_was_made_from(data, dimensions):
    cells = [b.levels for s in initial_segments(dimensions) if not s.is_else for b in s.boxes]
    chosen = data.draw(st.sets(st.sampled_from(cells), min_size=1))

    rule = rule_text(dimensions, [Box(levels=cell) for cell in chosen])

    read = [cell for product in re.sub(r"^\(|\)$", "", rule).split(") | (") for cell in read_back(dimensions, product)]
    assert sorted(read) == sorted(chosen)


def read_back(dimensions, product: str):
    sets = {d.name: d.level_names if d.unknown == "level" else d.level_names[1:] for d in dimensions}
    for condition in product.split(" & ") if product != "ALL" else ():
        name, names = condition.split("_", 1)
        sets[name] = names.strip("{}").split(",")
    return itertools.product(*sets.values())


def test_traits_give_all_levels_of_a_segment_lowest_first():
    plan = plan_of(CROSSED, boxes_of(("Medium", "Unknown"), "High", KNOWN2))
    aov, engagement, profit = traits(plan, plan.segments[0])

    assert (aov.label, aov.column, aov.levels) == ("AOV", "avg_order_value", ("Unknown", "Medium"))
    assert aov.of == ("Unknown", "Low", "Medium", "High")
    assert (engagement.levels, engagement.of) == (("High",), ("Low", "High"))
    assert not profit.says_something


def test_a_local_split_is_low_medium_or_high_among_its_cells():
    cells = ("High", "High", "High")
    groups = [[Box(levels=cells, where=(i,))] for i in (days(upper=2), days(2, 4), days(4))]
    plan = plan_of(DIMENSIONS, *groups)

    found = [traits(plan, s)[-1] for s in plan.segments[:3]]
    assert [t.levels for t in found] == [("Low",), ("Medium",), ("High",)]
    assert {(t.label, t.of) for t in found} == {("days_since_abandonment", ("Low", "Medium", "High"))}


def test_else_has_no_traits():
    plan = plan_of(DIMENSIONS, *(list(s.boxes) for s in initial_segments(DIMENSIONS)))

    assert traits(plan, plan.segments[-1]) == ()


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        (
            boxes_of("High", "High", "Low"),
            "orders of 120 or more, engaged (score 0.48 or more), not yet profitable (score under 0.5)",
        ),
        (boxes_of("Medium", KNOWN2, KNOWN2), "orders between 45 and 120"),
        (boxes_of(("Low", "Medium"), KNOWN2, KNOWN2), "orders under 120"),
        (boxes_of(("Low", "High"), KNOWN2, KNOWN2), "orders under 45 or orders of 120 or more"),
        (boxes_of("Unknown", KNOWN2, "High"), "no known order value, profitable (score 0.5 or more)"),
        (boxes_of(("Unknown", "Low"), KNOWN2, KNOWN2), "orders under 45 or no known order value"),
        (boxes_of(KNOWN3, KNOWN2, KNOWN2), "a known order value"),
        (boxes_of(AOV.level_names, KNOWN2, KNOWN2), "everyone in the window"),
        (
            boxes_of("High", "Low", KNOWN2) + boxes_of("Unknown", "High", KNOWN2),
            f"orders of 120 or more, {NOT_ENGAGED}; or no known order value, engaged (score 0.48 or more)",
        ),
        (list(else_boxes(CROSSED)), "engagement or profitability not known"),
    ],
)
def test_a_rule_is_said_in_plain_words(boxes, words):
    plan = plan_of(CROSSED, boxes)

    assert in_words(plan, plan.segments[0]) == words


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        (sessions(4), "at least 4 sessions in the last 30 days"),
        (sessions(1), "at least 1 session in the last 30 days"),
        (sessions(11), "at least 11 sessions in the last 30 days"),
        (days(3), "abandoned 3 days ago or longer"),
        (days(upper=3), "abandoned less than 3 days ago"),
        (days(1, 3), "abandoned at least 1 and less than 3 days ago"),
        (Interval(column="num_cart_items", lower=3), "at least 3 items in the cart"),
        (Interval(column="loyalty_{points}", upper=1200), "loyalty {points} under 1,200"),
        (Interval(column="loyalty", upper=2.5, unknown=True), "loyalty under 2.5 or loyalty not known"),
    ],
)
def test_a_local_condition_is_said_in_plain_words(interval, words):
    segment = Segment(id="S02", boxes=(Box(levels=("High", "Low", "Low"), where=(interval,)),), rule="")
    plan = plan_of(DIMENSIONS)

    assert in_words(plan, segment).split(", ", 3)[-1] == words
