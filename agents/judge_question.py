"""The question for a verdict: ballots in one order or the other, and what is accepted of an answer."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cartjury.agents import forms
from cartjury.agents.asking import Prompt, Question, Reading
from cartjury.agents.ballot_question import LABELS, label_of
from cartjury.agents.plain_names import seeded
from cartjury.agents.prompt import Sheet
from cartjury.agents.replies import WrongShapeError, described, fields, quote, read_entries
from cartjury.data.call_records import Order
from cartjury.data.opinion import CRITERIA
from cartjury.data.seats import SeatName
from cartjury.data.text import one_line

if TYPE_CHECKING:
    from cartjury.agents.sitting import Hearing

_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")


class Judgement(NamedTuple):
    """A name, its points and a sentence by criterion."""

    choice: str
    points: dict[str, float]
    reasons: dict[str, str]


class Judging:
    """A judge's questions in one round. Both judges see the same ballots in the same two orders."""

    def __init__(self, seat: SeatName, hearing: "Hearing", goal: str, names: Mapping[str, Sequence[str]]) -> None:
        maxima = ", ".join(f"{c} {most:g}" for c, most in CRITERIA.items())
        self._seat: SeatName = seat
        self._hearing = hearing
        self._sheet = Sheet("judge", hearing.briefs, goal, hearing.guidance, maxima=maxima)
        self._names = {
            i: sorted(found, key=lambda n, i=i: seeded(hearing.seed, "judge", str(hearing.round), i, n))  # type: ignore[misc]
            for i, found in names.items()
        }

    def question(self, order: Order, part: int, ids: Sequence[str]) -> Question[Judgement]:
        """The question for one batch of segments in one order."""
        return Question(
            stage="verdict",
            round=self._hearing.round,
            seat=self._seat,
            ids=tuple(ids),
            prompt=lambda open_ids, faults, nonce: self.prompt(order, open_ids, faults, nonce),
            read=lambda text, asked: self.read(order, text, asked),
            plain=Judgement._asdict,
            part=part,
            order=order,
        )

    def prompt(self, order: Order, ids: Sequence[str], faults: Mapping[str, str], nonce: str) -> Prompt:
        """Show names and how many jurors put each first, and nothing of who proposed or ranked them."""
        rows = {i: {"ballot": {k: self._shown(i, n) for k, n in self.labels(order, i).items()}} for i in ids}
        form = forms.judgements({i: list(self.labels(order, i)) for i in ids})
        return self._sheet.prompt(rows, form, faults=faults, nonce=nonce)

    def labels(self, order: Order, segment_id: str) -> dict[str, str]:
        """The names behind the labels; in the reverse order the last name comes first and is A."""
        names = self._names[segment_id]
        return dict(zip(LABELS, names if order == "forward" else names[::-1], strict=False))

    def read(self, order: Order, text: str, ids: Sequence[str]) -> Reading[Judgement]:
        """Read an answer to the question in one order."""
        return read_entries(text, ids, lambda i, value: self.entry(order, i, value))

    def entry(self, order: Order, segment_id: str, value: Any) -> Judgement:
        """Read the entry of one segment; points beyond 0 or the maximum are clipped.

        Raises:
            WrongShapeError: it has another form, chooses nothing on the ballot, or lacks points or reasons.
        """
        found = fields(value, {"choice": str, "points": dict, "reasons": dict})
        labels = self.labels(order, segment_id)
        choice = label_of(found["choice"], labels)
        if choice is None:
            raise WrongShapeError(f"'choice' must be one of {', '.join(labels)}, not '{quote(found['choice'])}'.")
        reasons = fields(found["reasons"], dict.fromkeys(CRITERIA, str))
        silent = next((c for c in CRITERIA if not any(sign.isalpha() for sign in reasons[c])), None)
        if silent:
            raise WrongShapeError(f"the reason for {silent} must be a sentence, not '{quote(reasons[silent])}'.")
        return Judgement(
            choice=labels[choice],
            points={c: _points(found["points"].get(c), c, most) for c, most in CRITERIA.items()},
            reasons={c: one_line(text) for c, text in reasons.items()},
        )

    def _shown(self, segment_id: str, name: str) -> dict[str, Any]:
        votes = self._hearing.standing.get(segment_id, {})
        return {"name": name, "first_places": votes.get(name, (0, 0.0))[0]}


def _points(value: object, criterion: str, most: float) -> float:
    written = isinstance(value, str) and _NUMBER.fullmatch(value.strip())
    number = float(written[0]) if written else value
    if isinstance(number, bool) or not isinstance(number, int | float):
        wanted = f"the points for {criterion} must be a number from 0 to {most:g}"
        raise WrongShapeError(f"{wanted}, not {described(value)}.")
    return min(max(float(number), 0.0), float(most))
