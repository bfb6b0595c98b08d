"""What the jury said, as files: jury.jsonl by call, verdicts.json by segment."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cartjury.data.jury_records import Abstention, Ballot, JuryRecord, Proposal
from cartjury.data.records import SegmentPlan

STAGES = ("proposal", "ballot", "verdict")
# What only a model's call has; the offline jury's answers are computed, so these stay empty.
CALL_FIELDS: dict[str, Any] = {"prompt_sha256": None, "raw": None, "usage": None, "latency_s": None}


def calls_jsonl(jury: JuryRecord) -> str:
    """One JSON line for each answer of a juror at one stage of one round, and for each abstention, in order."""
    lines: dict[tuple[int, int, str], dict[str, Any]] = {}
    said: tuple[tuple[str, Sequence[Proposal | Ballot]], ...] = (("proposal", jury.proposals), ("ballot", jury.ballots))
    for stage, records in said:
        for record in records:
            who = {k: getattr(record, k) for k in ("round", "persona", "model", "provider")}
            key = (record.round, STAGES.index(stage), record.persona)
            line = lines.setdefault(key, {"stage": stage, **who, **CALL_FIELDS, "parsed": [], "abstention": None})
            line["parsed"].append(record.model_dump(mode="json", exclude=set(who)))
    for missing in jury.abstentions:
        lines[missing.round, STAGES.index(missing.stage), missing.persona] = _abstained(missing)
    return "".join(json.dumps(lines[key]) + "\n" for key in sorted(lines))


def _abstained(missing: Abstention) -> dict[str, Any]:
    who = {"stage": missing.stage, "round": missing.round, "persona": missing.persona, "model": missing.model}
    return {**who, "provider": None, **CALL_FIELDS, "parsed": None, "abstention": missing.reason}


def verdicts_json(plan: SegmentPlan, jury: JuryRecord) -> str:
    """What was proposed, voted and decided for each segment, in the plan's order."""
    verdicts: Mapping[str, Any] = {v.segment_id: v for v in jury.verdicts}
    hearings = [
        {
            "segment_id": segment.id,
            "rule": segment.rule,
            "name": segment.name,
            "origin": segment.named_by,
            "proposals": [p.model_dump(mode="json") for p in jury.proposals if p.segment_id == segment.id],
            "ballots": [b.model_dump(mode="json") for b in jury.ballots if b.segment_id == segment.id],
            "verdict": verdicts[segment.id].model_dump(mode="json") if segment.id in verdicts else None,
        }
        for segment in plan.segments
    ]
    return json.dumps(hearings, indent=2) + "\n"
