"""The record of a revision: what still stands of the one before, and what this one took."""

import json
from typing import Any

import pytest

from cartjury.data.call_records import Call, Panel
from cartjury.data.jury_records import NOT_ASKED, Abstention, Ballot, JuryRecord, Proposal, Verdict
from cartjury.data.records import SegmentPlan
from cartjury.tools.jury_files import calls_jsonl, verdicts_json
from cartjury.tools.jury_merge import carried, names_taken
from cartjury.tools.name_plan import RULE_NAMES, name_segments
from cartjury.tools.report_calls import bill, flips
from tests.tools.plan_examples import twelve

OFFLINE: dict[str, Any] = {"model": "offline", "provider": "offline"}
CALL = Call(stage="verdict", round=0, persona="judge", provider="groq", model="m", outcome="answered", cost_usd=0.5)


def said(segment: str, name: str, **kwargs: Any) -> JuryRecord:
    """All that a jury says of one segment."""
    return JuryRecord(
        proposals=(Proposal(persona="risk_manager", segment_id=segment, name=name, **OFFLINE),),
        ballots=(Ballot(persona="data_scientist", segment_id=segment, ranking=(name,), **OFFLINE),),
        verdicts=(
            Verdict(segment_id=segment, name=name, origin="offline", model="groq/m", reason="best", flipped=True),
        ),
        **kwargs,
    )


def together(*records: JuryRecord, **kwargs: Any) -> JuryRecord:
    lists = ("proposals", "ballots", "verdicts")
    return JuryRecord(**{k: tuple(x for r in records for x in getattr(r, k)) for k in lists}, **kwargs)


def named(**names: str) -> SegmentPlan:
    """Twelve cells and ELSE, these named by the offline jury."""
    plan = twelve(names=names)
    return plan.with_changes(
        segments=tuple(s.model_copy(update={"named_by": "offline" if s.name else None}) for s in plan.segments)
    )


FIRST = together(
    said("S01", "Quiet_Carts"),
    said("S02", "Golden_Stars"),
    preset="default",
    effort="standard",
    panel=Panel(preset="default", effort="standard", empty={"judge": "no key"}),
    rounds=1,
    calls=(CALL,),
    abstentions=(Abstention(persona="judge", model="none", stage="verdict", segment_ids=("S01",), reason="no key"),),
)


def test_what_was_said_of_a_name_that_still_stands_stays() -> None:
    found = carried(FIRST, None, named(S01="Quiet_Carts", S02="Golden_Stars"))

    assert (found.proposals, found.ballots, found.verdicts) == (FIRST.proposals, FIRST.ballots, FIRST.verdicts)


@pytest.mark.parametrize(
    ("name", "by"), [("Silent_Carts", "offline"), ("Quiet_Carts", "person"), ("Silent_Carts", "person")]
)
def test_a_name_that_somebody_else_gave_has_no_record_any_more(name: str, by: str) -> None:
    plan = named(S01=name, S02="Golden_Stars")
    first = plan.segment("S01").model_copy(update={"named_by": by})
    found = carried(FIRST, None, plan.with_changes(segments=(first, *plan.segments[1:])))

    assert {v.segment_id for v in found.verdicts} == {"S02"}
    assert {p.segment_id for p in found.proposals} == {"S02"}


def test_the_new_record_of_a_segment_replaces_the_old_one() -> None:
    now = said("S01", "Calm_Carts", preset="offline", effort="offline")
    found = carried(FIRST, now, named(S01="Calm_Carts", S02="Golden_Stars"))

    assert {(v.segment_id, v.name) for v in found.verdicts} == {("S01", "Calm_Carts"), ("S02", "Golden_Stars")}
    assert found.asked == ("S01",)
    assert found.this_sitting.verdicts == now.verdicts


def test_a_revision_without_names_to_ask_for_took_nothing() -> None:
    found = carried(FIRST, None, named(S01="Quiet_Carts"))

    assert (found.calls, found.abstentions, found.panel, found.rounds) == ((), (), None, 0)
    assert (found.preset, found.effort, found.asked) == (NOT_ASKED, NOT_ASKED, ())
    assert (bill(found).total.use.calls, bill(found).total.use.cost_usd, flips(found)) == (0, 0.0, 0)
    assert carried(FIRST, JuryRecord(preset=NOT_ASKED, effort=NOT_ASKED), named(S01="Quiet_Carts")) == found


def test_calls_and_flips_are_those_of_this_revision() -> None:
    now = said("S01", "Calm_Carts", preset="seed", effort="quick", calls=(CALL, CALL))
    found = carried(FIRST, now, named(S01="Calm_Carts", S02="Golden_Stars"))

    assert (found.preset, found.effort, len(found.calls), flips(FIRST), flips(found)) == ("seed", "quick", 2, 2, 1)


def test_the_log_of_a_revision_holds_what_was_said_for_it_and_its_verdicts_all_names() -> None:
    plan = named(S01="Calm_Carts", S02="Golden_Stars")
    found = carried(FIRST, said("S01", "Calm_Carts"), plan)
    lines = [json.loads(line) for line in calls_jsonl(found).splitlines()]

    assert {entry["segment_id"] for line in lines for entry in line["parsed"]} == {"S01"}
    assert [h["segment_id"] for h in json.loads(verdicts_json(plan, found)) if h["verdict"]] == ["S01", "S02"]


def test_a_record_that_is_carried_twice_keeps_the_first_story() -> None:
    plan = named(S01="Calm_Carts", S02="Golden_Stars")
    second = carried(FIRST, said("S01", "Calm_Carts"), plan)

    assert carried(second, None, plan).verdicts == second.verdicts
    assert carried(second, None, plan).this_sitting.verdicts == ()


def test_names_of_other_segments_and_names_that_were_given_up_are_taken() -> None:
    before = named(S01="Quiet_Carts", S02="Golden_Stars", S03="Old_Name")

    assert names_taken(before, named(S01="Quiet_Carts", S03="Old_Name")) == ["Quiet_Carts", "Golden_Stars", "Old_Name"]


def test_a_segment_of_other_users_may_get_its_old_name_again() -> None:
    before = named(S01="Quiet_Carts", S02="Golden_Stars")
    nameless = named(S02="Golden_Stars")
    merged = nameless.segment("S01").model_copy(
        update={"boxes": nameless.segments[0].boxes + nameless.segments[2].boxes}
    )
    after = nameless.with_changes(segments=(merged, nameless.segments[1], *nameless.segments[3:]))

    assert names_taken(before, after) == ["Golden_Stars"]


def test_a_name_stays_unless_there_is_a_verdict_on_it() -> None:
    plan = named(S01="Quiet_Carts", S02="Golden_Stars")
    found = name_segments(plan, said("S02", "Bright_Stars"))

    assert [s.name for s in found.segments[:2]] == ["Quiet_Carts", "Bright_Stars"]
    assert [s.named_by for s in found.segments[:3]] == ["offline", "offline", "rule"]


def test_a_locked_name_stays_whatever_the_verdict() -> None:
    plan = named(S01="Quiet_Carts").with_changes(locks=("S01",))

    assert name_segments(plan, said("S01", "Bright_Stars")).segment("S01").name == "Quiet_Carts"


def test_a_spare_name_never_is_one_that_is_kept() -> None:
    kept = RULE_NAMES[0].replace("_", "").lower()
    names = [s.name for s in name_segments(named(S05=kept), JuryRecord()).segments]

    assert kept in names
    assert RULE_NAMES[0] not in names
    assert len(set(names)) == len(names)
