"""Small sittings for the tests of a jury's health: who proposed what, who ranked how, what was decided."""

from collections.abc import Mapping, Sequence
from typing import Any

from cartjury.data.call_records import Attempt
from cartjury.data.jury_records import PERSONAS, Ballot, JuryRecord, Proposal, SegmentBrief, Trait, Verdict
from cartjury.tools.evals.sitting import Sitting
from tests.tools.report_cases import LARGE, attempt

C, G, D, R = PERSONAS


def proposal(persona: str, name: str, segment: str = "S01", **changes: Any) -> Proposal:
    fields = {"persona": persona, "model": "m", "provider": "p", "segment_id": segment, "name": name, **changes}
    return Proposal.model_validate(fields)


def ballot(persona: str, ranking: Sequence[str], segment: str = "S01", **changes: Any) -> Ballot:
    fields = {"persona": persona, "model": "m", "provider": "p", "segment_id": segment, "ranking": ranking, **changes}
    return Ballot.model_validate(fields)


def verdict(name: str, segment: str = "S01", **changes: Any) -> Verdict:
    fields = {"segment_id": segment, "name": name, "origin": "model", "model": LARGE.ref, "reason": "so", **changes}
    return Verdict.model_validate(fields)


def judged(order: str, choices: Mapping[str, str], **changes: Any) -> Attempt:
    """What a judge answered in one order: a name for each segment."""
    parsed = {i: {"choice": name, "points": {}, "reasons": {}} for i, name in choices.items()}
    return attempt("judge", LARGE, stage="verdict", order=order, parsed=parsed, segment_ids=tuple(choices), **changes)


def brief(segment: str = "S01", **levels: str) -> SegmentBrief:
    """A segment of high or low order value, engagement and profit."""
    columns = {"AOV": "avg_order_value", "Engagement": "engagement_score", "Profit": "profitability_score"}
    held = {"AOV": "High", "Engagement": "High", "Profit": "High", **levels}
    traits = tuple(
        Trait(label=label, column=columns[label], levels=(level,), of=("Low", "High")) for label, level in held.items()
    )
    return SegmentBrief(id=segment, rule=" & ".join(f"{k}_{v}" for k, v in held.items()), traits=traits)


def sitting(name: str = "run", **parts: Any) -> Sitting:
    """A sitting: the parts of its record by name, and briefs, attempts, names and seed."""
    own = {k: parts.pop(k) for k in ("briefs", "attempts", "names", "seed") if k in parts}
    return Sitting(name, JuryRecord(**{"preset": "default", "effort": "standard", **parts}), **own)
