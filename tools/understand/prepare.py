"""From a message to the tokens that phrases are matched against."""

import functools
from collections.abc import Iterable

from cartjury.data.chat_records import Scene
from cartjury.data.chat_words import Phrase, chat_words
from cartjury.tools.understand.by_name import name_words
from cartjury.tools.understand.by_talk import DONE
from cartjury.tools.understand.commands import spelled_out
from cartjury.tools.understand.features import words_of_name
from cartjury.tools.understand.numbers import with_numbers
from cartjury.tools.understand.phrases import phrase_words
from cartjury.tools.understand.spelling import repaired
from cartjury.tools.understand.spoken import is_picture, written_out
from cartjury.tools.understand.tokens import Token, tokenise


def prepared(text: str, scene: Scene) -> tuple[Token, ...]:
    """Cut a message into tokens, repair slips, read numbers, and leave out what means nothing."""
    words, known = chat_words(), known_words(scene)
    typed = spelled_out(written_out(tokenise(text)))
    tokens = with_numbers(repaired(typed, known | words.fillers | _talk_words()))
    meant = tuple(t for t in tokens if not (t.kind == "word" and t.text in words.fillers) and not is_picture(t))
    # An underscore is read like a space; a text that is taken as it was written keeps it.
    kept = (t for t in _without_hyphens(meant) if t.text != "_" or t.kind == "quote")
    return tuple(t._replace(known=t.kind != "word" or t.text in known) for t in kept)


def known_words(scene: Scene) -> frozenset[str]:
    """All words that mean something in this scene."""
    columns = (word for c in scene.columns for word in words_of_name(c))
    dimensions = (word for d in scene.plan.dimensions for word in words_of_name(d.name))
    return _table_words() | name_words(scene.lines) | frozenset(columns) | frozenset(dimensions)


@functools.cache
def _talk_words() -> frozenset[str]:
    """Words of remarks: right English, but none that a wish is made of."""
    talk = chat_words().talk
    verbs = (f"{stem}{end}" for v in talk["imperatives"] for stem in (v, v.removesuffix("e")) for end in ("ing", "ed"))
    return frozenset([*(word for listed in talk.values() for word in listed), *verbs])


@functools.cache
def _table_words() -> frozenset[str]:
    words = chat_words()
    phrases: list[Phrase] = [*words.beginnings, *words.closers, *words.joints, *words.standing]
    tables = (words.words, words.columns, words.metrics, words.level_words, words.adjectives, words.kinds, words.frames)
    phrases += [p for table in tables for listed in table.values() for p in listed]
    numbers = (
        words.tens,
        words.units,
        words.scales,
        words.ordinals,
        words.fractions,
        words.share_names,
        words.day_words,
    )
    done = (verb for verbs in DONE.values() for verb in verbs)
    return (
        frozenset(_flat(phrases))
        | phrase_words()
        | words.read_by_code
        | frozenset([*(w for table in numbers for w in table), *done, *words.forms, *words.unit_words])
    )


def _flat(phrases: Iterable[Phrase]) -> Iterable[str]:
    return (word for phrase in phrases for word in phrase)


def _without_hyphens(tokens: tuple[Token, ...]) -> Iterable[Token]:
    """Read low-value like low value; S1-S3 and 1-3 stay as they are."""
    for i, token in enumerate(tokens):
        around = tokens[max(i - 1, 0) : i + 2]
        touches = len(around) == 3 and around[0].end == token.start and token.end == around[2].start
        if not (token.text == "-" and touches and "word" in {around[0].kind, around[2].kind}):
            yield token
