"""A plan's JSON comes back as it was; its hash says who is where, what it is worth, and what a person named it."""

import hashlib
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from cartjury.data.errors import InputError, PlanError
from cartjury.data.records import (
    Baseline,
    Box,
    Comparison,
    LogEntry,
    Provenance,
    ScoreWeights,
    SegmentPlan,
    SizePolicy,
)
from tests.tools.plan_examples import PROFIT, plan_of, plans, twelve

TWO = [Box(levels=(name,)) for name in PROFIT.level_names]  # Unknown, Low, High


def full_plan() -> SegmentPlan:
    """The twelve cells with everything else that a plan can hold."""
    names = {"S01": "Given_Name", "S02": "Jury_Name"}
    plan = twelve(names=names, conditions=(Comparison(column="num_cart_items", op=">", value=1),))
    origins = {"S01": "person", "S02": "offline"}
    return plan.with_changes(
        segments=tuple(s.model_copy(update={"named_by": origins.get(s.id)}) for s in plan.segments),
        locks=("S01",),
        priorities={"AOV": {"High": 1.0, "Low": 0.25}},
        log=(LogEntry(action="merge", segments=("S01", "S02"), sizes=(3, 4), reason="small"),),
        provenance=Provenance(
            source="a.csv",
            source_sha256="00",
            as_of=date(2026, 11, 23),
            universe_size=7,
            baseline=(Baseline(column="x", edges=(0.1,), shares=(0.3, 0.7), missing=0.0),),
        ),
    )


def test_json_comes_back_as_the_same_plan() -> None:
    plan = full_plan()
    assert SegmentPlan.from_json(plan.to_json()) == plan
    assert SegmentPlan.from_json(plan.to_json()).to_json() == plan.to_json()


@settings(max_examples=40, deadline=None)
@given(plan=plans())
def test_json_of_any_plan_comes_back_with_the_same_hash(plan: SegmentPlan) -> None:
    again = SegmentPlan.from_json(plan.to_json())
    assert (again, again.plan_hash) == (plan, plan.plan_hash)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "not JSON"),
        ("{half", "not JSON"),
        ("[]", "not a valid plan"),
        ("null", "not a valid plan"),
        ("{}", "not a valid plan"),
        ('{"schema_version": 2}', "schema version 2, this cartjury reads up to 1: upgrade cartjury"),
        ('{"schema_version": 999, "segments": "anything"}', "schema version 999"),
        ('{"schema_version": 0}', "not a valid plan"),
    ],
)
def test_a_plan_that_cannot_be_read_is_a_clear_error(text: str, what: str) -> None:
    with pytest.raises(PlanError, match=what) as caught:
        SegmentPlan.from_json(text)
    assert isinstance(caught.value, InputError)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_json_with_numbers_that_are_none_is_refused(number: str) -> None:
    text = plan_of([PROFIT], [TWO]).to_json().replace("0.7", number)
    with pytest.raises(PlanError, match="not a valid plan"):
        SegmentPlan.from_json(text)


def test_a_plan_that_somebody_edited_into_a_gap_is_refused_by_its_box() -> None:
    raw = json.loads(plan_of([PROFIT], [[box] for box in TWO]).to_json())
    del raw["segments"][1]
    with pytest.raises(PlanError, match="no segment covers the box Low"):
        SegmentPlan.from_json(json.dumps(raw))


def renumbered(plan: SegmentPlan) -> dict[str, Any]:
    return {
        "segments": tuple(s.model_copy(update={"id": f"S{90 - int(s.id[1:])}"}) for s in plan.segments),
        "locks": tuple(f"S{90 - int(i[1:])}" for i in plan.locks),
    }


def renamed(plan: SegmentPlan, segment_id: str, **update: Any) -> dict[str, Any]:
    return {"segments": tuple(s.model_copy(update=update) if s.id == segment_id else s for s in plan.segments)}


def recut(plan: SegmentPlan) -> dict[str, Any]:
    return {
        "dimensions": tuple(d.model_copy(update={"cuts": (*d.cuts[:-1], d.cuts[-1] + 0.01)}) for d in plan.dimensions)
    }


def joined(plan: SegmentPlan) -> dict[str, Any]:
    """The users of the second segment join the first."""
    first, second, *rest = plan.segments
    boxes = (first.boxes, second.boxes)
    both = first.model_copy(update={"boxes": boxes[0] + boxes[1]})
    return {"segments": (both, *rest)}


@pytest.mark.parametrize(
    "change",
    [
        renumbered,
        lambda p: {"revision": 7},
        lambda p: {"log": ()},
        lambda p: {"provenance": None},
        lambda p: {"segments": tuple(reversed(p.segments))},
        lambda p: renamed(p, "S02", name="Other_Jury_Name", named_by="model"),
        lambda p: renamed(p, "S03", name="New_Jury_Name", named_by="rule"),
        lambda p: renamed(p, "S04", rule="said otherwise"),
        lambda p: renamed(p, "S13", boxes=tuple(reversed(p.segment("S13").boxes))),
        lambda p: {"dimensions": tuple(d.model_copy(update={"quantiles": (0.1,)}) for d in p.dimensions)},
    ],
)
def test_the_hash_ignores_what_moves_nobody(change: Any) -> None:
    plan = full_plan()
    changed = plan.with_changes(**change(plan))
    assert changed != plan
    assert changed.plan_hash == plan.plan_hash


@pytest.mark.parametrize(
    "change",
    [
        recut,
        joined,
        lambda p: {"window_days": 6},
        lambda p: {"weights": ScoreWeights(conversion=0.2, lift=0.3)},
        lambda p: {"filter": ()},
        lambda p: {"filter": (Comparison(column="num_cart_items", op=">=", value=1),)},
        lambda p: {"priorities": {"AOV": {"High": 0.9, "Low": 0.25}}},
        lambda p: {"scoring": "seed"},
        lambda p: {"size_policy": SizePolicy(min_size=2)},
        lambda p: {"locks": ()},
        lambda p: renamed(p, "S01", name="Another_Given_Name"),
        lambda p: renamed(p, "S02", named_by="person"),
    ],
)
def test_the_hash_changes_with_what_decides(change: Any) -> None:
    plan = full_plan()
    assert plan.with_changes(**change(plan)).plan_hash != plan.plan_hash


def test_the_hash_is_the_same_in_every_process_and_release() -> None:
    by_hand = {
        "dimensions": [{"name": "Profit", "column": "profitability_score", "cuts": [0.7], "unknown": "else"}],
        "segments": [
            {"boxes": [{"levels": [n], "where": []} for n in ("High", "Low", "Unknown")], "name": None, "locked": False}
        ],
        "window_days": 7,
        "filter": [],
        "size_policy": {"min_size": 1, "max_size": None},
        "scoring": "scaled",
        "weights": {"conversion": 0.3, "lift": 0.2, "size": 0.1, "profitability": 0.3, "strategic_fit": 0.1},
        "priorities": {},
    }
    text = json.dumps(by_hand, sort_keys=True, separators=(",", ":"))
    assert plan_of([PROFIT], [TWO]).plan_hash == hashlib.sha256(text.encode()).hexdigest()


def test_a_segment_is_found_by_its_id() -> None:
    plan = full_plan()
    assert plan.segment("S02").name == "Jury_Name"
    with pytest.raises(KeyError):
        plan.segment("S99")
