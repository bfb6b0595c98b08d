"""Dimensions, columns, components of the score and levels by the words that people use for them."""

import functools
from collections.abc import Iterator, Sequence

from cartjury.data.chat_words import Phrase, chat_words
from cartjury.data.records import Dimension
from cartjury.data.text import one_line
from cartjury.tools.understand.match import Found, Line
from cartjury.tools.understand.tokens import tokenise
from cartjury.tools.understand.trouble import impossible
from cartjury.tools.understand.view import View

IT = frozenset({"it", "that", "this"})  # what was spoken of just before


@functools.lru_cache(maxsize=1024)
def words_of_name(name: str) -> Phrase:
    """The words of a column or dimension as a message has them."""
    return tuple(t.text for t in tokenise(name) if t.text != "_")


def column_phrases(view: View, column: str) -> tuple[Phrase, ...]:
    """What people call a column: its own words, the names of its dimension, and the table's synonyms."""
    own = [words_of_name(column), *(words_of_name(d.name) for d in view.scene.plan.dimensions if d.column == column)]
    return tuple(sorted({*own, *chat_words().columns.get(column, ())}, key=len, reverse=True))


def dimensions(line: Line, at: int) -> Iterator[tuple[int, Dimension]]:
    """Yield the plan's dimensions that are named at a place."""
    for dimension in line.view.scene.plan.dimensions:
        if dimension.column in line.view.topic and line.word(at) in IT:
            yield at + 1, dimension
        for end in line.any_of(column_phrases(line.view, dimension.column), at):
            yield end, dimension


def dimension(line: Line, at: int) -> Iterator[Found]:
    """Yield dimensions; of other columns, the trouble that they are none."""
    found = list(dimensions(line, at))
    found += [(noun, d) for end, d in found for noun in line.any_of(chat_words().words["dimension"], end)]
    yield from found
    if not found:
        names = ", ".join(d.name for d in line.view.scene.plan.dimensions)
        for end, column in columns(line, at, known_columns(line.view)):
            yield end, impossible(f"{column} is no dimension of this plan; its dimensions are {names}.")
        for end, word in unknown_words(line, at):
            yield end, impossible(f"This plan has no dimension '{word}'; its dimensions are {names}.")


def dimension_list(line: Line, at: int) -> Iterator[Found]:
    """Two dimensions or more: AOV, profit and engagement; each once."""
    for end, first in dimensions(line, at):
        yield from _more_dimensions(line, end, (first,))


def _more_dimensions(line: Line, end: int, found: tuple[Dimension, ...]) -> Iterator[Found]:
    if len(found) > 1:
        yield end, found
    start = end
    while line.word(start) in {",", "and", "&", "+", "/"} and start < end + 2:
        start += 1
    for stop, other in dimensions(line, start) if start > end and start < len(line.tokens) else ():
        if other not in found:
            yield from _more_dimensions(line, stop, (*found, other))


def known_columns(view: View) -> tuple[str, ...]:
    """All columns that the table or the scene knows."""
    return tuple(dict.fromkeys((*view.scene.columns, *chat_words().columns)))


def columns(line: Line, at: int, among: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the columns that are named at a place."""
    for column in among:
        for end in line.any_of(column_phrases(line.view, column), at):
            yield end, column


def feature(line: Line, at: int) -> Iterator[Found]:
    """Yield numeric columns that a segment can be split by; of others, the trouble that there is no such column."""
    numeric = _numeric(line.view)
    found = list(columns(line, at, numeric))
    yield from found
    if not found:
        known = ", ".join(numeric)
        for end, column in columns(line, at, known_columns(line.view)):
            yield end, impossible(f"{column} is no column of numbers of this input; there are {known}.")
        for end, word in unknown_words(line, at):
            yield end, impossible(f"There is no feature '{word}' in this input; there are {known}.")


def _numeric(view: View) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*(d.column for d in view.scene.plan.dimensions), *view.scene.numeric)))


def unknown_words(line: Line, at: int) -> Iterator[tuple[int, str]]:
    """Yield one to three words at a place that the reader does not know."""
    end = at
    while end < min(at + 3, len(line.tokens)) and not line.tokens[end].known:
        end += 1
        yield end, one_line(" ".join(line.word(i) for i in range(at, end)), 40)


def metric(line: Line, at: int) -> Iterator[Found]:
    """Yield components of the overall score."""
    for name, phrases in chat_words().metrics.items():
        if name in line.view.topic and line.word(at) in IT:
            yield at + 1, name
        for end in line.any_of(phrases, at):
            yield end, name
            yield from ((noun, name) for noun in line.any_of(chat_words().words["component"], end))


def levels(line: Line, at: int) -> Iterator[tuple[int, str]]:
    """Yield names of levels, longest first."""
    for name, phrases in chat_words().level_words.items():
        yield from ((end, name) for end in line.any_of(phrases, at))
