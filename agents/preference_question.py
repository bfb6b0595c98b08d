"""The question which of two names is better: who is A is decided by the seed, and exchanged in the reverse order."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from cartjury.agents import forms
from cartjury.agents.asking import Prompt, Question
from cartjury.agents.ballot_question import label_of
from cartjury.agents.distinct import same
from cartjury.agents.features import Features
from cartjury.agents.outside import made, rule_of, shown
from cartjury.agents.plain_names import seeded
from cartjury.agents.presiding import ORDERS
from cartjury.agents.replies import WrongShapeError, fields, quote, read_entries
from cartjury.data.call_records import Order
from cartjury.data.jury_records import SegmentBrief
from cartjury.data.outside_records import Preference, Side
from cartjury.data.seats import ARBITER
from cartjury.data.text import one_line

LABELS: Final = ("A", "B")
NO_NAME: Final = "one of the arms has no name for it"


class Better(NamedTuple):
    """Whose name is better, and a sentence why."""

    side: Side
    reason: str


class Preferring:
    """The names of two arms for one table.

    Attributes:
        ids: the segments that there is something to say about: both arms have a name, and not the same.
    """

    def __init__(
        self, briefs: Sequence[SegmentBrief], first: Mapping[str, str], second: Mapping[str, str], seed: int
    ) -> None:
        self._by_id = {b.id: b for b in briefs}
        self._features = Features(briefs)
        self._names = {b.id: (shown(first.get(b.id, "")), shown(second.get(b.id, ""))) for b in briefs}
        self._seed = seed
        open_ids = [i for i, (one, other) in self._names.items() if one and other and same(one) != same(other)]
        self.ids = tuple(sorted(open_ids, key=lambda i: self._dice("order", i)))

    def question(self, order: Order, part: int, ids: Sequence[str]) -> Question[Better]:
        """The question for the seat "arbiter" about some segments in one order."""
        return Question(
            stage="preference",
            round=0,
            seat=ARBITER,
            ids=tuple(ids),
            prompt=lambda open_ids, faults, nonce: self.prompt(order, open_ids, faults, nonce),
            read=lambda text, asked: read_entries(text, asked, lambda i, value: self.entry(order, i, value)),
            plain=Better._asdict,
            part=part,
            order=order,
        )

    def prompt(self, order: Order, ids: Sequence[str], faults: Mapping[str, str], nonce: str) -> Prompt:
        """Show rules, each with two names and nothing of where they are from."""
        rows = {i: {**rule_of(self._by_id[i], self._features), "names": self.labels(order, i)} for i in ids}
        head = {"features": self._features.shown()}
        form = forms.preferences(ids, LABELS)
        return made("prefer", head, rows, form, key="segments", faults=faults, nonce=nonce)

    def labels(self, order: Order, segment_id: str) -> dict[str, str]:
        """The names behind A and B."""
        names = self._names[segment_id]
        return dict(zip(LABELS, names if self._first_is_a(order, segment_id) else names[::-1], strict=True))

    def entry(self, order: Order, segment_id: str, value: Any) -> Better:
        """Read what is said of one segment.

        Raises:
            WrongShapeError: it has another form, or names neither of the two.
        """
        found = fields(value, {"reason": str, "better": str})
        label = label_of(found["better"], self.labels(order, segment_id))
        if label is None:
            raise WrongShapeError(f"'better' must be A or B, not '{quote(found['better'])}'.")
        first = (label == LABELS[0]) == self._first_is_a(order, segment_id)
        return Better("first" if first else "second", one_line(found["reason"]))

    def unasked(self, segment_id: str) -> Preference:
        """What is to be said of a segment that nobody was asked about."""
        if all(self._names[segment_id]):
            return Preference(better="tie", same=True)
        return Preference(better=None, missing=NO_NAME)

    def _first_is_a(self, order: Order, segment_id: str) -> bool:
        return (int(self._dice("A", segment_id), 16) % 2 == 0) == (order == ORDERS[0])

    def _dice(self, what: str, segment_id: str) -> str:
        return seeded(self._seed, "preference", what, self._by_id[segment_id].rule, segment_id)
