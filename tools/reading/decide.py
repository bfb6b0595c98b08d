"""In which style each column of texts is read: decided from the whole column, never row by row.

a thousand rows -> styles that read every one of their cells -> those that read every cell of the column
  -> none: the contract's way, and bad rows; one: that; several with other values: an error that says how to tell

What reads in the contract's way is not converted at all. The decimal mark is one for the whole file.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import duckdb

from cartjury.data.contract import Column
from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.tools.engine.duck import one, quoted
from cartjury.tools.reading.cells import SAMPLED, Cells, fails
from cartjury.tools.reading.dates import CONTRACT, check_format
from cartjury.tools.reading.decide_dates import decide_dates
from cartjury.tools.reading.decide_numbers import decide_numbers
from cartjury.tools.reading.styles import Style, is_word

SAMPLE = 1000  # rows
ANY = "*"  # a date format for every column


class Decision(NamedTuple):
    """How the columns of texts are read.

    Attributes:
        styles: by column.
        words: cells that hold a word for an empty cell, by column, where there are any.
        hints: what to tell the user if rows turn out bad.
    """

    styles: dict[str, Style]
    words: dict[str, int]
    hints: tuple[str, ...] = ()


def decide(
    connection: duckdb.DuckDBPyConnection,
    file: str,
    relation: str,
    columns: Sequence[Column],
    given: Mapping[str, Style],
    examples: Mapping[str, Sequence[str]],
) -> Decision:
    """Decide the styles of columns of texts.

    Args:
        connection: where a sample is kept for the while.
        file: what messages call the file.
        relation: SQL of its rows as texts.
        columns: those of them that hold dates or numbers, as text.
        given: their styles as the user wishes; made by `wished_styles`.
        examples: cells of a column that are known not to read in the contract's way.

    Raises:
        InputError: a column can be read in several ways.
    """
    if not columns:
        return Decision({}, {})
    names = ", ".join(quoted(c.name) for c in columns)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {SAMPLED} AS SELECT {names} FROM {relation} LIMIT {SAMPLE}")
    (rows,) = one(connection, f"SELECT count(*) FROM {SAMPLED}")
    _add(connection, columns, examples)
    bad = _unread(connection, columns, given)
    comma = any(style.mark == "," for style in given.values())
    if not bad and not comma:
        return Decision(dict(given), {})
    cells = Cells(connection, file, SAMPLED if rows < SAMPLE else relation, given)
    numbers = [c for c in columns if c.kind != "date"]
    styles, hints = dict(given), []
    for column in columns:
        if column.kind == "date" and column.name in bad:
            styles[column.name], hint = decide_dates(cells, column)
            hints.extend(hint)
    if numbers and (comma or any(c.name in bad for c in numbers)):
        found, hint = decide_numbers(cells, numbers)
        styles |= found
        hints.extend(hint)
    words = _words(cells, [c.name for c in columns if styles[c.name].words])
    styles = {name: style._replace(words=name in words) for name, style in styles.items()}
    return Decision(styles, words, tuple(hints))


def wished_styles(columns: Sequence[Column], options: Options, *, joined: bool) -> dict[str, Style]:
    """The styles that the user asks for, else the contract's.

    Args:
        columns: all that are read.
        options: `date_format`, `decimal` and `scale` matter here.
        joined: whether an underscore may stand between digits.

    Raises:
        InputError: an option names a column that it can mean nothing for, or a format that names no day.
    """
    dates = {c.name for c in columns if c.kind == "date"}
    numbers = {c.name for c in columns if c.kind not in {"date", "text"}}
    for option, names, able in (
        ("--date-format", set(options.date_format) - {ANY}, dates),
        ("--scale", set(options.scale), numbers),
    ):
        for name in sorted(names - able):
            raise InputError(f"{option} {name}=...: there are the columns {', '.join(sorted(able))}")
    formats = options.date_format
    for form in formats.values():
        check_format(form)
    return {
        c.name: Style(form=formats.get(c.name, formats.get(ANY, CONTRACT)))
        if c.name in dates
        else Style(scale=options.scale.get(c.name), joined=joined, mark=options.decimal)
        for c in columns
    }


def _add(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[Column], examples: Mapping[str, Sequence[str]]
) -> None:
    for column in columns:
        texts = list(examples.get(column.name, ())[:SAMPLE])
        if texts:
            connection.execute(f"INSERT INTO {SAMPLED} ({quoted(column.name)}) SELECT unnest(?::VARCHAR[])", [texts])


def _unread(connection: duckdb.DuckDBPyConnection, columns: Sequence[Column], styles: Mapping[str, Style]) -> set[str]:
    """Columns with a cell in the sample that does not read in its style."""
    tests = ", ".join(f"count(*) FILTER (WHERE {fails(c, styles[c.name])})" for c in columns)
    counts = one(connection, f"SELECT {tests} FROM {SAMPLED}")
    return {c.name for c, n in zip(columns, counts, strict=True) if n}


def _words(cells: Cells, names: Sequence[str]) -> dict[str, int]:
    """Count the cells that hold a word for an empty one."""
    for relation in (SAMPLED, cells.everything):
        tests = [f"{quoted(n)} != '' AND {is_word(quoted(n))}" for n in names]
        found = {name: n for name, n in zip(names, cells.counts(relation, tests), strict=True) if n}
        names = list(found)
    return found
