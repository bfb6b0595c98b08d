"""When a juror may give up its name in a debate: only for a reason that can be checked here, without a model."""

import re
from collections.abc import Collection
from typing import Final

from cartjury.agents.traits import claim_on
from cartjury.data.jury_records import SegmentBrief
from cartjury.data.reading import pieces, read_name, untrue_claim
from cartjury.data.words import Lexicon

SHORTER: Final = 5  # characters: the difference of a short word and its underscore


def holds(because: str, new: str, old: str, brief: SegmentBrief, others: Collection[str], lexicon: Lexicon) -> bool:
    """Whether the stated reason for a change is true.

    Args:
        because: closer_to_rule, shorter or more_distinct; any other reason does not hold.
        new: the name that it wants.
        old: the name that it had.
        brief: the segment.
        others: leading names of other segments.
        lexicon: the words whose claims are known.
    """
    if because == "shorter":
        return len(new) <= len(old) - SHORTER
    if because == "closer_to_rule":
        return features_said(new, brief, lexicon) > features_said(old, brief, lexicon)
    if because == "more_distinct":
        theirs = {word for other in others for word in words_of(other)}
        return bool(words_of(old) & theirs) and not words_of(new) & theirs
    return False


def features_said(name: str, brief: SegmentBrief, lexicon: Lexicon) -> int:
    """How many features that the rule narrows a name speaks of truthfully."""
    words = [p.word for p in read_name(name, brief, lexicon) if p.word and untrue_claim(p.word, brief) is None]
    return sum(t.says_something and any(claim_on(w, t) for w in words) for t in brief.traits)


def words_of(name: str) -> frozenset[str]:
    """The words of a name, and their pieces, in lower case and without a plural s."""
    tokens = re.findall(r"[A-Za-z]+", name)
    return frozenset(w.casefold().removesuffix("s") for t in tokens for w in (t, *pieces(t)))
