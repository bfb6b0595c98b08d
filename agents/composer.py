"""Composes names for a persona: one word for each feature that tells a segment apart, in Tier_Attribute_Quality order.

brief -> telling traits -> words that are true and liked -> combinations, best first -> the first that passes
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from cartjury.agents.plain_names import neutral, plain_names, seeded
from cartjury.agents.rubric import Reader, alliterates
from cartjury.agents.traits import claim_on, credits_of
from cartjury.data.jury_records import Persona, SegmentBrief, Trait
from cartjury.data.lexicon import PersonaTaste, personas
from cartjury.data.reading import stem_of
from cartjury.data.records import UNKNOWN
from cartjury.data.words import ANY_COLUMN, Word, level_word

WORDS_A_SLOT: Final = 3  # the best words of a feature that are tried together; the rest follow when these are taken
CHOICES: Final = 4  # sets of three features that are tried, where a rule speaks of more
TELLS: Final = 12.0  # points of a name that speaks of all features that tell the segment apart
VAGUE: Final = 0.15  # a word for one level before a word for several, where both are exact here
COMFORTABLE: Final = 32  # characters above which a name loses points


class Scored(NamedTuple):
    """A word for a feature: what it is worth to the persona, and the labels of all features it speaks of."""

    points: float
    word: Word
    said: frozenset[str]


@dataclass(frozen=True)
class Composer:
    """A persona at work on one plan."""

    persona: Persona
    reader: Reader
    seed: int

    @property
    def taste(self) -> PersonaTaste:
        """What the persona wants of a name."""
        return personas()[self.persona]

    def names(self, brief: SegmentBrief) -> Iterator[str]:
        """All names the persona would give to a segment, best first; every word in them is true.

        First all telling features, then fewer of them, and at last words that claim nothing: so that even
        segments whose rules say the same get different names.
        """
        traits = self.reader.speaking(brief)
        others = [b for b in self.reader.briefs if b.id != brief.id]
        credit = credits_of(traits, others, self.taste.cares)
        slots = {t.label: self._slot(t, traits, brief) for t in traits}
        spoken = [t for t in traits if slots[t.label]]
        for most in range(min(3, len(spoken)), 0, -1):
            some = sorted(itertools.combinations(spoken, most), key=lambda ts: -sum(credit[t.label] for t in ts))
            for width in (WORDS_A_SLOT, 2 * WORDS_A_SLOT):
                chosen = [[slots[t.label][:width] for t in ts] for ts in some[:CHOICES]]
                yield from self._best_first(chosen, credit)
        yield from plain_names(self.persona, brief, self.reader, self.seed)

    def _slot(self, trait: Trait, traits: Sequence[Trait], brief: SegmentBrief) -> list[Scored]:
        """Words for one feature, best first: liked, exact, clear; a word for two features stands for the later one."""
        found = []
        for word in self._candidates(trait, brief):
            if brief.id not in self.reader.true_of(word):
                continue
            about = [t for t in traits if claim_on(word, t)]
            if about[-1] is not trait:
                continue
            exact = self.reader.tight(word, trait) - VAGUE * len(claim_on(word, trait))
            points = word.liked_by(self.persona) + 3 * exact + 0.5 * (len(about) - 1) + 0.2 * word.clear
            found.append(Scored(points, word, frozenset(t.label for t in about)))
        return sorted(found, key=lambda s: (-s.points, self._order(s.word.text)))

    def _candidates(self, trait: Trait, brief: SegmentBrief) -> Iterator[Word]:
        by_column = self.reader.lexicon.by_column
        columns = (trait.column, trait.label.casefold(), *((ANY_COLUMN,) if trait.levels == (UNKNOWN,) else ()))
        for column in dict.fromkeys(columns):
            yield from (w for w in by_column.get(column, ()) if w.liked_by(self.persona))
        yield from self._label_words(trait, brief)

    def _label_words(self, trait: Trait, brief: SegmentBrief) -> Iterator[Word]:
        """Words for a feature that the lexicon does not know: HighLoyalty."""
        stem = stem_of(trait.label, tuple(t.label for t in brief.traits))
        if stem and trait.column not in self.reader.lexicon.by_column:
            for qualifier in self.reader.lexicon.used_qualifiers:
                yield level_word(f"{qualifier.used}{stem}", trait.column, qualifier, taste=(1, 1, 1, 1))

    def _best_first(self, choices: Sequence[Sequence[Sequence[Scored]]], credit: Mapping[str, float]) -> Iterator[str]:
        """Names of all combinations of words, best first; equals stay in the seeded order of their words."""
        found: dict[str, float] = {}
        for combination in itertools.chain.from_iterable(itertools.product(*slots) for slots in choices):
            said = frozenset().union(*(s.said for s in combination))
            points = sum(s.points for s in combination) + TELLS * sum(credit[label] for label in sorted(said))
            for arranged in self._arranged([s.word for s in combination]):
                name = "_".join(w.text for w in arranged)
                found[name] = points + self._manner(name, arranged)
        yield from sorted(found, key=lambda name: -found[name])

    def _arranged(self, words: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
        """Put the noun last, and round short names off with a word that claims nothing."""
        nouns = [w for w in words if w.part == "noun"]
        ordered = (*(w for w in words if w.part != "noun"), *nouns)
        if len(nouns) > 1:
            return
        if len(ordered) > 1 and ordered[-1].part != "modifier":
            yield ordered
        if len(ordered) < 3 and not nouns:
            yield from ((*ordered, noun) for noun in self._neutral("noun")[:3])
        if len(ordered) == 1:
            around = itertools.product(self._neutral("modifier")[:2], nouns or self._neutral("noun")[:3])
            yield from ((*(w for w in ordered if w not in nouns), modifier, noun) for modifier, noun in around)

    def _manner(self, name: str, words: Sequence[Word]) -> float:
        """Points for the shape of a name: three words, a noun at the end, alliteration, not too long."""
        taste = self.taste
        noun = taste.ends_on_noun if words[-1].part == "noun" else 0.0
        rhyme = taste.alliteration if taste.alliteration and alliterates(name) else 0.0
        filler = sum(w.liked_by(self.persona) for w in words if not w.claims) / 3
        return noun + rhyme + filler + (1.0 if len(words) == 3 else 0.0) - 0.15 * max(0, len(name) - COMFORTABLE)

    def _neutral(self, part: str) -> list[Word]:
        return neutral(self.persona, self.seed, part)

    def _order(self, text: str) -> str:
        return seeded(self.seed, self.persona, text)
