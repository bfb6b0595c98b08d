"""What stands around a wish and means nothing by itself: openers, closers, joints and the marks beside them."""

from cartjury.data.chat_words import Phrase, chat_words
from cartjury.tools.understand.match import Line
from cartjury.tools.understand.tokens import Token

BEHIND_OPENERS = frozenset({",", ":", "-", "!", "…"})
BEFORE_CLOSERS = frozenset({",", ".", "!", "?", "-", "…", ";"})


def skipped(line: Line, at: int, phrases: tuple[Phrase, ...]) -> list[int]:
    """Return a place and all that can be reached from it over openers or joints, and marks behind them."""
    reached, fresh = [at], [at]
    while fresh:
        ends = [end for place in fresh for end in line.any_of(phrases, place)]
        passed = [after for end in ends for after in (end, _over(line, end))]
        fresh = [after for after in dict.fromkeys(passed) if after not in reached]
        reached += fresh
    return reached


def _over(line: Line, at: int) -> int:
    """Behind a mark; behind three dots as well."""
    if all(line.word(at + i) == "." for i in range(3)):
        return at + 3
    return at + (line.word(at) in BEHIND_OPENERS)


def closed(line: Line, at: int) -> list[int]:
    """Return a place and all that can be reached from it over closers, and marks before them."""
    reached, fresh = [at], [at]
    while fresh:
        starts = [*fresh, *(_past(line, p) for p in fresh)]
        ends = [end for place in starts for end in line.any_of(chat_words().closers, place)]
        fresh = [end for end in dict.fromkeys(ends) if end not in reached]
        reached += fresh
    return reached


def _past(line: Line, at: int) -> int:
    while line.word(at) in BEFORE_CLOSERS:
        at += 1
    return at


def base_forms(tokens: tuple[Token, ...], start: int) -> tuple[Token, ...]:
    """Read merged and merging as merge, from a place on."""
    read = (t._replace(text=_base(t.text)) if t.kind == "word" else t for t in tokens[start:])
    return (*tokens[:start], *read)


def _base(word: str) -> str:
    """Splitting, leaving, pooled: where what is left is a verb of ours."""
    verbs = chat_words().talk["imperatives"]
    for ending in ("ing", "ed", "d"):
        stem = word.removesuffix(ending)
        if stem != word and word not in chat_words().forms:
            found = next((v for v in (stem, f"{stem}e", stem[:-1]) if v in verbs and len(v) > 2), None)
            if found:
                return found
    return chat_words().forms.get(word, word)
