"""The files of a jury: what models said, what was computed, and who said nothing; and back again."""

import json
from pathlib import Path

import pytest

from cartjury.data.call_records import Attempt
from cartjury.data.journal import read
from cartjury.data.jury_records import Abstention, Ballot, JuryRecord, Proposal, Verdict
from cartjury.data.records import Box, Dimension, Segment, SegmentPlan, SizePolicy
from cartjury.tools.jury_files import calls_jsonl, name_model, verdicts_json
from tests.tools import report_cases as cases

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


def test_the_requests_of_a_seat_come_before_its_computed_answer_and_that_before_its_abstention() -> None:
    asked = [cases.attempt("risk_manager", cases.LARGE, attempt=n) for n in (1, 0)]
    absent = JURY.abstentions[0].model_copy(update={"persona": "risk_manager"})
    jury = JURY.model_copy(update={"abstentions": (absent,), "ballots": ()})
    lines = [json.loads(line) for line in calls_jsonl(jury, asked).splitlines()]

    assert [(line["round"], line.get("attempt"), line["abstention"]) for line in lines] == [
        (0, 0, None),
        (0, 1, None),
        (0, None, None),
        (0, None, "timed out"),
        (1, None, None),
    ]


def test_seats_are_in_the_order_in_which_they_sit() -> None:
    said = [cases.attempt(s, cases.LARGE) for s in ("judge", "data_scientist", "growth_strategist")]
    lines = [json.loads(line) for line in calls_jsonl(JuryRecord(), said).splitlines()]

    assert [line["persona"] for line in lines] == ["growth_strategist", "data_scientist", "judge"]


HOSTILE = [
    "\x1b[2J\x1b]0;owned\x07",
    "line\u2028line\u0085line\nline",
    '\u202e"}\n{"stage": "proposal"}',
    "<think>\N{SMILING FACE WITH SUNGLASSES}</think>",
    "x" * 10_000,
]


@pytest.mark.parametrize("raw", HOSTILE)
def test_what_a_model_said_is_read_back_as_it_was(raw: str, tmp_path: Path) -> None:
    said = cases.attempt("judge", cases.LARGE, raw=raw, parsed={"S01": {"name": raw}}, faults={"S02": raw}, error=raw)
    text = calls_jsonl(JURY, [said])
    (tmp_path / "jury.jsonl").write_text(text, encoding="utf-8", newline="")

    assert read(tmp_path / "jury.jsonl") == [said]
    assert text.isascii()
    assert text.replace("\n", "").isprintable()


def test_a_published_log_is_published_again_byte_for_byte(tmp_path: Path) -> None:
    shuffled = sorted(cases.attempts(), key=lambda a: a.latency_s or 0)
    text = calls_jsonl(JURY, shuffled)
    (tmp_path / "jury.jsonl").write_text(text, encoding="utf-8", newline="")

    assert calls_jsonl(JURY, read(tmp_path / "jury.jsonl")) == text
    assert sum("segment_ids" in json.loads(line) for line in text.splitlines()) == len(shuffled)


def test_a_request_has_the_keys_of_every_line_and_its_own() -> None:
    counted, uncounted = cases.attempt("judge", cases.LARGE), cases.attempt("judge", cases.LARGE, "timeout", attempt=1)
    *computed, first, second = (json.loads(line) for line in calls_jsonl(_at_once(), [counted, uncounted]).splitlines())

    assert set(computed[0]) | set(Attempt.model_fields) == set(first)
    assert first["usage"] == {"input_tokens": 1800, "output_tokens": 640}
    assert (second["usage"], second["abstention"]) == (None, None)


def _at_once() -> JuryRecord:
    return JuryRecord(proposals=JURY.proposals[1:])


def test_a_name_that_a_model_gave_is_in_its_request_and_nowhere_else() -> None:
    by_model = JURY.proposals[0].model_copy(update={"provider": "groq", "model": "made-up/large"})

    assert calls_jsonl(JuryRecord(proposals=(by_model,))) == ""


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
    assert first["name_model"] == "offline"
    assert (first["abstentions"][0]["reason"], second["abstentions"]) == ("timed out", [])


def test_a_hearing_holds_all_of_the_verdict() -> None:
    verdict = cases.judged(cases.verdict(PLAN.segments[0], contested=True), 1)
    [first, _] = json.loads(verdicts_json(PLAN, JuryRecord(verdicts=(verdict,))))

    assert first["verdict"] == verdict.model_dump(mode="json")
    assert first["verdict"]["reasons"]["memorability"] == "It does well on memorability."


@pytest.mark.parametrize(
    ("origin", "name", "model"),
    [
        ("model", "Premium_Cart_Audience", "cerebras/made-up-other"),
        ("model", "From_An_Older_Plan", ""),
        ("offline", "Premium_Cart_Audience", "offline"),
        ("person", "Premium_Cart_Audience", ""),
        ("rule", "Premium_Cart_Audience", ""),
    ],
)
def test_a_name_is_credited_to_a_model_only_where_it_is_its(origin: str, name: str, model: str) -> None:
    first = PLAN.segments[0]
    verdict = cases.judged(cases.verdict(first, contested=False), 1)

    assert name_model(first.model_copy(update={"named_by": origin, "name": name}), {"S01": verdict}) == model
    assert name_model(PLAN.segments[1].model_copy(update={"named_by": "model"}), {"S01": verdict}) == ""
