"""Everything that a run worked out, in one hand: what its files are made from."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cartjury.data.call_records import SEATS, SeatName
from cartjury.data.jury_records import Abstention, JuryRecord
from cartjury.data.records import SegmentPlan
from cartjury.data.run_records import Certificate, Dataset, SeatUse, SegmentProfile, SegmentScore, Universe
from cartjury.data.text import one_line
from cartjury.tools.report_calls import model_of, used
from cartjury.tools.words import in_words


class Results(NamedTuple):
    """The parts of a run; `profiles` in the plan's order, `scores` best first."""

    dataset: Dataset
    universe: Universe
    plan: SegmentPlan
    profiles: Sequence[SegmentProfile]
    jury: JuryRecord
    scores: Sequence[SegmentScore]
    certificate: Certificate
    drift: tuple[str, ...] = ()

    def warnings(self) -> tuple[str, ...]:
        """What a reader must know before trusting the numbers, and then the names, most important first."""
        proof = () if self.certificate.proven else ("the MECE proof FAILED, see certificate.json",)
        broken = [self.plan.segment(s.segment_id).name for s in self.scores if not s.valid]
        limits = f"{len(broken)} of {len(self.scores)} segments break a size limit: {', '.join(broken)}"
        dropped = tuple(entry.reason for entry in self.plan.log if entry.action == "drop")
        notices = (*self.dataset.notices, *self.universe.notices)
        jury = tuple(map(one_line, self._jury_warnings()))
        return (*proof, *notices, *self.drift, *dropped, *((limits,) if broken else ()), *jury)

    def words(self) -> dict[str, str]:
        """Each segment's rule in plain words, by segment id."""
        return {s.id: in_words(self.plan, s) for s in self.plan.segments}

    def names_by_origin(self) -> dict[str, int]:
        """How many segments with users are named by whom."""
        found = Counter(self.plan.segment(s.segment_id).named_by or "rule" for s in self.scores)
        return {origin: found[origin] for origin in ("model", "offline", "person", "rule") if found[origin]}

    def _jury_warnings(self) -> Iterator[str]:
        """What went otherwise than asked for where models were to name; of the offline jury alone there is nothing."""
        if self.jury.panel is None or self.jury.panel.effort == "offline":
            return
        took = used(self.jury.calls)
        for why, seats in _grouped(self.jury.panel.empty).items():
            yield f"no model sits as {', '.join(_spoken(s) for s in seats)}: {why}"
        yield from self._caps(took)
        filled = sorted(s.segment_id for s in self.scores if self.plan.segment(s.segment_id).named_by == "offline")
        if filled:
            some = f"{len(filled)} of {len(self.scores)} segments: {', '.join(filled)}"
            named = some if len(filled) < len(self.scores) else f"all {len(filled)} segments"
            yield f"the offline jury, not a model, named {named}"
        empty = set(self.jury.panel.empty.values())  # said already
        yield from _abstentions([a for a in self.jury.abstentions if a.reason not in empty])
        for model in dict.fromkeys(model_of(c) for c in self.jury.calls if c.outcome == "model_gone"):
            yield f"{model} is no longer served by its provider; choose another model for its seats"
        if took.cost_unknown_calls:
            yield f"the cost of {_requests(took.cost_unknown_calls)} is not known"

    def _caps(self, took: SeatUse) -> Iterator[str]:
        held = took.not_sent.get("budget", 0)
        caps = self.jury.panel.caps.model_dump(exclude_none=True) if self.jury.panel else {}
        if held:
            set_ = ", ".join(f"--{name.replace('_', '-')} {_plain(value)}" for name, value in caps.items())
            yield f"{_requests(held)} held back, to stay within the caps ({set_}); the jury ended with what it had"


def _abstentions(abstentions: Sequence[Abstention]) -> Iterator[str]:
    """A line for each juror, with its reasons."""
    missing = [a for a in abstentions if a.model != "offline"]
    for juror in dict.fromkeys([*SEATS, *(a.persona for a in missing)]):
        said = [f"{a.stage} ({a.reason.rstrip('.')})" for a in missing if a.persona == juror]
        if said:
            yield f"{_spoken(juror)} abstained: {'; '.join(dict.fromkeys(said))}"


def _grouped(reasons: Mapping[SeatName, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for seat, why in reasons.items():
        found.setdefault(why, []).append(seat)
    return found


def _plain(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:g}"


def _requests(number: int) -> str:
    return f"{number:,} request{'s' * (number != 1)}"


def _spoken(seat: str) -> str:
    return seat.replace("_", " ")
