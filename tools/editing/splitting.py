"""Split a segment: by the levels of a dimension, or locally by a column."""

from collections.abc import Sequence
from typing import NamedTuple

from cartjury.data.edit_records import Split
from cartjury.data.errors import EditError
from cartjury.data.records import UNKNOWN, Dimension, Segment, SegmentPlan
from cartjury.data.step_records import PartStep, SplitStep
from cartjury.tools.editing.drafts import Draft
from cartjury.tools.editing.lookup import find_dimension, new_ids, next_number, segment_of
from cartjury.tools.editing.measure import numeric_column, sizes_of, values_in_boxes
from cartjury.tools.editing.places import Parts, nearest_cuts, parts_at, value_range
from cartjury.tools.editing.wording import called, listed, numbers, percent, sized, users
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.distribution import Distribution
from cartjury.tools.figures import told
from cartjury.tools.rules import short


class Target(NamedTuple):
    """A segment that is to be split, and the users of all segments."""

    segment: Segment
    sizes: dict[str, int]

    @property
    def users(self) -> int:
        """Users of the segment."""
        return self.sizes[self.segment.id]


def split(edit: Split, plan: SegmentPlan, carts: Carts) -> Draft:
    """Cut one segment in parts; the lowest keeps the id."""
    segment = segment_of(plan, edit.segment)
    if segment.is_else:
        raise EditError(f"{called(segment)} is ELSE, whoever has a value missing, and is never split")
    if edit.quantiles and edit.values:
        raise EditError("say quantiles or values to split at, not both")
    target = Target(segment, sizes_of(carts, plan))
    if target.users < 2:
        raise EditError(f"{sized(segment, target.users)} has too few users to be split")
    dimension = find_dimension(plan.dimensions, edit.by)
    if dimension and not (edit.quantiles or edit.values) and len(_known_levels(plan, dimension, segment)) > 1:
        return _by_levels(plan, carts, target, dimension)
    return _by_column(edit, plan, carts, target)


def _by_levels(plan: SegmentPlan, carts: Carts, target: Target, dimension: Dimension) -> Draft:
    """Every level a part; missing values go with the lowest, and so does a level without users with the one below."""
    segment, place = target.segment, plan.dimensions.index(dimension)
    counts = {
        level: _count(plan, carts, target, place, level)
        for level in dimension.level_names
        if any(b.levels[place] == level for b in segment.boxes)
    }
    parts, sizes = _filled(counts)
    if len(parts) < 2:
        raise EditError(
            f"all users of {sized(segment, target.users)} are in one level of {dimension.name}: split by a column"
        )
    ids = (segment.id, *new_ids(next_number(plan), len(parts) - 1))
    reason = f"{segment.id} was split by {dimension.name} at a person's wish"
    step = PartStep(segment=segment.id, dimension=dimension.name, parts=parts, ids=ids, sizes=sizes, reason=reason)
    named = (f"{i} {'/'.join(p)} ({users(n)})" for i, p, n in zip(ids, parts, sizes, strict=True))
    draft = Draft(plan, before=target.sizes, sizes=target.sizes).then(step)
    notes = _missing_note(counts.get(UNKNOWN, 0), dimension.column, ids[0])
    return draft.saying(f"Split {sized(segment, target.users)} by {dimension.name}: {listed(named)}.", notes)


def _count(plan: SegmentPlan, carts: Carts, target: Target, place: int, level: str) -> int:
    boxes = tuple(b for b in target.segment.boxes if b.levels[place] == level)
    column = plan.dimensions[place].column
    if level == UNKNOWN:
        return target.users - values_in_boxes(carts, plan, target.segment.boxes, target.users, column).known
    return values_in_boxes(carts, plan, boxes, target.users, column).known


def _filled(counts: dict[str, int]) -> tuple[tuple[tuple[str, ...], ...], tuple[int, ...]]:
    parts: list[list[str]] = []
    sizes: list[int] = []
    for level, count in counts.items():
        open_part = bool(parts) and (not sizes[-1] or parts[-1] == [UNKNOWN])
        if parts and (open_part or not count):
            parts[-1].append(level)
            sizes[-1] += count
        else:
            parts.append([level])
            sizes.append(count)
    return tuple(map(tuple, parts)), tuple(sizes)


def _by_column(edit: Split, plan: SegmentPlan, carts: Carts, target: Target) -> Draft:
    """A local split: the parts are told apart by a further condition in their rules."""
    segment, column = target.segment, numeric_column(carts, plan, edit.by)
    values = values_in_boxes(carts, plan, segment.boxes, target.users, column)
    if not values.known:
        raise EditError(f"nobody in {sized(segment, target.users)} has a value of {column}")
    found = (
        _at_values(edit, target, values, column) if edit.values else _at_quantiles(edit, plan, target, values, column)
    )
    ids = (segment.id, *new_ids(next_number(plan), len(found.cuts)))
    step = SplitStep(
        segment=segment.id,
        column=column,
        cuts=found.cuts,
        ids=ids,
        sizes=found.sizes,
        reason=f"{segment.id} was split at {column} {listed(map(short, found.cuts))} at a person's wish",
    )
    draft = Draft(plan, before=target.sizes, sizes=target.sizes).then(step)
    said = f"Split {sized(segment, target.users)} at {column} {numbers(found.cuts)}{_wished(edit, values)}"
    return draft.saying(f"{said}: {_parts_said(ids, found, values.users - values.known)}.")


def _at_values(edit: Split, target: Target, values: Distribution, column: str) -> Parts:
    cuts = tuple(sorted(value + 0.0 for value in edit.values))  # never -0.0
    if len(set(cuts)) < len(cuts):
        raise EditError(f"a value is said twice: {numbers(cuts)}")
    found = parts_at(values, cuts)
    if 0 in _known_sizes(found, values):
        raise EditError(
            f"a cut of {column} at {numbers(cuts)} leaves a part of {sized(target.segment, target.users)} without "
            f"users: the values there {value_range(values)}"
        )
    return found


def _known_sizes(found: Parts, values: Distribution) -> Sequence[int]:
    return (found.sizes[0] - (values.users - values.known), *found.sizes[1:])


def _at_quantiles(edit: Split, plan: SegmentPlan, target: Target, values: Distribution, column: str) -> Parts:
    shares, least = edit.quantiles or (0.5,), plan.size_policy.min_size
    if list(shares) != sorted(set(shares)):
        raise EditError(f"the quantiles must increase: {listed(map(percent, shares))}")
    found = nearest_cuts(values, shares, least)
    if found is None:
        raise EditError(
            f"no cut of {column} leaves {'both' if len(shares) == 1 else f'all {len(shares) + 1}'} parts of "
            f"{sized(target.segment, target.users)} at least the minimum of {users(least)}: {users(values.known)} "
            f"have a value, and the values {value_range(values)}; say a value to cut at, or lower the minimum"
        )
    return found


def _known_levels(plan: SegmentPlan, dimension: Dimension, segment: Segment) -> set[str]:
    place = plan.dimensions.index(dimension)
    return {b.levels[place] for b in segment.boxes} - {UNKNOWN}


def _wished(edit: Split, values: Distribution) -> str:
    """Say what the cuts are near; quantiles are of those with a value, who are not all where some are missing."""
    if edit.values:
        return ""
    known = f"the {users(values.known)} with a value" if values.known < values.users else ""
    if not edit.quantiles:
        return f", nearest the median{known and f' (half of {known})'}"
    shares = f"quantile{'s' if len(edit.quantiles) > 1 else ''} {listed(map(percent, edit.quantiles))}"
    return f", nearest the {shares}{known and f' of {known}'}"


def _parts_said(ids: Sequence[str], found: Parts, missing: int) -> str:
    """Say who is in each part; users without a value are in the lowest, beside those under its cut."""
    cuts = told(found.cuts)
    lows, highs = ["", *(f"from {cut}" for cut in cuts)], [*(f"under {cut}" for cut in cuts), ""]
    places = [" and ".join(filter(None, pair)) for pair in zip(lows, highs, strict=True)]
    counts = [users(count) for count in found.sizes]
    if missing:
        places[0] += " or without a value"
        counts[0] += f", {missing:,} of them without a value"
    return listed(f"{i} {place} ({count})" for i, place, count in zip(ids, places, counts, strict=True))


def _missing_note(count: int, column: str, first: str) -> tuple[str, ...]:
    return (f"{users(count)} without a value of {column} go with {first}, the lowest part",) if count else ()
