"""In which style each column of texts is read: decided from the whole column, never row by row.

    a thousand rows -> styles that read every one of their cells -> those that read every cell of the column
      -> none: the contract's way, and bad rows; one: that; several with other values: an error that says how to tell

What reads in the contract's way is not converted at all. The decimal mark is one for the whole file.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import duckdb

from cartjury.data.aliases import load_aliases
from cartjury.data.contract import Column
from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.tools.engine.duck import one, quoted
from cartjury.tools.reading.dates import CONTRACT, FORMATS, fits
from cartjury.tools.reading.numbers import PERCENT, Mark, NumberStyle, beside
from cartjury.tools.reading.styles import Style, is_missing, is_word, number_of, value_of

SAMPLE = 1000  # rows
ANY = "*"  # a date format for every column
NEARLY = 0.9  # share of the cells that makes a style worth a hint
MARKS: tuple[Mark, ...] = (".", ",")


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
    connection.execute(f"CREATE OR REPLACE TEMP TABLE sample AS SELECT {names} FROM {relation} LIMIT {SAMPLE}")
    (rows,) = one(connection, "SELECT count(*) FROM sample")
    _add(connection, columns, examples)
    bad = _unread(connection, columns, given)
    if not bad:
        return Decision(given, {})
    table = Table(connection, file, "sample" if rows < SAMPLE else relation, given)
    numbers = [c for c in columns if c.kind != "date"]
    styles, hints = dict(given), []
    for column in columns:
        if column.kind == "date" and column.name in bad:
            styles[column.name], hint = _date(table, column)
            hints.extend(hint)
    if any(c.name in bad for c in numbers):
        found, hint = _numbers(table, numbers)
        styles |= found
        hints.extend(hint)
    words = _words(table, [c.name for c in columns if styles[c.name].words])
    styles = {name: style._replace(words=name in words) for name, style in styles.items()}
    return Decision(styles, words, tuple(hints))


class Table(NamedTuple):
    """Where the cells are: a sample, and the whole column."""

    connection: duckdb.DuckDBPyConnection
    file: str
    relation: str
    given: Mapping[str, Style]

    def counts(self, relation: str, conditions: Sequence[str]) -> list[int]:
        """Count the rows that meet each condition."""
        if not conditions:
            return []
        return list(one(self.connection, f"SELECT {', '.join(f'count(*) FILTER (WHERE {c})' for c in conditions)} FROM {relation}"))


def wished_styles(columns: Sequence[Column], options: Options, *, joined: bool) -> dict[str, Style]:
    """The styles that the user asks for, else the contract's.

    Args:
        columns: all that are read.
        options: `date_format`, `decimal` and `scale` matter here.
        joined: whether an underscore may stand between digits.

    Raises:
        InputError: an option names a column that it can mean nothing for.
    """
    dates = {c.name for c in columns if c.kind == "date"}
    numbers = {c.name for c in columns if c.kind not in {"date", "text"}}
    for option, names, able in (
        ("--date-format", set(options.date_format) - {ANY}, dates),
        ("--scale", set(options.scale), numbers),
    ):
        for name in sorted(names - able):
            raise InputError(f"{option} {name}=...: there are the columns {', '.join(sorted(able))}")
    mark = NumberStyle(",") if options.decimal == "," else None
    formats = options.date_format
    return {
        c.name: Style(form=formats.get(c.name, formats.get(ANY, CONTRACT)))
        if c.name in dates
        else Style(number=mark, scale=options.scale.get(c.name), joined=joined, mark=options.decimal)
        for c in columns
    }


def _words(table: Table, names: Sequence[str]) -> dict[str, int]:
    """Count the cells that hold a word for an empty one."""
    for relation in ("sample", table.relation):
        tests = [f"{quoted(n)} != '' AND {is_word(quoted(n))}" for n in names]
        found = {name: n for name, n in zip(names, table.counts(relation, tests), strict=True) if n}
        names = list(found)
    return found


def _add(connection: duckdb.DuckDBPyConnection, columns: Sequence[Column], examples: Mapping[str, Sequence[str]]) -> None:
    for column in columns:
        for text in examples.get(column.name, ())[:SAMPLE]:
            connection.execute(f"INSERT INTO sample ({quoted(column.name)}) VALUES (?)", [text])


def _unread(connection: duckdb.DuckDBPyConnection, columns: Sequence[Column], styles: Mapping[str, Style]) -> set[str]:
    """Columns with a cell in the sample that does not read in its style."""
    tests = ", ".join(f"count(*) FILTER (WHERE {_fails(c, styles[c.name])})" for c in columns)
    counts = one(connection, f"SELECT {tests} FROM sample")
    return {c.name for c, n in zip(columns, counts, strict=True) if n}


def _fails(column: Column, style: Style) -> str:
    """SQL that is true of a cell that holds something that a style does not read."""
    raw = quoted(column.name)
    value = value_of(column, raw, style)
    unread = f"({value}) IS NULL" if column.kind == "date" else f"coalesce(isnan({value}), true)"
    return f"NOT {is_missing(raw, style)} AND {unread}"


def _date(table: Table, column: Column) -> tuple[Style, list[str]]:
    raw = quoted(column.name)
    given = table.given[column.name]
    free = given.form == CONTRACT
    (present, *fitting) = table.counts(
        "sample", [f"NOT {is_missing(raw, Style(words=True))}", *(fits(raw, form) for form in FORMATS)]
    )
    likely = [form for form, n in zip(FORMATS, fitting, strict=True) if n >= present > 0] if free else []
    reading = [given._replace(words=True), *(Style(form=form, words=True) for form in likely)]
    for relation in ("sample", table.relation):
        failed = table.counts(relation, [_fails(column, style) for style in reading])
        reading = [style for style, n in zip(reading, failed, strict=True) if not n]
    if not reading:
        best, n = max(zip(FORMATS[1:], fitting[1:], strict=True), key=lambda pair: pair[1])
        hint = [_date_hint(column.name, best if n >= NEARLY * present else "")] if free and n else []
        return given._replace(words=True), hint
    if len(reading) > 1 and reading[0].form != CONTRACT and _differ(table, column, reading):
        ways = " or ".join(style.form for style in reading)
        (text,) = one(table.connection, f"SELECT {raw} FROM sample WHERE NOT {is_missing(raw, reading[0])} LIMIT 1")
        raise InputError(
            f"{table.file}: the dates in {column.name}, such as {text[:40]!r}, can be read as {ways}",
            (f"say which, for example --date-format {reading[0].form}, or {column.name}={reading[0].form} for this column",),
        )
    return reading[0], []


def _date_hint(name: str, form: str) -> str:
    if form:
        return f"nearly all of {name} is written as {form}: --date-format {name}={form} reads it so"
    return f"{name} is not in one format; --date-format says which it is, such as %d/%m/%Y, excel or epoch"


def _differ(table: Table, column: Column, styles: Sequence[Style]) -> bool:
    first, *others = [value_of(column, quoted(column.name), style) for style in styles]
    return any(table.counts(table.relation, [f"({first}) IS DISTINCT FROM ({other})" for other in others]))


def _numbers(table: Table, columns: Sequence[Column]) -> tuple[dict[str, Style], list[str]]:
    """Decide the decimal mark of the file, then the style of each column under it."""
    styles = {mark: _styles(table, columns, mark) for mark in MARKS}
    plain = {c.name: table.given[c.name]._replace(words=True) for c in columns}
    ways = (plain, *styles.values())
    failed = _failures(table, "sample", columns, ways)
    hint = _number_hints(failed, columns)
    if all(n for f in failed.values() if f[0] for n in f):
        return plain, hint
    failed = _failures(table, table.relation, columns, ways)
    voting = [c for c in columns if not all(failed[c.name][1:])]
    able = [m for i, m in enumerate(MARKS, start=1) if voting and not any(failed[c.name][i] for c in voting)]
    wished = table.given[columns[0].name].mark
    marks: list[Mark] = [wished] if wished else able
    if not marks:
        return plain, hint
    if len(marks) > 1 and _ambiguous(table, voting, styles):
        raise _which_mark(table, voting, styles)
    mark = marks[0]
    # What the contract reads as the same numbers is not converted.
    same = _same(table, [c for c in columns if not failed[c.name][0]], plain, styles[mark])
    return {c.name: plain[c.name] if c.name in same else styles[mark][c.name] for c in columns}, []


def _same(table: Table, columns: Sequence[Column], one_way: Mapping[str, Style], other: Mapping[str, Style]) -> set[str]:
    """Columns that hold the same numbers in both ways."""
    values = [[number_of(quoted(c.name), way[c.name]) for way in (one_way, other)] for c in columns]
    differing = table.counts(table.relation, [f"({a}) IS DISTINCT FROM ({b})" for a, b in values])
    return {c.name for c, n in zip(columns, differing, strict=True) if not n}


def _failures(
    table: Table, relation: str, columns: Sequence[Column], ways: Sequence[Mapping[str, Style]]
) -> dict[str, list[int]]:
    """Count the cells of each column that do not read in each way."""
    fails = table.counts(relation, [_fails(c, way[c.name]) for c in columns for way in ways])
    return {c.name: fails[len(ways) * i : len(ways) * (i + 1)] for i, c in enumerate(columns)}


def _styles(table: Table, columns: Sequence[Column], mark: Mark) -> dict[str, Style]:
    """The style of each column under a decimal mark: what stands beside its numbers is seen in the sample."""
    around = ", ".join(
        f"min({text}) FILTER (NOT {is_word(raw)}), max({text}) FILTER (NOT {is_word(raw)})"
        for raw in (quoted(c.name) for c in columns)
        for text in (beside(raw),)
    )
    ends = one(table.connection, f"SELECT {around} FROM sample")
    found = {}
    for i, column in enumerate(columns):
        low, high = ends[2 * i : 2 * i + 2]
        word = low if low and low == high and _may_stand(column, low) else ""
        found[column.name] = table.given[column.name]._replace(words=True, number=NumberStyle(mark, word))
    return found


def _may_stand(column: Column, word: str) -> bool:
    if word == PERCENT:
        return column.kind == "score"
    return column.kind in {"number", "feature"} and word in load_aliases().currencies


def _ambiguous(table: Table, columns: Iterable[Column], styles: Mapping[Mark, Mapping[str, Style]]) -> bool:
    return any(table.counts(table.relation, [_other_value(c, styles) for c in columns]))


def _other_value(column: Column, styles: Mapping[Mark, Mapping[str, Style]]) -> str:
    first, second = (number_of(quoted(column.name), styles[mark][column.name]) for mark in MARKS)
    return f"({first}) IS DISTINCT FROM ({second})"


def _which_mark(table: Table, columns: Sequence[Column], styles: Mapping[Mark, Mapping[str, Style]]) -> InputError:
    for column in columns:
        raw = quoted(column.name)
        found = table.connection.execute(
            f"SELECT {raw} FROM {table.relation} WHERE {_other_value(column, styles)} LIMIT 1"
        ).fetchone()
        if found:
            text = f"{table.file}: in {column.name}, the comma of {found[0][:40]!r} may be a decimal mark or thousands"
            return InputError(text, ("say which: --decimal , or --decimal .",))
    raise LookupError("no column differs")


def _number_hints(failed: Mapping[str, Sequence[int]], columns: Sequence[Column]) -> list[str]:
    return [
        f"nearly all of {c.name} has decimal commas: --decimal , reads it so"
        for c in columns
        if failed[c.name][2] < (1 - NEARLY) * failed[c.name][0]
    ]
