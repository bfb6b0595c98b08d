"""The exact cut points of a plan's dimensions as SQL, for tables that never leave the warehouse.

No database's own percentile function is used: they are approximate, or interpolate in another order of operations.
The statement sorts the known values of each dimension and takes the two that numpy takes (`linear`, definition 7 of
Hyndman & Fan 1996): with n values and the share q they stand at k = floor((n - 1) q) and k + 1, counted from 0, and
the cut lies between them, reckoned from the nearer end, in doubles. Every share is read from a text, since a bare
0.1 is a decimal in many databases.
"""

from collections.abc import Iterator

from cartjury.data.errors import InputError
from cartjury.data.records import Dimension, SegmentPlan
from cartjury.tools.engine.statement import comment, dialect_row, how_to_run, identifier, opening, text


def export_fit(plan: SegmentPlan, dialect: str) -> str:
    """Write a query for the exact thresholds of a plan's dimensions over the universe.

    Args:
        plan: its dimensions with quantiles, its window and its filter.
        dialect: one of `DIALECTS`.

    Returns:
        SQL text of a query with the columns dimension, column_name, quantile, threshold, users, known and
        missing_share: a row for every quantile, bit for bit as numpy computes it, and for a dimension of absolute
        cuts one row without quantile and threshold. It reads a table `cart_abandoners` and a parameter `as_of`.

    Raises:
        InputError: an unknown dialect, or a plan without dimensions.
    """
    double = dialect_row(dialect).double
    if not plan.dimensions:
        raise InputError("this plan has no dimensions, so there are no thresholds to fit: take --part assign")
    counted, asked, known = (
        "\n  UNION ALL\n".join(f"  {select}" for select in selects)
        for selects in (
            [_counted(d, dialect) for d in plan.dimensions],
            [select for d in plan.dimensions for select in _asked(d, dialect)],
            [_known(d, dialect) for d in plan.dimensions],
        )
    )
    return f"""{_header(plan, dialect)}
{opening(plan, dialect, (d.column for d in plan.dimensions))}, counted AS (
{counted}
), asked AS (
{asked}
), known_values AS (
{known}
), {_brackets(double)}
SELECT dimension, column_name, quantile,
  CASE WHEN weight >= {_number(0.5, dialect)} THEN high - (high - low) * ({_number(1.0, dialect)} - weight)
    ELSE low + (high - low) * weight END AS threshold,
  users, known,
  {_number(1.0, dialect)} - CAST(known AS {double}) / CAST(NULLIF(users, 0) AS {double}) AS missing_share
FROM brackets
ORDER BY dimension, quantile;
"""


def _brackets(double: str) -> str:
    """The steps from the known values to the two of them between which each threshold lies."""
    return f"""sorted_values AS (
  SELECT dimension, known_value, ROW_NUMBER() OVER (PARTITION BY dimension ORDER BY known_value) - 1 AS place
  FROM known_values
), positions AS (
  SELECT asked.dimension, asked.quantile, counted.column_name, counted.users, counted.known,
    CAST(counted.known - 1 AS {double}) * asked.quantile AS virtual_index
  FROM asked JOIN counted ON asked.dimension = counted.dimension
), ends AS (
  SELECT dimension, quantile, column_name, users, known,
    virtual_index - CAST(FLOOR(virtual_index) AS {double}) AS weight,
    CAST(FLOOR(virtual_index) AS BIGINT) AS low_place,
    LEAST(CAST(FLOOR(virtual_index) AS BIGINT) + 1, known - 1) AS high_place
  FROM positions
), brackets AS (
  SELECT ends.dimension, ends.quantile, ends.column_name, ends.users, ends.known, ends.weight,
    MIN(CASE WHEN sorted_values.place = ends.low_place THEN sorted_values.known_value END) AS low,
    MIN(CASE WHEN sorted_values.place = ends.high_place THEN sorted_values.known_value END) AS high
  FROM ends LEFT JOIN sorted_values ON sorted_values.dimension = ends.dimension
    AND sorted_values.place BETWEEN ends.low_place AND ends.high_place
  GROUP BY ends.dimension, ends.quantile, ends.column_name, ends.users, ends.known, ends.weight
)"""


def _header(plan: SegmentPlan, dialect: str) -> str:
    fixed = [d.name for d in plan.dimensions if not d.quantiles]
    absolute = [f"Not cut at quantiles, so only their missing values are counted: {', '.join(fixed)}."] if fixed else []
    return comment(
        [
            f"Exact cut points for the dimensions of the plan {plan.plan_hash}, for {dialect}.",
            *how_to_run(dialect),
            "threshold: the linear quantile of numpy, bit for bit, over the users in the window and the filter.",
            "cartjury rounds it afterwards, unless told --exact-cuts, so that people can say it: plans differ from it.",
            "missing_share: from 0.05 on, cartjury crosses Unknown with the levels of the other dimensions.",
            *absolute,
        ]
    )


def _counted(dimension: Dimension, dialect: str) -> str:
    return (
        f"SELECT {text(dimension.name, dialect)} AS dimension, {text(dimension.column, dialect)} AS column_name, "
        f"COUNT(*) AS users, COUNT({identifier(dimension.column, dialect)}) AS known FROM universe"
    )


def _asked(dimension: Dimension, dialect: str) -> Iterator[str]:
    double = dialect_row(dialect).double
    shares = [_number(q, dialect) for q in dimension.quantiles] or [f"CAST(NULL AS {double})"]
    yield from (f"SELECT {text(dimension.name, dialect)} AS dimension, {share} AS quantile" for share in shares)


def _known(dimension: Dimension, dialect: str) -> str:
    row, column = dialect_row(dialect), identifier(dimension.column, dialect)
    return (
        f"SELECT {text(dimension.name, dialect)} AS dimension, CAST({column} AS {row.double}) AS known_value "
        f"FROM universe WHERE {column} IS NOT NULL"
    )


def _number(value: float, dialect: str) -> str:
    """A double whatever a bare number would be: its shortest text, cast."""
    return f"CAST({text(repr(float(value)), dialect)} AS {dialect_row(dialect).double})"
