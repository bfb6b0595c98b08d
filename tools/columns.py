"""Which columns beyond the contract a run reads, and the refusal of those it cannot."""

from collections.abc import Iterable, Mapping
from datetime import date

from cartjury.data.contract import COLUMN_NAMES, CONTRACT, DERIVED, Column
from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.data.records import BUCKET_COLUMNS, Comparison

KINDS = {c.name: c.kind for c in CONTRACT}
# Names that the checked rows, the queries on them or the users file give to columns of their own.
RESERVED = frozenset(
    {
        "problems",
        "raw",
        "is_bad",
        "marks",
        "i",
        "file_row_number",
        "segment",
        "cell",
        "conversion",
        "value",
        "users",
        "bin",
    }
    | {"segment_id", "segment_name", *BUCKET_COLUMNS.values(), *DERIVED}
)


def further_numbers(types: Mapping[str, str], options: Options) -> tuple[Column, ...]:
    """Return the columns beyond the contract that a dimension, or a condition on a number, reads.

    Args:
        types: SQL type of every column of the file, by name.
        options: `dimensions` and `filter` matter here.

    Raises:
        InputError: the file has no such column, it holds no numbers, or its name is taken.
    """
    for dimension in options.dimensions:
        if KINDS.get(dimension.column) in {"text", "date"}:
            raise InputError(f"dimension {dimension.name} needs a column of numbers, not {dimension.column}")
    for condition in options.filter:
        _check_condition(condition)
    found = _beyond(d.column for d in options.dimensions)
    _check_names(types, found, "a dimension")
    compared = _beyond(c.column for c in options.filter if not isinstance(c.value, str))
    _check_names(types, compared, "the filter")
    return tuple(Column(name, "feature", nullable=True) for name in dict.fromkeys((*found, *compared)))


def further_texts(types: Mapping[str, str], options: Options) -> tuple[str, ...]:
    """Return the columns beyond the contract that are carried as they are: kept, or compared with a text.

    Raises:
        InputError: the file has no such column, or its name is taken.
    """
    kept = _beyond(options.keep_columns)
    _check_names(types, kept, "--keep-columns")
    compared = _beyond(c.column for c in options.filter if isinstance(c.value, str))
    _check_names(types, compared, "the filter")
    return tuple(dict.fromkeys((*kept, *compared)))


def _beyond(names: Iterable[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name not in COLUMN_NAMES and name not in DERIVED]


def _check_names(types: Mapping[str, str], names: Iterable[str], reader: str) -> None:
    for name in names:
        if name not in types:
            shown = ", ".join(list(types)[:20]) + (f" and {len(types) - 20} more" if len(types) > 20 else "")
            raise InputError(f"there is no column {name} for {reader}; found: {shown}")
        if name.casefold() in RESERVED:
            raise InputError(f"{reader} cannot read the column {name}: cartjury uses this name itself, rename it")


def _check_condition(condition: Comparison) -> None:
    """Refuse a comparison of things that cannot be compared.

    Raises:
        InputError: it names the condition and what its column holds.
    """
    kind = "count" if condition.column in DERIVED else KINDS.get(condition.column)
    is_text = isinstance(condition.value, str)
    said = f"the filter {condition.column} {condition.op} {condition.value!r}"
    if kind == "date" and not (is_text and is_date(str(condition.value))):
        raise InputError(f"{said} needs a date in the form '2026-11-23'")
    if kind == "text" and not is_text:
        raise InputError(f"{said} needs a text: put it in quotes")
    if kind not in {None, "date", "text"} and is_text:
        raise InputError(f"{said} needs a number")


def is_date(text: str) -> bool:
    """Whether a text is a date as a filter compares it: 2026-11-23."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
