"""Readers of names that are written by hand, and what one that knows all would be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from cartjury.data.eval_records import NamingCase
from cartjury.data.jury_records import SegmentBrief
from cartjury.tools.evals.reader import Matrix


@dataclass
class Knows:
    """A reader that gives 1 to the rules it takes a name for, and remembers what it was shown."""

    rules: Mapping[str, Sequence[str]]
    name: str = "knows"
    label: str = "a fixture"
    shown: list[tuple[tuple[str, ...], tuple[SegmentBrief, ...]]] = field(default_factory=list)

    def scores(self, names: Sequence[str], briefs: Sequence[SegmentBrief]) -> Matrix:
        self.shown.append((tuple(names), tuple(briefs)))
        return np.array([[float(b.rule in self.rules[name]) for b in briefs] for name in names])


@dataclass
class InOrder:
    """A reader that reads nothing: the first name gets the first rule."""

    name: str = "in_order"
    label: str = "a fixture"

    def scores(self, names: Sequence[str], briefs: Sequence[SegmentBrief]) -> Matrix:
        return np.eye(len(names), len(briefs))


def right(case: NamingCase, names: Mapping[str, str]) -> dict[str, list[str]]:
    return {names[b.id]: [b.rule] for b in case.briefs}
