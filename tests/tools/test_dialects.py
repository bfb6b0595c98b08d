"""The exported SQL gives each user the segment of the plan's boxes, in every dialect's own words."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlglot
from hypothesis import given, settings
from sqlglot import exp

from cartjury.data.errors import InputError
from cartjury.data.records import UNKNOWN, Box, Comparison, SegmentPlan
from cartjury.tools.engine.dialects import DIALECTS, export_all, export_sql
from cartjury.tools.engine.predicates import predicate
from tests.tools.plan_examples import PROFIT, Row, critical_rows, halves, owners, plan_of, plans, twelve

AS_OF = date(2026, 3, 10)
NAN = float("nan")
HOSTILE = 'O\'Brien\\ "x" `y`; */ DROP TABLE t; --\nSELECT 1;\r\u2028/* '


def abandoners(rows: list[Row], **columns: list[Any]) -> pa.Table:
    """A table of users u0, u1, ... who abandoned on the day itself, unless told otherwise."""
    size = len(rows)
    features = [c for c in (rows[0] if rows else ()) if c != "days_since_abandonment"]
    days = [int(row.get("days_since_abandonment") or 0) for row in rows]
    table: dict[str, Any] = {
        "user_id": [f"u{i}" for i in range(size)],
        "cart_abandoned_date": [AS_OF - timedelta(days=d) for d in days],
        **{c: pa.array([row[c] for row in rows], pa.float64(), from_pandas=False) for c in features},
    }
    return pa.table({**table, **columns})


def run(plan: SegmentPlan, table: pa.Table) -> dict[str, tuple[str, str]]:
    with duckdb.connect() as engine:
        engine.register("cart_abandoners", table)
        found = engine.execute(export_sql(plan, "duckdb"), {"as_of": AS_OF.isoformat()}).fetchall()
    return {user: (segment_id, name) for user, segment_id, name in found}


def ids(plan: SegmentPlan, table: pa.Table) -> dict[str, str]:
    return {user: segment_id for user, (segment_id, _) in run(plan, table).items()}


def expected(plan: SegmentPlan, rows: list[Row]) -> dict[str, str]:
    return {f"u{i}": owner for i, (owner,) in enumerate(owners(plan, rows))}


def statement(plan: SegmentPlan, dialect: str) -> exp.Expression:
    (tree,) = [t for t in sqlglot.parse(export_sql(plan, dialect), read=dialect) if t is not None]
    assert isinstance(tree, exp.Select)
    return tree


def split_by_days() -> SegmentPlan:
    sides = [[Box(levels=("High",), where=(side,))] for side in halves("days_since_abandonment", 3.0)]
    return plan_of([PROFIT], [*sides, [Box(levels=("Low",))], [Box(levels=(UNKNOWN,))]])


@settings(max_examples=20, deadline=None)
@given(plans())
def test_the_export_gives_the_segments_of_the_boxes(plan: SegmentPlan) -> None:
    rows = critical_rows(plan)
    assert ids(plan, abandoners(rows)) == expected(plan, rows)


def test_nan_is_a_missing_value() -> None:
    rows = critical_rows(twelve())
    with_nan = [{c: NAN if v is None else v for c, v in row.items()} for row in rows]
    assert ids(twelve(), abandoners(with_nan)) == expected(twelve(), rows)


def test_nan_in_a_parquet_file_is_a_missing_value(tmp_path: Path) -> None:
    # DuckDB 2.0 takes wrong short cuts from the statistics of such files when a WHERE asks for NaN.
    plan = twelve(conditions=(Comparison(column="avg_order_value", op="<=", value=1e6),))
    rows = [row for row in critical_rows(plan) if row["avg_order_value"] is not None]
    nan = dict.fromkeys(rows[0], NAN)
    pq.write_table(abandoners([*rows, nan]), tmp_path / "users.parquet")
    query = export_sql(plan, "duckdb").replace("FROM cart_abandoners", f"FROM '{tmp_path / 'users.parquet'}'")
    found = duckdb.execute(query, {"as_of": AS_OF}).fetchall()
    assert {user: segment_id for user, segment_id, _ in found} == expected(plan, rows)


def test_the_window_counts_calendar_days_up_to_as_of() -> None:
    days = [-1, 0, 7, 8]
    moments = [pa.scalar(f"{AS_OF - timedelta(days=d)} 23:59:00").as_py() for d in days]
    plan = plan_of([], [[Box(levels=())]])
    assert sorted(run(plan, abandoners([{}] * 4, cart_abandoned_date=moments))) == ["u1", "u2"]


def test_days_since_abandonment_are_counted_from_the_parameter() -> None:
    plan = split_by_days()
    rows: list[Row] = [
        {"profitability_score": p, "days_since_abandonment": d} for p in (0.9, 0.1, None) for d in (0.0, 2.0, 3.0, 7.0)
    ]
    assert ids(plan, abandoners(rows)) == expected(plan, rows)


def test_days_since_the_last_order_may_be_missing() -> None:
    sides = [[Box(levels=(), where=(side,))] for side in halves("days_since_last_order", 30.0)]
    orders = pa.array([AS_OF - timedelta(days=30), AS_OF - timedelta(days=29), None], pa.date32())
    table = abandoners([{}] * 3, last_order_date=orders)
    assert ids(plan_of([], sides), table) == {"u0": "S02", "u1": "S01", "u2": "S01"}


def test_missing_values_never_pass_the_filter() -> None:
    conditions = (
        Comparison(column="sessions_last_30d", op="!=", value=4.0),
        Comparison(column="country", op="!=", value="it's"),
    )
    plan = plan_of([], [[Box(levels=())]]).with_changes(filter=conditions)
    rows: list[Row] = [{"sessions_last_30d": v} for v in (3.0, 4.0, NAN, None, 3.0, 3.0)]
    table = abandoners(rows, country=["DE", "DE", "DE", "DE", "it's", None])
    assert sorted(run(plan, table)) == ["u0"]


def test_integer_and_decimal_columns_are_compared_as_doubles() -> None:
    plan = split_by_days()
    table = abandoners([{}] * 2, profitability_score=pa.array([0, 1], pa.int64()))
    assert ids(plan, table) == {"u0": "S03", "u1": "S01"}


def test_a_segment_without_a_name_is_called_by_its_rule() -> None:
    plan = plan_of([], [[Box(levels=())]])
    assert run(plan, abandoners([{}])) == {"u0": ("S01", "ALL")}


def test_a_hostile_name_arrives_as_it_is() -> None:
    plan = twelve(names={"S13": HOSTILE})
    nobody: Row = dict.fromkeys(critical_rows(plan)[0])
    assert run(plan, abandoners([nobody])) == {"u0": ("S13", HOSTILE)}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_hostile_name_breaks_out_of_neither_comment_nor_text(dialect: str) -> None:
    plan = twelve(names={"S13": HOSTILE})
    header = export_sql(plan, dialect).split("\nWITH ", maxsplit=1)[0]
    assert all(re.match(r"--( |$)", line) for line in header.splitlines())
    assert "*/" not in header
    texts = {literal.name for literal in statement(plan, dialect).find_all(exp.Literal) if literal.is_string}
    assert HOSTILE in texts


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_has_the_certified_predicates(dialect: str) -> None:
    plan = split_by_days()
    tree = next(
        case for case in statement(plan, dialect).find_all(exp.Case) if case.this is None and len(case.args["ifs"]) == 4
    )
    found = {branch.args["true"].name: branch.this.sql("duckdb") for branch in tree.args["ifs"]}
    read = {s.id: sqlglot.parse_one(predicate(plan, s), read="duckdb").sql("duckdb") for s in plan.segments}
    assert found == read


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_quotes_columns_in_its_own_way(dialect: str) -> None:
    mark = "`" if dialect in ("spark", "bigquery", "databricks") else '"'
    assert f"WHEN {mark}profitability_score{mark} < 0.7 THEN 'S03'" in export_sql(split_by_days(), dialect)


@pytest.mark.parametrize(
    ("dialect", "how"),
    [
        ("duckdb", r'CASE WHEN isnan\(CAST\(source."{}" AS DOUBLE\)\) THEN NULL'),
        ("postgres", r"NULLIF\(CAST\(source.\"{}\" AS DOUBLE PRECISION\), CAST\('NaN' AS DOUBLE PRECISION\)\)"),
        ("spark", r"CASE WHEN isnan\(CAST\(source.`{}` AS DOUBLE\)\) THEN NULL"),
        ("bigquery", r"CASE WHEN IS_NAN\(CAST\(source.`{}` AS FLOAT64\)\) THEN NULL"),
        ("snowflake", r"NULLIF\(CAST\(source.{} AS FLOAT\), CAST\('NaN' AS FLOAT\)\)"),
        ("databricks", r"CASE WHEN isnan\(CAST\(source.`{}` AS DOUBLE\)\) THEN NULL"),
    ],
)
def test_every_dialect_turns_nan_into_null_for_every_number(dialect: str, how: str) -> None:
    written = export_sql(twelve(), dialect)
    for dimension in twelve().dimensions:
        assert re.search(how.format(dimension.column), written)


@pytest.mark.parametrize(
    ("dialect", "as_of"),
    [
        ("duckdb", "$as_of"),
        ("postgres", ":as_of"),
        ("spark", ":as_of"),
        ("bigquery", "@as_of"),
        ("snowflake", "$as_of"),
        ("databricks", ":as_of"),
    ],
)
def test_every_dialect_spells_the_parameter_in_its_own_way(dialect: str, as_of: str) -> None:
    assert f"CAST({as_of} AS DATE)" in export_sql(split_by_days(), dialect)


def test_the_published_dialects_stand_in_one_text_with_the_plan_they_belong_to() -> None:
    written = export_all(twelve())
    published = ("duckdb", "postgres", "spark", "bigquery", "snowflake")
    assert all(export_sql(twelve(), dialect) in written for dialect in published)
    assert written.count(twelve().plan_hash) == len(published)


def test_an_unknown_dialect_names_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"'oracle', known are: duckdb, postgres, spark, bigquery, snowflake"):
        export_sql(twelve(), "oracle")
