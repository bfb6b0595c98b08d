"""Tables to name, and names for them: fixtures, made by hand."""

from itertools import product

from cartjury.data.eval_records import NamingCase
from cartjury.data.jury_records import SegmentBrief, Trait
from cartjury.data.records import UNKNOWN

LEVELS = ("Low", "High")


def trait(label: str, column: str, level: str, of: tuple[str, ...] = LEVELS) -> Trait:
    return Trait(label=label, column=column, levels=tuple(level.split()), of=of)


def rule(number: int, *traits: Trait, is_else: bool = False) -> SegmentBrief:
    said = " & ".join(f"{t.label}_{'/'.join(t.levels)}" for t in traits if t.says_something) or "ELSE"
    return SegmentBrief(id=f"S{number:02}", rule=said, traits=traits, is_else=is_else, size=100 * number)


def table(*briefs: SegmentBrief, name: str = "table") -> NamingCase:
    return NamingCase(id=name, vertical="fashion", shape="four", briefs=briefs)


def four(name: str = "four") -> NamingCase:
    """Order value by engagement: low and low, low and high, high and low, high and high."""
    cells = product(LEVELS, LEVELS)
    return table(
        *(
            rule(n, trait("AOV", "avg_order_value", a), trait("Engagement", "engagement_score", e))
            for n, (a, e) in enumerate(cells, 1)
        ),
        name=name,
    )


GOOD = {
    "S01": "Budget_Disengaged",
    "S02": "Budget_Engaged",
    "S03": "Premium_Disengaged",
    "S04": "Premium_Engaged",
}


def with_rest() -> NamingCase:
    """Recency in three levels, a part where it is unknown, two levels together, and the rest."""
    of = (UNKNOWN, "Low", "Medium", "High")
    days = [trait("Days", "days_since_last_order", level, of) for level in ("Low", "Medium High", UNKNOWN)]
    return table(*(rule(n, day) for n, day in enumerate(days, 1)), rule(4, is_else=True), name="rest")
