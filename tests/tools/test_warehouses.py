"""The exported statements, run: thresholds to the last bit of numpy's, every user in the oracle's segment."""

import pickle
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
import sqlglot
from sqlglot import exp

from cartjury.data.errors import InputError
from cartjury.data.records import Box
from cartjury.tools.engine.dialect_table import COMPILED, DIALECT_TABLE, RUN
from cartjury.tools.engine.dialects import DIALECTS
from cartjury.tools.engine.fit_statement import export_fit
from tests import spark
from tests.postgres import Postgres, programs, server
from tests.tools.plan_examples import PROFIT, plan_of, twelve
from tests.warehouse_cases import ESSENTIAL, HOSTILE, QUOTED, WarehouseCase, warehouse_cases

CASES = {case.name: case for case in warehouse_cases()}
OWN_FUNCTIONS = ("percentile", "quantile_cont", "quantile_disc", "quantile(", "median", "approx")


@pytest.fixture(params=CASES.values(), ids=lambda case: case.name.replace(" ", "_"))
def case(request: pytest.FixtureRequest) -> WarehouseCase:
    found: WarehouseCase = request.param
    return found


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    found = programs()
    if found is None:
        pytest.skip("no Postgres server is installed (Debian: apt-get install postgresql)")
    with server(found) as database:
        yield database


def test_duckdb_gives_the_thresholds_of_numpy_and_the_segments_of_the_oracle(case: WarehouseCase) -> None:
    with duckdb.connect() as engine:
        engine.register("cart_abandoners", case.table)
        given = {"as_of": case.as_of.isoformat()}
        assert case.wrong_thresholds(engine.execute(case.fit("duckdb"), given).fetchall()) == []
        assert case.wrong_segments(engine.execute(case.assign("duckdb"), given).fetchall()) == []


def test_postgres_gives_the_thresholds_of_numpy_and_the_segments_of_the_oracle(
    case: WarehouseCase, postgres: Postgres
) -> None:
    postgres.load(case.table)
    given = f"\\set as_of '''{case.as_of}'''\n"  # as the header of the statement says
    assert case.wrong_thresholds(postgres.ask(given + case.fit("postgres"))) == []
    assert case.wrong_segments(postgres.ask(given + case.assign("postgres"))) == []


@spark.needs_spark
@pytest.mark.parametrize("name", ESSENTIAL, ids=lambda name: name.replace(" ", "_"))
def test_spark_gives_the_thresholds_of_numpy_and_the_segments_of_the_oracle(name: str, tmp_path: Path) -> None:
    case, session = CASES[name], spark.start()
    pq.write_table(case.table, tmp_path / "carts.parquet")
    session.read.parquet(f"file://{tmp_path}/carts.parquet").createOrReplaceTempView("cart_abandoners")
    given = {"as_of": case.as_of.isoformat()}
    try:
        assert case.wrong_thresholds(session.sql(case.fit("spark"), args=given).collect()) == []
        assert case.wrong_segments(session.sql(case.assign("spark"), args=given).collect()) == []
    finally:
        session.catalog.dropTempView("cart_abandoners")


def test_the_cases_hold_what_databases_treat_differently() -> None:
    assert {*ESSENTIAL, "ties", "all equal", "nobody's value is known", "two rows"} < set(CASES)
    held = CASES["missing"].table["avg_order_value"].to_pylist()
    assert {None, "nan"} < {None if v is None else str(v) for v in held}
    assert 0 < len(CASES["filter"].segments) < 100
    assert all(len(set(CASES[name].segments.values())) > 2 for name in ("doubles 0", "ties", "missing"))


def test_a_wrong_answer_is_seen() -> None:
    case = CASES["doubles 0"]
    with duckdb.connect() as engine:
        engine.register("cart_abandoners", case.table)
        rows = engine.execute(case.fit("duckdb"), {"as_of": case.as_of}).fetchall()
        users = engine.execute(case.assign("duckdb"), {"as_of": case.as_of}).fetchall()
    nearly = [(*row[:3], row[3] and row[3] * (1 + 2**-52), *row[4:]) for row in rows]
    assert len(case.wrong_thresholds(nearly)) == len(case.thresholds)
    assert len(case.wrong_thresholds(rows[1:])) == 1
    assert case.wrong_segments([*users, users[0]]) == ["doubles 0: users are listed twice"]
    assert len(case.wrong_segments(users[1:])) == 1


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_s_statements_parse(dialect: str) -> None:
    several = [CASES[name] for name in ("one row", "two rows", "filter")]
    for written in (part(dialect) for case in several for part in (case.fit, case.assign)):
        (tree,) = [t for t in sqlglot.parse(written, read=dialect) if t is not None]
        assert isinstance(tree, exp.Select)
        assert not list(tree.find_all(exp.Command))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_dialect_s_own_percentiles_and_no_decimal_are_in_a_fit(dialect: str) -> None:
    written = CASES["doubles 0"].fit(dialect)
    code = "\n".join(line for line in written.splitlines() if not line.startswith("--"))
    assert not any(name in code.lower() for name in OWN_FUNCTIONS)
    tree = sqlglot.parse_one(code, read=dialect)
    numbers = {literal.name for literal in tree.find_all(exp.Literal) if not literal.is_string}
    assert numbers == {"0", "1", "7"}  # of the window, and counts; whole numbers everywhere


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("part", ["fit", "assign"])
def test_each_statement_says_truly_whether_it_was_run(dialect: str, part: str) -> None:
    case = CASES["one row"]
    written = case.fit(dialect) if part == "fit" else case.assign(dialect)
    ran = DIALECT_TABLE[dialect].checked == RUN
    assert (f"-- Checked: {RUN}." in written, f"-- Checked: {COMPILED}." in written) == (ran, not ran)
    # Whoever claims that a dialect is run must have a test of that name.
    assert not ran or any(name.startswith(f"test_{dialect}_gives") for name in globals())


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_hostile_column_stays_a_column(dialect: str) -> None:
    tree = sqlglot.parse_one(CASES["one row"].fit(dialect), read=dialect)
    assert QUOTED in {column.name for column in tree.find_all(exp.Column)}


def test_a_dimension_of_absolute_cuts_is_counted_and_not_fitted() -> None:
    plan = plan_of([PROFIT], [[Box(levels=(name,)) for name in PROFIT.level_names]])
    written = export_fit(plan, "duckdb")
    assert "Not cut at quantiles, so only their missing values are counted: Profit." in written
    with duckdb.connect() as engine:
        engine.execute(
            "CREATE TABLE cart_abandoners AS SELECT i AS user_id, DATE '2026-03-10' AS cart_abandoned_date, "
            "CASE WHEN i > 3 THEN 0.5 END AS profitability_score FROM range(4, 8) rows(i) UNION ALL "
            "SELECT 99, DATE '2026-03-10', NULL"
        )
        rows = engine.execute(written, {"as_of": "2026-03-10"}).fetchall()
    assert rows == [("Profit", "profitability_score", None, None, 5, 4, 1 - 4 / 5)]


def test_a_plan_without_dimensions_has_nothing_to_fit() -> None:
    with pytest.raises(InputError, match="no dimensions, so there are no thresholds to fit: take --part assign"):
        export_fit(plan_of([], [[Box(levels=())]]), "duckdb")


def test_an_unknown_dialect_is_named() -> None:
    with pytest.raises(InputError, match=r"'oracle', known are: duckdb, postgres, spark, .* databricks"):
        export_fit(twelve(), "oracle")


def test_the_cases_are_the_same_every_time() -> None:
    again = warehouse_cases()
    assert pickle.dumps([(c.thresholds, c.segments) for c in again]) == pickle.dumps(
        [(c.thresholds, c.segments) for c in CASES.values()]
    )
    assert all(c.plan.segments[0].name == HOSTILE for c in again)
