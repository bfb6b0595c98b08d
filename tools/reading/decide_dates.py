"""Which format the dates of a column are written in."""

from collections.abc import Sequence

from cartjury.data.contract import Column
from cartjury.data.errors import InputError
from cartjury.tools.engine.duck import one, quoted
from cartjury.tools.reading.cells import NEARLY, SAMPLED, Cells, fails
from cartjury.tools.reading.dates import CONTRACT, FORMATS, fits
from cartjury.tools.reading.styles import Style, is_missing, value_of


def decide_dates(cells: Cells, column: Column) -> tuple[Style, list[str]]:
    """Find the one format in which every date of a column reads.

    Returns:
        Its style, and a hint where there is none.

    Raises:
        InputError: there are several, and they mean different days.
    """
    raw = quoted(column.name)
    given = cells.given[column.name]
    free = given.form == CONTRACT
    (present, *fitting) = cells.counts(
        SAMPLED, [f"NOT {is_missing(raw, Style(words=True))}", *(fits(raw, form) for form in FORMATS)]
    )
    likely = [form for form, n in zip(FORMATS, fitting, strict=True) if n >= present > 0] if free else []
    reading = [given._replace(words=True), *(Style(form=form, words=True) for form in likely)]
    for relation in (SAMPLED, cells.everything):
        failed = cells.counts(relation, [fails(column, style) for style in reading])
        reading = [style for style, n in zip(reading, failed, strict=True) if not n]
    if not reading:
        best, n = max(zip(FORMATS[1:], fitting[1:], strict=True), key=lambda pair: pair[1])
        is_odd = n > 0 or fitting[0] < NEARLY * present
        hint = [_date_hint(column.name, best if n >= NEARLY * present else "")] if free and is_odd else []
        return given._replace(words=True), hint
    if len(reading) > 1 and reading[0].form != CONTRACT and _differ(cells, column, reading):
        ways = " or ".join(style.form for style in reading)
        (text,) = one(cells.connection, f"SELECT {raw} FROM {SAMPLED} WHERE NOT {is_missing(raw, reading[0])} LIMIT 1")
        raise InputError(
            f"{cells.file}: the dates in {column.name}, such as {text[:40]!r}, can be read as {ways}",
            (f"say which: --date-format {reading[0].form}, or {column.name}={reading[0].form} for this column only",),
        )
    return reading[0], []


def _date_hint(name: str, form: str) -> str:
    if form:
        return f"nearly all of {name} is written as {form}: --date-format {name}={form} reads it so"
    return f"{name} is not in one format; --date-format says which it is, such as %d/%m/%Y, excel or epoch"


def _differ(cells: Cells, column: Column, styles: Sequence[Style]) -> bool:
    first, *others = [value_of(column, quoted(column.name), style) for style in styles]
    return any(cells.counts(cells.everything, [f"({first}) IS DISTINCT FROM ({other})" for other in others]))
