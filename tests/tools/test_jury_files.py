import json

from cartjury.data.jury_records import Abstention, Ballot, JuryRecord, Proposal, Verdict
from cartjury.data.records import Box, Dimension, Segment, SegmentPlan, SizePolicy
from cartjury.tools.jury_files import calls_jsonl, verdicts_json

OFFLINE = {"model": "offline", "provider": "offline"}
PLAN = SegmentPlan(
    dimensions=(Dimension(name="AOV", column="avg_order_value", cuts=(50.0,), unknown="level"),),
    segments=(
        Segment(
            id="S01", rule="AOV_High", name="Premium_Cart_Audience", named_by="offline", boxes=(Box(levels=("High",)),)
        ),
        Segment(
            id="S02",
            rule="AOV_{Unknown,Low}",
            name="Rest",
            named_by="person",
            boxes=(Box(levels=("Low",)), Box(levels=("Unknown",))),
        ),
    ),
    size_policy=SizePolicy(min_size=1),
)
JURY = JuryRecord(
    proposals=(
        Proposal(persona="risk_manager", segment_id="S01", name="Premium_Cart_Audience", round=1, **OFFLINE),
        Proposal(persona="risk_manager", segment_id="S01", name="Golden_Cart_Audience", **OFFLINE),
    ),
    ballots=(Ballot(persona="data_scientist", segment_id="S01", ranking=("Golden_Cart_Audience",), **OFFLINE),),
    abstentions=(
        Abstention(persona="creative_marketer", model="m", stage="proposal", segment_ids=("S01",), reason="timed out"),
    ),
    verdicts=(
        Verdict(segment_id="S01", name="Premium_Cart_Audience", origin="offline", model="offline", reason="best"),
    ),
)


def test_each_answer_is_a_line_in_the_order_of_rounds_and_stages() -> None:
    lines = [json.loads(line) for line in calls_jsonl(JURY).splitlines()]

    assert [(line["round"], line["stage"], line["persona"]) for line in lines] == [
        (0, "proposal", "creative_marketer"),
        (0, "proposal", "risk_manager"),
        (0, "ballot", "data_scientist"),
        (1, "proposal", "risk_manager"),
    ]


def test_an_abstention_has_its_reason_and_no_made_up_answer() -> None:
    first = json.loads(calls_jsonl(JURY).splitlines()[0])

    assert (first["abstention"], first["parsed"]) == ("timed out", None)


def test_every_line_has_the_same_keys() -> None:
    keys = {frozenset(json.loads(line)) for line in calls_jsonl(JURY).splitlines()}

    assert len(keys) == 1
    assert {"prompt_sha256", "raw", "parsed", "usage", "latency_s"} <= set(*keys)


def test_a_hearing_shows_who_proposed_what_and_where_the_name_comes_from() -> None:
    first, second = json.loads(verdicts_json(PLAN, JURY))

    assert [p["name"] for p in first["proposals"]] == ["Premium_Cart_Audience", "Golden_Cart_Audience"]
    assert (first["origin"], first["verdict"]["reason"]) == ("offline", "best")
    assert (second["origin"], second["verdict"], second["proposals"]) == ("person", None, [])
