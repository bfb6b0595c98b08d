"""A reader of names that uses the jury's own lexicon, and so is optimistic: it knows what the jury meant by a word.

name -> words -> claims -> of each rule: words that it does not bear out, and what of it the name leaves open
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from cartjury.data.jury_records import SegmentBrief, Trait
from cartjury.data.lexicon import lexicon
from cartjury.data.reading import read_name, traits_of, untrue_claim
from cartjury.data.records import UNKNOWN
from cartjury.data.words import ANY_COLUMN, Lexicon, Word, covers
from cartjury.tools.evals.reader import Matrix

WRONG: Final = 10.0  # a word that is untrue of a rule weighs more than all eight features that a rule can leave open


class LexiconReader(NamedTuple):
    """Matches names to rules by the claims that the lexicon knows of their words.

    Attributes:
        words: the lexicon.
    """

    words: Lexicon
    name: str = "lexicon"
    label: str = "shares the jury's lexicon: optimistic"

    def scores(self, names: Sequence[str], briefs: Sequence[SegmentBrief]) -> Matrix:
        """Say how well each name fits each rule: names x rules, 0 where the name says the rule and nothing else.

        A word that is not true of the rule costs `WRONG`. A feature that the rule narrows costs up to 1: nothing where
        the words say its levels exactly, 1 where they say nothing of it. A rule that is the rest is as open as can be,
        unless the name says that something is missing.
        """
        widest = max((len(_narrowed(b)) for b in briefs), default=0)
        found = [[self._score(name, brief, widest) for brief in briefs] for name in names]
        return np.array(found, dtype=np.float64).reshape(len(names), len(briefs))

    def _score(self, name: str, brief: SegmentBrief, widest: int) -> float:
        said = [part.word for part in read_name(name, brief, self.words) if part.word]
        wrong = sum(untrue_claim(word, brief) is not None for word in said)
        missing = any(ANY_COLUMN in word.claims for word in said)
        if brief.is_else and not _narrowed(brief):
            return -WRONG * wrong - (0 if missing else widest)
        return -WRONG * wrong - sum(_open(trait, said, brief, missing=missing) for trait in _narrowed(brief))


def lexicon_reader() -> LexiconReader:
    """The reader of the jury's lexicon as it is now."""
    return LexiconReader(lexicon())


def _narrowed(brief: SegmentBrief) -> tuple[Trait, ...]:
    return tuple(trait for trait in brief.traits if trait.says_something)


def _open(trait: Trait, said: Sequence[Word], brief: SegmentBrief, *, missing: bool) -> float:
    """How much of a trait the words leave open: 0 where they say its levels exactly, 1 where nothing of it."""
    if missing and trait.levels == (UNKNOWN,):
        return 0.0
    claims = [claim for word in said for column, claim in word.claims.items() if trait in traits_of(column, brief)]
    left = [level for level in trait.of if all(covers(claim, level) for claim in claims)]
    if not claims or not left:
        return 1.0
    return 1 - len(set(trait.levels) & set(left)) / len(set(trait.levels) | set(left))
