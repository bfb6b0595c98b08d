"""Figures of an arm, the difference of two, and the rule for calling the jury better."""

from collections.abc import Mapping

import pytest

from cartjury.data.eval_records import Figure, Row, Target
from cartjury.tools.evals.claim import MARGIN, RULE, may_claim
from cartjury.tools.evals.measures import Meaning, independent, won
from cartjury.tools.evals.naming_figures import METRICS, by_group, compare, figures
from cartjury.tools.evals.naming_scores import score_names
from cartjury.tools.evals.reader import Absent, Chose
from cartjury.tools.evals.statistics import ratio, wilson
from tests.tools.naming_tables import GOOD, four

TABLES = ("p", "q", "r")
WRONG = {**GOOD, "S01": "Premium_Engaged_Shoppers"}


def rows(arm: str, names: Mapping[str, Mapping[str, str]], taken_for: str | None = None) -> list[Row]:
    """Rows of an arm whose names a model took for their own rules, or all for one."""
    found = []
    for table, given in names.items():
        reader = Chose("model", "a fixture", {i: taken_for or i for i in given})
        missing = Absent("independent", "a fixture", "onnxruntime is not installed")
        found.append(score_names(arm, four(table), given, [reader, missing], seed=42))
    return found


def by_name(found: tuple[Figure, ...]) -> dict[str, Figure]:
    return {f.name: f for f in found}


def test_an_arm_of_good_names_has_a_figure_for_every_metric() -> None:
    found = figures(rows("a", dict.fromkeys(TABLES, GOOD)), {}, seed=42)
    named = by_name(found)

    assert len(named) == len(found) == len(METRICS) + 4
    assert named["contradictions"].value == named["duplicates"].value == 0
    assert (named["names that pass the checks"].value, named["names that pass the checks"].n) == (1, 12)
    assert (named["names that pass the checks"].low, named["names that pass the checks"].high) == wilson(12, 12)
    assert named["characters of the longest name"].value == len("Premium_Disengaged")


def test_a_share_has_the_interval_of_its_tables() -> None:
    named = by_name(figures(rows("a", {"p": GOOD, "q": WRONG, "r": WRONG}), {}, seed=42))

    figure, told = named["names without a contradiction"], ratio([4, 3, 3], [4, 4, 4], seed=42)
    assert (figure.value, figure.low, figure.high) == (pytest.approx(10 / 12), told.low, told.high)
    assert "3 tables" in figure.method
    assert (named["contradictions"].value, named["contradictions"].unit, named["contradictions"].low) == (
        4,
        "count",
        None,
    )


def test_the_order_of_the_rows_changes_no_figure() -> None:
    given = rows("a", {"p": GOOD, "q": WRONG, "r": GOOD})

    assert figures(given, {}, seed=42) == figures(given[::-1], {}, seed=42)
    assert list(by_group(given[::-1], METRICS["truthful"])) == list(TABLES)


def test_rows_of_one_table_are_drawn_together() -> None:
    twice = rows("a", {"p": GOOD}) + rows("a", {"p": WRONG})

    figure = by_name(figures(twice, {}, seed=42))["names without a contradiction"]

    assert (figure.value, figure.n, figure.low, figure.method) == (7 / 8, 8, None, "one table: no interval")


def test_what_was_not_measured_says_why() -> None:
    named = by_name(figures(rows("a", dict.fromkeys(TABLES, GOOD)), {}, seed=42))

    assert named["names accepted at the first try"].why == "no requests for names to a model are on record"
    assert named["round trip, independent reader (a fixture), top-1"].why == "onnxruntime is not installed"
    assert by_name(figures([], {}, seed=42))["contradictions"].why == "the arm was not run"


def test_a_target_that_is_missed_is_told() -> None:
    targets = {"contradictions": Target(op="==", value=0), "top1:model": Target(op=">=", value=0.9)}

    missed = {f.name for f in figures(rows("a", {"p": GOOD, "q": WRONG}), targets, seed=42) if f.missed}

    assert missed == {"contradictions"}


def test_a_target_for_something_that_is_not_measured_is_refused() -> None:
    with pytest.raises(ValueError, match="top1:nobody"):
        figures(rows("a", {"p": GOOD}), {"top1:nobody": Target(op=">=", value=0.9)}, seed=42)


def test_rows_of_two_arms_are_not_mixed() -> None:
    with pytest.raises(ValueError, match="that arm alone"):
        figures(rows("a", {"p": GOOD}) + rows("b", {"p": GOOD}), {}, seed=42)


def test_two_arms_are_compared_over_the_tables_that_both_named() -> None:
    a, b = rows("a", dict.fromkeys(TABLES, GOOD)), rows("b", dict.fromkeys(TABLES[:2], GOOD), taken_for="S01")

    figure = compare(a, b, "top1:model", seed=42)

    assert figure.name.endswith("a less b")
    assert (figure.value, figure.n) == (0.75, 8)
    assert (figure.low, figure.high) == (0.75, 0.75)


def test_arms_without_a_table_in_common_have_no_difference() -> None:
    figure = compare(rows("a", {"p": GOOD}), rows("b", {"q": GOOD}), "top1:model", seed=42)

    assert (figure.value, figure.why) == (None, "the two arms have no table in common")


@pytest.mark.parametrize("metric", ["contradictions", "top1:nobody"])
def test_only_shares_and_means_are_compared(metric: str) -> None:
    with pytest.raises(ValueError, match="no share or mean"):
        compare(rows("a", {"p": GOOD}), rows("b", {"p": GOOD}), metric, seed=42)


def test_independent_cases_have_wilsons_interval() -> None:
    figure = independent(Meaning("plain cases right"), 80, 96)

    assert (figure.low, figure.high) == wilson(80, 96)
    assert independent(Meaning("plain cases right"), 0, 0).value is None


def share(value: float, low: float, high: float) -> Figure:
    return Figure(name="pairs won", value=value, n=180, low=low, high=high)


def points(value: float, low: float, high: float) -> Figure:
    return Figure(name="matched, a less b", value=value, n=240, low=low, high=high)


def test_the_jury_is_better_where_it_wins_beyond_doubt_and_is_matched_as_well() -> None:
    may, text = may_claim(share(0.62, 0.54, 0.7), points(0.01, -0.02, 0.04))

    assert may
    assert text.startswith("The jury is better than the arm of the same compute. It won 62 % (95 %: 54 to 70) of 180 ")


@pytest.mark.parametrize(
    ("win", "difference", "reason"),
    [
        (share(0.56, 0.5, 0.62), points(0.01, -0.02, 0.04), "is not above 50 %"),
        (share(0.62, 0.54, 0.7), points(-0.01, -MARGIN - 0.001, 0.03), "worse by more than 5 points"),
        (share(0.62, 0.54, 0.7), points(-0.03, -0.045, -0.015), "its names are matched worse"),
    ],
)
def test_otherwise_the_text_says_why_not_and_that_the_cheaper_arm_becomes_the_default(
    win: Figure, difference: Figure, reason: str
) -> None:
    may, text = may_claim(win, difference)

    assert not may
    assert text.startswith("It may not be said that the jury is better")
    assert reason in text
    assert text.endswith("So the cheaper arm becomes the default effort.")


def test_what_was_not_measured_supports_no_claim_and_changes_no_default() -> None:
    nothing = won(Meaning("pairs won"), [0.0], [0.0], seed=42)

    may, text = may_claim(nothing, points(0.01, -0.02, 0.04))

    assert not may
    assert text == "Whether the jury is better was not measured (pairs won: no pair was decisive). Nothing is claimed."
    assert "changes no default" in RULE


def test_pairs_of_one_table_support_no_claim() -> None:
    assert not may_claim(won(Meaning("pairs won"), [12.0], [0.0], seed=42), points(0.01, -0.02, 0.04))[0]
    assert not may_claim(won(Meaning("pairs won"), [11.0], [1.0], seed=42), points(0.01, -0.02, 0.04))[0]
