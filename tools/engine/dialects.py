"""A plan as SQL for other databases: who is in which segment, without cartjury.

The predicates are the certified ones; only the quotes around columns differ between databases. What
does differ (how NaN is told from a number, how days are counted, how a parameter is written) is a
row of `dialect_table.py`. NaN becomes NULL before anything is compared: most of these databases hold NaN
to be above every number, which would put such users into the highest level.
"""

from collections.abc import Mapping

from cartjury.data.records import SegmentPlan
from cartjury.tools.engine.dialect_table import DIALECT_TABLE
from cartjury.tools.engine.predicates import columns_of, predicate
from cartjury.tools.engine.statement import DIALECTS, comment, dialect_row, how_to_run, identifier, opening, text

__all__ = ["DIALECTS", "export_all", "export_sql"]


def export_sql(plan: SegmentPlan, dialect: str) -> str:
    """Write a plan as one query that gives every user of the universe a segment.

    Args:
        plan: the segmentation; its window and filter are part of the query.
        dialect: one of `DIALECTS`.

    Returns:
        SQL text: a comment with each segment's predicate, then a query with the columns user_id,
        segment_id and segment_name. It reads a table `cart_abandoners` and a parameter `as_of`.

    Raises:
        InputError: an unknown dialect.
    """
    dialect_row(dialect)
    rules = {s.id: predicate(plan, s, lambda column: identifier(column, dialect)) for s in plan.segments}
    names = {s.id: s.name or s.rule for s in plan.segments}
    cases = "\n".join(f"    WHEN {rule} THEN {text(i, dialect)}" for i, rule in rules.items())
    called = "\n".join(f"    WHEN {text(i, dialect)} THEN {text(name, dialect)}" for i, name in names.items())
    return f"""{_header(plan, dialect, rules)}
{opening(plan, dialect, columns_of(plan))}, segmented AS (
  SELECT user_id, CASE
{cases}
  END AS segment_id
  FROM universe
)
SELECT user_id, segment_id, CASE segment_id
{called}
  END AS segment_name
FROM segmented;
"""


def export_all(plan: SegmentPlan) -> str:
    """Write a plan in the dialects of segments.sql, one after another."""
    rule = "-- " + "=" * 90
    note = "-- One block a dialect: run the one you need, not the whole file (cartjury export-sql prints one)."
    published = [name for name, row in DIALECT_TABLE.items() if row.published]
    blocks = (f"{rule}\n-- {name}\n{rule}\n{export_sql(plan, name)}" for name in published)
    return "\n".join([note, *blocks])


def _header(plan: SegmentPlan, dialect: str, rules: Mapping[str, str]) -> str:
    lines = [
        f"Segments of the plan {plan.plan_hash}, for {dialect}.",
        *how_to_run(dialect),
        "Each predicate stands alone; together they claim every user exactly once, missing values included.",
    ]
    for segment in plan.segments:
        named = f"{segment.id} {segment.name}".rstrip()
        lines += ["", f"{named}: {segment.rule}", f"  {rules[segment.id]}"]
    return comment(lines)
