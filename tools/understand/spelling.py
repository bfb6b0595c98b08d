"""Slips of the pen: a word that is one or two letters off exactly one word that the reader knows."""

import re
from collections.abc import Collection, Sequence

from cartjury.data.chat_words import chat_words
from cartjury.tools.understand.tokens import Token

SHORTEST = 4  # letters of a word that is repaired
TWO_SLIPS = 8  # letters from which two slips are taken for one word


def repaired(tokens: Sequence[Token], known: Collection[str]) -> tuple[Token, ...]:
    """Replace words that nobody knows by the one known word that is meant; others stay as they are."""
    words = chat_words()
    if any(t.text in words.foreign or not t.text.isascii() for t in tokens if t.kind == "word"):
        return tuple(tokens)
    return tuple(t._replace(text=_meant(t.text, known)) if t.kind == "word" else t for t in tokens)


def _meant(word: str, known: Collection[str]) -> str:
    plain = re.sub(r"(.)\1{2,}", r"\1\1", word)
    if plain != word and (fewer := next((w for w in (plain, re.sub(r"(.)\1", r"\1", plain)) if w in known), None)):
        return fewer
    if len(word) < SHORTEST or word in known or word in chat_words().real_words or not word.isalpha():
        return word
    for most in (1, 2) if len(word) >= TWO_SLIPS else (1,):
        near = [
            k for k in known if abs(len(k) - len(word)) <= most and _slips(word, k, most) <= most and _alike(word, k)
        ]
        if near:
            swapped = [k for k in near if sorted(k) == sorted(word)]  # of two, the one with the same letters
            begun = [k for k in swapped if k[0] == word[0]]  # of those, the one with the same first letter
            return next((found[0] for found in (near, swapped, begun) if len(found) == 1), word)
    return word


def _alike(word: str, meant: str) -> bool:
    """Whether a word may be a slip: its first letter is right; of a short one letters are swapped or lost."""
    if len(meant) < SHORTEST:
        return False
    if len(word) > SHORTEST:
        return word[0] == meant[0] or word[:2] == meant[1::-1]
    return word[0] == meant[0] and (sorted(word) == sorted(meant) or len(meant) > len(word))


def _slips(a: str, b: str, most: int) -> int:
    """Count insertions, deletions, replacements and swaps of neighbours (optimal string alignment)."""
    before, row = list[int](), list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        last, row, oldest = row, [i], before
        for j, y in enumerate(b, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, oldest[j - 2] + 1)
            row.append(cost)
        before = last
        if min(row) > most:
            return most + 1
    return row[-1]
