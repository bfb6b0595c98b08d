"""What the databases write differently, one row each."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Dialect(NamedTuple):
    """How one database writes what the databases do not agree on.

    Attributes:
        number: a source column as a double; NaN becomes NULL.
        days: whole calendar days from `{date}` to `{as_of}`.
        as_of: the parameter that holds the date of the cut-off.
        how: how to give that parameter.
        folds: whether unquoted names become upper case, so that a quoted name misses the usual table.
    """

    number: str
    days: str
    as_of: str
    how: str
    folds: bool = False


DIALECT_TABLE: Final[Mapping[str, Dialect]] = {
    "duckdb": Dialect(
        number="CASE WHEN isnan(CAST({column} AS DOUBLE)) THEN NULL ELSE CAST({column} AS DOUBLE) END",
        days="date_diff('day', {date}, {as_of})",
        as_of="$as_of",
        how="a named parameter: execute(sql, {'as_of': '2026-01-31'})",
    ),
    "postgres": Dialect(
        number="NULLIF(CAST({column} AS DOUBLE PRECISION), CAST('NaN' AS DOUBLE PRECISION))",
        days="({as_of} - {date})",
        as_of=":as_of",
        how=r"in psql: \set as_of '''2026-01-31'''",
    ),
    "spark": Dialect(
        number="CASE WHEN isnan(CAST({column} AS DOUBLE)) THEN NULL ELSE CAST({column} AS DOUBLE) END",
        days="datediff({as_of}, {date})",
        as_of=":as_of",
        how="a named parameter: spark.sql(sql, args={'as_of': '2026-01-31'})",
    ),
    "bigquery": Dialect(
        number="CASE WHEN IS_NAN(CAST({column} AS FLOAT64)) THEN NULL ELSE CAST({column} AS FLOAT64) END",
        days="DATE_DIFF({as_of}, {date}, DAY)",
        as_of="@as_of",
        how="a query parameter: bq query --parameter=as_of:DATE:2026-01-31",
    ),
    "snowflake": Dialect(
        number="NULLIF(CAST({column} AS FLOAT), CAST('NaN' AS FLOAT))",
        days="DATEDIFF('day', {date}, {as_of})",
        as_of="$as_of",
        how="a session variable: SET as_of = '2026-01-31'",
        folds=True,
    ),
}
