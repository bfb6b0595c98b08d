"""Segments by rank (the best, the second one, the bottom two) and by size (the biggest, the two smallest)."""

from collections.abc import Iterator, Sequence

from cartjury.data.chat_records import SegmentLine
from cartjury.data.chat_words import Phrase, chat_words
from cartjury.tools.understand.match import Found, Line
from cartjury.tools.understand.mention import Mention, no_mention
from cartjury.tools.understand.view import View

STALE = "An earlier wish changes ranks and sizes. Say which segment you mean after that one."
TOP: tuple[Phrase, ...] = (("first",),)
LAST: tuple[Phrase, ...] = (("last",),)
PLACES: tuple[Phrase, ...] = (("place",), ("position",), ("rank",), ("in", "ranking"), ("in", "list"), ("overall",))


def by_rank(line: Line, at: int) -> Iterator[Found]:
    """The best, top three, last one, second best, third segment, bottom two, number two."""
    words = chat_words().words
    ranked = tuple(i for i in line.view.lines if i.rank is not None)
    for ends, backwards in (((*words["best"], *TOP), False), ((*words["worst"], *LAST), True)):
        for end in line.any_of(ends, at):
            yield from _several(line, end, _ordered(ranked, backwards=backwards))
        yield from _counted_before(line, at, ends, _ordered(ranked, backwards=backwards))
    yield from _nth(line, at, ranked)


def _nth(line: Line, at: int, ranked: Sequence[SegmentLine]) -> Iterator[Found]:
    words, token = chat_words().words, line.tokens[at]
    if token.kind == "ordinal" and token.value is not None and token.value == int(token.value):
        place = int(token.value)
        for end in (at + 1, *line.any_of(words["best"], at + 1)):
            yield from _at(line, end, ranked, place, is_rank=end > at + 1)
        for end in line.any_of((*words["worst"], *LAST), at + 1):
            yield from _at(line, end, ranked, len(ranked) + 1 - place, is_rank=True)
        for end in line.any_of(words["biggest"], at + 1):
            yield from _sized(line, end, place, largest=True)
        for end in line.any_of(words["smallest"], at + 1):
            yield from _sized(line, end, place, largest=False)
    for phrases, kinds in ((words["ranked_at"], {"number", "ordinal"}), (words["that_comes"], {"ordinal"})):
        for end in line.any_of(phrases, at):
            number = line.tokens[end] if end < len(line.tokens) else None
            if number and number.value is not None and number.kind in kinds and not number.unit:
                for stop in (end + 1, *line.any_of(PLACES, end + 1)):
                    yield from _at(line, stop, ranked, int(number.value), is_rank=True)


def _at(line: Line, end: int, ranked: Sequence[SegmentLine], place: int, *, is_rank: bool) -> Iterator[Found]:
    if not 0 < place <= len(ranked):
        mention = no_mention(f"There are {len(ranked)} ranked segments, none is number {place}.", is_impossible=True)
    elif line.view.stale:
        mention = no_mention(STALE)
    elif line.view.scene.asked and line.view.scene.asked.options and not is_rank:
        mention = no_mention(f"Do you mean option {place} of the open question, or the segment ranked {place}?")
    else:
        mention = _or_of_focus(line, place, ranked[place - 1].id, is_rank=is_rank)
    yield from _single(line, end, mention)


def _or_of_focus(line: Line, place: int, by_rank_id: str, *, is_rank: bool) -> Mention:
    """Of several that were just spoken of, the second one may be the second of them."""
    focus = line.view.focus
    meant = (by_rank_id,) if is_rank or not len(focus) > 1 or place > len(focus) else (by_rank_id, focus[place - 1])
    ids = tuple(dict.fromkeys(meant))
    return Mention(ids, one=len(ids) > 1)


def _ordered(ranked: Sequence[SegmentLine], *, backwards: bool) -> tuple[str, ...]:
    return tuple(i.id for i in (reversed(ranked) if backwards else ranked))


def _several(line: Line, end: int, ordered: Sequence[str]) -> Iterator[Found]:
    """The best; the best two."""
    words = chat_words().words
    first = _first(line.view, ordered, 1)
    plain = line.word(end - 1) in {"first", "last"} and not first.trouble
    place = 1 if line.word(end - 1) == "first" else len(line.view.focus)
    yield from _single(line, end, _or_of_focus(line, place, first.ids[0], is_rank=False) if plain else first)
    count = _count(line, end)
    if count is not None:
        for stop in (end + 1, *line.any_of(words["ones"], end + 1)):
            yield stop, _first(line.view, ordered, count)


def _counted_before(line: Line, at: int, ends: Sequence[Phrase], ordered: Sequence[str]) -> Iterator[Found]:
    """The two best ones."""
    count = _count(line, at)
    if count is not None:
        for end in line.any_of(ends, at + 1):
            for stop in (end, *line.any_of(chat_words().words["ones"], end)):
                yield stop, _first(line.view, ordered, count)


def _first(view: View, ordered: Sequence[str], count: int) -> Mention:
    if view.stale:
        return no_mention(STALE)
    if count > len(ordered):
        return no_mention(f"There are only {len(ordered)} segments with users, not {count}.", is_impossible=True)
    return Mention(tuple(sorted(ordered[:count])))


def by_size(line: Line, at: int) -> Iterator[Found]:
    """The biggest, the two smallest ones, the smallest three, the big one."""
    words = chat_words().words
    for largest, phrases, loose in (
        (True, words["biggest"], ("big", "large", "huge")),
        (False, words["smallest"], ("small", "tiny")),
    ):
        for end in line.any_of(phrases, at):
            yield from _sized(line, end, 1, largest=largest)
            count = _count(line, end)
            if count is not None:
                yield from _plural(line, end + 1, count, largest=largest)
        count = _count(line, at)
        if count is not None:
            for end in line.any_of(phrases, at + 1):
                yield from _plural(line, end, count, largest=largest)
            if line.word(at + 1) in loose:
                for end in line.any_of(words["ones"], at + 2):
                    yield end, _by_size(line.view, count, largest=largest)
        if line.word(at) in loose:
            yield from ((end, _by_size(line.view, 1, largest=largest)) for end in line.any_of(words["one"], at + 1))
            for end in line.any_of(words["ones"], at + 1):
                yield end, no_mention(f"Which {line.word(at)} segments do you mean? Say how many, or name them.")


def _sized(line: Line, end: int, place: int, *, largest: bool) -> Iterator[Found]:
    upto, before = _by_size(line.view, place, largest=largest), _by_size(line.view, place - 1, largest=largest)
    if upto.trouble:
        yield from _single(line, end, upto)
    elif before.trouble:
        yield from _single(line, end, before)
    else:
        yield from _single(line, end, Mention(tuple(i for i in upto.ids if i not in before.ids)))


def _plural(line: Line, end: int, count: int, *, largest: bool) -> Iterator[Found]:
    for stop in (end, *line.any_of(chat_words().words["ones"], end)):
        yield stop, _by_size(line.view, count, largest=largest)


def _by_size(view: View, count: int, *, largest: bool) -> Mention:
    """The largest or smallest of the segments with users; where sizes are equal or hidden, it is open which."""
    if count == 0:
        return Mention()
    if view.stale:
        return no_mention(STALE)
    sizes = {i.id: -1 if i.users is None else i.users for i in view.lines if i.rank is not None}
    if count > len(sizes):
        return no_mention(f"There are only {len(sizes)} segments with users, not {count}.", is_impossible=True)
    ordered = sorted(sizes, key=lambda i: (-sizes[i] if largest else sizes[i], i))
    if count < len(ordered) and sizes[ordered[count - 1]] == sizes[ordered[count]]:
        same = ", ".join(i for i in ordered if sizes[i] == sizes[ordered[count]])
        return no_mention(f"{same} are equally large, as far as it is shown. Which do you mean?")
    return Mention(tuple(sorted(ordered[:count])))


def _single(line: Line, end: int, mention: Mention) -> Iterator[Found]:
    yield end, mention
    words = chat_words().words
    # "The second and third ones": the plural stands behind the last of a list.
    listed = (
        words["ones"]
        if end > 1 and line.tokens[end - 1].kind == "ordinal" and line.word(end - 2) in {"and", "&"}
        else ()
    )
    yield from ((stop, mention) for stop in line.any_of((*words["one"], *listed), end))


def _count(line: Line, at: int) -> int | None:
    word = line.word(at)
    if (unit := chat_words().units.get(word)) is not None and unit > 1:
        return unit
    number = line.tokens[at] if at < len(line.tokens) else None
    if number and number.kind == "number" and number.value and not number.unit and number.text.isdigit():
        return int(number.value)
    return None
