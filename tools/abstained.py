"""Who of a jury said nothing, and why: one sentence for each kind of reason, whatever the number of models."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from cartjury.data.journal import STAGES
from cartjury.data.jury_records import Abstention, JuryRecord
from cartjury.data.seats import ALL_SEATS
from cartjury.data.text import one_line
from cartjury.tools.report_calls import model_of

LONGEST: Final = 110  # characters of a reason, so that the whole sentence is never cut
SHOWN: Final = 2  # jurors by name
_ORDER: Final = re.compile(r"^in the (?:forward|reverse) order: ")
_NUMBER: Final = re.compile(r"\d[\d,.]*")


@dataclass
class _Kind:
    """Reasons that differ only in their particulars: the name that was refused, the seconds that were waited."""

    reasons: dict[str, None] = field(default_factory=dict)
    jurors: set[str] = field(default_factory=set)
    stages: set[str] = field(default_factory=set)


def abstained(jury: JuryRecord) -> Iterator[str]:
    """Say for each kind of reason who abstained from what; seats that never had a model are left out."""
    empty = set(jury.panel.empty.values()) if jury.panel else set()
    missing = [a for a in jury.abstentions if a.model != "offline" and a.reason not in empty]
    refs = _refs(jury, missing)
    kinds: dict[str, _Kind] = {}
    for absent in missing:
        for reason in _reasons(absent.reason, refs):
            kind = kinds.setdefault(_NUMBER.sub("#", reason.partition(": ")[0]), _Kind())
            kind.reasons[reason] = None
            kind.jurors.add(absent.persona)
            kind.stages.add(absent.stage)
    return map(_sentence, kinds.values())


def _refs(jury: JuryRecord, missing: Sequence[Abstention]) -> str:
    """A pattern for any model of the jury; the longest first, as one id may begin like another."""
    seats = jury.panel.seats.values() if jury.panel else ()
    known = {m.ref for seat in seats for m in seat.models} | set(map(model_of, jury.calls))
    known |= {ref for a in missing for ref in a.model.split(" and ")}
    return "|".join(map(re.escape, sorted(known, key=lambda ref: (-len(ref), ref))))


def _reasons(text: str, refs: str) -> Iterator[str]:
    """The single reasons of an abstention, without the models that they are of."""
    bare = _ORDER.sub("", text)
    parts = re.split(rf"(?:^|; )(?:{refs})(?: and (?:{refs}))*: ", bare) if refs else [bare]
    for part in filter(None, parts):
        yield from (reason.strip().rstrip(".") for reason in part.split(", then "))


def _sentence(kind: _Kind) -> str:
    first = next(iter(kind.reasons))
    head, _, particulars = first.partition(": ")
    why = f"{head}, for example: {particulars}" if particulars and len(kind.reasons) > 1 else first
    why = one_line(why if len(why) <= LONGEST else head, LONGEST)
    stages = ", ".join(s for s in STAGES if s in kind.stages)
    return f"{_who(kind)} abstained ({stages}): {why}; details in jury.jsonl"


def _who(kind: _Kind) -> str:
    names = [s.replace("_", " ") for s in [*ALL_SEATS, *sorted(kind.jurors - set(ALL_SEATS))] if s in kind.jurors]
    shown, others = (names, 0) if len(names) <= SHOWN + 1 else (names[:SHOWN], len(names) - SHOWN)
    last = f"{others} others" if others else shown.pop()
    return f"{', '.join(shown)} and {last}" if shown else last
