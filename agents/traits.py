"""Which features a segment's name should speak of: those that set it apart from its neighbours."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from cartjury.data.jury_records import SegmentBrief, Trait
from cartjury.data.records import UNKNOWN
from cartjury.data.words import ANY_COLUMN, Word, covers

NOTHING: Final[frozenset[str]] = frozenset()


def live_levels(trait: Trait, briefs: Sequence[SegmentBrief]) -> frozenset[str]:
    """The levels that a name could mean: `Unknown` only where a segment other than ELSE holds it."""
    others = (t for b in briefs if not b.is_else for t in b.traits if t.label == trait.label)
    unknown = any(UNKNOWN in t.levels for t in others)
    return frozenset(level for level in trait.of if unknown or level != UNKNOWN)


def speaking(brief: SegmentBrief, live: Callable[[Trait], frozenset[str]]) -> tuple[Trait, ...]:
    """The traits by which a rule narrows its users, in the plan's order; none for ELSE and ALL."""
    return () if brief.is_else else tuple(t for t in brief.traits if not live(t) <= set(t.levels))


def credits_of(
    candidates: Sequence[Trait], others: Sequence[SegmentBrief], cares: Mapping[str, float]
) -> dict[str, float]:
    """How much each trait tells a segment from the others; shares that add up to 1, by label.

    Every other segment gives one point, shared among the traits that tell it apart: a neighbour which differs
    in one trait only gives that trait the whole point. A persona weighs the points by column.
    """
    credit = dict.fromkeys((t.label for t in candidates), 1e-6)
    for other in others:
        levels = {t.label: t.levels for t in other.traits}
        apart = [t.label for t in candidates if levels.get(t.label) != t.levels]
        for label in apart:
            credit[label] += 1 / len(apart)
    weighed = {t.label: credit[t.label] * cares.get(t.column, 1.0) for t in candidates}
    return {label: points / sum(weighed.values()) for label, points in weighed.items()}


def claim_on(word: Word, trait: Trait) -> frozenset[str]:
    """What a word claims of a trait's feature; empty where it says nothing of it."""
    claims = word.claims
    if ANY_COLUMN in claims and trait.levels == (UNKNOWN,):
        return claims[ANY_COLUMN]
    return claims.get(trait.column) or claims.get(trait.label.casefold()) or NOTHING


def tightness(word: Word, trait: Trait, live: frozenset[str]) -> float:
    """How exactly a word says what the rule holds, 0-1: levels held / levels claimed. 0 where it says nothing."""
    claim = claim_on(word, trait)
    claimed = sum(covers(claim, level) for level in live | set(trait.levels))
    exact = min(1.0, len(trait.levels) / claimed) if claimed else 0.0
    return 0.7 * exact if ANY_COLUMN in word.claims else exact  # that a value is missing, but not which
