"""Tables as a warehouse may hold them, a plan for each, and what the exported statements must return on them.

For a test of a database:

    for case in warehouse_cases():                # or of those alone whose name is in ESSENTIAL
        ...                                       # put case.table into a table cart_abandoners
        rows = ...                                # run case.fit("spark") with as_of = case.as_of
        assert case.wrong_thresholds(rows) == []  # rows of (dimension, column_name, quantile, threshold, ...)
        rows = ...                                # run case.assign("spark")
        assert case.wrong_segments(rows) == []    # rows of (user_id, segment_id, segment_name)
"""

import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cartjury.data.records import Box, Comparison, Dimension, SegmentPlan
from cartjury.tools.engine.dialects import export_sql
from cartjury.tools.engine.fit_statement import export_fit
from tests import oracle
from tests.tools.plan_examples import cells, halves, plan_of

AS_OF = date(2026, 3, 10)
HOSTILE = 'O\'Brien\\ "x" `y`; */ DROP TABLE t; --\nSELECT 1; :as_of $as_of @as_of /* '
QUOTED = 'net "value" of the `cart`, in %'
# Enough where a statement takes seconds, as on Spark.
ESSENTIAL = ("missing", "very large and very small", "negative zero", "one row", "nobody is in", "filter")
Floats = npt.NDArray[np.float64]


class WarehouseCase(NamedTuple):
    """A table, the plan that its statements come from, and the oracle's answers.

    Attributes:
        table: with the columns that the statements read, NULL beside NaN.
        thresholds: exact linear quantiles by dimension and share; None where nobody's value is known.
        missing: share of the universe without a value, by dimension; None where nobody is in.
        segments: segment by user, for everybody in the universe.
    """

    name: str
    plan: SegmentPlan
    table: pa.Table
    as_of: date
    thresholds: Mapping[tuple[str, float], float | None]
    missing: Mapping[str, float | None]
    segments: Mapping[str, str]

    def fit(self, dialect: str) -> str:
        """The statement that gives thresholds."""
        return export_fit(self.plan, dialect)

    def assign(self, dialect: str) -> str:
        """The statement that gives segments."""
        return export_sql(self.plan, dialect)

    def wrong_thresholds(self, rows: Iterable[Sequence[Any]]) -> list[str]:
        """What a result of `fit` has wrong: thresholds to the last bit, missing shares, rows that are there or not."""
        found = {(row[0], None if row[2] is None else float(row[2])): row for row in rows}
        fixed = [(d.name, None) for d in self.plan.dimensions if not d.quantiles]
        keys = [*self.thresholds, *fixed]
        wrong = [f"{self.name}: rows for {sorted(map(str, set(found) ^ set(keys)))}"] * (set(found) != set(keys))
        for key in found.keys() & set(keys):
            column = next(d.column for d in self.plan.dimensions if d.name == key[0])
            expected = (column, _bits(dict(self.thresholds).get(key)), _bits(self.missing[key[0]]))
            got = (found[key][1], _bits(found[key][3]), _bits(found[key][6]))
            wrong += [f"{self.name}: {key} is {got}, not {expected}"] * (got != expected)
        return wrong

    def wrong_segments(self, rows: Iterable[Sequence[Any]]) -> list[str]:
        """What a result of `assign` has wrong: users that are missing, twice there or elsewhere, and names."""
        listed = [tuple(row) for row in rows]
        names = {s.id: s.name or s.rule for s in self.plan.segments}
        expected = {(user, segment, names[segment]) for user, segment in self.segments.items()}
        twice = [f"{self.name}: users are listed twice"] * (len(listed) != len(set(listed)))
        return [*twice, *(f"{self.name}: {row} is wrong or lacking" for row in sorted(set(listed) ^ expected, key=str))]


def _bits(value: Any) -> str | None:
    """The bits of a double; the sign of a zero says nothing, and numpy's depends on the order of the rows."""
    return None if value is None else struct.pack(">d", float(value) + 0.0).hex()


def warehouse_cases() -> tuple[WarehouseCase, ...]:
    """All cases, the same ones every time."""
    dice = np.random.default_rng(7)
    n = 240
    ties = {"avg_order_value": dice.integers(0, 9, n) * 10.0, "engagement_score": dice.integers(0, 5, n) / 10}
    missing = {
        "avg_order_value": _holes(dice, dice.lognormal(4, 1, n), 0.4),
        "engagement_score": _holes(dice, dice.random(n), 0.03),
    }
    wide = {"avg_order_value": 10.0 ** dice.uniform(-9, 15, n), QUOTED: -(10.0 ** dice.uniform(-300, 300, n))}
    zeros = {"avg_order_value": np.full(n, -0.0), QUOTED: dice.choice([-0.0, 0.0, -1.5], n)}
    nobody = {"avg_order_value": np.full(n, np.nan)}
    conditions = (
        Comparison(column="country", op="!=", value="it's"),
        Comparison(column="last_order_date", op=">=", value="2026-02-01"),
        Comparison(column="num_cart_items", op=">", value=1.0),
        Comparison(column="profitability_score", op="<=", value=0.9),
    )
    return (
        *(_case(f"doubles {i}", _table(dice, dice.integers(2, 400)), dice) for i in range(6)),
        _case("ties", _table(dice, n, ties), dice),
        _case("missing", _table(dice, n, missing), dice),
        _case("very large and very small", _table(dice, n, wide), dice),
        _case("negative zero", _table(dice, n, zeros), dice),
        _case("all equal", _table(dice, n, {"avg_order_value": np.full(n, 0.1), QUOTED: np.full(n, 1 / 3)}), dice),
        _case("nobody's value is known", _table(dice, n, nobody), dice),
        _case("one row", _table(dice, 1), dice),
        _case("two rows", _table(dice, 2), dice),
        _case("nobody is in", _table(dice, 5).assign(cart_abandoned_date="2025-01-01"), dice),
        _case("filter", _table(dice, n, missing), dice, conditions),
    )


def _table(dice: np.random.Generator, n: int, columns: Mapping[str, Any] | None = None) -> pd.DataFrame:
    days = pd.Timestamp(AS_OF) - pd.to_timedelta(dice.integers(-1, 9, n), unit="D")
    days = days.where(np.arange(n) > 0, pd.Timestamp(AS_OF))  # somebody is always in
    ordered = pd.Timestamp(AS_OF) - pd.to_timedelta(dice.integers(0, 90, n), unit="D")
    frame = pd.DataFrame(
        {
            "user_id": [f"u{i}" for i in range(n)],
            "cart_abandoned_date": days.strftime("%Y-%m-%d"),
            "last_order_date": np.where(dice.random(n) < 0.3, None, ordered.strftime("%Y-%m-%d")),
            "country": dice.choice(["DE", "it's", "", None], n),
            "avg_order_value": dice.lognormal(4, 1, n),
            "engagement_score": dice.random(n),
            "profitability_score": dice.random(n),
            "num_cart_items": dice.integers(1, 6, n),
            QUOTED: dice.normal(0, 100, n),
        }
    )
    return frame.assign(**(columns or {}))


def _holes(dice: np.random.Generator, values: Floats, share: float) -> Floats:
    return np.where(dice.random(values.size) < share, np.nan, values)


def _case(
    name: str, frame: pd.DataFrame, dice: np.random.Generator, conditions: tuple[Comparison, ...] = ()
) -> WarehouseCase:
    wanted = [
        ("AOV", "avg_order_value", (0.1, 0.4, 2 / 3)),
        ("Engagement", "engagement_score", (0.6,)),
        ("Net", QUOTED, (0.0, 0.3)),
        [("Age", "days_since_abandonment", (1.0,)), ("Order", "days_since_last_order", (0.35,))][len(frame) % 2],
    ]
    users = _universe(frame, conditions)
    known = {column: oracle.known(users[column]) for _, column, _ in wanted}
    exact = {(d, q): _quantile(known[column], q) for d, column, shares in wanted for q in shares}
    dimensions = [
        Dimension(name=d, column=c, quantiles=shares, cuts=_cuts([exact[d, q] for q in shares]))
        for d, c, shares in wanted
    ]
    dimensions.append(Dimension(name="Profit", column="profitability_score", cuts=(0.5,)))
    plan = _plan(dimensions, dice).with_changes(filter=conditions)
    segments = oracle.segments(users, json.loads(plan.to_json()), AS_OF)
    columns = {d.name: d.column for d in dimensions}
    return WarehouseCase(
        name=name,
        plan=plan,
        table=_arrow(frame, dice),
        as_of=AS_OF,
        thresholds=exact,
        missing={d: 1 - oracle.known(users[c]).size / len(users) if len(users) else None for d, c in columns.items()},
        segments=dict(zip(users["user_id"], segments, strict=True)),
    )


def _universe(frame: pd.DataFrame, conditions: Sequence[Comparison]) -> pd.DataFrame:
    users = oracle.universe(frame, AS_OF, 7, [c.model_dump() for c in conditions])
    since_order = (pd.Timestamp(AS_OF) - pd.to_datetime(users["last_order_date"])).dt.days
    age = oracle.days_since_abandonment(users, AS_OF)
    return users.assign(days_since_abandonment=age, days_since_last_order=since_order)


def _quantile(known: Floats, share: float) -> float | None:
    return float(np.quantile(known, share)) if known.size else None


def _cuts(exact: Iterable[float | None]) -> tuple[float, ...]:
    return tuple(sorted({cut + 0.0 for cut in exact if cut is not None})) or (0.0,)


def _plan(dimensions: Sequence[Dimension], dice: np.random.Generator) -> SegmentPlan:
    """A segment for some random levels of two dimensions and for what one level of each other dimension moves there.

    One segment is split on a further column.
    """
    owners = dice.integers(0, 4, (5, 4))
    groups: list[list[Box]] = [[] for _ in range(4)]
    for cell in cells(dimensions):
        levels = [d.level_names.index(level) for d, level in zip(dimensions, cell, strict=True)]
        owner = owners[levels[0], levels[2]]
        moves = (owner == 0 and levels[1] == 2, owner == 1 and levels[3] == 1, levels[4] == 0)
        groups[(owner + sum(moves)) % 4].append(Box(levels=cell))
    below, above = halves("num_cart_items", 3.0)
    first, *others = [group for group in groups if group]
    parts = [[Box(levels=box.levels, where=(side,)) for box in first] for side in (below, above)]
    return plan_of(dimensions, [*parts, *others], names={"S01": HOSTILE, "S02": "Premium_Fresh"})


def _arrow(frame: pd.DataFrame, dice: np.random.Generator) -> pa.Table:
    """The frame with dates as dates; half of what is missing among the numbers is NULL, the other half NaN."""
    columns = {}
    for name in frame.columns:
        if name.endswith("_date"):
            columns[name] = pa.array([None if pd.isna(v) else date.fromisoformat(v) for v in frame[name]], pa.date32())
        elif frame[name].dtype == np.float64:
            values = frame[name].to_numpy()
            null = np.isnan(values) & (dice.random(values.size) < 0.5)
            columns[name] = pa.array(values, mask=null, from_pandas=False)
        else:
            columns[name] = pa.array([None if pd.isna(v) else v for v in frame[name]])
    return pa.table(columns)
