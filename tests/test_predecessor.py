"""What five real models answered in the predecessor's run, heard by this jury: nothing invented, nothing lost.

The replies are a published notebook's (12 segments, four personas and a judge). Where it printed the whole reply, it is
served as it came, `<think>` and all; elsewhere only name and rule were printed, and a bare JSON object of them is
served. Two things had to be put into our form: the JSON object in a reply (its name, and its rule as the claims that a
name makes), and the judge's choice (a name becomes the label it has on the ballot). The judge gave no points or
reasons, so a placeholder stands there. Nobody ranked in that run: asked to, the models say nothing of use.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cartjury.data.jury_records import JuryRecord, SegmentBrief, Verdict
from cartjury.data.lexicon import lexicon
from cartjury.data.opinion import CRITERIA
from cartjury.graph.build import build_jury
from cartjury.tools.naming import check_claims, check_name
from tests.agents.protocol import twelve
from tests.fault_server import FaultServer
from tests.faults import FAULTS

SAMPLES = os.environ.get("SAMPLE_CARTS")
REPLIES = Path(SAMPLES or ".", "seed_run_replies.jsonl")
pytestmark = pytest.mark.skipif(not REPLIES.is_file(), reason="the predecessor's replies are not on this machine")

# What the predecessor made of these replies; counted from the file itself in the first test.
LOST, INVENTED, INVALID = 11, 5, 9
FROM_MODELS = 8
LABELS = {"AOV": "AOV", "Engagement": "Engagement", "Profitability": "Profit", "Profit": "Profit"}
ROLES = ("creative_marketer", "growth_strategist", "data_scientist", "risk_manager", "judge")
NOTHING_OF_USE = "There is nothing to rank."


@dataclass(frozen=True)
class Reply:
    """What a model said of one segment: the text as it is served, with the name and the rule in it."""

    text: str
    name: str
    rule: str
    parsed: bool


class Predecessor:
    """The run, by segment and role."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        ids = {b.rule: b.id for b in twelve()}
        self.models = {row["model"]: row["role"] for row in rows}
        self.said = {(ids[own_rule(r["bucket"])], r["role"]): reply(r) for r in rows}

    def winners(self) -> dict[str, str]:
        return {i: r.name for (i, role), r in self.said.items() if role == "judge"}

    def proposed(self, segment_id: str) -> set[str]:
        """Names that the predecessor had on the ballot: only what its parser could read."""
        jurors = (self.said[segment_id, role] for role in ROLES[:4] if (segment_id, role) in self.said)
        return {r.name for r in jurors if r.parsed}

    def answer(self, body: dict[str, Any]) -> str:
        """What the asked model had said of the one segment that a request is about."""
        text = str(body["messages"][-1]["content"])
        data = json.loads(text.partition("<data>\n")[2].partition("\n</data>")[0])
        (segment_id,) = schema(body)["properties"]
        if body["model"] not in self.models:
            return NOTHING_OF_USE
        said = self.said[segment_id, self.models[body["model"]]]
        if self.models[body["model"]] == "judge":
            return in_our_form(said, {segment_id: choice(said.name, data["segments"][segment_id]["ballot"])})
        if "ballot" in data["segments"][segment_id]:
            return NOTHING_OF_USE
        return in_our_form(said, {segment_id: {"name": said.name, "claims": claims(said.rule), "reason": ""}})


def own_rule(bucket: str) -> str:
    aov, engagement, profit = bucket.split("_")
    return f"AOV_{aov} & Engagement_{engagement} & Profit_{profit}"


def reply(row: dict[str, Any]) -> Reply:
    bare = json.dumps({"segment_name": row["segment_name"], "rule": row["rule"]})
    return Reply(row["raw"] or bare, row["segment_name"], row["rule"], row["parsed_by_seed"])


def schema(body: dict[str, Any]) -> dict[str, Any]:
    wire = body.get("response_format")
    found: dict[str, Any] = wire["json_schema"]["schema"] if wire else body["tools"][0]["function"]["parameters"]
    return found


def claims(rule: str) -> list[str]:
    pairs = (part.strip().partition("_") for part in rule.split("&"))
    return [f"{LABELS.get(feature, feature)}={level}" for feature, _, level in pairs]


def choice(name: str, ballot: dict[str, Any]) -> dict[str, Any]:
    """The judge's name as a label; a name that is not on the ballot stays what it is: no label at all."""
    label = next((k for k, shown in ballot.items() if shown["name"] == name), name)
    return {"choice": label, "points": dict.fromkeys(CRITERIA, 0), "reasons": dict.fromkeys(CRITERIA, "not given")}


def in_our_form(said: Reply, entry: dict[str, Any]) -> str:
    """The reply with its last JSON object replaced, and all that stood around it kept."""
    start = said.text.rfind("{")
    return said.text[:start] + json.dumps(entry) + said.text[said.text.rfind("}") + 1 :]


@pytest.fixture(scope="module")
def before() -> Predecessor:
    return Predecessor([json.loads(line) for line in REPLIES.read_text(encoding="utf-8").splitlines()])


@pytest.fixture(scope="module")
def heard(before: Predecessor) -> Iterator[JuryRecord]:
    """The replies, served to the preset `seed`, a segment at a time as they were asked for then."""
    options = {"jury": "seed", "effort": "standard", "batch": 1, "rate_limits": "off"}
    order = {"briefs": [b.model_dump(mode="json") for b in twelve()], "options": options}
    gone = FAULTS["decommissioned"]
    with (
        FaultServer(answer=before.answer, fault=lambda seen: None if seen.model in before.models else gone) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("GROQ_API_KEY", "key")
        patch.setenv("GROQ_API_BASE", server.url)
        yield JuryRecord.model_validate(build_jury().invoke(order)["jury"])


def briefs() -> dict[str, SegmentBrief]:
    return {b.id: b for b in twelve()}


def by_id(record: JuryRecord) -> dict[str, Verdict]:
    return {v.segment_id: v for v in record.verdicts}


def test_what_was_wrong_then(before: Predecessor) -> None:
    winners = before.winners()
    jurors = [r for (_, role), r in before.said.items() if role != "judge"]
    invalid = [i for i, name in winners.items() if check_name(name, briefs()[i], (), lexicon())]

    assert sum(not r.parsed for r in jurors) == LOST
    assert sum(name not in before.proposed(i) for i, name in winners.items()) == INVENTED + 1  # and a fallback string
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


def test_the_replies_that_were_lost_to_thinking_aloud_are_read_now(heard: JuryRecord) -> None:
    calls = [c for c in heard.calls if c.persona == "creative_marketer" and c.stage == "proposal"]

    assert {c.outcome for c in calls if c.model == "qwen/qwen3-32b"} <= {"answered", "not_accepted"}
    assert any(p.persona == "creative_marketer" and p.provider == "groq" for p in heard.proposals)


def test_a_wrong_rule_and_a_false_or_repeated_name_is_refused_with_its_reason(heard: JuryRecord) -> None:
    reasons = [a.reason for a in heard.abstentions if a.stage == "proposal"]

    assert any("is no level of Engagement" in r for r in reasons)
    assert any("raw level code" in r for r in reasons)
    assert any("is taken" in r for r in reasons)


def test_a_judge_that_chooses_what_nobody_proposed_is_not_followed(heard: JuryRecord, before: Predecessor) -> None:
    invented = {i for i, name in before.winners().items() if name not in before.proposed(i)}
    silent = {i for a in heard.abstentions if a.stage == "verdict" for i in a.segment_ids}

    assert invented <= silent | {v.segment_id for v in heard.verdicts if v.model == "offline"}


def test_how_many_names_the_real_models_gave_and_how_many_had_to_be_filled_in(heard: JuryRecord) -> None:
    origins = Counter(v.origin for v in heard.verdicts)
    print("\n".join(f"{v.segment_id} {v.name} {v.name_model} judged by {v.model}" for v in heard.verdicts))

    assert dict(origins) == {"model": FROM_MODELS, "offline": 12 - FROM_MODELS}
