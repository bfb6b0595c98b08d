"""Readers of the round trip: they are shown the names and the rules of a table, each in an order of its own, and match.

What a good name says can be found again: whoever reads it picks the rule that it was made for.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from cartjury.data.jury_records import SegmentBrief

Matrix = npt.NDArray[np.float64]


class Reader(Protocol):
    """Somebody who was not in the jury. It must say the same whenever it is asked the same."""

    @property
    def name(self) -> str:
        """What its scores are called by, in one word."""
        ...

    @property
    def label(self) -> str:
        """Who it is and what it shares with the jury, for whoever reads the figures."""
        ...

    def scores(self, names: Sequence[str], briefs: Sequence[SegmentBrief]) -> Matrix:
        """Say how well each name fits each rule: names x rules, higher is better, equal where it cannot tell.

        Args:
            names: names of a table.
            briefs: its rules, in an order that has nothing to do with that of the names; their ids are blank.
        """
        ...


class Absent(NamedTuple):
    """A reader that is not there, and why; its figures are not measured."""

    name: str
    label: str
    why: str


class Chose(NamedTuple):
    """A reader that was asked before, as a model is, and what it chose.

    Attributes:
        choices: by the segment whose name it was shown, the segment whose rule it took it for; None: for none, which
            is wrong.
    """

    name: str
    label: str
    choices: Mapping[str, str | None]
