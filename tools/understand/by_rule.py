"""Segments by what their rule says: high AOV, low engagement; the unprofitable ones; low and medium AOV."""

from collections.abc import Iterator, Mapping
from typing import Final

from cartjury.data.chat_words import chat_words
from cartjury.data.records import UNKNOWN, Dimension, Segment, SegmentPlan
from cartjury.tools.boxes import in_else
from cartjury.tools.understand.features import dimensions, levels
from cartjury.tools.understand.match import Found, Line
from cartjury.tools.understand.mention import Mention, no_mention
from cartjury.tools.understand.siblings import pairs

Atom = tuple[str, frozenset[str]]  # a dimension, and the levels that are said of it
MOST: Final = 8
LOOSE: Final = {"low", "lower", "high", "higher", "medium", "mid"}
BETWEEN: Final = {"and", ",", "with", "but", "&", "+"}


def by_rule(line: Line, at: int) -> Iterator[Found]:
    """Read one or more levels of dimensions, each dimension once, and perhaps a noun behind."""
    words = chat_words().words
    count, start = _count(line, at)
    starts = {start, *line.any_of((*words["ones"], *words["one"], *words["users"], *words["everyone"]), start)}
    for first in sorted(starts):
        behind = first != start
        inner = first + (behind and line.word(first) == "with")
        if behind and inner == first and line.word(first - 1) != "segment":
            continue
        for end, said, doubtful in _atoms(line, inner, {}, ()):
            yield from _ends(line, end, said, count, doubtful=doubtful, plural=True if behind else None)


def _ends(
    line: Line, end: int, said: Mapping[str, frozenset[str]], count: int | None, *, doubtful: bool, plural: bool | None
) -> Iterator[Found]:
    words = chat_words().words
    if line.view.stale:
        yield end, no_mention("Which segments do you mean? An earlier wish changes the rules; say it after that one.")
        return
    found = tuple(sorted(s.id for s in line.view.scene.plan.segments if _says(line.view.scene.plan, s, said)))
    rule = " & ".join(f"{name} {' or '.join(sorted(levels))}" for name, levels in said.items())
    many = next(line.any_of((*words["ones"], *words["users"]), end), None)
    one = next(line.any_of(words["one"], end), None)
    stop = many or one or end
    if not found:
        yield stop, no_mention(f"No segment's rule says {rule}. Which segment do you mean?")
    elif count is not None and count != len(found):
        wrong = f"{len(found)} segments are {rule} ({', '.join(found)}), not {count}. Which ones do you mean?"
        yield stop, no_mention(wrong)
        yield from ((stop, Mention(pair)) for pair in pairs(line.view.scene.plan, found) if count == len(pair))
    elif line.word(end - 1) == "value" and line.word(end - 2) in LOOSE:
        # Value may be what they order for or what is earned with them.
        yield stop, no_mention(f"By order value, {rule} is {', '.join(found)}. Which segments do you mean?")
    elif one and not many:
        yield one, Mention(found, one=len(found) > 1)
    elif doubtful and many is None and not plural:
        yield end, no_mention(f"Do you mean the segments that are {rule}, or several groups? Name the segments.")
    else:
        yield stop, Mention(found)
        if stop != end and count is None:
            yield end, Mention(found)


def _count(line: Line, at: int) -> tuple[int | None, int]:
    if line.word(at) == "both":
        return 2, at + 1
    start = at + (line.word(at) == "all")
    word = line.word(start)
    number = chat_words().units.get(word) or (
        int(word) if word.isdecimal() and word.isascii() and len(word) < 3 else None
    )
    return (number, start + 1) if number and number > 1 else (None, start)


def _atoms(
    line: Line, at: int, said: Mapping[str, frozenset[str]], joints: tuple[str, ...]
) -> Iterator[tuple[int, Mapping[str, frozenset[str]], bool]]:
    """Yield the longest runs of atoms of different dimensions; doubtful where "and" joins them."""
    found = False
    if len(said) < MOST:
        for end, (name, wanted) in atoms(line, at):
            if name in said:
                continue
            found = True
            more = {**said, name: wanted}
            longer = False
            for after in (end, end + 1) if line.word(end) in BETWEEN else (end,):
                joint = (line.word(end),) if after > end else ("",)
                for run in _atoms(line, after, more, (*joints, *joint)):
                    if len(run[1]) > len(more):
                        longer = True
                        yield run
            if not longer:
                yield end, more, any(j in {"and", "+"} for j in joints)
    if not found and said:
        return


def atoms(line: Line, at: int) -> Iterator[tuple[int, Atom]]:
    """Yield what single words or pairs say of a dimension: high AOV, AOV high, low or medium AOV, profitable."""
    for end, wanted in _levels(line, at):
        for stop, dimension in dimensions(line, end):
            yield from _atom(stop, dimension, wanted)
    for end, dimension in dimensions(line, at):
        start = end + (line.word(end) in {"is", "are", "=", ":"})
        for stop, wanted in _levels(line, start):
            yield from _atom(stop, dimension, wanted)
    for key, phrases in chat_words().adjectives.items():
        column, _, level = key.partition(".")
        for end in line.any_of(phrases, at):
            for dimension in line.view.scene.plan.dimensions:
                if dimension.column == column:
                    yield from _atom(end, dimension, frozenset({level}))


def _levels(line: Line, at: int) -> Iterator[tuple[int, frozenset[str]]]:
    for end, level in levels(line, at):
        yield end, frozenset({level})
        if line.word(end) in {"or", "and", "/", "to", "&"}:
            for stop, other in levels(line, end + 1):
                yield stop, frozenset({level, other})


def _atom(end: int, dimension: Dimension, wanted: frozenset[str]) -> Iterator[tuple[int, Atom]]:
    if wanted <= set(dimension.level_names):
        yield end, (dimension.name, wanted)


def _says(plan: SegmentPlan, segment: Segment, said: Mapping[str, frozenset[str]]) -> bool:
    """Whether a segment lies within the levels that are said."""
    places = {d.name: i for i, d in enumerate(plan.dimensions)}
    boxes = segment.boxes
    if not any(UNKNOWN in wanted for wanted in said.values()):
        # A segment that took in the users of ELSE is still called by its other boxes, as its rule text does.
        boxes = tuple(box for box in boxes if not in_else(plan.dimensions, box.levels))
    return bool(boxes) and all(box.levels[places[name]] in wanted for box in boxes for name, wanted in said.items())
