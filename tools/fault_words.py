"""How faults are told, whatever was read and by which engine: in lines of a message, and in a list of bad rows."""

from collections.abc import Sequence
from typing import Final

from cartjury.tools.engine.duck import spreadsheet_safe

SHOWN: Final = 20  # faults that a message lists
WIDTH: Final = 60  # characters of a bad value that a message shows


def in_words(place: str, name: str | None, reason: str, value: object) -> str:
    """Tell a fault in a line.

    Args:
        place: the row, the file, or both.
        name: the column; None where the whole line is no row.
        reason: what is wrong with the value, or with the line.
        value: the value, of which the beginning is shown; None or empty where nothing is to be shown.
    """
    text = "" if value is None else str(value)
    shown = f" {text[:WIDTH]!r}{'...' if len(text) > WIDTH else ''}" if text else ""
    return f"{place}{f', column {name}' if name else ''}:{shown} {reason}"


def counted(bad: int) -> str:
    """Say how many bad rows there are."""
    return f"{bad:,} bad row{'s' if bad > 1 else ''}"


def with_rest(lines: Sequence[str], total: int) -> list[str]:
    """Add to the first faults how many more there are."""
    return [*lines, *([f"and {total - SHOWN:,} more"] if total > SHOWN else [])]


def listed(reason: str = "reason") -> str:
    """SQL of the columns `reasons`, `columns` and `values` of a list of bad rows, from all faults of a row.

    Args:
        reason: SQL of what is wrong with a value.
    """
    return (
        f"string_agg(concat_ws(' ', name, {reason}), '; ' ORDER BY position) AS reasons, "
        f"string_agg(coalesce(name, 'the line'), '; ' ORDER BY position) AS columns, "
        f"string_agg({spreadsheet_safe('value')}, '; ' ORDER BY position) AS values"
    )
