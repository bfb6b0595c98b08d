"""Scores of a turn, so that traces can be filtered by how its decisions came out. Pure: a final state in, numbers out.

name_checks   share of the names that were asked for now that pass every naming check
contested     share of the segments that the first vote did not settle
flip          share of the verdicts where the judge chose otherwise in the reverse order; only where a model judged
origin        share of the names that are a model's
mece_proven   1 where both proofs of the plan hold, else 0
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from cartjury.data.jury_records import JuryRecord, SegmentBrief, Verdict
from cartjury.data.lexicon import lexicon
from cartjury.data.run_records import Certificate
from cartjury.tools.naming import check_name

_VERDICTS = TypeAdapter(list[Verdict])
_BRIEFS = TypeAdapter(list[SegmentBrief])


def scores_of_a_turn(outputs: Mapping[str, Any]) -> dict[str, float]:
    """The scores of a turn that came to a plan, or of a jury alone.

    Args:
        outputs: the final state, in records or plain JSON.
    """
    found: dict[str, float] = {}
    if outputs.get("jury"):
        jury = JuryRecord.model_validate(outputs["jury"]).this_sitting
        briefs = _BRIEFS.validate_python(outputs.get("briefs") or [])
        found |= scores_of_verdicts(jury.verdicts)
        found |= _checks(jury.verdicts, briefs, outputs.get("taken") or ())
    if outputs.get("certificate"):
        found["mece_proven"] = float(Certificate.model_validate(outputs["certificate"]).proven)
    return found


def scores_of_a_judge(outputs: Mapping[str, Any]) -> dict[str, float]:
    """The scores of what the judge's node wrote."""
    return scores_of_verdicts(_VERDICTS.validate_python(outputs.get("verdicts") or []))


def scores_of_verdicts(verdicts: Sequence[Verdict]) -> dict[str, float]:
    """How verdicts came about."""
    judged = [v for v in verdicts if v.model != "offline"]
    shares = {
        "contested": _share([v.contested or v.rounds > 0 for v in verdicts]),
        "flip": _share([v.flipped for v in judged]),
        "origin": _share([v.origin == "model" for v in verdicts]),
    }
    return {key: share for key, share in shares.items() if share is not None}


def _checks(verdicts: Sequence[Verdict], briefs: Sequence[SegmentBrief], taken: Collection[str]) -> dict[str, float]:
    """The share of names that pass, each held against its own brief and all other names."""
    by_id = {b.id: b for b in briefs}
    named = [v for v in verdicts if v.segment_id in by_id]
    passed = [
        not check_name(
            v.name,
            by_id[v.segment_id],
            [*taken, *(o.name for o in verdicts if o.segment_id != v.segment_id)],
            lexicon(),
        )
        for v in named
    ]
    share = _share(passed)
    return {} if share is None else {"name_checks": share}


def _share(values: Sequence[bool]) -> float | None:
    return round(sum(values) / len(values), 6) if values else None
