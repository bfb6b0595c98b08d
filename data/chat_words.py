"""The words of the chat's keyless reader: chat_words.toml and chat_phrases.toml as frozen tables."""

import functools
import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any, Final, NamedTuple

Phrase = tuple[str, ...]
_PIECE: Final = re.compile(r"\[([^\]]*)\]|\(([^)]*)\)|(\S+)")


class ChatWords(NamedTuple):
    """The tables of chat_words.toml; phrases are tuples of words, without the fillers.

    Attributes:
        read_by_code: words that code compares with, beside those of the tables.
        fillers: words that never change what is meant.
        openers, closers: what may stand before and behind a wish; beginnings: before the first wish of a message.
        joints: what may stand between two wishes.
        foreign: words of other languages.
        real_words: right words that look like a slip of one of ours.
        words: other words by the one they stand for, itself included.
        forms: the base of each inflected verb.
        columns, metrics, level_words, adjectives: what people call them, the canonical name as the key.
        tens, units, scales, ordinals, fractions, unit_words: how numbers are written in words.
        plain: words that a name or a wish for names cannot hold, may hold, or begins with.
        standing: how a rank is spoken of; places: which of it means the first or the last.
        kinds: nouns of the kinds of edits.
        share_names: halves, thirds, quartiles; day_words: days by the word.
        short_forms, short_ends: what is written out, as whole words and at the end of a word.
        spoken: marks by the words that are dictated for them.
        commands, flags: command lines as the parts of a sentence, and the names of what stands in them.
        talk: words by what they tell of a remark around a wish: that it is one, or that it may turn or limit the wish.
        frames: the forms of whole messages: imagined, doubtful, polite; words that turn or limit what is said.
        phrases: what can be said, by intent (chat_phrases.toml).
    """

    read_by_code: frozenset[str]
    fillers: frozenset[str]
    openers: tuple[Phrase, ...]
    beginnings: tuple[Phrase, ...]
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
    places: Mapping[str, tuple[Phrase, ...]]
    times: Mapping[float, tuple[Phrase, ...]]
    kinds: Mapping[str, tuple[Phrase, ...]]
    share_names: Mapping[str, int]
    day_words: Mapping[str, int]
    short_forms: Mapping[str, Phrase]
    short_ends: Mapping[str, str]
    spoken: Mapping[Phrase, str]
    commands: Mapping[Phrase, tuple[tuple[str, ...], ...]]
    flags: Mapping[str, frozenset[str]]
    talk: Mapping[str, frozenset[str]]
    frames: Mapping[str, tuple[Phrase, ...]]
    phrases: Mapping[str, tuple[str, ...]]


@functools.cache
def chat_words() -> ChatWords:
    """Read the tables that come with cartjury."""
    raw = _read("chat_words.toml")
    fillers = frozenset(raw["fillers"])

    def phrases(texts: list[str]) -> tuple[Phrase, ...]:
        found = (tuple(w for w in words if w not in fillers) for text in texts for words in spelled(text))
        return tuple(dict.fromkeys(sorted((p for p in found if p), key=len, reverse=True)))

    def table(name: str) -> dict[str, tuple[Phrase, ...]]:
        return {key: phrases(texts) for key, texts in raw[name].items()}

    return ChatWords(
        read_by_code=frozenset(raw["read_by_code"]),
        fillers=fillers,
        openers=phrases(raw["openers"]),
        beginnings=phrases([*raw["beginnings"], *raw["openers"]]),
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
        places=table("places"),
        times={float(key): said for key, said in table("times").items()},
        kinds=table("kinds"),
        share_names=raw["share_names"],
        day_words=raw["day_words"],
        short_forms={short: tuple(long.split()) for short, long in raw["short_forms"].items()},
        short_ends=raw["short_ends"],
        spoken={tuple(said.split()): mark for mark, listed in raw["spoken"].items() for said in listed},
        commands={tuple(name.split("-")): tuple(map(tuple, forms)) for name, forms in raw["commands"].items()},
        flags={flag: frozenset(names) for flag, names in raw["flags"].items()},
        talk=_talk(raw),
        frames=table("frames"),
        phrases={intent: tuple(said) for intent, said in _read("chat_phrases.toml").items()},
    )


def _talk(raw: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """The words of remarks; what begins a wish is known from the classes of words."""
    talk = {key: frozenset(listed) for key, listed in raw["talk"].items()}
    verbs = (text.split()[0] for name in raw["talk"]["verb_classes"] for text in raw["words"][name])
    return {**talk, "imperatives": (frozenset(verbs) | talk["imperatives"]) - talk["also_nouns"]}


def spelled(text: str) -> Iterator[Phrase]:
    """All phrases that one with brackets stands for: "[so] (could|can) you" is four."""
    pieces: list[list[Phrase]] = []
    for optional, choice, word in _PIECE.findall(text):
        options: list[Phrase] = [tuple(o.split()) for o in (optional or choice).split("|")]
        pieces.append([*options, ()] if optional else options if choice else [(word,)])
    for chosen in itertools.product(*pieces):
        yield tuple(w for part in chosen for w in part)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("cartjury.data").joinpath(name).read_text(encoding="utf-8"))
