"""A plan as SQL for other databases: who is in which segment, without cartjury.

The predicates are the certified ones; only the quotes around columns differ between databases. What
does differ (how NaN is told from a number, how days are counted, how a parameter is written) is a
row of `dialect_table.py`. NaN becomes NULL before anything is compared: most of these databases hold NaN
to be above every number, which would put such users into the highest level.
"""

from collections.abc import Iterable, Mapping

from sqlglot import exp

from cartjury.data.contract import DERIVED
from cartjury.data.errors import InputError
from cartjury.data.records import Comparison, SegmentPlan
from cartjury.tools.engine.dialect_table import DIALECT_TABLE
from cartjury.tools.engine.predicates import columns_of, predicate

TABLE = "cart_abandoners"


DIALECTS: tuple[str, ...] = tuple(DIALECT_TABLE)


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
    if dialect not in DIALECT_TABLE:
        raise InputError(f"unknown SQL dialect {dialect!r}, known are: {', '.join(DIALECTS)}")
    rules = {s.id: predicate(plan, s, lambda column: _identifier(column, dialect)) for s in plan.segments}
    names = {s.id: s.name or s.rule for s in plan.segments}
    cases = "\n".join(f"    WHEN {rule} THEN {_text(i, dialect)}" for i, rule in rules.items())
    called = "\n".join(f"    WHEN {_text(i, dialect)} THEN {_text(name, dialect)}" for i, name in names.items())
    return f"""{_header(plan, dialect, rules)}
WITH features AS (
{_features(plan, dialect)}
), universe AS (
  SELECT * FROM features
  WHERE {_universe(plan, dialect)}
), segmented AS (
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
    """Write a plan in all dialects, one after another; the text of segments.sql."""
    rule = "-- " + "=" * 90
    note = "-- One block a dialect: run the one you need, not the whole file (cartjury export-sql prints one)."
    blocks = (f"{rule}\n-- {name}\n{rule}\n{export_sql(plan, name)}" for name in DIALECTS)
    return "\n".join([note, *blocks])


def _header(plan: SegmentPlan, dialect: str, rules: Mapping[str, str]) -> str:
    row = DIALECT_TABLE[dialect]
    lines = [
        f"Segments of the plan {plan.plan_hash}, for {dialect}.",
        f"Replace the table {TABLE} by your own, one row a user, and give {row.as_of}, the newest day that counts:",
        f"{row.how}.",
        *(["Columns are read unquoted where possible; quote them where the table has lower-case names."] * row.folds),
        "Each predicate stands alone; together they claim every user exactly once, missing values included.",
    ]
    for segment in plan.segments:
        named = f"{segment.id} {segment.name}".rstrip()
        lines += ["", f"{named}: {segment.rule}", f"  {rules[segment.id]}"]
    return _comment(lines)


def _features(plan: SegmentPlan, dialect: str) -> str:
    """The first step: every column that a rule or the filter reads, as a double, and derived days."""
    row = DIALECT_TABLE[dialect]
    compared = (c.column for c in plan.filter if not isinstance(c.value, str))
    as_of = f"CAST({row.as_of} AS DATE)"
    selected = [f"{_source('user_id', dialect)} AS user_id"]
    for column in dict.fromkeys((*columns_of(plan), *compared, "days_since_abandonment")):
        if column in DERIVED:
            value = row.days.format(date=f"CAST({_source(DERIVED[column], dialect)} AS DATE)", as_of=as_of)
        else:
            value = row.number.format(column=_source(column, dialect))
        selected.append(f"{value} AS {_identifier(column, dialect)}")
    # Texts and dates are compared as the table holds them, so before anything becomes a number.
    texts = [_condition(c, _source(c.column, dialect), dialect) for c in plan.filter if isinstance(c.value, str)]
    where = f"\n  WHERE {' AND '.join(texts)}" if texts else ""
    return "  SELECT\n    " + ",\n    ".join(selected) + f"\n  FROM {TABLE} AS source{where}"


def _universe(plan: SegmentPlan, dialect: str) -> str:
    numbers = (c for c in plan.filter if not isinstance(c.value, str))
    window = f"{_identifier('days_since_abandonment', dialect)} BETWEEN 0 AND {plan.window_days}"
    return " AND ".join((window, *(_condition(c, _identifier(c.column, dialect), dialect) for c in numbers)))


def _condition(comparison: Comparison, column: str, dialect: str) -> str:
    value = comparison.value
    written = _text(value, dialect) if isinstance(value, str) else repr(float(value))
    return f"{column} {'<>' if comparison.op == '!=' else comparison.op} {written}"


def _source(column: str, dialect: str) -> str:
    """A column of the user's own table; qualified, because the query gives the same names to its results."""
    plain = column.isascii() and column.isidentifier()
    unquoted = DIALECT_TABLE[dialect].folds and plain
    return f"source.{column if unquoted else _identifier(column, dialect)}"


def _identifier(column: str, dialect: str) -> str:
    return exp.to_identifier(column, quoted=True).sql(dialect=dialect)


def _text(value: str, dialect: str) -> str:
    return exp.Literal.string(value).sql(dialect=dialect)


def _comment(lines: Iterable[str]) -> str:
    """Line comments that nothing in them can end: no line break, and no mark of a block comment."""
    printable = ("".join(c if c.isprintable() else " " for c in line) for line in lines)
    safe = (line.replace("*/", "* /").replace("/*", "/ *") for line in printable)
    return "\n".join(f"-- {line}".rstrip() for line in safe)
