"""The judge's rubric as explainable code: what is good about a name, computed from the words and the rules.

name -> words -> qualities (0-1 each) -> points of the seed's five criteria (30, 25, 20, 15, 10)
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from cartjury.agents.traits import claim_on, live_levels, speaking, tightness
from cartjury.data.jury_records import SegmentBrief, Trait
from cartjury.data.lexicon import lexicon
from cartjury.data.opinion import CRITERIA
from cartjury.data.reading import Part, pieces, read_name, untrue_claim
from cartjury.data.words import Lexicon, Word

EASY_LENGTH: Final = 24  # characters that are read at one glance
MAX_LENGTH: Final = 40
STRANGE: Final = 1.5  # clearness of a word that the lexicon does not know, of 3

QUALITY_OF: Final = {
    "mece_compliance": "separates",
    "marketing_clarity": "clarity",
    "business_structure": "structure",
    "rule_precision": "precision",
    "memorability": "memorability",
}


@dataclass(frozen=True)
class Reader:
    """Reads names against one plan; remembers of which segments a word is true, and what it read before."""

    briefs: Sequence[SegmentBrief]
    lexicon: Lexicon
    _true_of: dict[str, frozenset[str]] = field(default_factory=dict)
    _qualities: dict[tuple[str, str], Mapping[str, float]] = field(default_factory=dict)
    _parts: dict[tuple[str, str], tuple[Part, ...]] = field(default_factory=dict)
    _live: dict[str, frozenset[str]] = field(default_factory=dict)
    _tight: dict[tuple[str, str, tuple[str, ...]], float] = field(default_factory=dict)
    _speaking: dict[str, tuple[Trait, ...]] = field(default_factory=dict)

    def parts(self, name: str, brief: SegmentBrief) -> tuple[Part, ...]:
        """The words of a name."""
        key = (name, brief.id)
        if key not in self._parts:
            self._parts[key] = read_name(name, brief, self.lexicon)
        return self._parts[key]

    def live(self, trait: Trait) -> frozenset[str]:
        """The levels of a trait's feature that a name could mean."""
        if trait.label not in self._live:
            self._live[trait.label] = live_levels(trait, self.briefs)
        return self._live[trait.label]

    def tight(self, word: Word, trait: Trait) -> float:
        """How exactly a word says what a trait holds, 0-1."""
        key = (word.text, trait.label, trait.levels)
        if key not in self._tight:
            self._tight[key] = tightness(word, trait, self.live(trait))
        return self._tight[key]

    def speaking(self, brief: SegmentBrief) -> tuple[Trait, ...]:
        """The traits by which a rule narrows its users."""
        if brief.id not in self._speaking:
            self._speaking[brief.id] = speaking(brief, self.live)
        return self._speaking[brief.id]

    def true_of(self, word: Word) -> frozenset[str]:
        """Ids of the segments of which a word is true."""
        if word.text not in self._true_of:
            self._true_of[word.text] = frozenset(b.id for b in self.briefs if untrue_claim(word, b) is None)
        return self._true_of[word.text]

    def qualities(self, name: str, brief: SegmentBrief) -> Mapping[str, float]:
        """What is good about a name for a segment, 0-1 each.

        Returns:
            separates: share of the other segments of which the name would be false.
            clarity: how well the words are understood, less for long names.
            structure: Tier_Attribute_Quality: three words that speak of the features in the plan's order.
            precision: mean tightness over the features that the rule narrows.
            memorability: images, alliteration, shortness.
            sober: the opposite of images. brevity: shortness.
        """
        key = (name, brief.id)
        if key not in self._qualities:
            self._qualities[key] = self._read(name, brief)
        return self._qualities[key]

    def points(self, name: str, brief: SegmentBrief) -> dict[str, float]:
        """Points of the five criteria, to one decimal."""
        found = self.qualities(name, brief)
        return {c: round(most * found[QUALITY_OF[c]], 1) for c, most in CRITERIA.items()}

    def _read(self, name: str, brief: SegmentBrief) -> Mapping[str, float]:
        parts, traits = self.parts(name, brief), self.speaking(brief)
        vivid = sum(p.word.vivid if p.word else 1.0 for p in parts) / len(parts) / 3
        brevity = 1 - min(1.0, max(0, len(name) - EASY_LENGTH) / (MAX_LENGTH - EASY_LENGTH))
        return {
            "separates": self._separates(parts, brief),
            "clarity": _clarity(parts) * (0.8 + 0.2 * brevity),
            "structure": _structure(parts, traits),
            "precision": self._precision(parts, traits),
            "memorability": 0.6 * vivid + 0.2 * alliterates(name) + 0.2 * brevity,
            "sober": 1 - vivid,
            "brevity": brevity,
        }

    def _separates(self, parts: Sequence[Part], brief: SegmentBrief) -> float:
        also = frozenset(b.id for b in self.briefs) - {brief.id}
        everybody = len(also)
        for part in parts:
            also &= self.true_of(part.word) if part.word else also
        return 1 - len(also) / everybody if everybody else 1.0

    def _precision(self, parts: Sequence[Part], traits: Sequence[Trait]) -> float:
        if not traits:
            return 1.0
        words = [p.word for p in parts if p.word]
        best = (max((self.tight(w, t) for w in words), default=0.0) for t in traits)
        return sum(best) / len(traits)


def reader(briefs: Sequence[SegmentBrief]) -> Reader:
    """A reader of a plan; the same plan, as all jurors see it, is read once."""
    return _reader(tuple(b.model_dump_json() for b in briefs))


@lru_cache(maxsize=4)
def _reader(briefs: tuple[str, ...]) -> Reader:
    return Reader(tuple(SegmentBrief.model_validate_json(b) for b in briefs), lexicon())


def alliterates(name: str) -> bool:
    """Whether two neighbouring words begin with the same letter."""
    first = [word[0].casefold() for word in name.split("_") if word]
    return any(a == b for a, b in itertools.pairwise(first))


def _clarity(parts: Sequence[Part]) -> float:
    clear = sum(p.word.clear if p.word else STRANGE for p in parts) / len(parts) / 3
    joined = sum(len(pieces(p.text)) > 1 for p in parts)
    return clear * (1 - 0.06 * joined)  # a joined word (HighSpend) is read twice


def _structure(parts: Sequence[Part], traits: Sequence[Trait]) -> float:
    """A quarter for three words, the rest for words that speak of the features in their order."""
    full = 0.25 if len(parts) == 3 else 0.1
    if not traits:
        return full + 0.75
    reached, in_order = -1, 0
    for part in parts:
        spoken = [i for i, t in enumerate(traits) if part.word and claim_on(part.word, t)]
        if spoken and max(spoken) > reached:
            reached, in_order = max(spoken), in_order + 1
    return full + 0.75 * in_order / min(3, len(traits)) if in_order <= 3 else 1.0
