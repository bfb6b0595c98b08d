"""What the jury said, read back from the files that a run publishes; `tools/jury_files.py` writes them.

verdicts.json + jury.jsonl + manifest.json -> JuryRecord
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

from pydantic import TypeAdapter

from cartjury.data.base import Origin, Record
from cartjury.data.call_records import Attempt
from cartjury.data.jury_records import Abstention, Ballot, JuryRecord, Proposal, Verdict
from cartjury.data.run_records import Manifest

_JURY: Final = re.compile(r"(?P<preset>.*) \((?P<effort>\w+)\)", re.DOTALL)  # as the manifest writes both


class Hearing(Record):
    """What verdicts.json says of one segment."""

    segment_id: str
    rule: str
    name: str
    origin: Origin | None
    name_model: str
    proposals: tuple[Proposal, ...]
    ballots: tuple[Ballot, ...]
    abstentions: tuple[Abstention, ...]
    verdict: Verdict | None


HEARINGS: Final[TypeAdapter[tuple[Hearing, ...]]] = TypeAdapter(tuple[Hearing, ...])


def jury_of(manifest: Manifest, hearings: Sequence[Hearing], log: str, attempts: Sequence[Attempt]) -> JuryRecord:
    """Return the record of a jury as its run left it.

    Proposals and ballots come by segment, in the order of the plan, and no longer in the order in which they were made.

    Args:
        manifest: of the run, or of a revision.
        hearings: what is in its verdicts.json.
        log: its jury.jsonl.
        attempts: the requests in that log.
    """
    preset, effort = _asked_for(manifest)
    absent = dict.fromkeys(a for h in hearings for a in h.abstentions)
    asked = None if manifest.revision == 1 else tuple(sorted({*_spoken_of(log), *_ids(absent)}))
    record = JuryRecord(
        preset=preset,
        effort=effort,
        proposals=tuple(p for h in hearings for p in h.proposals),
        ballots=tuple(b for h in hearings for b in h.ballots),
        abstentions=tuple(absent),
        verdicts=tuple(h.verdict for h in hearings if h.verdict),
        panel=manifest.panel,
        calls=tuple(a.summary() for a in attempts),
        asked=asked,
    )
    sat = record.this_sitting
    rounds = [0, *(p.round for p in sat.proposals), *(b.round for b in sat.ballots), *(c.round for c in sat.calls)]
    return record.model_copy(update={"rounds": max(rounds)})


def _asked_for(manifest: Manifest) -> tuple[str, str]:
    if manifest.panel is not None:
        return manifest.panel.preset, manifest.panel.effort
    found = _JURY.fullmatch(manifest.jury)
    return (found["preset"], found["effort"]) if found else (manifest.jury, manifest.jury)


def _ids(absent: Sequence[Abstention] | dict[Abstention, None]) -> Iterator[str]:
    for one in absent:
        yield from one.segment_ids


def _spoken_of(log: str) -> Iterator[str]:
    """The segments of each line: what a model was asked for, or what the offline jury named or ranked."""
    for line in log.split("\n"):
        try:
            fields = json.loads(line)
            computed = fields["parsed"] if isinstance(fields["parsed"], list) else ()
            yield from (*fields.get("segment_ids", ()), *(said["segment_id"] for said in computed))
        except (ValueError, LookupError, TypeError, AttributeError):
            continue  # the end of the file, or no line of ours
