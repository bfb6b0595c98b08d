"""What the features of a plan are called where a model is spoken to, and the claims that it makes of them.

A feature is called by its label where everybody's plans have it (AOV, sessions_last_30d). One that a user named is
called F1, F2, ...: what a user wrote stands in the data of a prompt, never in its form or its instructions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cartjury.data.contract import CONTRACT, DERIVED
from cartjury.data.jury_records import Claims, SegmentBrief, Trait
from cartjury.data.options import SEED_DIMENSIONS

COMMON: Final = frozenset({*(d.name for d in SEED_DIMENSIONS), *(c.name for c in CONTRACT), *DERIVED})


@dataclass(frozen=True)
class Feature:
    """A feature of the plan. `key` is what models call it, `levels` all that occur, lowest first."""

    key: str
    label: str
    column: str
    levels: tuple[str, ...]

    def shown(self) -> dict[str, Any]:
        """The feature as the data of a prompt lists it."""
        named = {} if self.key == self.label else {"name": self.label}
        return {**named, "column": self.column, "levels": self.levels}


class Features:
    """The features of all segments of a plan, by label."""

    def __init__(self, briefs: Sequence[SegmentBrief]) -> None:
        found: dict[str, Trait] = {}
        for trait in (t for b in briefs for t in b.traits):
            widest = found.get(trait.label)
            if widest is None or len(trait.of) > len(widest.of):
                found[trait.label] = trait
        keys = [label if label in COMMON else f"F{n}" for n, label in enumerate(found, 1)]
        self.by_label = {
            label: Feature(key, label, trait.column, trait.of)
            for key, (label, trait) in zip(keys, found.items(), strict=True)
        }
        known = self.by_label.values()
        self._by_text = {f.label.casefold(): f for f in known} | {f.key.casefold(): f for f in known}

    def shown(self) -> dict[str, Any]:
        """All features, as the data of a prompt lists them."""
        return {f.key: f.shown() for f in self.by_label.values()}

    def levels(self, brief: SegmentBrief) -> dict[str, tuple[str, ...]]:
        """The levels that a rule holds, by the feature's key."""
        return {self.by_label[t.label].key: t.levels for t in brief.traits}

    def codes(self) -> list[str]:
        """Every claim that can be made: "AOV=High"."""
        return [f"{f.key}={level}" for f in self.by_label.values() for level in f.levels]

    def claims(self, codes: Sequence[str]) -> Claims:
        """Claims by label, from codes in any case; what is not known stays as it is said, for the check to refuse."""
        found: dict[str, tuple[str, ...]] = {}
        for code in codes:
            key, _, level = (part.strip() for part in code.partition("="))
            feature = self._by_text.get(key.casefold())
            label, level = (feature.label, _spelled(level, feature)) if feature else (key, level)
            found[label] = tuple(dict.fromkeys((*found.get(label, ()), level)))
        return found


def _spelled(level: str, feature: Feature) -> str:
    return next((known for known in feature.levels if known.casefold() == level.casefold()), level)


def facts(brief: SegmentBrief, features: Features) -> Mapping[str, Any]:
    """All that a model is shown of a segment: the rule, the size or "<20", rounded means. Never a user row."""
    shown = {
        "rule": brief.rule,
        "in_words": brief.in_words,
        "size": "<20" if brief.size is None else brief.size,
        "means": brief.figures if brief.size is not None else {},
        "levels": features.levels(brief),
    }
    return {key: value for key, value in shown.items() if value not in ("", {})}
