"""Segments that are too large are cut in two at the value nearest their median, until they fit."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from cartjury.data.errors import InputError
from cartjury.data.records import Box, Dimension, Interval, LogEntry, Segment, SizePolicy
from cartjury.tools.rules import rule_text, short, simplify

Histogram = Callable[[Segment, str], Sequence[tuple[float, int]]]

MAX_SEGMENTS: Final = 60  # beyond that nobody can keep the segments apart
SPLIT_FEATURES: Final = ("days_since_abandonment", "sessions_last_30d", "num_cart_items")


class Cut(NamedTuple):
    """Where to cut a segment, and the users below and at or above it."""

    column: str
    value: float
    median: float
    below: int
    above: int


class Sized(NamedTuple):
    """A segment and its users."""

    segment: Segment
    users: int


def split_large(
    dimensions: Sequence[Dimension],
    segments: Sequence[Sized],
    policy: SizePolicy,
    histogram: Histogram,
    next_number: int,
) -> tuple[tuple[Segment, ...], tuple[LogEntry, ...]]:
    """Cut what is over the maximum, and the parts that still are, in one pass by id.

    The lower part keeps the id and takes missing values of the column; the upper part gets the next
    number. ELSE stays whole: nothing but a missing value joins its users, so a part of it would be no
    more useful, and the rule `ELSE` is what exempts it.

    Args:
        dimensions: of the plan.
        segments: all segments with their users.
        policy: limits in users.
        histogram: sorted (value, users) pairs of a segment in a column that is never missing.
        next_number: of the first new id.

    Returns:
        All segments, and an entry for each split (the lower part first) and for each segment that stays
        over the maximum.

    Raises:
        InputError: more than 60 segments.
    """
    done: list[Segment] = []
    log: list[LogEntry] = []
    waiting = list(reversed(segments))
    while waiting:
        segment, users = waiting.pop()
        if policy.max_size is None or users <= policy.max_size:
            done.append(segment)
            continue
        why = f"{segment.id} has {users:,} users, over the maximum of {policy.max_size:,}"
        cut = None if segment.is_else else find_cut(segment, histogram, policy.min_size)
        if cut is None:
            log.append(_keep(segment, users, why, policy))
            done.append(segment)
            continue
        lower, upper = _halves(dimensions, segment, cut, f"S{next_number:02d}")
        next_number += 1
        waiting += [Sized(upper, cut.above), Sized(lower, cut.below)]
        log.append(_split_entry(lower, upper, why, cut))
        check_count(len(done) + len(waiting), policy, because_of_splits=True)
    return tuple(done), tuple(log)


def find_cut(segment: Segment, histogram: Histogram, min_size: int) -> Cut | None:
    """Find where to cut a segment in two parts of at least `min_size` users.

    Returns:
        A cut of the first feature of `SPLIT_FEATURES` that has one: at its value nearest the exact
        median; among two equally near the one that makes the parts more equal, then the lower.
    """
    for column in SPLIT_FEATURES:
        pairs = histogram(segment, column)
        total = sum(users for _, users in pairs)
        if total < 2 * min_size:
            continue
        median = _median(pairs, total)
        cuts = []
        below = 0
        for value, users in pairs:
            if min(below, total - below) >= min_size:
                cuts.append(Cut(column, value, median, below, total - below))
            below += users
        if cuts:
            return min(cuts, key=lambda cut: (abs(cut.value - cut.median), abs(cut.above - cut.below), cut.value))
    return None


def check_count(count: int, policy: SizePolicy, *, because_of_splits: bool) -> None:
    """Refuse more segments than a team can act on.

    Raises:
        InputError: it names the options that help.
    """
    if count <= MAX_SEGMENTS:
        return
    if because_of_splits:
        raise InputError(
            f"splitting what is over the maximum of {policy.max_size:,} users makes more than {MAX_SEGMENTS} segments: "
            f"raise --max-size, or raise --min-size (now {policy.min_size:,})"
        )
    raise InputError(
        f"{count:,} segments are more than the {MAX_SEGMENTS} that a plan can have: "
        f"raise --min-size (now {policy.min_size:,}) so that small ones are merged, or use fewer dimensions or levels"
        + (f", or raise --max-size (now {policy.max_size:,}), which may keep them apart" if policy.max_size else "")
    )


def _median(pairs: Sequence[tuple[float, int]], total: int) -> float:
    middle = []
    for rank in ((total - 1) // 2, total // 2):
        seen = 0
        for value, users in pairs:
            seen += users
            if seen > rank:
                middle.append(value)
                break
    return sum(middle) / 2


def _halves(dimensions: Sequence[Dimension], segment: Segment, cut: Cut, new_id: str) -> tuple[Segment, Segment]:
    below = Interval(column=cut.column, upper=cut.value, unknown=True)
    above = Interval(column=cut.column, lower=cut.value)
    return _part(dimensions, segment, below, segment.id), _part(dimensions, segment, above, new_id)


def _part(dimensions: Sequence[Dimension], segment: Segment, interval: Interval, new_id: str) -> Segment:
    narrowed = (Box(levels=box.levels, where=(*box.where, interval)) for box in segment.boxes)
    boxes = simplify(dimensions, narrowed)
    return Segment(id=new_id, boxes=boxes, rule=rule_text(dimensions, boxes))


def _split_entry(lower: Segment, upper: Segment, why: str, cut: Cut) -> LogEntry:
    where = f"split at {cut.column} {short(cut.value)}, nearest its median of {short(cut.median)}"
    sizes = (cut.below, cut.above)
    return LogEntry(action="split", segments=(lower.id, upper.id), sizes=sizes, reason=f"{why}: {where}")


def _keep(segment: Segment, users: int, why: str, policy: SizePolicy) -> LogEntry:
    reason = (
        "ELSE is never split"
        if segment.is_else
        else f"no value of {', '.join(SPLIT_FEATURES)} leaves both parts at least {policy.min_size:,} users"
    )
    return LogEntry(action="keep", segments=(segment.id,), sizes=(users,), reason=f"{why}, and stays: {reason}")
