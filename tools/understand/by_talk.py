"""Segments by what was talked of: it, those two, the merged one, the one you just renamed."""

import functools
from collections.abc import Iterator
from typing import Final

from cartjury.data.chat_words import Phrase, chat_words
from cartjury.tools.understand.match import Found, Line
from cartjury.tools.understand.mention import Mention, no_mention

# What was done, by the words for what came of it.
DONE: Final = {
    "rename": ("renamed", "named"),
    "merge": ("merged", "combined", "joined"),
    "split": ("split", "divided"),
    "lock": ("locked",),
    "unlock": ("unlocked",),
}


def by_focus(line: Line, at: int) -> Iterator[Found]:
    """It, that one; them, both; those two, those three."""
    words, focus = chat_words().words, line.view.focus
    for end in line.any_of(words["it"], at):
        if (line.word(at) == "one" and end == at + 1) or line.view.topic:
            continue
        if len(focus) == 1:
            yield end, Mention(focus)
        elif line.view.parted:
            yield end, no_mention("Which part do you mean? Wait for the split, then say it.")
        else:
            options = focus if 1 < len(focus) <= 5 else ()
            said = f": {' or '.join(focus)}" if options else ""
            yield end, no_mention(f"Which segment do you mean{said}?")
    yield from _nth_of_them(line, at)
    for phrases, count in ((words["them"], None), (words["those_two"], 2), (words["those_three"], 3)):
        for end in line.any_of(phrases, at):
            of_one = count is None and len(focus) == 1 and line.view.spoken == focus  # "S05 is stiff, call them Stars"
            if of_one or (len(focus) > 1 and count in {None, len(focus)}):
                yield end, Mention(focus)
            else:
                yield end, no_mention("Which segments do you mean? Name them.")


def _nth_of_them(line: Line, at: int) -> Iterator[Found]:
    """The first of those, the second of them."""
    token, words = line.tokens[at], chat_words().words
    if token.kind != "ordinal" or token.value is None:
        return
    for end in (*line.any_of(words["them"], at + 1), *line.any_of(words["those_two"], at + 1)):
        place, focus = int(token.value), line.view.focus
        there = len(focus) > 1 and 1 <= place <= len(focus)
        yield end, Mention((focus[place - 1],)) if there else no_mention("Of which segments? Name the one you mean.")


def by_recent(line: Line, at: int) -> Iterator[Found]:
    """The merged one, the one you just renamed, the two you split, the new one."""
    for kind, verbs in DONE.items():
        for phrase in _phrases(verbs):
            if line.starts(phrase, at):
                yield at + len(phrase), _recent(line, kind, many=False)
        for phrase in _plural_phrases(verbs):
            if line.starts(phrase, at):
                yield at + len(phrase), _recent(line, kind, many=True)
    for phrase in (("new", "one"), ("new", "segment"), ("newest", "one"), ("newest", "segment")):
        if line.starts(phrase, at):
            yield at + len(phrase), _newest(line)


@functools.cache
def _phrases(verbs: tuple[str, ...]) -> tuple[Phrase, ...]:
    return tuple(_singular(verbs))


def _singular(verbs: tuple[str, ...]) -> Iterator[Phrase]:
    for verb in verbs:
        for noun in ("one", "segment", "group"):
            yield (verb, noun)
            for who in ("you", "i", "we"):
                for when in ((), ("last",), ("previously",), ("before",)):
                    yield (noun, who, *when, verb)
                    yield (noun, who, "have", *when, verb)
                    yield (noun, "that", who, *when, verb)
                yield (noun, who, verb, "last")
                yield (noun, who, verb, "before")
            yield (noun, "that", "was", verb)


@functools.cache
def _plural_phrases(verbs: tuple[str, ...]) -> tuple[Phrase, ...]:
    single = [phrase for phrase in _phrases(verbs) if "one" in phrase]
    return tuple(tuple(many if w == "one" else w for w in p) for p in single for many in ("ones", "two", "parts"))


def _recent(line: Line, kind: str, *, many: bool) -> Mention:
    """What came of the newest edit of a kind."""
    view = line.view
    if kind == "merge" and view.gone and not view.parted and len(view.focus) == 1 and not many:
        return Mention(view.focus)
    there = {i.id for i in line.view.lines}
    for done, ids in line.view.scene.recent:
        if done != kind:
            continue
        left = tuple(i for i in ids if i in there)
        if not left or line.view.stale:
            break
        if many or len(left) == 1:
            return Mention(left) if many == (len(left) > 1) else no_mention("Which segments do you mean? Name them.")
        return Mention(left, one=True)
    return no_mention(f"Which segment do you mean? I see none that came of a {kind} just before.")


def _newest(line: Line) -> Mention:
    kinds = [kind for kind, _ in line.view.scene.recent if kind in {"merge", "split"}]
    if line.view.clause and line.view.gone and not line.view.parted and len(line.view.focus) == 1:
        return Mention(line.view.focus)
    return _recent(line, kinds[0], many=False) if kinds else no_mention("Which segment do you mean? None is new.")
