"""What an edit names: segments, dimensions and new ids; each is found, or refused with what there is instead."""

from collections.abc import Iterable, Sequence
from typing import Final

from cartjury.data.errors import EditError
from cartjury.data.records import Dimension, Segment, SegmentPlan

LAST_NUMBER: Final = 999  # of an id


def number_of(segment_id: str) -> int:
    """Return the number in an id, by which ids are ordered: S99 comes before S100."""
    return int(segment_id[1:])


def segment_of(plan: SegmentPlan, segment_id: str) -> Segment:
    """Return a segment by id.

    Raises:
        EditError: there is none; it lists those there are.
    """
    try:
        return plan.segment(segment_id)
    except KeyError:
        raise EditError(
            f"there is no {segment_id}: the segments are {', '.join(s.id for s in plan.segments)}"
        ) from None


def segments_of(plan: SegmentPlan, ids: Iterable[str]) -> tuple[Segment, ...]:
    """Return segments by id, each once, lowest id first.

    Raises:
        EditError: there is no such segment.
    """
    return tuple(segment_of(plan, i) for i in sorted(set(ids), key=number_of))


def dimension_of(plan: SegmentPlan, wanted: str) -> Dimension:
    """Return a dimension by its name or its column, in any case.

    Raises:
        EditError: there is none; it lists those there are.
    """
    found = find_dimension(plan.dimensions, wanted)
    if found is None:
        known = ", ".join(f"{d.name} ({d.column})" for d in plan.dimensions) or "none"
        raise EditError(f"there is no dimension {wanted!r}: the dimensions are {known}")
    return found


def find_dimension(dimensions: Sequence[Dimension], wanted: str) -> Dimension | None:
    """Return the dimension that has this name, else the one that reads this column, in any case."""
    said = wanted.strip().casefold()
    by_name = (d for d in dimensions if d.name.casefold() == said)
    by_column = (d for d in dimensions if d.column.casefold() == said)
    return next(by_name, None) or next(by_column, None)


def next_number(plan: SegmentPlan) -> int:
    """Return the number of the next new id: above all that the plan has, and above all that its log speaks of."""
    logged = (i for entry in plan.log for i in entry.segments)
    return 1 + max(number_of(i) for i in (*(s.id for s in plan.segments), *logged))


def new_ids(first: int, count: int) -> tuple[str, ...]:
    """Return so many new ids from a number on.

    Raises:
        EditError: the numbers are used up.
    """
    if first + count - 1 > LAST_NUMBER:
        raise EditError(
            f"this needs the ids S{first:02d} to S{first + count - 1:02d}, and S{LAST_NUMBER} is the last there can "
            "be: go back to an earlier revision"
        )
    return tuple(f"S{number:02d}" for number in range(first, first + count))
