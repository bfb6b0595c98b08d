"""The question which rule each name was made for, and how an answer is read.

rules and names, both shuffled by the seed -> one request -> by name the label of a rule -> by segment another segment
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count, product
from string import ascii_uppercase
from typing import Any

from cartjury.agents import forms
from cartjury.agents.asking import Prompt, Question, Reading
from cartjury.agents.features import Features
from cartjury.agents.outside import made, rule_of, shown
from cartjury.agents.plain_names import seeded
from cartjury.agents.replies import WrongShapeError, described, read_entries
from cartjury.data.jury_records import SegmentBrief
from cartjury.data.seats import MATCHER


class Matching:
    """One table: its rules under labels, and its names under keys that say nothing of their segments.

    Attributes:
        rules: segment ids by label (A, B, ...).
        names: segment ids by key (N1, N2, ...); a segment without a name has none.
    """

    def __init__(self, briefs: Sequence[SegmentBrief], names: Mapping[str, str], seed: int) -> None:
        self._by_id = {b.id: b for b in briefs}
        self._features = Features(briefs)
        self._said = {i: clean for i in self._by_id if (clean := shown(names.get(i, "")))}
        self.rules = dict(zip(_labels(), self._shuffled(self._by_id, seed, "rules"), strict=False))
        self.names = {f"N{n}": i for n, i in zip(count(1), self._shuffled(self._said, seed, "names"), strict=False)}

    def question(self) -> Question[str]:
        """The question for the seat "matcher"; an accepted value is the id of the segment whose rule was chosen."""
        return Question(
            stage="matching",
            round=0,
            seat=MATCHER,
            ids=tuple(self.names),
            prompt=self.prompt,
            read=self.read,
            plain=str,
        )

    def prompt(self, ids: Sequence[str], faults: Mapping[str, str], nonce: str) -> Prompt:
        """Show all rules, and the names that are still open."""
        rules = {label: rule_of(self._by_id[i], self._features) for label, i in self.rules.items()}
        rows = {key: self._said[self.names[key]] for key in ids}
        head = {"features": self._features.shown(), "rules": rules}
        form = forms.matches(ids, tuple(self.rules))
        return made("match", head, rows, form, key="names", faults=faults, nonce=nonce)

    def read(self, text: str, ids: Sequence[str]) -> Reading[str]:
        """Read an answer."""
        return read_entries(text, ids, self.entry)

    def entry(self, key: str, value: Any) -> str:
        """Read what one name was taken for; an object with nothing but the label is read as the label.

        Raises:
            WrongShapeError: it is no label.
        """
        del key  # all names are asked about alike
        given = next(iter(value.values())) if isinstance(value, dict) and len(value) == 1 else value
        label = given.strip().upper() if isinstance(given, str) else ""
        if label not in self.rules:
            raise WrongShapeError(f"it must be one of the labels {', '.join(self.rules)}, not {described(value)}.")
        return self.rules[label]

    def _shuffled(self, ids: Mapping[str, object], seed: int, what: str) -> list[str]:
        """By what the segments are, so that tables whose ids are alike are shuffled differently."""
        return sorted(ids, key=lambda i: seeded(seed, "matching", what, self._by_id[i].rule, i))


def _labels() -> Iterator[str]:
    """A, B, ..., Z, AA, AB, ..."""
    for length in count(1):
        yield from map("".join, product(ascii_uppercase, repeat=length))
