"""What five real models answered in the predecessor's run, heard by this jury: nothing invented, nothing lost.

The replies are a published notebook's (12 segments, four personas and a judge); agents/predecessor.py says how they are
given to the jury.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

from cartjury.data.jury_records import JuryRecord, SegmentBrief, Verdict
from cartjury.data.lexicon import lexicon
from cartjury.data.outside_records import NamedTable
from cartjury.data.predecessor import (
    OldReply,
    on_its_ballot,
    predecessor_case,
    predecessor_names,
    read_predecessor,
)
from cartjury.graph.predecessor import predecessor_now
from cartjury.tools.naming import check_claims, check_name
from tests.agents.protocol import twelve

SAMPLES = os.environ.get("SAMPLE_CARTS")
REPLIES = Path(SAMPLES or ".", "seed_run_replies.jsonl")
pytestmark = pytest.mark.skipif(not REPLIES.is_file(), reason="the predecessor's replies are not on this machine")

# What the predecessor made of these replies; counted from the file itself in the first test.
LOST, INVENTED, INVALID = 11, 5, 9
FROM_MODELS = 8


@pytest.fixture(scope="module")
def before() -> tuple[OldReply, ...]:
    return read_predecessor(REPLIES)


@pytest.fixture(scope="module")
def table(before: tuple[OldReply, ...]) -> NamedTable:
    return predecessor_now(before)


@pytest.fixture(scope="module")
def heard(table: NamedTable) -> JuryRecord:
    return table.jury


def briefs() -> dict[str, SegmentBrief]:
    return {b.id: b for b in predecessor_case().briefs}


def by_id(record: JuryRecord) -> dict[str, Verdict]:
    return {v.segment_id: v for v in record.verdicts}


def test_the_table_is_the_default_plan_without_its_sizes() -> None:
    assert predecessor_case().briefs == tuple(b.model_copy(update={"size": None}) for b in twelve())


def test_what_was_wrong_then(before: tuple[OldReply, ...]) -> None:
    winners = predecessor_names(before)["judge"]
    jurors = [r for r in before if r.role != "judge"]
    invalid = [i for i, name in winners.items() if check_name(name, briefs()[i], (), lexicon())]

    assert sum(not r.parsed_by_seed for r in jurors) == LOST
    assert sum(n not in on_its_ballot(before, i) for i, n in winners.items()) == INVENTED + 1  # and a fallback string
    assert sum(name.startswith("Fallback") for name in winners.values()) == 1
    assert len(invalid) == INVALID


def test_every_segment_gets_a_name_that_is_valid_truthful_and_its_own(heard: JuryRecord) -> None:
    names = [v.name for v in heard.verdicts]

    assert sorted(by_id(heard)) == sorted(briefs())
    assert len({n.replace("_", "").casefold() for n in names}) == 12
    for i, verdict in by_id(heard).items():
        others = [n for n in names if n != verdict.name]
        assert check_name(verdict.name, briefs()[i], others, lexicon()) == ()


def test_no_winner_is_invented(heard: JuryRecord) -> None:
    for i, verdict in by_id(heard).items():
        proposals = [p for p in heard.proposals if p.segment_id == i and p.name == verdict.name]
        assert proposals, verdict
        assert all(check_claims(p, briefs()[i]) == () for p in proposals)


def test_the_replies_that_were_lost_to_thinking_aloud_are_read_now(
    heard: JuryRecord, before: tuple[OldReply, ...]
) -> None:
    calls = [c for c in heard.calls if c.persona == "creative_marketer" and c.stage == "proposal"]

    assert any("<think>" in (r.raw or "") for r in before)
    assert {c.outcome for c in calls if c.model == "qwen/qwen3-32b"} <= {"answered", "not_accepted"}
    assert any(p.persona == "creative_marketer" and p.provider == "groq" for p in heard.proposals)


def test_a_wrong_rule_and_a_false_or_repeated_name_is_refused_with_its_reason(heard: JuryRecord) -> None:
    reasons = [a.reason for a in heard.abstentions if a.stage == "proposal"]

    assert any("is no level of Engagement" in r for r in reasons)
    assert any("raw level code" in r for r in reasons)
    assert any("is taken" in r for r in reasons)


def test_a_judge_that_chooses_what_nobody_proposed_is_not_followed(
    heard: JuryRecord, before: tuple[OldReply, ...]
) -> None:
    winners = predecessor_names(before)["judge"]
    invented = {i for i, name in winners.items() if name not in on_its_ballot(before, i)}
    silent = {i for a in heard.abstentions if a.stage == "verdict" for i in a.segment_ids}

    assert invented <= silent | {v.segment_id for v in heard.verdicts if v.model == "offline"}


def test_how_many_names_the_real_models_gave_and_how_many_had_to_be_filled_in(heard: JuryRecord) -> None:
    origins = Counter(v.origin for v in heard.verdicts)
    print("\n".join(f"{v.segment_id} {v.name} {v.name_model} judged by {v.model}" for v in heard.verdicts))

    assert dict(origins) == {"model": FROM_MODELS, "offline": 12 - FROM_MODELS}


def test_the_answers_are_never_passed_off_as_those_of_a_provider(table: NamedTable) -> None:
    assert table.elsewhere == ("a recording, in place of every provider",)
    assert {c.provider for c in table.calls} == {"groq"}
