"""Everything that a run worked out, in one hand: what its files are made from."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cartjury.data.jury_records import JuryRecord
from cartjury.data.records import SegmentPlan
from cartjury.data.run_records import Certificate, Dataset, SeatUse, SegmentProfile, SegmentScore, Universe
from cartjury.data.seats import SeatName
from cartjury.data.text import one_line
from cartjury.tools.abstained import abstained
from cartjury.tools.report_calls import calls_of, flip_words, held_for_caps, model_of, money, used
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
        dropped = tuple(entry.reason for entry in self.plan.log if entry.action in {"drop", "tie"})
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
        took = used(calls_of(self.jury))
        for why, seats in _grouped(self.jury.panel.empty).items():
            yield f"no model sits as {', '.join(_spoken(s) for s in seats)}: {why}"
        yield from self._caps(took)
        asked = {s.segment_id for s in self.scores if self.jury.asked is None or s.segment_id in self.jury.asked}
        filled = sorted(i for i in asked if self.plan.segment(i).named_by == "offline")
        if filled:
            some = f"{len(filled)} of {len(asked)} segments: {', '.join(filled)}"
            named = some if len(filled) < len(asked) else f"all {len(filled)} segments"
            yield f"the offline jury, not a model, named {named}"
        yield from filter(None, [flip_words(self.jury)])
        yield from abstained(self.jury)
        for model in dict.fromkeys(model_of(c) for c in self.jury.calls if c.outcome == "model_gone"):
            yield f"{model} is no longer served by its provider; choose another model for its seats"
        if took.cost_unknown_calls:
            yield f"the cost of {_requests(took.cost_unknown_calls)} is not known"

    def _caps(self, took: SeatUse) -> Iterator[str]:
        held = held_for_caps(self.jury.calls)
        caps = self.jury.panel.caps.model_dump(exclude_none=True) if self.jury.panel else {}
        if held:
            set_ = ", ".join(f"--{name.replace('_', '-')} {_plain(value)}" for name, value in caps.items())
            yield f"{_requests(held)} held back, to stay within the caps ({set_}); the jury ended with what it had"
        tokens = took.tokens_in + took.tokens_out
        if took.cost_usd > caps.get("max_cost", math.inf):
            yield f"the providers counted {money(took.cost_usd)} against a cap of ${caps['max_cost']:g}"
        if tokens > caps.get("max_tokens", math.inf):
            yield f"the providers counted {tokens:,} tokens against a cap of {caps['max_tokens']:,}"
        if took.calls > caps.get("max_calls", math.inf):
            yield f"{_requests(took.calls)} sent against a cap of {caps['max_calls']:,}"


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
