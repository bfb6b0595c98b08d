"""The proof finds every gap and every overlap, and nothing else."""

import re
from collections.abc import Mapping, Sequence

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartjury.data.errors import PlanError
from cartjury.data.records import UNKNOWN, Box, Dimension, SegmentPlan
from cartjury.data.run_records import Counterexample
from cartjury.tools.certify import prove_rule_space
from tests.tools.plan_examples import cells, halves, plan_of, plans, predicates_of, twelve
from tests.tools.z3_oracle import verdict

ELSE_TEXT = '"avg_order_value" IS NULL OR "engagement_score" IS NULL OR "profitability_score" IS NULL'


def claims(predicates: Mapping[str, str], examples: Sequence[Counterexample]) -> list[tuple[str, ...]]:
    """For every counterexample the segments whose predicate DuckDB finds TRUE at its point."""
    columns = list(examples[0].point)
    points = {c: pa.array([example.point[c] for example in examples], pa.float64()) for c in columns}
    checks = ", ".join(f"({text}) IS TRUE" for text in predicates.values())
    with duckdb.connect() as engine:
        engine.register("points", pa.table({"place": range(len(examples)), **points}))
        answers = engine.execute(f"SELECT {checks} FROM points ORDER BY place").fetchall()
    return [tuple(i for i, true in zip(predicates, answer, strict=True) if true) for answer in answers]


def shown(predicates: Mapping[str, str]) -> set[str]:
    """The kinds of counterexamples, each checked with DuckDB to really be one."""
    _, examples = prove_rule_space(predicates)
    if examples:
        assert claims(predicates, examples) == [example.segments for example in examples]
    for example in examples:
        assert len(example.segments) != 1
        assert example.kind == ("overlap" if example.segments else "gap")
    return {example.kind for example in examples}


def test_the_twelve_cells_with_else_are_proven_on_36_witnesses() -> None:
    # AOV: below 45, 45 to 120, from 120, missing; the others: below, from the cut, missing. 4 x 3 x 3.
    assert prove_rule_space(predicates_of(twelve())) == (36, ())


def test_without_else_every_missing_value_is_a_gap() -> None:
    predicates = predicates_of(twelve())
    del predicates["S13"]
    count, examples = prove_rule_space(predicates)
    assert count == 36
    assert all(example.kind == "gap" and None in example.point.values() for example in examples)
    assert shown(predicates) == verdict(predicates) == {"gap"}


@pytest.mark.parametrize(
    ("segment", "old", "new", "kinds"),
    [
        ("S05", '"avg_order_value" >= 45.0', '"avg_order_value" >= 50.0', {"gap"}),
        ("S05", '"avg_order_value" >= 45.0', '"avg_order_value" >= 40.0', {"overlap"}),
        ("S05", '"avg_order_value" >= 45.0', '"avg_order_value" > 45.0', {"gap"}),
        ("S05", '"avg_order_value" < 120.0', '"avg_order_value" <= 120.0', {"overlap"}),
        ("S05", '"engagement_score" < 0.6', '"engagement_score" < 0.6000000000000001', {"overlap"}),
        ("S05", ' AND "engagement_score" < 0.6', "", {"overlap"}),
        ("S05", '"avg_order_value" >= 45.0', 'NOT "avg_order_value" >= 45.0', {"gap", "overlap"}),
        ("S13", '"engagement_score" IS NULL OR ', "", {"gap"}),
        ("S13", '"engagement_score" IS NULL', '"engagement_score" IS NOT NULL', {"gap", "overlap"}),
        ("S13", ELSE_TEXT, "FALSE", {"gap"}),
        ("S13", ELSE_TEXT, "TRUE", {"overlap"}),
    ],
)
def test_a_mutated_predicate_is_caught_with_a_real_counterexample(
    segment: str, old: str, new: str, kinds: set[str]
) -> None:
    predicates = predicates_of(twelve())
    assert old in predicates[segment]
    predicates[segment] = predicates[segment].replace(old, new)
    assert shown(predicates) == kinds
    assert verdict(predicates) == kinds


def test_a_wrong_boundary_is_shown_at_the_boundary() -> None:
    _, (example,) = prove_rule_space({"S01": '"x" < 5.0 OR "x" IS NULL', "S02": '"x" > 5.0'})
    assert example == Counterexample(kind="gap", segments=(), point={"x": 5.0})


def test_a_negation_is_not_true_for_a_missing_value() -> None:
    _, (example,) = prove_rule_space({"S01": '"x" < 5.0', "S02": 'NOT "x" < 5.0'})
    assert example.point == {"x": None}


def test_a_negated_group_follows_three_valued_logic() -> None:
    first = '"x" < 5.0 AND "y" >= 1.0'
    predicates = {"S01": first, "S02": f"NOT ({first})", "S03": '"x" IS NULL AND "y" IS NULL'}
    # x missing and y < 1: NULL AND FALSE is FALSE, so its negation is TRUE; y >= 1: NULL, a gap.
    assert shown(predicates) == verdict(predicates) == {"gap"}
    _, examples = prove_rule_space(predicates)
    assert [e.point for e in examples] == [{"x": 4.0, "y": None}, {"x": None, "y": 1.0}]


def test_no_value_lies_between_two_neighbouring_doubles() -> None:
    assert prove_rule_space({"S01": '"x" <= 1.0 OR "x" IS NULL', "S02": '"x" >= 1.0000000000000002'})[1] == ()


def test_the_largest_double_leaves_nothing_above_it() -> None:
    largest = "1.7976931348623157e+308"
    assert prove_rule_space({"S01": f'"x" <= {largest} OR "x" IS NULL', "S02": f'"x" > {largest}'}) == (2, ())


def test_a_grid_that_is_too_large_to_visit_is_still_judged() -> None:
    above = [f'"c{i}" >= 1.0' for i in range(30)]
    below = [f'("c{i}" < 1.0 OR "c{i}" IS NULL)' for i in range(30)]
    predicates = {f"S{i:02d}": " AND ".join([*above[:i], below[i]]) for i in range(30)}
    count, gaps = prove_rule_space(predicates)
    assert (count, len(gaps)) == (3**30, 1)
    assert gaps[0].point == dict.fromkeys((f"c{i}" for i in range(30)), 1.0)
    assert prove_rule_space({**predicates, "S30": " AND ".join(above)}) == (3**30, ())


def test_at_most_twenty_counterexamples_are_given() -> None:
    apart = {f"S{i:02d}": f'"x" > {2 * i}.0 AND "x" < {2 * i + 1}.0' for i in range(30)}
    assert len(prove_rule_space(apart)[1]) == 20


def test_one_rule_for_everyone_is_proven_on_one_witness() -> None:
    assert prove_rule_space({"S01": "TRUE"}) == (1, ())


def test_a_column_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(PlanError, match="sesions"):
        prove_rule_space({"S01": '"sesions" >= 1.0'}, ["sessions"])


@pytest.mark.parametrize(
    "text",
    [
        "", "SELECT 1", '"x" BETWEEN 1 AND 2', '"x" IN (1, 2)', '"x" >= "y"', "\"x\" >= '5'", '"x" + 1 >= 5',
        '5 <= "x"',
        '"x" >= NULL', "\"x\" >= 'NaN'::DOUBLE", 'abs("x") >= 5', '"x" >= 5; TRUE', '"x" >= 5 extra', '"t"."x" >= 5',
        'coalesce("x", 0) >= 5', '"x" IS TRUE', '("x" > 5) IS NULL', '"x" IS NOT DISTINCT FROM NULL', '"x" >= 1e999',
        '"x" >= 5 AND', '"x"', "NULL", "1", 'CASE WHEN "x" > 5 THEN TRUE END', '"x" >= 5 IS NOT NULL', '"x" >= - - 5',
        "(" * 3000 + '"x" >= 5' + ")" * 3000, '"x" >= ?', '"x" >= (SELECT 5)', '"x" LIKE 5', "* >= 5",
    ],
)  # fmt: skip
def test_what_is_not_in_the_grammar_is_an_error_that_names_the_segment(text: str) -> None:
    with pytest.raises(PlanError, match="S07"):
        prove_rule_space({"S01": "TRUE", "S07": text})


@settings(max_examples=40, deadline=None)
@given(plans())
def test_every_plan_is_proven(plan: SegmentPlan) -> None:
    assert prove_rule_space(predicates_of(plan))[1] == ()


MUTATIONS = {
    "operator": (r"[<>]=?", [">=", ">", "<=", "<", "=", "<>"]),
    "number": (r"-?\d+\.\d+", ["-99.0", "0.5", "5.0", "7.0"]),
    "missing": (r"IS NOT NULL|IS NULL", ["IS NOT NULL", "IS NULL"]),
    "connective": (r"AND|OR", ["AND", "OR"]),
    "dropped": (r" AND (\"\w+\" [<>=]+ -?[\d.]+|\"\w+\" IS (NOT )?NULL)", [""]),
    "negated": (r"\"\w+\" [<>=]+ -?[\d.]+", ['NOT "d0" < 2.0', "TRUE", "FALSE"]),
}


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, str]:
    predicates = predicates_of(draw(plans()))
    segment = draw(st.sampled_from(sorted(predicates)))
    pattern, replacements = draw(st.sampled_from(list(MUTATIONS.values())))
    if places := list(re.finditer(pattern, predicates[segment])):
        start, end = draw(st.sampled_from(places)).span()
        new = draw(st.sampled_from(replacements))
        predicates[segment] = predicates[segment][:start] + new + predicates[segment][end:]
    return predicates


@settings(max_examples=40, deadline=None)
@given(mutated())
def test_a_mutation_has_the_same_verdict_as_an_smt_solver(predicates: dict[str, str]) -> None:
    kinds, expected = shown(predicates), verdict(predicates)
    complete = len(prove_rule_space(predicates)[1]) < 20
    assert (kinds == expected) if complete else (kinds and kinds <= expected)


def test_sixty_segments_over_eight_dimensions_and_local_splits_are_proven() -> None:
    dimensions = [Dimension(name=f"D{i}", column=f"d{i}", cuts=(1.0,)) for i in range(8)]
    known = [Box(levels=c) for c in cells(dimensions) if UNKNOWN not in c]
    missing = [Box(levels=c) for c in cells(dimensions) if UNKNOWN in c]
    groups = [known[i::50] for i in range(50)]
    split = [
        [box.model_copy(update={"where": (side,)}) for box in group]
        for i, group in enumerate(groups[:9])
        for side in halves(f"local{i % 3}", float(i))
    ]
    predicates = predicates_of(plan_of(dimensions, [*split, *groups[9:], missing]))
    assert len(predicates) == 60
    count, gaps = prove_rule_space(predicates)
    assert gaps == ()
    assert count == 3**8 * 5**3  # three cuts of each local feature make four ranges, and there is missing
    del predicates["S30"]
    assert {gap.kind for gap in prove_rule_space(predicates)[1]} == {"gap"}
