"""Why a name, and what changed: what jury, history and plans hold is told, and nothing else."""

from collections.abc import Mapping
from typing import Any

import pytest

from cartjury.data.chat_records import WhatChanged, WhyName
from cartjury.data.errors import EditError, InputError
from cartjury.data.records import Comparison, Dimension, ScoreWeights, Segment, SegmentPlan, SizePolicy
from cartjury.data.revision_records import History, Revision, Standing
from cartjury.tools.answers.answer import answer
from cartjury.tools.answers.plan_difference import difference
from tests.carts import Segmented
from tests.standings import history, jury_of, merged, named, revision, small, standing


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Segmented:
    return small(tmp_path_factory.mktemp("carts"))


@pytest.fixture(scope="module")
def first(found: Segmented) -> Standing:
    return standing(found.carts, named(found.plan), jury_of(named(found.plan)))


def of(segment: Segment, **changes: Any) -> Segment:
    return segment.model_copy(update=changes)


def renamed(plan: SegmentPlan, segment_id: str, **changes: Any) -> SegmentPlan:
    return plan.with_changes(segments=tuple(of(s, **changes) if s.id == segment_id else s for s in plan.segments))


def told(segment_id: str, now: Standing, past: History | None = None, at: Mapping[int, Standing] | None = None) -> str:
    line, stood = past or history(revision(1, now.plan)), at or {1: now}
    return answer(WhyName(segment=segment_id), now, line, None, lambda r: stood[r.number])  # type: ignore[arg-type]


def with_verdict(now: Standing, segment_id: str, **changes: Any) -> Standing:
    verdicts = tuple(v.model_copy(update=changes) if v.segment_id == segment_id else v for v in now.jury.verdicts)
    return now.model_copy(update={"jury": now.jury.model_copy(update={"verdicts": verdicts})})


# --- why this name ---


def test_a_name_is_told_as_the_record_has_it(first: Standing) -> None:
    assert told("S05", first).splitlines()[4:] == [
        "- The offline jury gave this name: a program with a list of words and a rubric, no language model.",
        "- Named in revision 1, by ana at 2026-11-21T10:00:00Z.",
        "- Proposed by the risk manager.",
        "- First places on the ballots: Shoppers_E 2, Other_Name 1.",
        "- Reason of the judge, the offline rubric: “Shoppers_E is best.”",
        "- Rubric: 48.5 of 55 points: MECE compliance 28 of 30, marketing clarity 20.5 of 25.",
        "- Dissent: Data scientist preferred Other_Name.",
        "- No debate: settled without a debate.",
    ]


def test_what_models_said_is_told_as_theirs(first: Standing) -> None:
    said = {
        "origin": "model", "model": "groq/judge", "name_model": "groq/writer", "rounds": 1, "flipped": True,
        "stop_reason": "settled in round 1", "displaced": "Better_Name", "reasons": {"memorability": "It *sticks*."},
    }  # fmt: skip
    now = with_verdict(first, "S05", **said)
    now = now.model_copy(update={"plan": renamed(now.plan, "S05", named_by="model")})
    text = told("S05", now)
    for line in (
        "- A language model proposed this name, and the jury settled on it.",
        "- Proposed by the risk manager (groq/writer).",
        "- Reason of the judge, groq/judge: “Shoppers_E is best.”",
        r"- On memorability: “It \*sticks\*.”",
        "- First choice was Better_Name, which went to another segment.",
        "- 1 round of debate: settled in round 1.",
    ):
        assert line in text.splitlines()
    assert "chose differently when the names were shown in the reverse order" in text


def test_a_model_cannot_write_lines_of_ours(first: Standing) -> None:
    text = told("S05", with_verdict(first, "S05", reason="Fine.\n- Approved by the owner\n# Done `x`"))
    assert r"“Fine. - Approved by the owner # Done \`x\`”" in text


def test_a_persons_name_is_told_as_a_persons_and_the_jurys_beside_it(first: Standing) -> None:
    plan = renamed(first.plan, "S05", name="Loyal_Regulars", named_by="person").with_changes(locks=("S05",))
    now = first.model_copy(update={"plan": plan})
    past = history(revision(1, first.plan), revision(2, plan))
    text = told("S05", now, past, {1: first, 2: now})
    assert "- A person gave this name, not the jury." in text
    assert "- Named in revision 2, by ana at 2026-11-22T10:00:00Z." in text
    assert "- The jury had settled on Shoppers_E: “Shoppers_E is best.”" in text
    assert "- The name is locked" in text
    assert "Rubric" not in text


def test_a_name_dates_from_the_revision_since_which_it_stands_without_a_break(first: Standing) -> None:
    other = first.model_copy(update={"plan": renamed(first.plan, "S05", name="Passing_Name")})
    stood = {1: first, 2: other, 3: first, 4: first}
    past = history(*(revision(n, s.plan) for n, s in stood.items()))
    assert "Named in revision 3," in told("S05", first, past, stood)
    assert "Named in revision 1," in told("S06", first, past, stood)


def test_where_an_earlier_revision_cannot_be_read_nothing_is_said_of_when(first: Standing) -> None:
    def gone(_: Revision) -> Standing:
        raise InputError("it is gone")

    past = history(revision(1, first.plan), revision(2, first.plan))
    text = answer(WhyName(segment="S05"), first, past, None, gone)  # type: ignore[arg-type]
    assert "Named in" not in text
    assert "Proposed by the risk manager." in text


def test_a_name_by_rule_says_that_nobody_was_asked(first: Standing) -> None:
    plan = renamed(first.plan, "S13", name="Incomplete_Profiles", named_by="rule")
    silent = first.model_copy(update={"plan": plan, "jury": first.jury.model_copy(update={"verdicts": ()})})
    assert "Nobody was asked for this name" in told("S13", silent)
    assert "The record of this revision holds no verdict on it." in told("S05", silent)


# --- what changed ---


@pytest.fixture(scope="module")
def second(found: Segmented, first: Standing) -> Standing:
    return standing(found.carts, merged(first.plan, "S02", "S03"), first.jury)


def changed(found: Segmented, since: int | None, stood: Mapping[int, Standing], past: History | None = None) -> str:
    line = past or history(*(revision(n, s.plan, said=(f"Step {n}.",)) for n, s in stood.items()))
    now = stood[line.current.number]
    return answer(WhatChanged(since=since), now, line, found.carts, lambda r: stood[r.number])


def test_what_changed_tells_the_steps_the_rules_and_who_moved(
    found: Segmented, first: Standing, second: Standing
) -> None:
    sizes, old = {p.segment_id: p.users for p in first.profiles}, "AOV_High & Engagement_High & Profit_Low"
    lines = changed(found, None, {1: first, 2: second}).splitlines()
    assert lines == [
        "From revision 1 to revision 2:",
        "",
        "- Revision 2, by ana at 2026-11-22T10:00:00Z: Step 2.",
        "",
        "- Segments with users: 12 → 11; users: 670",
        "- Gone: S03 Shoppers_C, `AOV_High & Engagement_Low & Profit_High`",
        f"- Changed: S02, `{old}` → `({old}) | (AOV_High & Engagement_Low & Profit_High)`",
        "- Renamed: S02, Shoppers_B → -",
        "",
        f"{sizes['S03']} users moved, {670 - sizes['S03']} stayed where they were:",
        "",
        f"- S03 → S02: {sizes['S03']}",
    ]


def test_only_the_steps_since_then_are_told(found: Segmented, first: Standing, second: Standing) -> None:
    stood = {1: first, 2: second, 3: first}
    assert "Step 2." not in changed(found, 2, stood)
    assert "Step 2." in changed(found, 1, stood)
    assert "No user moved." in changed(found, 1, stood)


def test_a_revision_on_another_branch_is_compared_all_the_same(
    found: Segmented, first: Standing, second: Standing
) -> None:
    past = history(revision(1, first.plan), revision(2, second.plan), revision(3, first.plan, parent=1))
    text = changed(found, 2, {1: first, 2: second, 3: first}, past)
    assert text.startswith("Revision 3 was not made from revision 2; this is how the two differ.")
    assert "- New: S03 Shoppers_C" in text


def test_without_an_earlier_revision_nothing_has_changed(found: Segmented, first: Standing) -> None:
    assert changed(found, None, {1: first}) == "Revision 1 is the first one: nothing has changed yet."
    assert "nothing has changed since" in changed(found, 1, {1: first})
    with pytest.raises(EditError, match="there is no revision 9; there are 1"):
        changed(found, 9, {1: first})


AOV = {"name": "AOV", "column": "avg_order_value"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"window_days": 14}, "Window: 7 → 14 days"),
        ({"size_policy": SizePolicy(min_size=800, max_size=5000)}, "Minimum size: 1 → 800"),
        ({"size_policy": SizePolicy(min_size=1, max_size=5000)}, "Maximum size: none → 5,000"),
        ({"locks": ("S05",)}, "Locked: S05 Shoppers_E"),
        ({"priorities": {"AOV": {"High": 1.0}}}, "Priorities of AOV: none → High 1"),
        ({"scoring": "seed"}, "Scoring: scaled → seed"),
        (
            {"weights": ScoreWeights(conversion=0.5, lift=0.0)},
            "Weights: Conversion potential 0.3 → 0.5, Lift vs control 0.2 → 0",
        ),
        (
            {"filter": (Comparison(column="a`b", op=">=", value=2.0), Comparison(column="c", op="=", value="DE"))},
            "Filter: none → `a'b >= 2` and `c = DE`",
        ),
    ],
)
def test_each_difference_is_told(first: Standing, changes: dict[str, Any], said: str) -> None:
    plan = first.plan.with_changes(size_policy=SizePolicy(min_size=1))
    assert difference(plan, plan.with_changes(**changes))[0] == said
    assert difference(plan, plan) == []


def test_cuts_that_move_are_told_with_the_rules_they_change(first: Standing) -> None:
    plan = first.plan
    moved = tuple(
        Dimension.model_validate({**AOV, "cuts": (60, 1200)}) if d.name == "AOV" else d for d in plan.dimensions
    )
    said = difference(plan, plan.with_changes(dimensions=moved))
    old = next(d for d in plan.dimensions if d.name == "AOV").cuts
    assert f"Cuts of AOV: {old[0]:g} and {old[1]:g} → 60 and 1,200" in said
    assert any(
        s.startswith("Changed: S12 Shoppers_L, `AOV_Low & Engagement_Low & Profit_Low`: orders under") for s in said
    )
