"""What a user is told of a file that could be read: what was converted, what was left out, what looks wrong."""

from collections.abc import Callable, Mapping, Sequence

from cartjury.data.contract import Column
from cartjury.tools.reading.dates import CONTRACT, MOVED, NAIVE, ZONED
from cartjury.tools.reading.decide import Decision
from cartjury.tools.reading.marks import CART, EMPTY, ORDER, RECOVERED, SHIFT, TOTAL
from cartjury.tools.reading.numbers import PERCENT
from cartjury.tools.reading.styles import Style


def told_of_styles(columns: Sequence[Column], decision: Decision, filled: Mapping[str, int]) -> list[str]:
    """Say what was converted, a line a column.

    Args:
        columns: those that were read.
        decision: how.
        filled: cells with a value, by column.
    """
    found = []
    for column in columns:
        style = decision.styles.get(column.name, Style())
        what = _conversion(style)
        if what and filled.get(column.name):
            found.append(f"{column.name}: {filled[column.name]:,} values were {what}")
        if column.name in decision.words:
            n = decision.words[column.name]
            found.append(f"{column.name}: {n:,} cell{'s' if n > 1 else ''} with NA, null or the like count as empty")
    return found


def _conversion(style: Style) -> str:
    if style.form != CONTRACT:
        return f"read as dates of the form {style.form}"
    said = []
    if style.number:
        comma = style.number.mark == ","
        if comma:
            said.append("read with a decimal comma")
        elif not style.number.beside:
            said.append("read without thousands separators and blanks")
        if style.number.beside == PERCENT:
            said.append("read as percent and divided by 100")
        elif style.number.beside:
            said.append(f"read without {style.number.beside!r}")
    return " and ".join([*said, *([f"divided by {style.scale:g}"] if style.scale else [])])


def told_of_marks(counts: Sequence[tuple[int, int]]) -> list[str]:
    """Say what the marks of the rows add up to.

    Args:
        counts: rows by their marks.
    """

    def having(bits: int) -> int:
        return sum(n for mark, n in counts if mark & bits)

    found = []
    for bit, what in ((EMPTY, "without any value"), (TOTAL, "of totals")):
        if having(bit):
            found.append(f"{having(bit):,} row{'s' if having(bit) > 1 else ''} {what} left out")
    found.extend(_told_of_zones(having))
    if having(RECOVERED):
        n = having(RECOVERED)
        found.append(
            f"{n:,} user{'s' if n > 1 else ''} ordered on or after the cart date, so the cart may be recovered: check "
            f"{ORDER}, or leave them out with --on-bad-rows quarantine"
        )
    return found


def _told_of_zones(having: Callable[[int], int]) -> list[str]:
    """One line on the zones of both columns, where they matter."""
    said = []
    for name in (CART, ORDER):
        naive, moved = having(1 << (NAIVE + SHIFT[name])), having(1 << (MOVED + SHIFT[name]))
        if moved:
            said.append(f"{moved:,} of {name} with another zone were brought to UTC")
        if naive and (moved or having(1 << (ZONED + SHIFT[name]))):
            said.append(f"{naive:,} of {name} without a zone were taken as UTC")
    return [f"times: {'; '.join(said)}"] if said else []
