"""What edits ask the data: users of segments, how values are distributed, which columns there are. Aggregates only."""

from collections.abc import Mapping
from typing import Final, Literal

from cartjury.data.contract import COLUMN_NAMES, CONTRACT, DERIVED
from cartjury.data.errors import EditError
from cartjury.data.records import Box, SegmentPlan
from cartjury.tools.columns import RESERVED
from cartjury.tools.editing.lookup import find_dimension
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.distribution import Distribution
from cartjury.tools.engine.relation import in_boxes

Kind = Literal["number", "text", "date", "other"]

_NUMBERS: Final = frozenset(
    [
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "INT",
        "BIGINT",
        "HUGEINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
        "FLOAT",
        "DOUBLE",
        "DECIMAL",
    ]
)
_KINDS: Final[Mapping[str, Kind]] = {"VARCHAR": "text", "STRING": "text", "DATE": "date"}
_LARGEST: Final = 1.7976931348623157e308  # NaN and infinity compare as greater


def sizes_of(carts: Carts, plan: SegmentPlan) -> dict[str, int]:
    """Count the users of every segment, in one pass."""
    counted = carts.engine.aggregate(
        f"SELECT segment, count(*) FROM (SELECT {carts.engine.assign(plan)} AS segment "
        f"FROM {carts.users(plan.filter)}) GROUP BY segment"
    )
    found = dict(counted)
    return {s.id: int(found.get(i, 0)) for i, s in enumerate(plan.segments, start=1)}


def values_in_universe(carts: Carts, plan: SegmentPlan, column: str) -> Distribution:
    """How a column is distributed over the universe."""
    return carts.engine.thresholds(carts.users(plan.filter), [column], carts.universe.size)[column]


def values_in_boxes(carts: Carts, plan: SegmentPlan, boxes: tuple[Box, ...], users: int, column: str) -> Distribution:
    """How a column is distributed over the users in some boxes.

    Args:
        carts: the universe.
        plan: its dimensions give the boxes their meaning.
        boxes: cells, perhaps narrowed.
        users: how many users are in them.
        column: numeric.
    """
    inside = in_boxes(carts.sql, plan.dimensions, boxes)
    relation = f"(SELECT {carts.sql.quoted(column)} FROM {carts.users(plan.filter)} WHERE {inside})"
    return carts.engine.thresholds(relation, [column], users)[column]


def columns_read(carts: Carts) -> dict[str, Kind]:
    """Return the columns that the checked rows have, and the derived features, with what they hold."""
    described = carts.engine.aggregate(f"DESCRIBE SELECT * FROM {carts.engine.rows(carts.dataset)}")
    types = {str(row[0]): str(row[1]).upper().partition("(")[0].strip() for row in described}
    kinds: dict[str, Kind] = {
        name: "number" if kind in _NUMBERS else _KINDS.get(kind, "other")
        for name, kind in types.items()
        if name in COLUMN_NAMES or name.casefold() not in RESERVED
    }
    return {**kinds, **dict.fromkeys(DERIVED, "number")}


def column_called(carts: Carts, plan: SegmentPlan, wanted: str) -> tuple[str, Kind]:
    """Find a column by its name, or by that of the dimension that reads it, in any case.

    Raises:
        EditError: the rows that were read have no such column; it lists those there are.
    """
    kinds = columns_read(carts)
    dimension = find_dimension(plan.dimensions, wanted)
    said = dimension.column if dimension else wanted.strip()
    found = said if said in kinds else next((c for c in kinds if c.casefold() == said.casefold()), None)
    if found is None:
        raise EditError(
            f"there is no column {wanted!r} among those that were read: {', '.join(kinds)}. If the file has it, "
            f"run again with --keep-columns {said}, or for numbers in a CSV with --dimension {said}:q0.5"
        )
    return found, kinds[found]


def numeric_column(carts: Carts, plan: SegmentPlan, wanted: str) -> str:
    """Find a column that can be cut.

    Raises:
        EditError: there is no such column, it holds no numbers, or values that are none (NaN, infinity).
    """
    column, kind = column_called(carts, plan, wanted)
    if kind != "number":
        raise EditError(f"{column} cannot be cut: {_why_not(column, kind)}")
    check_finite(carts, plan, column)
    return column


def check_finite(carts: Carts, plan: SegmentPlan, column: str) -> None:
    """Refuse a column that was carried along unchecked and holds NaN or infinity, which no rule could place.

    Raises:
        EditError: it says how to have the column checked.
    """
    if column in COLUMN_NAMES or column in DERIVED or any(d.column == column for d in plan.dimensions):
        return
    value = f"CAST({carts.sql.quoted(column)} AS DOUBLE)"
    odd = f"{value} > {carts.sql.number(_LARGEST)} OR {value} < {carts.sql.number(-_LARGEST)}"
    ((count,),) = carts.engine.aggregate(f"SELECT count(*) FROM {carts.engine.rows(carts.dataset)} WHERE {odd}")
    if count:
        raise EditError(
            f"{column} has {count:,} values that are no finite numbers: run again with --dimension {column}:q0.5, "
            "which checks the column"
        )


def _why_not(column: str, kind: Kind) -> str:
    own = next((c.kind for c in CONTRACT if c.name == column), None)
    if own == "date":
        feature = next(name for name, source in DERIVED.items() if source == column)
        return f"it holds dates; take {feature}"
    if kind == "text" and own is None:
        return f"it was read as text; if it holds numbers, run again with --dimension {column}:q0.5"
    return "it holds no numbers" if kind != "date" else "it holds dates"
