"""Segments by id (S03, 3, segment 3) and by name or part of a name."""

import itertools
import re
from collections.abc import Iterator, Sequence

from cartjury.data.chat_records import SegmentLine
from cartjury.data.chat_words import chat_words
from cartjury.tools.understand.match import Found, Line
from cartjury.tools.understand.mention import Mention, no_mention
from cartjury.tools.understand.view import View

_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_LIST = re.compile(r"\d{1,2}(,\d{1,2})+")  # 1,2,3


def by_id(line: Line, at: int) -> Iterator[Found]:
    """S03, 3, segment 3, segments 3, no. 3 (which may be a rank as well)."""
    words, token = chat_words().words, line.tokens[at]
    yield from _beyond(line, at)
    yield from _numbered(line, at)
    if token.kind == "id":
        yield from _with_noun(line, at + 1, _of_id(line.view, token.text))
    elif token.kind == "number" and token.value is not None and not token.unit and token.text.isdigit():
        yield at + 1, _of_id(line.view, f"S{int(token.value):02d}")
    elif _in_list(line, at) and (unit := number_said(line, at)) is not None:
        yield at + 1, _of_id(line.view, f"S{unit:02d}")
    elif token.kind == "number" and _LIST.fullmatch(token.text):
        listed = [_of_id(line.view, f"S{int(part):02d}") for part in token.text.split(",")]
        trouble = next((m for m in listed if m.trouble), None)
        yield at + 1, trouble or Mention(tuple(i for m in listed for i in m.ids))
    nouns = itertools.chain(
        line.any_of((*words["one"], *words["ones"]), at), line.any_of((("id",), ("segment", "id")), at)
    )
    for end in nouns:
        if end < len(line.tokens):
            noun, named = end + (line.word(end) in {"#", "number", "no"}), line.tokens[end]
            named = line.tokens[noun] if noun < len(line.tokens) else named
            if named.kind == "id":
                yield noun + 1, _of_id(line.view, named.text)
            elif (
                named.kind == "number"
                and named.value is not None
                and named.value == int(named.value)
                and not named.unit
            ):
                yield noun + 1, _of_id(line.view, f"S{int(named.value):02d}")
            elif (
                (unit := chat_words().units.get(named.text)) is not None
                and named.kind == "word"
                and named.text != "one"
            ):
                yield noun + 1, _of_id(line.view, f"S{unit:02d}")


def number_said(line: Line, at: int) -> int | None:
    """A whole number that is written in words: six, twenty five; "one" by itself is none."""
    token = line.tokens[at]
    if token.kind == "word" and token.text != "one":
        return chat_words().units.get(token.text)
    said = token.kind == "number" and not token.unit and token.value is not None and not token.text[:1].isdigit()
    return int(token.value) if said and token.value and token.value == int(token.value) else None


def _in_list(line: Line, at: int) -> bool:
    """Whether numbers in words go on that begin with a noun: segments six and ten."""
    before = at
    while before > 1 and line.word(before - 1) in {"and", ",", "&", "+", "with", "plus"}:
        before -= 1
    if before == at or number_said(line, before - 1) is None:
        return False
    words = chat_words().words
    nouns = {p[0] for p in (*words["segment"], *words["segments"]) if len(p) == 1}
    return (before > 1 and line.word(before - 2) in nouns) or _in_list(line, before - 1)


def _beyond(line: Line, at: int) -> Iterator[Found]:
    """ELSE, the else segment: who is in none of the others. In small letters only with a noun."""
    found = tuple(i.id for i in line.view.lines if i.rule == "ELSE")
    if line.word(at) == "else" and len(found) == 1:
        token, mention = line.tokens[at], _there(line.view, found[0])
        if line.text[token.start : token.end] == "ELSE":
            yield at + 1, mention
        yield from ((end, mention) for end in line.any_of(chat_words().words["segment"], at + 1))


def _numbered(line: Line, at: int) -> Iterator[Found]:
    """#2 may be S02, or the second best."""
    token = line.tokens[at + 1] if at + 1 < len(line.tokens) else None
    if line.word(at) == "#" and token and token.kind == "number" and token.text.isdigit():
        place = int(token.text)
        ranked = [i.id for i in line.view.lines if i.rank == place]
        named = _of_id(line.view, f"S{place:02d}")
        ids = tuple(dict.fromkeys((*named.ids, *(() if line.view.stale else ranked))))
        yield at + 2, Mention(ids, one=len(ids) > 1) if ids and not named.trouble else named


def by_name(line: Line, at: int) -> Iterator[Found]:
    """A whole name, with or without underscores; or words of it, such as "the thrifty gems one"."""
    if line.tokens[at].kind == "quote":
        quoted = _words_of(line.tokens[at].text)
        yield from ((at + 1, Mention((i.id,))) for i in line.view.lines if quoted and quoted in _spellings(i.name))
        return
    whole = [(at + len(s), i.id) for i in line.view.lines for s in _spellings(i.name) if s and line.starts(s, at)]
    if whole:
        end = max(end for end, _ in whole)
        mention = _there(line.view, next(i for e, i in whole if e == end))
        yield from _with_noun(line, end, mention)
        return
    every = line.word(at) == "all" and _count(line, at)[0] is None
    count, start = (None, at + 1) if every else _count(line, at)
    longest = _part(line, start)
    if longest > start:
        said = tuple(line.word(i) for i in range(start, longest))
        yield from _partly(line, longest, said, count, every=every)


def _partly(line: Line, end: int, said: Sequence[str], count: int | None, *, every: bool) -> Iterator[Found]:
    words = chat_words().words
    found = tuple(i.id for i in line.view.lines if any(_within(said, s) for s in _spellings(i.name)))
    plural = next(line.any_of(words["ones"], end), None)
    single = next(line.any_of(words["one"], end), None)
    if line.view.stale and any(i in dict(line.view.gone) for i in found):
        yield plural or single or end, no_mention("Which segment do you mean? One of those is merged by then.")
    elif count is not None:
        stop = plural or end
        fits = len(found) == count
        yield (
            stop,
            Mention(found)
            if fits
            else no_mention(
                f"{len(found)} segments are called like that ({', '.join(found)}), not {count}. Which ones do you mean?"
            ),
        )
    elif every or plural is not None:
        yield plural or end, Mention(found, one=len(found) > 1 and not every, all_too=len(found) > 1)
    else:
        yield single or end, Mention(found, one=len(found) > 1, all_too=single is None and len(found) > 1)


def _count(line: Line, at: int) -> tuple[int | None, int]:
    """Read "two" or "all three" before a part of a name."""
    start = at + (line.word(at) in {"all", "both"})
    word = line.word(start)
    number = chat_words().units.get(word) or (
        int(word) if word.isdecimal() and word.isascii() and len(word) < 3 else None
    )
    if line.word(at) == "both":
        return 2, at + 1
    return (number, start + 1) if number and number > 1 else (None, at)


def _part(line: Line, at: int) -> int:
    """Return where the longest part of any name ends that stands at a place."""
    best = at
    for spelling in (s for i in line.view.lines for s in _spellings(i.name)):
        end = at
        while end < len(line.tokens) and line.tokens[end].kind == "word":
            if not _within(tuple(line.word(i) for i in range(at, end + 1)), spelling):
                break
            end += 1
        best = max(best, end)
    return best


def _within(said: Sequence[str], spelling: Sequence[str]) -> bool:
    """Whether the words stand in a name, in its order, with others between them at most."""
    rest = iter(spelling)
    return all(any(_same(word, other) for other in rest) for word in said)


def _same(said: str, written: str) -> bool:
    return said == written or (len(said) > 2 and (said == written + "s" or said + "s" == written))


def _spellings(name: str) -> tuple[tuple[str, ...], ...]:
    """The words of a name: cut at underscores, and at inner capitals as well."""
    parts = tuple(w.casefold() for w in re.split(r"[\s_]+", name) if w)
    camel = tuple(w.casefold() for w in _CAMEL.findall(name))
    return tuple(dict.fromkeys(tuple(w for w in s if w not in chat_words().fillers) for s in (parts, camel)))


def name_words(lines: Sequence[SegmentLine]) -> frozenset[str]:
    """All words of all names."""
    return frozenset(word for i in lines for s in _spellings(i.name) for word in s)


def _words_of(text: str) -> tuple[str, ...]:
    return tuple(w.casefold() for w in re.split(r"[\s_]+", text) if w and w.casefold() not in chat_words().fillers)


def _of_id(view: View, segment_id: str) -> Mention:
    if segment_id not in view.ids:
        return no_mention(f"There is no segment {segment_id}; there are {', '.join(view.ids)}.", is_impossible=True)
    return _there(view, segment_id)


def _there(view: View, segment_id: str) -> Mention:
    into = dict(view.gone).get(segment_id)
    if into:
        return no_mention(f"{segment_id} is merged into {into} by then. Do you mean {into}?")
    return Mention((segment_id,))


def _with_noun(line: Line, end: int, mention: Mention) -> Iterator[Found]:
    yield end, mention
    for noun in line.any_of(chat_words().words["one"], end):
        if line.word(end) != "one" or noun > end:
            yield noun, mention
