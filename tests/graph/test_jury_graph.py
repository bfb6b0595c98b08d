"""The jury opened alone, as Studio can: briefs in, names with their whole story out."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import ValidationError

from cartjury.data.jury_records import PERSONAS, JuryRecord, SegmentBrief, Verdict
from cartjury.graph import jury_nodes
from cartjury.graph.build import build_jury
from tests.agents.protocol import twelve


def ask(briefs: Sequence[SegmentBrief], **order: Any) -> JuryRecord:
    given = {"briefs": [b.model_dump(mode="json") for b in briefs], **order}
    return JuryRecord.model_validate(build_jury().invoke(given)["jury"])


def steps(briefs: Sequence[SegmentBrief]) -> list[dict[str, Any]]:
    """What each node wrote, in order; the four personas of a round are one step."""
    given = {"briefs": [b.model_dump(mode="json") for b in briefs]}
    return list(build_jury().stream(given, stream_mode="updates"))


@pytest.fixture(scope="module")
def record() -> JuryRecord:
    return ask(twelve())


def test_every_segment_gets_one_verdict_and_a_name_of_its_own(record: JuryRecord) -> None:
    assert sorted(v.segment_id for v in record.verdicts) == [b.id for b in twelve()]
    assert len({v.name for v in record.verdicts}) == 12


def test_all_four_propose_for_every_segment_and_rank_the_names_of_the_others(record: JuryRecord) -> None:
    first = [p for p in record.proposals if p.round == 0]

    assert Counter(p.persona for p in first) == dict.fromkeys(PERSONAS, 12)
    for ballot in (b for b in record.ballots if b.round == 0):
        others = {p.name for p in first if p.segment_id == ballot.segment_id and p.persona != ballot.persona}
        assert set(ballot.ranking) == others


def test_nothing_poses_as_a_language_model(record: JuryRecord) -> None:
    assert {v.origin for v in record.verdicts} == {"offline"}
    assert {x.provider for x in (*record.proposals, *record.ballots)} == {"offline"}


def test_a_debate_is_about_contested_segments_only() -> None:
    contested: list[str] = [b.id for b in twelve()]
    debates = 0
    for step in steps(twelve()):
        for node, update in step.items():
            heard = {p["segment_id"] for p in update.get("proposals", [])} if node in PERSONAS else set()
            assert heard <= set(contested), node
            if node == "judge":
                contested = update["contested"]
            if node == "debate":
                assert contested
                debates += 1

    assert debates >= 1  # with nothing contested this would prove nothing
    assert debates <= 2


def test_a_settled_verdict_is_not_touched_by_the_debate() -> None:
    votes = [u["judge"] for u in steps(twelve()) if "judge" in u]
    first, last = ({v["segment_id"]: v for v in vote["verdicts"]} for vote in (votes[0], votes[-1]))

    assert {i for i in first if first[i] != last[i]} <= set(votes[0]["contested"])


def test_a_jury_that_never_agrees_stops_after_two_debates(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
        return tuple(v.segment_id for v in verdicts)

    monkeypatch.setattr(jury_nodes, "contested", never)
    nodes = Counter(node for step in steps(twelve()) for node in step)

    assert nodes["debate"] == 2
    assert nodes["judge"] == 3
    assert nodes["record"] == 1


def test_a_jury_that_agrees_at_once_holds_no_debate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jury_nodes, "contested", lambda verdicts: ())
    nodes = Counter(node for step in steps(twelve()) for node in step)

    assert nodes == {**dict.fromkeys(PERSONAS, 1), "convene": 1, "quorum": 1, "ballots": 1, "judge": 1, "record": 1}


def test_the_same_briefs_and_seed_give_the_same_record(record: JuryRecord) -> None:
    assert ask(twelve()) == record
    assert ask(twelve(), seed=42) == record


def test_a_plan_without_segments_to_name_is_no_error() -> None:
    assert ask([]).verdicts == ()


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({}, "briefs"),
        ({"briefs": [{"id": "S01"}]}, "rule"),
        ({"briefs": [], "bogus": 1}, "bogus"),
        ({"briefs": [], "verdicts": []}, "verdicts"),
        ({"briefs": [], "options": {"windw_days": 3}}, "windw_days"),
    ],
)
def test_bad_input_is_refused_by_name(given: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        build_jury().invoke(given)
