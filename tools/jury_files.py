"""What the jury said, as files: jury.jsonl by call, verdicts.json by segment."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cartjury.data.call_records import Attempt
from cartjury.data.journal import STAGES, in_order
from cartjury.data.jury_records import Abstention, Ballot, JuryRecord, Proposal, Verdict
from cartjury.data.records import Segment, SegmentPlan
from cartjury.data.seats import ALL_SEATS

OFFLINE = "offline"
# What only a model's call has; the offline jury's answers are computed, so these stay empty.
CALL_FIELDS: dict[str, Any] = {"prompt_sha256": None, "raw": None, "usage": None, "latency_s": None}
Line = dict[str, Any]


def calls_jsonl(jury: JuryRecord, attempts: Iterable[Attempt] = ()) -> str:
    """One JSON line for each request to a model, each answer that the offline jury computed, and each abstention.

    They are in the order of rounds, stages and seats; of one seat the requests come first and its abstentions last.
    What was said at earlier revisions of the plan is in their logs. `data/journal.py` reads the requests back as they
    were.
    """
    computed = _computed(jury.this_sitting)
    lines = [*map(_attempt, in_order(attempts)), *computed, *map(_abstained, jury.abstentions)]
    lines.sort(key=lambda line: (line["round"], STAGES.index(line["stage"]), _seat(line["persona"])))
    # ASCII: what a model said must not reach a terminal as control codes.
    return "".join(json.dumps(line, ensure_ascii=True) + "\n" for line in lines)


def _seat(persona: str) -> int:
    return next((n for n, seat in enumerate(ALL_SEATS) if seat == persona), len(ALL_SEATS))


def _attempt(attempt: Attempt) -> Line:
    counted = attempt.tokens_in is not None or attempt.tokens_out is not None
    usage = {"input_tokens": attempt.tokens_in, "output_tokens": attempt.tokens_out} if counted else None
    return {**attempt.model_dump(mode="json"), "usage": usage, "abstention": None}


def _computed(jury: JuryRecord) -> list[Line]:
    """What the offline jury said: a line for each juror, stage and round."""
    lines: dict[tuple[str, int, str], Line] = {}
    said: tuple[tuple[str, Sequence[Proposal | Ballot]], ...] = (("proposal", jury.proposals), ("ballot", jury.ballots))
    for stage, records in said:
        for record in (r for r in records if r.provider == OFFLINE):
            who = {k: getattr(record, k) for k in ("round", "persona", "model", "provider")}
            blank = {"stage": stage, **who, **CALL_FIELDS, "parsed": [], "abstention": None}
            line = lines.setdefault((stage, record.round, record.persona), blank)
            line["parsed"].append(record.model_dump(mode="json", exclude=set(who)))
    return list(lines.values())


def _abstained(missing: Abstention) -> Line:
    who = {"stage": missing.stage, "round": missing.round, "persona": missing.persona, "model": missing.model}
    return {**who, "provider": None, **CALL_FIELDS, "parsed": None, "abstention": missing.reason}


def verdicts_json(plan: SegmentPlan, jury: JuryRecord) -> str:
    """What was proposed, voted and decided for each segment, in the plan's order."""
    verdicts = {v.segment_id: v for v in jury.verdicts}
    hearings = [
        {
            "segment_id": segment.id,
            "rule": segment.rule,
            "name": segment.name,
            "origin": segment.named_by,
            "name_model": name_model(segment, verdicts),
            "proposals": [p.model_dump(mode="json") for p in jury.proposals if p.segment_id == segment.id],
            "ballots": [b.model_dump(mode="json") for b in jury.ballots if b.segment_id == segment.id],
            "abstentions": [a.model_dump(mode="json") for a in jury.abstentions if segment.id in a.segment_ids],
            "verdict": verdicts[segment.id].model_dump(mode="json") if segment.id in verdicts else None,
        }
        for segment in plan.segments
    ]
    return json.dumps(hearings, indent=2) + "\n"


def name_model(segment: Segment, verdicts: Mapping[str, Verdict]) -> str:
    """The model whose name a segment bears: "provider/id", or "offline".

    Empty where a person or the rule named it, and where a plan brought the name and not who made it.
    """
    if segment.named_by == "offline":
        return OFFLINE
    verdict = verdicts.get(segment.id)
    named = segment.named_by == "model" and verdict is not None and verdict.name == segment.name
    return verdict.name_model if verdict and named else ""
