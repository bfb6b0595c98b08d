"""Names for segments of which no feature can be said, and the seeded order that decides between equals."""

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from functools import lru_cache

from cartjury.agents.rubric import Reader
from cartjury.data.jury_records import Persona, SegmentBrief
from cartjury.data.lexicon import lexicon
from cartjury.data.words import ANY_COLUMN, Word


def plain_names(persona: Persona, brief: SegmentBrief, reader: Reader, seed: int) -> Iterator[str]:
    """Names such as Incomplete_Profile_Users (ELSE) and Recent_Cart_Abandoners (ALL), best first.

    At last come combinations of words that claim nothing: some hundreds, so that even segments whose rules
    cannot be told apart by words get different names.
    """
    modifiers, nouns = neutral(persona, seed, "modifier"), neutral(persona, seed, "noun")
    middles = [reader.lexicon.index["profile" if brief.is_else else "cart"], *modifiers]
    leads = _leads(persona, brief, reader, seed) or modifiers
    for lead, middle, noun in (
        *itertools.product(leads, middles, nouns),
        *itertools.product(modifiers, modifiers, nouns),
    ):
        if lead is not middle:
            yield f"{lead.text}_{middle.text}_{noun.text}"


def _leads(persona: Persona, brief: SegmentBrief, reader: Reader, seed: int) -> list[Word]:
    """First words: that a value is missing, or when the carts were left."""
    wanted = (w for w in reader.lexicon.words if (ANY_COLUMN in w.claims if brief.is_else else w.neutral))
    true = (w for w in wanted if w.liked_by(persona) and brief.id in reader.true_of(w))
    return _by_taste(persona, seed, true)


@lru_cache(maxsize=64)
def neutral(persona: Persona, seed: int, part: str) -> list[Word]:
    """Words of a part of speech that claim nothing, in the order in which a persona likes them."""
    return _by_taste(persona, seed, (w for w in lexicon().by_column[""] if w.part == part))


def _by_taste(persona: Persona, seed: int, words: Iterable[Word]) -> list[Word]:
    return sorted(words, key=lambda w: (-w.liked_by(persona), seeded(seed, persona, w.text)))


@lru_cache(maxsize=8192)
def seeded(seed: int, *about: str) -> str:
    """A sort key that looks random and is the same on every machine and in every process."""
    return hashlib.blake2b("|".join((str(seed), *about)).encode(), digest_size=8).hexdigest()
