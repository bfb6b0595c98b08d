"""The words of the chat's keyless reader: chat_words.toml and chat_phrases.toml as frozen tables."""

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any, NamedTuple

Phrase = tuple[str, ...]


class ChatWords(NamedTuple):
    """The tables of chat_words.toml; phrases are tuples of words, without the fillers.

    Attributes:
        read_by_code: words that code compares with, beside those of the tables.
        fillers: words that never change what is meant.
        openers, closers: what may stand before and behind a wish.
        joints: what may stand between two wishes.
        foreign: words of other languages.
        real_words: right words that look like a slip of one of ours.
        words: other words by the one they stand for, itself included.
        forms: the base of each inflected verb.
        columns, metrics, level_words, adjectives: what people call them, the canonical name as the key.
        tens, units, scales, ordinals, fractions, unit_words: how numbers are written in words.
        plain: words that a name or a wish for names cannot hold, may hold, or begins with.
        standing: how a rank is spoken of.
        kinds: nouns of the kinds of edits.
        share_names: halves, thirds, quartiles; day_words: days by the word.
        short_forms, short_ends: what is written out, as whole words and at the end of a word.
        frames: the forms of whole messages: imagined, doubtful, polite; words that turn or limit what is said.
        phrases: what can be said, by intent (chat_phrases.toml).
    """

    read_by_code: frozenset[str]
    fillers: frozenset[str]
    openers: tuple[Phrase, ...]
    closers: tuple[Phrase, ...]
    joints: tuple[Phrase, ...]
    foreign: frozenset[str]
    real_words: frozenset[str]
    words: Mapping[str, tuple[Phrase, ...]]
    forms: Mapping[str, str]
    columns: Mapping[str, tuple[Phrase, ...]]
    metrics: Mapping[str, tuple[Phrase, ...]]
    level_words: Mapping[str, tuple[Phrase, ...]]
    adjectives: Mapping[str, tuple[Phrase, ...]]
    tens: Mapping[str, int]
    units: Mapping[str, int]
    scales: Mapping[str, int]
    ordinals: Mapping[str, int]
    fractions: Mapping[str, int]
    unit_words: Mapping[str, str]
    plain: Mapping[str, frozenset[str]]
    standing: tuple[Phrase, ...]
    kinds: Mapping[str, tuple[Phrase, ...]]
    share_names: Mapping[str, int]
    day_words: Mapping[str, int]
    short_forms: Mapping[str, Phrase]
    short_ends: Mapping[str, str]
    frames: Mapping[str, tuple[Phrase, ...]]
    phrases: Mapping[str, tuple[str, ...]]


@functools.cache
def chat_words() -> ChatWords:
    """Read the tables that come with cartjury."""
    raw = _read("chat_words.toml")
    fillers = frozenset(raw["fillers"])

    def phrases(texts: list[str]) -> tuple[Phrase, ...]:
        found = (tuple(w for w in text.split() if w not in fillers) for text in texts)
        return tuple(dict.fromkeys(sorted((p for p in found if p), key=len, reverse=True)))

    def table(name: str) -> dict[str, tuple[Phrase, ...]]:
        return {key: phrases(texts) for key, texts in raw[name].items()}

    return ChatWords(
        read_by_code=frozenset(raw["read_by_code"]),
        fillers=fillers,
        openers=phrases(raw["openers"]),
        closers=phrases(raw["closers"]),
        joints=phrases(raw["joints"]),
        foreign=frozenset(raw["foreign"]),
        real_words=frozenset(raw["real_words"]),
        words=table("words"),
        forms={form: base for base, forms in raw["forms"].items() for form in forms},
        columns=table("columns"),
        metrics=table("metrics"),
        level_words=table("level_words"),
        adjectives=table("adjectives"),
        tens=raw["tens"],
        units=raw["units"],
        scales=raw["scales"],
        ordinals=raw["ordinals"],
        fractions=raw["fractions"],
        unit_words={word: unit for unit, words in raw["unit_words"].items() for word in words},
        plain={key: frozenset(listed) for key, listed in raw["plain"].items()},
        standing=phrases(raw["standing"]["words"]),
        kinds=table("kinds"),
        share_names=raw["share_names"],
        day_words=raw["day_words"],
        short_forms={short: tuple(long.split()) for short, long in raw["short_forms"].items()},
        short_ends=raw["short_ends"],
        frames=table("frames"),
        phrases={intent: tuple(said) for intent, said in _read("chat_phrases.toml").items()},
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("cartjury.data").joinpath(name).read_text(encoding="utf-8"))
