"""What five real models answered in the run of the system that this one follows: 12 segments, four personas, a judge.

The replies are a file of their own that does not come with cartjury: one JSON object a line, with "bucket" (the levels
of AOV, engagement and profit), "role", "model", "raw" (the whole reply, where it was printed), "segment_name", "rule",
and "parsed_by_seed" (whether that system could read it).
"""

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Final, Literal, get_args

from pydantic import ValidationError

from cartjury.data.base import Record
from cartjury.data.errors import InputError
from cartjury.data.eval_records import NamingCase
from cartjury.data.jury_records import Persona, SegmentBrief, Trait

Role = Literal["creative_marketer", "growth_strategist", "data_scientist", "risk_manager", "judge"]
# label, column and levels of the three dimensions, in the order in which a bucket names them.
DIMENSIONS: Final = (
    ("AOV", "avg_order_value", ("Low", "Medium", "High")),
    ("Engagement", "engagement_score", ("Low", "High")),
    ("Profit", "profitability_score", ("Low", "High")),
)


class OldReply(Record):
    """What a model said of one segment; see above."""

    bucket: str
    role: Role
    model: str
    raw: str | None = None
    segment_name: str
    rule: str
    parsed_by_seed: bool


def read_predecessor(path: Path) -> tuple[OldReply, ...]:
    """Read the replies.

    Raises:
        InputError: there is no such file, or a line of it is no reply about one of the twelve segments.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    found = []
    for number, line in enumerate(lines, 1):
        try:
            reply = OldReply.model_validate_json(line)
        except ValidationError as error:
            fault = error.errors()[0]
            where = ".".join(map(str, fault["loc"]))
            raise InputError(f"{path}, line {number}: {where or 'it'}: {fault['msg']}") from error
        if reply.bucket not in IDS:
            raise InputError(f"{path}, line {number}: '{reply.bucket}' is none of its twelve segments")
        found.append(reply)
    return tuple(found)


def predecessor_case() -> NamingCase:
    """The table that those models named, as this jury is shown it; neither sizes nor cuts were published."""
    return NamingCase(
        id="predecessor",
        vertical="mock carts",
        shape="12 segments, three dimensions",
        briefs=tuple(_brief(bucket) for bucket in IDS),
    )


def predecessor_names(replies: Sequence[OldReply]) -> dict[Role, dict[str, str]]:
    """The names as they were published, by role and segment id: the judge's are the winners."""
    return {role: {IDS[r.bucket]: r.segment_name for r in replies if r.role == role} for role in get_args(Role)}


def on_its_ballot(replies: Sequence[OldReply], segment_id: str) -> set[str]:
    """The names of a segment that the judge of that run was shown: only what its system could read."""
    jurors = (r for r in replies if r.role in get_args(Persona) and IDS[r.bucket] == segment_id)
    return {r.segment_name for r in jurors if r.parsed_by_seed}


def _brief(bucket: str) -> SegmentBrief:
    parts = tuple(zip(DIMENSIONS, bucket.split("_"), strict=True))
    return SegmentBrief(
        id=IDS[bucket],
        rule=" & ".join(f"{label}_{level}" for (label, _, _), level in parts),
        traits=tuple(Trait(label=label, column=column, levels=(level,), of=of) for (label, column, of), level in parts),
    )


IDS: Final = {"_".join(levels): f"S{n:02}" for n, levels in enumerate(product(*(of for _, _, of in DIMENSIONS)), 1)}
