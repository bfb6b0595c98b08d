"""The tables that naming is evaluated on: enough of them, of all kinds, made as is said, and pointing at no user."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import pytest

from cartjury.data.eval_records import NamingCase
from cartjury.data.jury_records import SegmentBrief
from cartjury.data.naming_cases import (
    NAMING,
    NAMING_HELD_OUT,
    PREDECESSOR,
    case_file,
    load_naming,
    predecessor,
    to_lines,
)
from cartjury.data.naming_tables import TableSpec, TableSpecs, table_specs
from cartjury.data.options import Options
from cartjury.tools.evals.tables import AS_OF, cut_table, naming_case
from cartjury.tools.generate import generate_frame

SHAPES = {
    "four_segments",
    "eight_segments",
    "twelve_segments",
    "tiny_else",
    "missing_history",
    "four_dimensions",
    "merged",
    "local_splits",
    "skewed",
    "own_columns",
}
NAMED_SIZES = {"four_segments": 4, "eight_segments": 8, "twelve_segments": 12}
SMALL = 20  # users; of fewer neither number nor figures are shown
ON_ONE_PAGE = 20  # segments that a jury is asked about in one request
EVERY = (*load_naming(), predecessor())
# One of each shape, held out ones among them. `python -m bench.naming_tables --check` makes all of them again.
MADE_AGAIN = (
    "b2b-four",
    "grocery-eight",
    "beauty-twelve",
    "b2b-tiny-else",
    "grocery-no-history",
    "b2b-four-dimensions",
    "grocery-merged",
    "electronics-splits",
    "b2b-skewed",
    "subscription-own-columns",
)

of_every_table = pytest.mark.parametrize("case", EVERY, ids=lambda case: case.id)


def specs() -> dict[str, TableSpec]:
    found = table_specs()
    return {s.id: s for s in (*found.tables, found.predecessor)}


def lines(name: str) -> list[str]:
    return files("cartjury.data").joinpath("evals", name).read_text(encoding="utf-8").splitlines()


def of_shape(shape: str) -> list[NamingCase]:
    return [case for case in load_naming() if case.shape == shape]


@cache
def in_the_window(table: str) -> int:
    """Users of a table, counted from the dates of the generated carts."""
    spec = specs()[table]
    days = Options.model_validate(spec.options).window_days
    dates = generate_frame(spec.users, spec.seed, AS_OF)["cart_abandoned_date"].dt.date
    return int((dates >= AS_OF - timedelta(days=days)).sum())


def test_thirty_tables_ten_of_them_held_out() -> None:
    assert len(load_naming(held_out=False)) == 20
    assert len(load_naming(held_out=True)) == 10
    assert [c.held_out for c in load_naming()] == [False] * 20 + [True] * 10
    assert len({c.id for c in EVERY}) == 31
    assert sum(len(c.briefs) for c in load_naming()) >= 240


def test_every_trade_is_in_both_files_and_there_are_seven() -> None:
    known = set(table_specs().trades)

    assert len(known) == 7
    assert {c.vertical for c in load_naming(held_out=False)} == known
    assert {c.vertical for c in load_naming(held_out=True)} == known


def test_every_shape_has_two_open_tables_and_one_held_out_each_of_another_trade() -> None:
    assert {c.shape for c in load_naming()} == SHAPES
    for shape in SHAPES:
        assert Counter(c.held_out for c in of_shape(shape)) == {False: 2, True: 1}
        assert len({c.vertical for c in of_shape(shape)}) == 3


@of_every_table
def test_a_table_can_be_named_because_no_two_of_its_segments_are_alike(case: NamingCase) -> None:
    assert len({b.id for b in case.briefs}) == len(case.briefs) <= ON_ONE_PAGE
    assert len({b.rule for b in case.briefs}) == len(case.briefs)
    assert len({b.in_words for b in case.briefs}) == len(case.briefs)


@of_every_table
def test_what_fewer_than_twenty_users_look_like_is_not_shown(case: NamingCase) -> None:
    for brief in case.briefs:
        assert (brief.size is None) == (not brief.figures)
        assert brief.size is None or brief.size >= SMALL


@of_every_table
def test_the_segments_hold_the_users_of_the_window_and_only_a_tiny_else_is_not_counted(case: NamingCase) -> None:
    missing = in_the_window(case.id) - sum(b.size or 0 for b in case.briefs)
    tiny = [b for b in case.briefs if b.size is None]

    assert all(b.is_else for b in tiny)
    assert 0 < missing < SMALL if tiny else missing == 0


@of_every_table
def test_mean_figures_lie_where_the_rule_says(case: NamingCase) -> None:
    # The rule in words says the bounds, the profile counted the means: two ways to the same users.
    for brief, column, least, most in bounds(case):
        mean = brief.figures[column]
        assert least * 0.95 <= mean <= most * 1.05, (brief.id, column, brief.in_words)


BOUNDS = {
    "avg_order_value": r"(?:^|, )orders (?:of (?P<a>[\d.,]+) or more|under (?P<b>[\d.,]+))(?:,|$)",
    "engagement_score": r"engaged \(score (?:(?P<a>[\d.]+) or more|under (?P<b>[\d.]+))\)(?:,|$)",
    "profitability_score": r"profitable \(score (?:(?P<a>[\d.]+) or more|under (?P<b>[\d.]+))\)(?:,|$)",
}


def bounds(case: NamingCase) -> Iterator[tuple[SegmentBrief, str, float, float]]:
    for brief in (b for b in case.briefs if b.figures and "; or " not in b.in_words):
        for column, pattern in BOUNDS.items():
            if found := re.search(pattern, brief.in_words):
                low, high = (float(x.replace(",", "")) if x else None for x in found.group("a", "b"))
                yield brief, column, low or 0.0, high or float("inf")


def test_the_bounds_are_found_in_the_words() -> None:
    found = Counter(column for case in EVERY for _, column, _, _ in bounds(case))

    assert min(found[column] for column in BOUNDS) > 100


@pytest.mark.parametrize("shape", NAMED_SIZES)
def test_a_shape_that_says_a_number_has_it(shape: str) -> None:
    assert {len(c.briefs) for c in of_shape(shape)} == {NAMED_SIZES[shape]}


def test_a_tiny_else_is_there_and_has_no_traits() -> None:
    for case in of_shape("tiny_else"):
        *others, last = case.briefs
        assert (last.rule, last.is_else, last.size, last.traits) == ("ELSE", True, None, ())
        assert not any(b.is_else for b in others)


def test_between_half_and_nearly_all_users_have_no_history() -> None:
    shares = []
    for case in of_shape("missing_history"):
        unknown = sum(b.size or 0 for b in case.briefs if any(t.levels == ("Unknown",) for t in b.traits))
        shares.append(unknown / in_the_window(case.id))

    assert [round(share, 2) for share in sorted(shares)] == [0.53, 0.76, 0.98]


def test_four_dimensions_are_four_and_the_fourth_has_two_and_three_levels() -> None:
    cases = of_shape("four_dimensions")
    levels = {len(c.briefs[0].traits[-1].of) for c in cases}

    assert {len(b.traits) for c in cases for b in c.briefs} == {4}
    assert levels == {2, 3}


def test_merged_tables_have_levels_in_braces_and_rules_of_two_parts() -> None:
    rules = [b.rule for c in of_shape("merged") for b in c.briefs]

    assert any("AOV_{Low,Medium}" in rule for rule in rules)
    assert sum(rule.startswith("(") and ") | (" in rule for rule in rules) == 2


def test_local_splits_cut_by_days_and_by_visits_and_leave_a_middle_part() -> None:
    rules = [b.rule for c in of_shape("local_splits") for b in c.briefs]

    assert any("& sessions_last_30d >= " in rule for rule in rules)
    assert any(re.search(r"days_since_abandonment >= \d & days_since_abandonment < \d", rule) for rule in rules)


def test_skewed_tables_have_a_segment_twenty_times_as_large_as_another() -> None:
    for case in of_shape("skewed"):
        sizes = [b.size for b in case.briefs if b.size]
        assert max(sizes) >= 20 * min(sizes)


def test_dimensions_of_ones_own_are_in_all_files_and_of_many_kinds() -> None:
    usual = {"avg_order_value", "engagement_score", "profitability_score"}
    own: dict[bool, set[str]] = defaultdict(set)
    for case in load_naming():
        own[case.held_out] |= {t.column for t in case.briefs[0].traits} - usual

    assert len(own[False]) >= 6
    assert len(own[True]) >= 4


def test_the_predecessors_table_is_the_plain_twelve() -> None:
    case = predecessor()
    wanted = {
        f"AOV_{a} & Engagement_{e} & Profit_{p}"
        for a in ("High", "Medium", "Low")
        for e in ("High", "Low")
        for p in ("High", "Low")
    }

    assert case.id == "predecessor"
    assert {b.rule for b in case.briefs} == wanted


def test_a_file_is_known_by_the_hash_of_its_bytes() -> None:
    for name, cases in ((NAMING, 20), (NAMING_HELD_OUT, 10), (PREDECESSOR, 1)):
        found = case_file(name)
        assert (found.name, found.cases) == (name, cases)
        assert found.sha256 == sha256(files("cartjury.data").joinpath("evals", name).read_bytes()).hexdigest()


def test_a_table_of_a_trade_that_is_not_described_is_refused_and_so_is_a_second_of_its_name() -> None:
    found = table_specs()
    first, second, *_ = found.tables

    with pytest.raises(ValueError, match=r"no trade is described for fashion-four, only fashion, grocery"):
        with_tables(found, first.model_copy(update={"vertical": "fashon"}))
    with pytest.raises(ValueError, match=f"table {second.id}"):
        with_tables(found, second, second)


def with_tables(specs: TableSpecs, *tables: TableSpec) -> TableSpecs:
    return TableSpecs.model_validate({**dict(specs), "tables": tables})


def test_the_files_hold_the_tables_of_the_specification_in_its_order() -> None:
    found = table_specs()

    assert [c.id for c in load_naming()] == [s.id for s in found.tables]
    for case in EVERY:
        spec = specs()[case.id]
        assert (case.vertical, case.shape, case.held_out) == (spec.vertical, spec.shape, spec.held_out)


@pytest.mark.parametrize("table", MADE_AGAIN)
def test_a_table_that_is_made_again_is_the_same_to_the_byte(table: str, tmp_path: Path) -> None:
    spec = specs()[table]
    made = naming_case(spec, cut_table(spec, table_specs().trades, tmp_path))

    assert to_lines((made,)).removesuffix("\n") in lines(NAMING_HELD_OUT if spec.held_out else NAMING)


def test_the_predecessors_table_is_made_again_to_the_byte(tmp_path: Path) -> None:
    spec = table_specs().predecessor
    made = naming_case(spec, cut_table(spec, {}, tmp_path))

    assert to_lines((made,)).splitlines() == lines(PREDECESSOR)
