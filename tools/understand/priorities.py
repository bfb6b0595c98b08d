"""Priorities of levels: high AOV priority 1 and medium 0.5; 0.2 for medium and low."""

from collections.abc import Iterator

from cartjury.data.chat_words import chat_words
from cartjury.data.records import Dimension
from cartjury.tools.understand.by_rule import atoms
from cartjury.tools.understand.features import levels
from cartjury.tools.understand.match import Found, Line, slot
from cartjury.tools.understand.trouble import Trouble
from cartjury.tools.understand.worths import JOINTS, Weights


def _level_shares(line: Line, at: int) -> Iterator[tuple[str, int, float | Trouble]]:
    """A level and its share: high = 0.9, 0.9 for high."""
    for end, name in levels(line, at):
        start = end + (line.word(end) in {"=", ":", "to", "at", "is", "as", "->", "has", "gets"})
        yield from ((name, stop, said) for stop, said in slot(line, "share", start))
    for end, said in slot(line, "share", at):
        if line.word(end) in {"for", "to", "on"}:
            yield from ((name, stop, said) for stop, name in levels(line, end + 1))


def level_values(line: Line, at: int) -> Iterator[Found]:
    """Levels with their shares: high 1, medium 0.5 and low 0."""
    for name, stop, said in _level_shares(line, at):
        yield stop, said if isinstance(said, Trouble) else {name: said}
        yield from _same_share(line, stop, name, said)
        after = stop
        while line.word(after) in JOINTS and after < stop + 2:
            after += 1
        for last, others in slot(line, "level_values", after) if after < len(line.tokens) else ():
            yield last, _both(name, said, others)


def _same_share(line: Line, at: int, name: str, said: float | Trouble) -> Iterator[Found]:
    """0.2 for medium and low: one share for two levels."""
    if line.word(at) in {"and", "&"} and at + 1 < len(line.tokens) and not isinstance(said, Trouble):
        share_first = any(line.word(at - back) in {"for", "to", "on"} for back in (2, 3))
        yield from ((end, {name: said, other: said}) for end, other in levels(line, at + 1) if share_first)


def _both(name: str, said: float | Trouble, others: Weights) -> Weights:
    if isinstance(said, Trouble) or isinstance(others, Trouble):
        return said if isinstance(said, Trouble) else others
    return Trouble(f"{name} is named twice.") if name in others else {name: said, **others}


def level_priorities(line: Line, at: int) -> Iterator[Found]:
    """A dimension and its levels with their shares: high AOV priority 1 and medium 0.5; priority 1 for high AOV."""
    priority = chat_words().words["priority"]
    for end in line.any_of(priority, at):
        start = end + (line.word(end) in {"for", "on", "to"})
        yield from edge_values(line, start)
        for stop, said in slot(line, "share", start):
            for last, (dimension, level) in _edge_at(line, stop + (line.word(stop) in {"for", "to", "on"})):
                yield from _with_others(line, last, dimension, level, said)
    for end, (dimension, level) in _edge_at(line, at):
        start = end + (line.word(end) in {"has", "gets", "have", "should", "with"})
        for stop in line.any_of(priority, start):
            yield from _valued(line, stop + (line.word(stop) in {"to", "=", ":", "at", "is"}), dimension, level)
    for end, said in slot(line, "share", at):
        for stop in line.any_of(priority, end):
            for last, (dimension, level) in _edge_at(line, stop + (line.word(stop) in {"for", "to", "on"})):
                yield from _with_others(line, last, dimension, level, said)


def edge_values(line: Line, at: int) -> Iterator[Found]:
    """Behind the word for it: high engagement 1, low engagement 0.3."""
    for stop, (dimension, level) in _edge_at(line, at):
        yield from _valued(line, stop + (line.word(stop) in {"to", "=", ":", "at", "is"}), dimension, level)


def named_values(line: Line, at: int) -> Iterator[Found]:
    """Levels of which the first names its priority: high has priority 1 and low has 0.3."""
    for end, name in levels(line, at):
        start = end + (line.word(end) in {"has", "gets", "with", "have", "get", "is", "at", "should", ":"})
        start += line.word(start) in {"have", "get", "be"}
        for behind in line.any_of(chat_words().words["priority"], start):
            for stop, said in slot(line, "share", behind + (line.word(behind) in {"to", "=", ":", "at", "is"})):
                yield from _with_levels(line, stop, name, said)


def _with_levels(line: Line, at: int, name: str, said: float | Trouble) -> Iterator[Found]:
    yield at, said if isinstance(said, Trouble) else {name: said}
    for start in _over_joints(line, at):
        for last, others in slot(line, "named_values", start) + slot(line, "level_values", start):
            yield last, _both(name, said, others)


def _over_joints(line: Line, at: int) -> Iterator[int]:
    after = at
    while line.word(after) in JOINTS and after < at + 2:
        after += 1
    if at < after < len(line.tokens):
        yield after


def _valued(line: Line, at: int, dimension: Dimension, level: str) -> Iterator[Found]:
    for end, said in slot(line, "share", at):
        yield from _with_others(line, end, dimension, level, said)


def _with_others(line: Line, end: int, dimension: Dimension, level: str, said: float | Trouble) -> Iterator[Found]:
    """What was said of a level, and what is said of others of its dimension behind it."""
    yield end, said if isinstance(said, Trouble) else (dimension, {level: said})
    for after in _over_joints(line, end) if not isinstance(said, Trouble) else ():
        for stop, others in _other_levels(line, after, dimension):
            if isinstance(others, Trouble) or level in others:
                yield stop, others if isinstance(others, Trouble) else Trouble(f"{level} is named twice.")
            else:
                yield stop, (dimension, {level: said, **others})


def _other_levels(line: Line, at: int, dimension: Dimension) -> Iterator[Found]:
    """Further levels of the same dimension, with or without its name."""
    if at >= len(line.tokens):
        return
    yield from slot(line, "level_values", at)
    for end, (other, level) in _edge_at(line, at):
        if other == dimension:
            start = end + (line.word(end) in {"to", "=", ":", "at", "is"})
            for after in (start, *line.any_of(chat_words().words["priority"], start)):
                for stop, said in slot(line, "share", after):
                    yield stop, said if isinstance(said, Trouble) else {level: said}


def edge(line: Line, at: int) -> Iterator[Found]:
    """A level of a dimension: high AOV."""
    yield from _edge_at(line, at)


def _edge_at(line: Line, at: int) -> Iterator[tuple[int, tuple[Dimension, str]]]:
    by_name = {d.name: d for d in line.view.scene.plan.dimensions}
    if at < len(line.tokens):
        for end, (name, wanted) in atoms(line, at):
            if len(wanted) == 1:
                yield end, (by_name[name], next(iter(wanted)))
