"""Mentions of segments: single ones of every kind, and lists of them."""

import itertools
from collections.abc import Iterator
from typing import Final

from cartjury.data.chat_words import chat_words
from cartjury.tools.understand.by_name import by_id, by_name
from cartjury.tools.understand.by_place import by_rank, by_size
from cartjury.tools.understand.by_rule import by_rule
from cartjury.tools.understand.by_talk import by_focus, by_recent
from cartjury.tools.understand.match import Found, Line, slot
from cartjury.tools.understand.mention import Mention
from cartjury.tools.understand.trouble import Trouble

MOST_OPTIONS: Final = 5
MOST_WAYS: Final = 300  # to read a list
LONGEST: Final = 24  # segments in one list
KINDS: Final = (by_id, by_name, by_rule, by_rank, by_size, by_focus, by_recent)


def mentions(line: Line, at: int) -> Iterator[Found]:
    """Yield single mentions with their ends."""
    seen = set()
    named = (
        by_name(line, at + 1) if line.word(at) in {"segment", "group", "audience"} and at + 1 < len(line.tokens) else ()
    )
    whole = (found for found in named if len(found[1].ids) == 1 and found[0] > at + 2)
    for found in ((kind(line, at) for kind in KINDS), (whole,)):
        for end, mention in itertools.chain.from_iterable(found):
            if (end, mention) not in seen:
                seen.add((end, mention))
                yield end, mention


def segments(line: Line, at: int) -> Iterator[Found]:
    """Yield lists of segments: `S01, S02 and the biggest`, `everything but S03`; ids in order, or a trouble."""
    seen = set()
    for end, ids in (*_few(_listed(line, at)), *_everything(line, at)):
        if (end, ids) not in seen:
            seen.add((end, ids))
            yield end, ids


def segment(line: Line, at: int) -> Iterator[Found]:
    """Yield single segments; of a mention of several, each of them, so that it is asked which."""
    for end, mention in slot(line, "mention", at):
        if mention.trouble:
            yield end, mention.trouble
        elif len(mention.ids) > MOST_OPTIONS:
            yield end, Trouble(f"Which one of {', '.join(mention.ids)} do you mean?")
        else:
            yield from ((end, i) for i in mention.ids)


def named(line: Line, at: int) -> Iterator[Found]:
    """Segments by id or name only."""
    yield from ((end, m.ids[0]) for kind in (by_id, by_name) for end, m in kind(line, at) if len(m.ids) == 1)


def _few(found: Iterator[Found]) -> list[Found]:
    """Take what can be read in a few ways; of more none, since some would be lost and the rest seem clear."""
    listed = list(itertools.islice(found, MOST_WAYS + 1))
    return listed if len(listed) <= MOST_WAYS else []


def _listed(line: Line, at: int) -> Iterator[Found]:
    for start in (at, at + 1) if line.word(at) == "both" else (at,):
        for end, mention in slot(line, "mention", start):
            for ids in _choices(mention):
                yield from _continued(line, end, ids, ())


def _choices(mention: Mention) -> Iterator[tuple[str, ...] | Trouble]:
    if mention.trouble:
        yield mention.trouble
    elif not mention.one or len(mention.ids) == 1:
        yield mention.ids
    elif len(mention.ids) > MOST_OPTIONS:
        yield Trouble(f"Which of {', '.join(mention.ids)} do you mean?")
    else:
        if mention.all_too:
            yield mention.ids
        yield from ((i,) for i in mention.ids)


def _continued(line: Line, end: int, ids: tuple[str, ...] | Trouble, joints: tuple[str, ...]) -> Iterator[Found]:
    yield end, _list_of(ids, joints)
    for noun in line.any_of(chat_words().words["ones"], end) if joints else ():
        yield noun, _list_of(ids, joints)
    if len(joints) >= LONGEST:
        return
    yield from _range(line, end, ids)
    for joint, after in _joints(line, end):
        for next_end, mention in slot(line, "mention", after):
            for more in _choices(mention):
                both = next((x for x in (ids, more) if isinstance(x, Trouble)), None)
                yield from _continued(line, next_end, both or (*ids, *more), (*joints, joint))


def _range(line: Line, at: int, ids: tuple[str, ...] | Trouble) -> Iterator[Found]:
    """S01-S03, 1 through 3: all that there are between two ids."""
    if line.word(at) not in {"-", "\N{EN DASH}", "through", "thru"} or isinstance(ids, Trouble) or len(ids) != 1:
        return
    for end, mention in by_id(line, at + 1) if at + 1 < len(line.tokens) else ():
        between = tuple(i for i in line.view.ids if not mention.trouble and ids[0] <= i <= mention.ids[0])
        yield (
            end,
            mention.trouble
            or (between if len(between) > 1 else Trouble("From which segment to which? The lower id comes first.")),
        )


def _joints(line: Line, at: int) -> Iterator[tuple[str, int]]:
    word, following = line.word(at), line.word(at + 1)
    if word in {",", "+", "/", "&", "and", "plus"}:
        yield ("and" if word in {"&", "plus"} else word), at + 1
        if word == "," and following in {"and", "&"}:
            yield ",and", at + 2
        if word == "and" and following == "also":
            yield "and", at + 2
    elif word == "as" and line.word(at + 1) == "well" and line.word(at + 2) == "as":
        yield "and", at + 3
    elif 0 < at < len(line.tokens) and line.tokens[at - 1].kind == line.tokens[at].kind == "id":
        yield ",", at


def _list_of(ids: tuple[str, ...] | Trouble, joints: tuple[str, ...]) -> tuple[str, ...] | Trouble:
    if isinstance(ids, Trouble):
        return ids
    # "A and B, C and D" may be two pairs.
    inner, plain = joints[:-1], {"and", ",and", ","}
    if any(j in {"and", ",and"} for j in inner) and len(set(joints) & plain) > 1:
        return Trouble("Is this one list, or are these pairs? Write one wish at a time.")
    return tuple(dict.fromkeys(ids))


def _everything(line: Line, at: int) -> Iterator[Found]:
    words, view = chat_words().words, line.view
    for end in line.any_of(words["everything"], at):
        if not view.stale:
            yield end, view.peopled
        for after in line.any_of(words["that_is"], end):
            yield from ((stop, m.trouble or m.ids) for stop, m in slot(line, "mention", after))
        for after in line.any_of(words["except"], end):
            for stop, ids in _few(_listed(line, after)):
                yield stop, ids if isinstance(ids, Trouble) else _without(line, ids)
    for end in line.any_of(words["rest"], at):
        focus = view.focus
        if not focus or view.stale:
            yield end, Trouble("The rest of what? Name the segments.")
        else:
            yield end, _without(line, focus)


def _without(line: Line, ids: tuple[str, ...]) -> tuple[str, ...] | Trouble:
    if line.view.stale:
        return Trouble("Which segments do you mean? Wait for the first change, then say it.")
    return tuple(i for i in line.view.peopled if i not in ids) or Trouble(
        "No segment is left then. Which ones do you mean?"
    )
