"""Who goes where, against the same worked out row by row in Python from the bounds of the boxes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.data.records import Comparison, SegmentPlan
from cartjury.data.run_records import Dataset, Universe
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.duck_engine import DuckEngine
from cartjury.tools.engine.engines import open_engine
from cartjury.tools.migration import moves
from tests import spark
from tests.carts import AS_OF, random_carts
from tests.tools.plan_examples import halves, owners, plan_of, plans, twelve

ENGINES = ["duckdb", pytest.param("spark", marks=spark.needs_spark)]
ROWS = 500
FEATURES = ("d0", "d1", "x", "y")
CONDITIONS = [
    (),
    (Comparison(column="x", op=">=", value=1.0),),
    (Comparison(column="y", op="!=", value=4.0), Comparison(column="days_since_abandonment", op="<", value=5.0)),
]
OPERATORS: dict[str, Any] = {">=": lambda a, b: a >= b, "<": lambda a, b: a < b, "!=": lambda a, b: a != b}


@dataclass(frozen=True)
class Table:
    """Rows in a file, and the same in Python."""

    path: Path
    rows: Sequence[Mapping[str, Any]] = field(repr=False)  # hypothesis shows what a test is given


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    """Rows at, below and above all cut points that random plans have, with missing values, over twelve days."""
    dice, path = np.random.default_rng(5), tmp_path_factory.mktemp("rows") / "rows.parquet"
    values = [None, -1.5, -1.6, 0.1, 1.0, 2.0, 4.0, 3.9, 5.0, 4.9, 7.0, 9.5, 99.0]
    ages = dice.integers(-1, 11, ROWS)
    columns: dict[str, list[Any]] = {f: [values[i] for i in dice.integers(0, len(values), ROWS)] for f in FEATURES}
    columns["cart_abandoned_date"] = [AS_OF - timedelta(days=int(a)) for a in ages]
    columns["last_order_date"] = [None] * ROWS
    typed = {c: pa.array(v, pa.float64() if c in FEATURES else pa.date32()) for c, v in columns.items()}
    pq.write_table(pa.table(typed), path)
    return Table(
        path, [{**{c: columns[c][i] for c in FEATURES}, "days_since_abandonment": int(ages[i])} for i in range(ROWS)]
    )


def carts_at(path: Path, days: int) -> Carts:
    dataset = Dataset(source="rows", generated=True, sha256="0", path=str(path), rows=ROWS)
    return Carts(DuckEngine(path.parent), dataset, Universe(as_of=AS_OF, window_days=days, size=ROWS))


def passes(row: Mapping[str, Any], plan: SegmentPlan) -> bool:
    return all(row[c.column] is not None and OPERATORS[c.op](row[c.column], c.value) for c in plan.filter)


def places(rows: Sequence[Mapping[str, Any]], plan: SegmentPlan, days: int) -> list[str | None]:
    """Where each row is by the bounds of the plan's boxes."""
    inside = [0 <= row["days_since_abandonment"] <= days and passes(row, plan) for row in rows]
    return [ids[0] if here else None for ids, here in zip(owners(plan, rows), inside, strict=True)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plans(), plans(), st.sampled_from(CONDITIONS), st.sampled_from(CONDITIONS), st.integers(0, 9), st.integers(0, 9))
def test_moves_are_those_of_every_row(
    table: Table,
    before: SegmentPlan,
    after: SegmentPlan,
    old: tuple[Comparison, ...],
    new: tuple[Comparison, ...],
    short: int,
    long: int,
) -> None:
    path, rows = table.path, table.rows
    before, after = before.with_changes(filter=old), after.with_changes(filter=new)
    found = moves(carts_at(path, short), before, carts_at(path, long), after)
    expected = Counter(zip(places(rows, before, short), places(rows, after, long), strict=True))
    del expected[None, None]
    assert {(m.source, m.target): m.users for m in found} == dict(expected)


def test_pairs_come_in_the_order_of_the_ids_and_outside_comes_last(table: Table) -> None:
    path = table.path
    splits = [["x", 1.0], ["x", 4.0]]
    plan, other = (plan_of([], [[box] for box in _boxes(column, cut)]) for column, cut in splits)
    found = moves(carts_at(path, 3), plan, carts_at(path, 5), other)
    assert [(m.source, m.target) for m in found] == [
        ("S01", "S01"), ("S02", "S01"), ("S02", "S02"), (None, "S01"), (None, "S02")
    ]  # fmt: skip


def _boxes(column: str, cut: float) -> list[Any]:
    from cartjury.data.records import Box

    return [Box(levels=(), where=(side,)) for side in halves(column, cut)]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_counts_what_pandas_counts(engine: str, tmp_path: Path) -> None:
    frame = random_carts(400, seed=2, days=9, missing=0.1)
    path, work = spark.write_parquet(tmp_path / "carts.parquet", frame), tmp_path / "work"
    work.mkdir()
    options = spark.options() if engine == "spark" else Options()
    machine = open_engine(options, work)
    dataset = machine.load(str(path), options, AS_OF, generated=False)
    some = (Comparison(column="num_cart_items", op=">=", value=2.0),)
    before, after = twelve(), twelve(conditions=some)
    old, new = (Carts(machine, dataset, Universe(as_of=AS_OF, window_days=d, size=400)) for d in (7, 3))
    days = (np.datetime64(AS_OF) - frame["cart_abandoned_date"].astype("datetime64[s]")).dt.days
    rows = frame.astype({"avg_order_value": object, "engagement_score": object, "profitability_score": object})
    records = rows.where(rows.notna(), None).assign(days_since_abandonment=days).to_dict("records")
    expected = Counter(zip(places(records, before, 7), places(records, after, 3), strict=True))
    del expected[None, None]
    assert {(m.source, m.target): m.users for m in moves(old, before, new, after)} == dict(expected)


def test_users_are_not_followed_from_one_file_into_another(table: Table) -> None:
    path = table.path
    here, plan = carts_at(path, 7), plan_of([], [_boxes("x", 1.0)])
    elsewhere = here._replace(dataset=here.dataset.model_copy(update={"sha256": "1"}))
    another_day = here._replace(universe=here.universe.model_copy(update={"as_of": date(2026, 1, 1)}))
    for other in (elsewhere, another_day):
        with pytest.raises(InputError, match="on the same carts and the same day"):
            moves(other, plan, here, plan)
