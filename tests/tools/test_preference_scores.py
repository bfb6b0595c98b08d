"""Blind pairs: wins, ties and flips are counted by table, and the claim follows from them by the written rule."""

from typing import Any

import pytest
from scipy.stats import binomtest

from cartjury.data.eval_records import Arm, Row
from cartjury.data.outside_records import Preference
from cartjury.tools.evals.claim import JURY, SAME_COMPUTE, conclusion, differences
from cartjury.tools.evals.preference_scores import preference_figures, score_preferences

PAIR = f"{JURY} against {SAME_COMPUTE}"
NAMES = {"first": {"S01": "A_B"}, "second": {"S01": "C_D"}}


def said(*better: str | None) -> dict[str, Preference]:
    return {f"S{n:02}": Preference(better=b) for n, b in enumerate(better, 1)}  # type: ignore[arg-type]  # sides


def test_a_table_counts_wins_losses_ties_and_silence() -> None:
    pairs = said("first", "first", "second", "tie", None) | {
        "S06": Preference(better="tie", flipped=True),
        "S07": Preference(better="tie", same=True),
    }
    row = score_preferences(PAIR, "t1", pairs, NAMES)

    assert row.scores == {
        "won": 2,
        "lost": 1,
        "tied": 3,
        "same": 1,
        "flipped": 1,
        "asked_twice": 5,
        "unanswered": 1,
    }
    assert row.detail["preferences"]["S06"]["flipped"] is True


def test_ties_are_no_part_of_the_share_that_was_won() -> None:
    rows = [
        score_preferences(PAIR, "t1", said("first", "first", "tie"), NAMES),
        score_preferences(PAIR, "t2", said("first", "second", "tie", "tie"), NAMES),
    ]
    won, tied, flipped = preference_figures(JURY, SAME_COMPUTE, rows, seed=1)

    assert (won.value, won.n) == (3 / 4, 4)
    assert (tied.value, tied.n) == (3 / 7, 7)
    assert (flipped.value, flipped.n) == (0, 7)
    assert flipped.high == pytest.approx(binomtest(0, 7).proportion_ci(method="wilson").high)


def test_a_pair_that_was_not_run_says_why() -> None:
    figures = preference_figures(JURY, SAME_COMPUTE, (), seed=1, why="mixed was not run")

    assert {f.value for f in figures} == {None}
    assert {f.why for f in figures} == {"mixed was not run"}


def matched(arm: str, credit: float) -> list[Row]:
    """Ten names in each of twenty tables, found again `credit` times ten on average."""
    detail: dict[str, Any] = {"readers": {r: {"label": "x"} for r in ("model", "independent", "lexicon")}}
    tables = range(20)
    return [
        Row(
            arm=arm,
            case=f"t{t}",
            group=f"t{t}",
            scores={"segments": 10, **{f"matched:{r}": 10 * credit + (t % 3 - 1) * 0.2 for r in detail["readers"]}},
            detail=detail,
        )
        for t in tables
    ]


def concluded(jury: float, other: float, *better: str, tables: int = 20, elsewhere: tuple[str, ...] = ()) -> str:
    pairs = [score_preferences(PAIR, f"t{t}", said(*better), NAMES) for t in range(tables)]
    rows = {JURY: matched(JURY, jury)[:tables], SAME_COMPUTE: matched(SAME_COMPUTE, other)[:tables]}
    comparisons = (*differences(rows, seed=1), *preference_figures(JURY, SAME_COMPUTE, pairs, seed=1))
    arms = [Arm(name=name, title="x", source="live", calls=10, tokens_in=7, elsewhere=elsewhere) for name in rows]
    return conclusion(arms, rows, comparisons)


def test_the_jury_is_better_where_it_wins_and_is_read_as_well() -> None:
    found = concluded(0.9, 0.9, "first", "first", "first", "second")

    assert found.startswith("The jury is better")
    assert "mixed took 10 calls and 7 tokens" in found


@pytest.mark.parametrize(
    ("jury", "other", "better", "why"),
    [
        (0.9, 0.9, ("first", "second"), "not above 50 %"),
        (0.7, 0.9, ("first", "first", "first", "second"), "matched worse"),
    ],
)
def test_it_is_not_where_it_only_draws_or_is_read_worse(
    jury: float, other: float, better: tuple[str, ...], why: str
) -> None:
    said = concluded(jury, other, *better)

    assert why in said
    assert "So the cheaper arm becomes the default effort." in said


@pytest.mark.parametrize(
    ("few", "why"),
    [({"tables": 4}, "4 tables were named"), ({"elsewhere": ("groq at http://127.0.0.1:1",)}, "answered for mixed")],
)
def test_nothing_is_claimed_from_few_tables_or_from_what_answers_elsewhere(few: dict[str, Any], why: str) -> None:
    said = concluded(0.9, 0.9, "first", "first", "first", "second", **few)

    assert why in said
    assert said.endswith("Nothing is claimed.")


def test_nothing_is_claimed_where_an_arm_was_not_run() -> None:
    pairs = preference_figures(JURY, SAME_COMPUTE, (), seed=1, why="mixed was not run")

    assert conclusion([], {}, (*differences({}, seed=1), *pairs)).endswith("Nothing is claimed.")
