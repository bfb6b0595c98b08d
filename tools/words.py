"""A rule in plain words, for a reader who plans campaigns: every number in it can be checked."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cartjury.data.records import UNKNOWN, Dimension, Interval, Segment, SegmentPlan
from cartjury.tools.boxes import Product, products
from cartjury.tools.rules import NEVER_MISSING

_ONE_OF_MANY = re.compile(r"(?<![\d.,])1 (session|item|day)s\b")
Bounds = tuple[float | None, float | None]


class Phrases(NamedTuple):
    """How to speak of a feature; `{}` stands for a bound. The upper bound itself is never included."""

    noun: str
    from_: str
    under: str
    between: str
    unknown: str
    known: str


PHRASES = {
    "avg_order_value": Phrases(
        noun="order value",
        from_="orders of {} or more",
        under="orders under {}",
        between="orders between {} and {}",
        unknown="no known order value",
        known="a known order value",
    ),
    "engagement_score": Phrases(
        noun="engagement",
        from_="engaged (score {} or more)",
        under="not yet engaged (score under {})",
        between="somewhat engaged (score between {} and {})",
        unknown="engagement not known",
        known="engagement known",
    ),
    "profitability_score": Phrases(
        noun="profitability",
        from_="profitable (score {} or more)",
        under="not yet profitable (score under {})",
        between="somewhat profitable (score between {} and {})",
        unknown="profitability not known",
        known="profitability known",
    ),
    "sessions_last_30d": Phrases(
        noun="sessions",
        from_="at least {} sessions in the last 30 days",
        under="fewer than {} sessions in the last 30 days",
        between="at least {} and fewer than {} sessions in the last 30 days",
        unknown="sessions not known",
        known="sessions known",
    ),
    "num_cart_items": Phrases(
        noun="items in the cart",
        from_="at least {} items in the cart",
        under="fewer than {} items in the cart",
        between="at least {} and fewer than {} items in the cart",
        unknown="items in the cart not known",
        known="items in the cart known",
    ),
    "days_since_abandonment": Phrases(
        noun="day of abandonment",
        from_="abandoned {} days ago or longer",
        under="abandoned less than {} days ago",
        between="abandoned at least {} and less than {} days ago",
        unknown="day of abandonment not known",
        known="day of abandonment known",
    ),
    "days_since_last_order": Phrases(
        noun="last order",
        from_="last order {} days ago or longer",
        under="last order less than {} days ago",
        between="last order at least {} and less than {} days ago",
        unknown="no known last order",
        known="a known last order",
    ),
}


def in_words(plan: SegmentPlan, segment: Segment) -> str:
    """Write a segment's rule in plain words.

    Returns:
        Such as "orders of 85 or more, engaged (score 0.48 or more)"; parts of a rule `(A) | (B)` are
        joined by "; or ". "everyone in the window" where the rule says nothing.
    """
    return "; or ".join(
        ", ".join(_conditions(plan.dimensions, product)) or "everyone in the window"
        for product in products(plan.dimensions, segment.boxes)
    )


def _conditions(dimensions: Sequence[Dimension], product: Product) -> Iterator[str]:
    if product.is_else:
        yield f"{_either([_phrases(d.column).noun for d in dimensions if d.unknown == 'else'])} not known"
    for dimension, names in zip(dimensions, product.levels, strict=True):
        if names:
            yield _values(dimension.column, _ranges(dimension, names), unknown=UNKNOWN in names)
    for interval in product.where:
        yield _interval(interval)


def _interval(interval: Interval) -> str:
    only_missing = interval.lower is not None and interval.lower == interval.upper
    ranges = [] if only_missing else [(interval.lower, interval.upper)]
    return _values(interval.column, ranges, unknown=interval.unknown and interval.column not in NEVER_MISSING)


def _ranges(dimension: Dimension, names: Sequence[str]) -> list[Bounds]:
    """Join the levels that touch."""
    ranges: list[Bounds] = []
    for level in dimension.levels:
        if level.name in names and not level.is_unknown:
            touches = bool(ranges) and ranges[-1][1] == level.lower
            lower = ranges.pop()[0] if touches else level.lower
            ranges.append((lower, level.upper))
    return ranges


def _values(column: str, ranges: Iterable[Bounds], *, unknown: bool) -> str:
    phrases = _phrases(column)
    return _either([_range(phrases, *bounds) for bounds in ranges] + ([phrases.unknown] if unknown else []))


def _range(phrases: Phrases, lower: float | None, upper: float | None) -> str:
    bounds = [f"{float(b):,}".removesuffix(".0") for b in (lower, upper) if b is not None]
    if not bounds:
        return phrases.known
    pattern = phrases.between if len(bounds) == 2 else phrases.under if lower is None else phrases.from_
    return _ONE_OF_MANY.sub(r"1 \1", pattern.format(*bounds))


def _phrases(column: str) -> Phrases:
    if column in PHRASES:
        return PHRASES[column]
    noun = column.replace("_", " ").replace("{", "{{").replace("}", "}}")
    plain = column.replace("_", " ")
    return Phrases(
        noun=plain,
        from_=f"{noun} of {{}} or more",
        under=f"{noun} under {{}}",
        between=f"{noun} between {{}} and {{}}",
        unknown=f"{plain} not known",
        known=f"{plain} known",
    )


def _either(parts: Sequence[str]) -> str:
    return " or ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
