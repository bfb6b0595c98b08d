"""Which decimal mark a file has, and what stands beside its numbers."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cartjury.data.aliases import load_aliases
from cartjury.data.contract import Column
from cartjury.data.errors import InputError
from cartjury.tools.engine.duck import one, quoted
from cartjury.tools.reading.cells import NEARLY, SAMPLED, Cells, fails
from cartjury.tools.reading.numbers import PERCENT, Mark, NumberStyle, beside
from cartjury.tools.reading.styles import Style, is_word, number_of

MARKS: tuple[Mark, ...] = (".", ",")


class Ways(NamedTuple):
    """The ways in which all of a column reads; None where it does not.

    Attributes:
        point: with a decimal point.
        comma: with a decimal comma.
        differ: both, and the numbers are not the same.
    """

    point: Style | None
    comma: Style | None
    differ: bool

    @property
    def only(self) -> Mark | None:
        """The mark that the column alone is proof of."""
        if self.point and self.comma:
            return None
        return "." if self.point else "," if self.comma else None


def decide_numbers(cells: Cells, columns: Sequence[Column]) -> tuple[dict[str, Style], list[str]]:
    """Decide the decimal mark, and what stands beside the numbers of each column.

    A column that reads with one mark only has that one. Where both are possible and mean other numbers, the
    mark that the user names counts, else the one mark of the other columns.

    Returns:
        The styles by column, and hints where a column does not read.

    Raises:
        InputError: a column may have either mark, and nothing tells which.
    """
    wished = cells.given[columns[0].name].mark
    plain = {c.name: cells.given[c.name]._replace(words=True) for c in columns}
    styles = {mark: _styles(cells, columns, mark) for mark in MARKS}
    failed = _failures(cells, SAMPLED, columns, (plain, *styles.values()))
    hint = _number_hints(failed, columns)
    if wished is None and all(n for f in failed.values() if f[0] for n in f):
        return plain, hint
    failed = _failures(cells, cells.everything, columns, (plain, *styles.values()))
    ways = {c.name: _ways(cells, c.name, failed[c.name], plain, styles) for c in columns}
    proven = {way.only for way in ways.values()} - {None}
    mark = wished or (proven.pop() if len(proven) == 1 else None)
    chosen = {}
    for name, way in ways.items():
        if mark is None and way.differ and (proven or way.point != plain[name]):
            raise _which_mark(cells, name, way)
        chosen[name] = _choice(way, mark) or (styles[mark][name] if mark else plain[name])
    return chosen, hint if mark is None else []


def _ways(
    cells: Cells,
    name: str,
    failed: Sequence[int],
    plain: Mapping[str, Style],
    styles: Mapping[Mark, Mapping[str, Style]],
) -> Ways:
    # What the contract reads is not converted.
    point = plain[name] if not failed[0] else styles["."][name] if not failed[1] else None
    comma = styles[","][name] if not failed[2] else None
    differ = bool(point and comma and cells.counts(cells.everything, [_other_value(name, point, comma)])[0])
    return Ways(point, comma, differ)


def _choice(way: Ways, mark: Mark | None) -> Style | None:
    return way.comma if way.comma and (way.point is None or (way.differ and mark == ",")) else way.point


def _failures(
    cells: Cells, relation: str, columns: Sequence[Column], ways: Sequence[Mapping[str, Style]]
) -> dict[str, list[int]]:
    """Count the cells of each column that do not read in each way."""
    found = cells.counts(relation, [fails(c, way[c.name]) for c in columns for way in ways])
    return {c.name: found[len(ways) * i : len(ways) * (i + 1)] for i, c in enumerate(columns)}


def _styles(cells: Cells, columns: Sequence[Column], mark: Mark) -> dict[str, Style]:
    """The style of each column under a decimal mark: what stands beside most of its numbers is seen in the sample."""
    usual = ", ".join(
        f"mode({beside(raw)} ORDER BY {raw}) FILTER (NOT {is_word(raw)})" for raw in (quoted(c.name) for c in columns)
    )
    found = {}
    for column, seen in zip(columns, one(cells.connection, f"SELECT {usual} FROM {SAMPLED}"), strict=True):
        word = seen if seen and _may_stand(column, seen) else ""
        found[column.name] = cells.given[column.name]._replace(words=True, number=NumberStyle(mark, word))
    return found


def _may_stand(column: Column, word: str) -> bool:
    if word == PERCENT:
        return column.kind == "score"
    return column.kind in {"number", "feature"} and word in load_aliases().currencies


def _other_value(name: str, point: Style, comma: Style) -> str:
    first, second = (number_of(quoted(name), style) for style in (point, comma))
    return f"({first}) IS DISTINCT FROM ({second})"


def _which_mark(cells: Cells, name: str, way: Ways) -> InputError:
    if way.point is None or way.comma is None:
        raise LookupError(f"{name} reads in one way only")
    values = ", ".join(number_of(quoted(name), style) for style in (way.point, way.comma))
    query = f"SELECT {quoted(name)}, {values} FROM {cells.everything} WHERE {_other_value(name, way.point, way.comma)}"
    text, first, second = one(cells.connection, f"{query} LIMIT 1")
    return InputError(
        f"{cells.file}: in {name}, {text[:40]!r} may mean {first:g} or {second:g}",
        ("say which is the decimal mark of the file: --decimal . or --decimal ,",),
    )


def _number_hints(failed: Mapping[str, Sequence[int]], columns: Sequence[Column]) -> list[str]:
    found = []
    for c in columns:
        plain, point, comma = failed[c.name]
        if min(point, comma) >= (1 - NEARLY) * plain:
            continue
        if comma < point:
            found.append(f"nearly all of {c.name} has decimal commas: --decimal , reads it so")
        else:
            what = "thousands separators or a currency or % beside the number"
            found.append(f"nearly all of {c.name} has {what}: --decimal . reads it so")
    return found
