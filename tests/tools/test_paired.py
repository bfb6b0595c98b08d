"""Whether yesterday's names were better: the same tables then and now, table by table."""

from typing import Any

import pytest

from cartjury.data.eval_records import Row
from cartjury.tools.evals.paired import paired, worse

READERS = {"independent": {"label": "x"}}


def rows(arm: str, *found: float, name: str = "Calm_Cat") -> list[Row]:
    """Tables of ten names, so many of which were found again."""
    detail: dict[str, Any] = {"readers": READERS, "names": {f"S{n:02}": f"{name}_{n}" for n in range(10)}}
    scores = {"segments": 10.0, "named": 10.0, "checked": 10.0, "truthful": 10.0, "distinct": 5.0}
    return [
        Row(arm=arm, case=f"t{t}", group=f"t{t}", scores={**scores, "top1:independent": hits}, detail=detail)
        for t, hits in enumerate(found)
    ]


def named(figures: Any, what: str) -> Any:
    (found,) = [figure for figure in figures if what in figure.name]
    return found


def test_the_difference_of_the_tables_is_now_less_then() -> None:
    found = paired(rows("a", 8, 6, 7, name="New"), rows("a", 5, 4, 6), seed=1)

    assert named(found, "names that changed").value == 1
    assert named(found, "top-1").value == pytest.approx((3 + 2 + 1) / 30)
    assert not worse(named(found, "top-1"))


def test_a_loss_in_every_table_is_for_the_worse_beyond_chance_though_the_intervals_overlap() -> None:
    then = [2.0, 9, 4, 8, 3, 7, 5, 9, 2, 6]
    found = paired(rows("a", *(hits - 1 for hits in then), name="New"), rows("a", *then), seed=1)

    assert worse(named(found, "top-1"))
    assert named(found, "top-1").value == pytest.approx(-0.1)


def test_where_no_name_changed_there_is_nothing_else_to_say() -> None:
    found = paired(rows("a", 8, 6), rows("a", 8, 6), seed=1)

    assert [(figure.value, figure.n) for figure in found] == [(0, 20)]


def test_arms_and_tables_that_only_one_of_them_has_are_left_out() -> None:
    assert paired(rows("a", 8), rows("b", 8), seed=1) == ()
    assert named(paired(rows("a", 8, 6, name="New"), rows("a", 5), seed=1), "names that changed").n == 10
