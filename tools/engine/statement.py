"""What every exported statement begins with: the features of a plan's users, in a database's own words.

The columns that rules, dimensions and the filter read come first as doubles, NaN as NULL, with the days counted from
the parameter; then whoever is outside the window or the filter is left out.
"""

from collections.abc import Iterable

from sqlglot import exp

from cartjury.data.contract import DERIVED
from cartjury.data.errors import InputError
from cartjury.data.records import Comparison, SegmentPlan
from cartjury.tools.engine.dialect_table import DIALECT_TABLE, Dialect

TABLE = "cart_abandoners"
DIALECTS: tuple[str, ...] = tuple(DIALECT_TABLE)


def dialect_row(dialect: str) -> Dialect:
    """Return how a dialect is written.

    Raises:
        InputError: an unknown dialect.
    """
    if dialect not in DIALECT_TABLE:
        raise InputError(f"unknown SQL dialect {dialect!r}, known are: {', '.join(DIALECTS)}")
    return DIALECT_TABLE[dialect]


def opening(plan: SegmentPlan, dialect: str, columns: Iterable[str]) -> str:
    """Write the steps `features` and `universe`, the beginning of a WITH.

    Args:
        plan: its window and filter say who is in the universe.
        dialect: one of `DIALECTS`.
        columns: features that the steps after it read, `days_since_abandonment` and the like among them.
    """
    return f"""WITH features AS (
{_features(plan, dialect, columns)}
), universe AS (
  SELECT * FROM features
  WHERE {_universe(plan, dialect)}
)"""


def how_to_run(dialect: str) -> tuple[str, ...]:
    """Say what to put in before a statement is run, and whether that has ever been done here."""
    row = dialect_row(dialect)
    return (
        f"Replace the table {TABLE} by your own, one row a user, and give {row.as_of}, the newest day that counts:",
        f"{row.how}.",
        *(["Columns are read unquoted where possible; quote them where the table has lower-case names."] * row.folds),
        f"Checked: {row.checked}.",
    )


def identifier(column: str, dialect: str) -> str:
    """Quote a column the dialect's way."""
    return exp.to_identifier(column, quoted=True).sql(dialect=dialect)


def text(value: str, dialect: str) -> str:
    """Write a text as a literal of the dialect."""
    return exp.Literal.string(value).sql(dialect=dialect)


def comment(lines: Iterable[str]) -> str:
    """Write line comments that nothing in them can end: no line break, and no mark of a block comment."""
    printable = ("".join(c if c.isprintable() else " " for c in line) for line in lines)
    safe = (line.replace("*/", "* /").replace("/*", "/ *") for line in printable)
    return "\n".join(f"-- {line}".rstrip() for line in safe)


def _features(plan: SegmentPlan, dialect: str, columns: Iterable[str]) -> str:
    """The first step: every column that a rule or the filter reads, as a double, and derived days."""
    row = DIALECT_TABLE[dialect]
    compared = (c.column for c in plan.filter if not isinstance(c.value, str))
    as_of = f"CAST({row.as_of} AS DATE)"
    selected = [f"{_source('user_id', dialect)} AS user_id"]
    for column in dict.fromkeys((*columns, *compared, "days_since_abandonment")):
        if column in DERIVED:
            value = row.days.format(date=f"CAST({_source(DERIVED[column], dialect)} AS DATE)", as_of=as_of)
        else:
            value = row.number.format(column=_source(column, dialect))
        selected.append(f"{value} AS {identifier(column, dialect)}")
    # Texts and dates are compared as the table holds them, so before anything becomes a number.
    texts = [_condition(c, _source(c.column, dialect), dialect) for c in plan.filter if isinstance(c.value, str)]
    where = f"\n  WHERE {' AND '.join(texts)}" if texts else ""
    return "  SELECT\n    " + ",\n    ".join(selected) + f"\n  FROM {TABLE} AS source{where}"


def _universe(plan: SegmentPlan, dialect: str) -> str:
    numbers = (c for c in plan.filter if not isinstance(c.value, str))
    window = f"{identifier('days_since_abandonment', dialect)} BETWEEN 0 AND {plan.window_days}"
    return " AND ".join((window, *(_condition(c, identifier(c.column, dialect), dialect) for c in numbers)))


def _condition(comparison: Comparison, column: str, dialect: str) -> str:
    value = comparison.value
    written = text(value, dialect) if isinstance(value, str) else repr(float(value))
    return f"{column} {'<>' if comparison.op == '!=' else comparison.op} {written}"


def _source(column: str, dialect: str) -> str:
    """A column of the user's own table; qualified, because the query gives the same names to its results."""
    plain = column.isascii() and column.isidentifier()
    unquoted = DIALECT_TABLE[dialect].folds and plain
    return f"source.{column if unquoted else identifier(column, dialect)}"
