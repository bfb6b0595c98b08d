"""What the databases write differently, one row each."""

from collections.abc import Mapping
from typing import Final, NamedTuple

RUN: Final = "run on this database by cartjury's own tests, which compare every user and every threshold"
COMPILED: Final = (
    "only compiled, its grammar read by sqlglot; it has not been run on this database: try it on known users"
)


class Dialect(NamedTuple):
    """How one database writes what the databases do not agree on.

    Attributes:
        number: a source column as a double; NaN becomes NULL.
        double: its type of IEEE 754 doubles.
        days: whole calendar days from `{date}` to `{as_of}`.
        as_of: the parameter that holds the date of the cut-off.
        how: how to give that parameter.
        checked: `RUN` where a test runs the statements on the database itself, else `COMPILED`.
        published: whether segments.sql has a block for it.
        folds: whether unquoted names become upper case, so that a quoted name misses the usual table.
    """

    number: str
    double: str
    days: str
    as_of: str
    how: str
    checked: str = COMPILED
    published: bool = True
    folds: bool = False


SPARK_NUMBER: Final = "CASE WHEN isnan(CAST({column} AS DOUBLE)) THEN NULL ELSE CAST({column} AS DOUBLE) END"

DIALECT_TABLE: Final[Mapping[str, Dialect]] = {
    "duckdb": Dialect(
        number="CASE WHEN isnan(CAST({column} AS DOUBLE)) THEN NULL ELSE CAST({column} AS DOUBLE) END",
        double="DOUBLE",
        days="date_diff('day', {date}, {as_of})",
        as_of="$as_of",
        how="a named parameter: execute(sql, {'as_of': '2026-01-31'})",
        checked=RUN,
    ),
    "postgres": Dialect(
        number="NULLIF(CAST({column} AS DOUBLE PRECISION), CAST('NaN' AS DOUBLE PRECISION))",
        double="DOUBLE PRECISION",
        days="({as_of} - {date})",
        as_of=":as_of",
        how=r"in psql: \set as_of '''2026-01-31'''",
        checked=RUN,
    ),
    "spark": Dialect(
        number=SPARK_NUMBER,
        double="DOUBLE",
        days="datediff({as_of}, {date})",
        as_of=":as_of",
        how="a named parameter: spark.sql(sql, args={'as_of': '2026-01-31'})",
        checked=RUN,
    ),
    "bigquery": Dialect(
        number="CASE WHEN IS_NAN(CAST({column} AS FLOAT64)) THEN NULL ELSE CAST({column} AS FLOAT64) END",
        double="FLOAT64",
        days="DATE_DIFF({as_of}, {date}, DAY)",
        as_of="@as_of",
        how="a query parameter: bq query --parameter=as_of:DATE:2026-01-31",
    ),
    "snowflake": Dialect(
        number="NULLIF(CAST({column} AS FLOAT), CAST('NaN' AS FLOAT))",
        double="FLOAT",
        days="DATEDIFF('day', {date}, {as_of})",
        as_of="$as_of",
        how="a session variable: SET as_of = '2026-01-31'",
        folds=True,
    ),
    "databricks": Dialect(
        number=SPARK_NUMBER,
        double="DOUBLE",
        days="datediff({as_of}, {date})",
        as_of=":as_of",
        how="a named parameter marker: spark.sql(sql, args={'as_of': '2026-01-31'}), or the field in the SQL editor",
        published=False,
    ),
}
