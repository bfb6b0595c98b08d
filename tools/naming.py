"""The rules of segment names, and of the claims that a juror makes with a name.

A name has 2-3 words of ASCII letters, joined by underscores, at most 40 characters, and says nothing that the
rule does not hold. HighValue and High_Value are words: they say what is high. High in Medium_High_Low is a
code. Every reason is a sentence that can be sent back to a model.
"""

import re
from collections.abc import Collection, Iterator

from cartjury.data.jury_records import Proposal, SegmentBrief, Trait
from cartjury.data.reading import Part, letters, pieces, read_name, traits_of, untrue_claim
from cartjury.data.records import UNKNOWN
from cartjury.data.words import ANY_COLUMN, KNOWN_LEVELS, Lexicon, Word, covers, stems

MAX_LENGTH = 40
MAX_PIECES = 2  # HighValue; what is longer must be a word of the lexicon, or names grow sentences

_GRAMMAR = re.compile(r"[A-Za-z]+(_[A-Za-z]+){1,2}")
_INITIALS = re.compile(r"[LMHU]{1,4}")  # HLH, and H_L_H
_SPOKEN = {
    "avg_order_value": "order value",
    "engagement_score": "engagement",
    "profitability_score": "profitability",
    "sessions_last_30d": "the number of visits",
    "num_cart_items": "the number of cart items",
    "days_since_abandonment": "the days since abandonment",
    "days_since_last_order": "the days since the last order",
}


def check_name(name: str, brief: SegmentBrief, taken: Collection[str], lexicon: Lexicon) -> tuple[str, ...]:
    """Say why a name must not be given to a segment.

    Args:
        name: the name.
        brief: the segment, whose traits decide what is true.
        taken: names of other segments; they are compared without case and underscores.
        lexicon: the words whose claims are known; other words are allowed.

    Returns:
        Reasons as complete sentences; empty when the name is fine.
    """
    grammar = tuple(_grammar(name))
    if grammar:
        return grammar
    parts = read_name(name, brief, lexicon)
    return (
        *_taken(name, taken),
        *_banned(name, lexicon),
        *_echoed(name, lexicon),
        *_repeated(name, lexicon),
        *_codes(parts, brief, lexicon),
        *_too_long_words(name, lexicon, brief),
        *(reason for part in parts if (reason := _untrue(part, brief))),
    )


def forbidden(name: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Say which words of a name no segment may be called by, whoever names it; as complete sentences."""
    return tuple(_banned(name, lexicon))


def untrue_words(name: str, brief: SegmentBrief, lexicon: Lexicon) -> tuple[str, ...]:
    """Say which words of a name the rule does not bear out; as complete sentences."""
    return tuple(reason for part in read_name(name, brief, lexicon) if (reason := _untrue(part, brief)))


def same_name(one: str, other: str) -> bool:
    """Whether two names are one to a reader: they are compared without case and underscores."""
    return _plain(one) == _plain(other)


def check_claims(proposal: Proposal, brief: SegmentBrief) -> tuple[str, ...]:
    """Say which of a juror's stated claims the rule does not bear out.

    Args:
        proposal: with claims by feature (label or column, in any case), e.g. {"aov": ("high",)}.
        brief: the segment.

    Returns:
        Reasons as complete sentences; empty when every claim holds.
    """
    return tuple(reason for label, claim in proposal.claims.items() for reason in _claim(label, claim, brief))


def _grammar(name: str) -> Iterator[str]:
    if not name.isascii() or not _GRAMMAR.fullmatch(name):
        yield f"'{name[:60]}' must be two or three words of ASCII letters, joined by underscores (Premium_Engaged)."
    if len(name) > MAX_LENGTH:
        yield f"'{name[:60]}' has {len(name)} characters; at most {MAX_LENGTH} are allowed."


def _taken(name: str, taken: Collection[str]) -> Iterator[str]:
    same = next((t for t in taken if _plain(t) == _plain(name)), None)
    if same is not None:
        yield f"'{name}' is taken: another segment is called {same}."


def _plain(name: str) -> str:
    return name.replace("_", "").casefold()


def _banned(name: str, lexicon: Lexicon) -> Iterator[str]:
    tokens = name.split("_")
    pairs = tuple("".join(tokens[i : i + 2]) for i in range(len(tokens) - 1))
    seen = dict.fromkeys((*tokens, *pairs, *(p for t in tokens for p in pieces(t))))
    for text in seen:
        if any(form in lexicon.banned for form in stems(text)):
            yield f"'{text}' is a word that no segment may be called by."
    inside = next((b for b in lexicon.banned_inside if b in _plain(name)), None)
    if inside and not any(inside in stems(text) for text in seen):
        yield f"'{name}' contains '{inside}', which no segment may be called by."


def _echoed(name: str, lexicon: Lexicon) -> Iterator[str]:
    said = [p.casefold() for t in name.split("_") for p in pieces(t)]
    if all(len(word) == 1 or word in lexicon.echoes for word in said):
        yield f"'{name}' repeats words of the task and says nothing of the customers."


def _repeated(name: str, lexicon: Lexicon) -> Iterator[str]:
    said = [p for t in name.split("_") for p in pieces(t) if p.casefold() not in lexicon.qualifiers]
    singular = [p.casefold().removesuffix("s") for p in said]
    twice = next((said[i] for i, word in enumerate(singular) if word in singular[:i]), None)
    if twice:
        yield f"'{name}' says '{twice}' twice."


def _codes(parts: tuple[Part, ...], brief: SegmentBrief, lexicon: Lexicon) -> Iterator[str]:
    labels = {letters(t.label).casefold() for t in brief.traits} if len(parts) > 1 else set()
    codes = dict.fromkeys(
        p.text for p in parts if p.text.casefold() in lexicon.level_codes or _INITIALS.fullmatch(p.text)
    )
    if codes:
        beside = " beside a dimension's name" if any(p.text.casefold() in labels for p in parts) else ""
        what = "is a raw level code" if len(codes) == 1 else "are raw level codes"
        said = " and ".join(f"'{c}'" for c in codes)
        yield f"{said} {what}{beside}; say what is meant with a word (HighValue, Engaged, Budget)."


def _too_long_words(name: str, lexicon: Lexicon, brief: SegmentBrief) -> Iterator[str]:
    for token in name.split("_"):
        if len(pieces(token)) <= MAX_PIECES:
            continue
        known = any(p.text == token and p.word for p in read_name(token, brief, lexicon))
        if not known:
            yield f"'{token}' runs {len(pieces(token))} words together; use two or three words in all."


def _untrue(part: Part, brief: SegmentBrief) -> str | None:
    word = part.word
    column = untrue_claim(word, brief) if word else None
    if word is None or column is None:
        return None
    if column == ANY_COLUMN:
        return f"'{part.text}' says that a value is missing, but the rule says nothing of the kind."
    return f"'{part.text}' says {_spoken(column)} is {_levels(word, column)}, but {_held(column, brief)}."


def _spoken(column: str) -> str:
    return _SPOKEN.get(column, column.replace("_", " "))


def _levels(word: Word, column: str) -> str:
    claim = word.claims[column]
    known = [level for level in KNOWN_LEVELS if level in claim]
    if len(known) > 3:  # a negation: NonProfitable
        known = [level for level in KNOWN_LEVELS if not covers(claim, level) and not level.startswith("Very")]
        return "not " + " or ".join(_lower(level) for level in known) if known else "known"
    return " or ".join(_lower(level) for level in (*((UNKNOWN,) if UNKNOWN in claim else ()), *known))


def _lower(level: str) -> str:
    return " ".join(pieces(level)).lower()


def _held(column: str, brief: SegmentBrief) -> str:
    traits = traits_of(column, brief)
    if not traits:
        return f"the rule says nothing of {_spoken(column)}"
    return "the rule holds " + " & ".join(_rule(t) for t in traits)


def _rule(trait: Trait) -> str:
    one = len(trait.levels) == 1
    return f"{trait.label}_{trait.levels[0]}" if one else f"{trait.label}_{{{','.join(trait.levels)}}}"


def _claim(label: str, claim: tuple[str, ...], brief: SegmentBrief) -> Iterator[str]:
    wanted = label.casefold()
    trait = next((t for t in brief.traits if wanted in (t.label.casefold(), t.column.casefold())), None)
    if trait is None:
        features = ", ".join(t.label for t in brief.traits) or "no feature"
        yield f"The claim on '{label}' cannot be checked: the rule speaks of {features}."
        return
    known = {level.casefold(): level for level in (*trait.of, *trait.levels)}
    spelled = [known.get(c.casefold().replace("_", "").replace(" ", "")) for c in claim]
    wrong = next((c for c, level in zip(claim, spelled, strict=True) if level is None), None)
    if wrong is not None:
        yield f"'{wrong}' is no level of {trait.label}; its levels are {', '.join(trait.of)}."
    elif not all(covers([s for s in spelled if s], level) for level in trait.levels):
        said = " or ".join(claim) or "nothing"
        yield f"The claim that {trait.label} is {said} is wrong: the rule holds {_rule(trait)}."
