"""The vocabulary of traces: what happened in a run, as a tree that any screen can draw."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from cartjury.data.base import Record

BranchKind = Literal["thread", "turn", "node", "round", "stage", "seat", "attempt", "verdict", "words"]


class Branch(Record):
    """One thing that happened, and what happened inside it.

    Attributes:
        title: what it is, one clean line.
        notes: what to know of it, a few words each, clean.
        segments: which segments it concerns by name; empty: none of them, or all.
        said: what was said of each segment, one clean line each.
        facts: the same for programs: numbers as they were recorded, texts as they came.
        reply: the whole answer of a model as it came; None where there is none.
        children: in the order in which they happened.
    """

    kind: BranchKind
    title: str
    notes: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    said: Mapping[str, str] = Field(default_factory=dict)
    facts: Mapping[str, Any] = Field(default_factory=dict)
    reply: str | None = None
    children: tuple["Branch", ...] = ()

    @property
    def known_segments(self) -> frozenset[str]:
        """All segments that are spoken of here or inside."""
        return frozenset(self.segments).union(*(child.known_segments for child in self.children))
