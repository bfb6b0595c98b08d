"""Every engine against the others and against plain numpy and pandas: the same bits, the same users, the same words."""

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.data.records import SegmentPlan
from cartjury.data.run_records import Certificate, Dataset, SegmentProfile
from cartjury.tools.bucket import fit_plan
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.engines import open_engine
from cartjury.tools.engine.protocol import Engine
from cartjury.tools.profile import cell_counts, feature_histogram, profile_segments
from cartjury.tools.proof import prove
from cartjury.tools.size import apply_size_policy, default_policy
from cartjury.tools.tables import write_users
from cartjury.tools.universe import define_universe
from tests import oracle, spark
from tests.carts import random_carts, write_arrow

ENGINES = ["duckdb", pytest.param("spark", marks=spark.needs_spark)]
ROWS = 600
DICE = np.random.default_rng(7)


def with_gaps(values: Any, missing: float) -> Any:
    return np.where(DICE.random(ROWS) < 0.3, missing, values)


# One table of many: each column is a case, so that an engine is asked once for all of them.
COLUMNS: dict[str, Any] = {
    "plain": DICE.lognormal(4, 1, ROWS),
    "heavy ties": DICE.integers(0, 3, ROWS).astype(float),
    "all equal": np.full(ROWS, 0.1),
    "one value": pa.array([None] * (ROWS - 1) + [2.5], pa.float64()),
    "no value": pa.array([None] * ROWS, pa.float64()),
    "nan": with_gaps(DICE.random(ROWS), np.nan),
    "null": pa.array(with_gaps(DICE.random(ROWS).round(2), np.nan), from_pandas=True),
    "extreme": DICE.choice([-1e12, -0.1, -5e-324, -0.0, 0.0, 5e-324, 0.1, 0.30000000000000004, 1e12], ROWS),
    "negative": -DICE.lognormal(0, 3, ROWS),
    "whole": DICE.integers(-5, 2**39, ROWS),
    "float32": DICE.random(ROWS).astype(np.float32),
    "dec`imal's": pa.array([Decimal(int(i)) / 100 for i in DICE.integers(0, 9999, ROWS)], pa.decimal128(18, 2)),
}


def chosen(engine: str, **given: Any) -> Options:
    return spark.options(**given) if engine == "spark" else Options.model_validate(given)


class Loaded(NamedTuple):
    """A source that an engine has checked."""

    engine: Engine
    dataset: Dataset
    options: Options

    @property
    def carts(self) -> Carts:
        return Carts(self.engine, self.dataset, define_universe(self.engine, self.dataset, self.options, None))


def loaded(engine: str, path: Path, as_of: date | None = None, **given: Any) -> Loaded:
    options, work = chosen(engine, **given), path.parent / f"{engine}.work"
    work.mkdir(exist_ok=True)
    machine = open_engine(options, work)
    return Loaded(machine, machine.load(str(path), options, as_of, generated=False), options)


@pytest.mark.parametrize("engine", ENGINES)
def test_order_statistics_and_counts_are_those_of_a_sorted_column(engine: str, tmp_path: Path) -> None:
    path = write_arrow(tmp_path, COLUMNS)
    # A condition on a column makes an engine read it.
    found = loaded(engine, path, filter=[{"column": c, "op": "!=", "value": -1.5} for c in COLUMNS])
    answers = found.engine.thresholds(found.engine.rows(found.dataset), list(COLUMNS), ROWS)
    for name in COLUMNS:
        values = np.sort(oracle.known(pq.read_table(path)[name].to_pandas()))
        ranks = sorted({0, len(values) // 3, len(values) * 4 // 5, len(values) - 1}) if len(values) else []
        assert answers[name].known == len(values), name
        assert answers[name].smallest(ranks) == tuple(values[ranks]), name
        cuts = [float(values[k]) for k in ranks] + [0.1, 5e11]
        assert answers[name].below(cuts) == tuple(int((values < cut).sum()) for cut in cuts), name


class Result(NamedTuple):
    """What an engine made of a table."""

    plan: SegmentPlan
    profiles: tuple[SegmentProfile, ...]
    certificate: Certificate
    users: pd.DataFrame


def result(found: Loaded, path: Path) -> Result:
    carts, options = found.carts, found.options
    first = fit_plan(carts, options, default_policy(carts.universe.size, options.min_size, options.max_size))
    counts = cell_counts(carts, first)
    plan = apply_size_policy(first, counts, lambda s, column: feature_histogram(carts, first, s, column))
    named = plan.with_changes(segments=tuple(s.model_copy(update={"name": f"{HARD} {s.id}"}) for s in plan.segments))
    write_users(path, carts, named, options.keep_columns)
    users = pq.read_table(path, partitioning=None).to_pandas().sort_values("user_id", ignore_index=True)
    return Result(named, profile_segments(carts, named), prove(carts, named), users)


HARD = (
    'It\'s ${spark.app.name} \\n C:\\u0041 \u2014 "quoted" `so`'
    """A name whose characters a session's settings may give a meaning."""
)
TABLES: dict[str, tuple[pd.DataFrame, Mapping[str, Any]]] = {
    "missing values, merges and splits": (random_carts(900, 21, missing=0.1), {"min_size": 10, "max_size": 60}),
    "a filter and own dimensions": (
        random_carts(700, 19, missing=0.05).assign(**{"shop `1`": np.where(np.arange(700) % 5, "it's", "\\other$")}),
        {
            "filter": [
                {"column": "shop `1`", "op": "=", "value": "it's"},
                {"column": "last_order_date", "op": ">", "value": "2026-09-01"},
                {"column": "sessions_last_30d", "op": "!=", "value": 4},
            ],
            "dimensions": [
                {"name": "Sessions", "column": "sessions_last_30d", "quantiles": (0.25, 0.5)},
                {"name": "Recency", "column": "days_since_last_order", "quantiles": (0.3, 0.6)},
                {"name": "AOV", "column": "avg_order_value", "cuts": (40.0, 0.1 + 70.2)},
            ],
            "keep_columns": ["shop `1`"],
            "min_size": 1,
        },
    ),
    "one row": (random_carts(1), {}),
    "all rows equal": (
        random_carts(40, days=0).assign(avg_order_value=0.1, engagement_score=0, profitability_score=1),
        {},
    ),
}


@spark.needs_spark
@pytest.mark.parametrize("name", TABLES, ids=lambda name: name.replace(" ", "_"))
def test_spark_and_duckdb_agree_bit_for_bit_and_user_by_user(name: str, tmp_path: Path) -> None:
    frame, options = TABLES[name]
    for i, part in enumerate([frame[:1], frame[1:]][: len(frame)]):
        spark.write_parquet(tmp_path / "carts" / f"{i}%20 [x].parquet", part)
    here, there = (loaded(engine, tmp_path / "carts", **options) for engine in ("duckdb", "spark"))
    assert there.dataset.sha256 == here.dataset.sha256
    duck, other = result(here, tmp_path / "duck.parquet"), result(there, tmp_path / "spark.parquet")
    assert other.plan.plan_hash == duck.plan.plan_hash
    assert other.plan == duck.plan
    assert other.profiles == duck.profiles
    assert other.certificate == duck.certificate
    assert duck.certificate.proven
    pd.testing.assert_frame_equal(other.users, duck.users)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_user_is_where_pandas_puts_it(engine: str, tmp_path: Path) -> None:
    frame = random_carts(800, 6, missing=0.2)
    found = loaded(engine, spark.write_parquet(tmp_path / "carts.parquet", frame))
    users = result(found, tmp_path / "users.parquet")
    inside = oracle.universe(frame).sort_values("user_id", ignore_index=True)
    plan = json.loads(users.plan.to_json())
    assert users.users["user_id"].tolist() == inside["user_id"].tolist()
    assert users.users["segment_id"].tolist() == oracle.segments(inside, plan, found.carts.universe.as_of).tolist()
    wanted = oracle.thresholds(inside, [("avg_order_value", (0.4, 0.8))])["avg_order_value"]
    assert users.plan.dimensions[0].cuts == oracle.round_cuts(inside["avg_order_value"], wanted)


DAY = date(2026, 11, 20)
BAD: dict[str, list[Any]] = {
    "user_id": ["u1", "u2", "u2", " u4", "", None, "u7\u00a0", "1.2E+15", "u" * 257, "u10", "u11", "u12"],
    "cart_abandoned_date": [date(2026, 11, 20)] * 7
    + [date(2026, 11, 26), None, date(1970, 1, 1)]
    + [date(2026, 11, 20)] * 2,
    "avg_order_value": [np.inf, -1.0, 2e12, np.nan, None, -0.0] + [5.0] * 6,
    "sessions_last_30d": [2.5, 5.0, 1e300, 3.0, np.nan, None, np.inf] + [5.0] * 5,
    "engagement_score": [1.5, 0.5, -np.inf] + [0.5] * 9,
}
TEXTS: dict[str, list[Any]] = {
    "user_id": [f"u{i}" for i in range(14)],
    "last_order_date": [
        *(
            "2026-10-01",
            "2026-10-01T23:59:59Z",
            "2026-10-01 00:00",
            "",
            None,
            "2026-02-30",
            "1.10.2026",
            "2026-10-01\n",
        ),
        *("2026-10-01T25:00", "2026-10-1", "2026-10-01x", "20261001", "2026-10-01 10:00:00.5+00:00", "2026-10-01"),
    ],
    "avg_order_value": [
        *("1", " 5 ", "5.", ".5", "1e3", "", None, "1,5", "1_0", "0x10", "5d", "x", "-0", "inf"),
    ],
}


def faults(engine: str, path: Path) -> list[str]:
    """What an engine says is wrong, without where."""
    with pytest.raises(InputError) as error:
        loaded(engine, path, date(2026, 11, 23))
    lines = [re.sub(r"^(row [0-9,]+|[^,]+\.parquet), ", "", line) for line in str(error.value).splitlines()[1:-1]]
    # Hints on how to read texts otherwise are DuckDB's alone; and of a long id it shows the length, not the beginning.
    long = r"('u+'... is longer than|is \d+ characters long, over)"
    named = [re.sub(long, "is over", line) for line in lines if line.startswith("column")]
    same = [re.sub(r"is (also in row 2|in 2 rows)", "repeats", line.removesuffix(" characters")) for line in named]
    # Each engine writes large numbers in its own way.
    number = r"'(-?[0-9]+([.][0-9]+)?(e[+]?[0-9]+|E[0-9]+)?|-?Infinity|-?inf|nan|NaN)'"
    return sorted(re.sub(number, lambda match: repr(float(match[1])), line) for line in same)


@spark.needs_spark
@pytest.mark.parametrize("columns", [BAD, TEXTS], ids=["typed", "texts"])
def test_spark_and_duckdb_refuse_the_same_values_for_the_same_reasons(columns: dict[str, Any], tmp_path: Path) -> None:
    path = write_arrow(tmp_path, {name: pa.array(values) for name, values in columns.items()})
    assert faults("spark", path) == faults("duckdb", path)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_infinity_is_refused(engine: str, tmp_path: Path) -> None:
    path = write_arrow(tmp_path, {"avg_order_value": pa.array([1.0, np.inf])})
    with pytest.raises(InputError, match=r"column avg_order_value: '(inf|Infinity)' is not finite"):
        loaded(engine, path)
