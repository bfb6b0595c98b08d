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
        starts = [*fresh, *(p + 1 for p in fresh if line.word(p) in BEFORE_CLOSERS)]
        ends = [end for place in starts for end in line.any_of(chat_words().closers, place)]
        fresh = [end for end in dict.fromkeys(ends) if end not in reached]
        reached += fresh
    return reached


def base_forms(tokens: tuple[Token, ...], start: int) -> tuple[Token, ...]:
    """Read merged and merging as merge, from a place on."""
    forms = chat_words().forms
    read = (t._replace(text=forms.get(t.text, t.text)) if t.kind == "word" else t for t in tokens[start:])
    return (*tokens[:start], *read)
