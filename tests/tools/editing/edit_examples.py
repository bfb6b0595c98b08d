"""A plan on small data to be edited, edits drawn at random, and who is where according to pandas."""

import functools
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from cartjury.data.edit_records import (
    AddDimension,
    AskAgain,
    DropDimension,
    Lock,
    Merge,
    PlanEdit,
    Rename,
    SetCut,
    SetFilter,
    SetLevels,
    SetPriorities,
    SetSizes,
    SetWeights,
    SetWindow,
    Split,
    Unlock,
)
from cartjury.data.records import UNKNOWN, Comparison, SegmentPlan
from cartjury.tools.edit import apply, resolve
from cartjury.tools.engine.carts import Carts
from tests.carts import random_carts, segmented, stored, write_frame


class Scene(NamedTuple):
    """A named plan and the users it segments."""

    plan: SegmentPlan
    carts: Carts

    def edited(self, *edits: PlanEdit) -> SegmentPlan:
        plan = self.plan
        for edit in edits:
            plan = apply(plan, resolve(edit, plan, self.carts))
        return plan


@functools.cache
def scene(missing: float = 0.02, users: int = 900, min_size: int = 20, max_size: int | None = None) -> Scene:
    """Three dimensions with many ties; `missing` of 5 % and more makes Unknown a level."""
    folder = Path(tempfile.mkdtemp())
    found = segmented(
        write_frame(folder, random_carts(users, 7, missing=missing)), min_size=min_size, max_size=max_size or 20_000
    )
    named = (
        s.model_copy(update={"name": f"Name_{chr(65 + i // 26)}{chr(65 + i % 26)}", "named_by": "offline"})
        for i, s in enumerate(found.plan.segments)
    )
    return Scene(found.plan.with_changes(segments=tuple(named)), found.carts)


def sizes_by_pandas(carts: Carts, plan: SegmentPlan) -> dict[str, int]:
    """Count every segment's users from the bounds of its boxes; a user in two boxes would count twice."""
    users = _universe(carts, plan)
    counts = {}
    for segment in plan.segments:
        inside = np.zeros(len(users), dtype=int)
        for box in segment.boxes:
            here = np.ones(len(users), dtype=bool)
            for dimension, level in zip(plan.dimensions, box.levels, strict=True):
                values = users[dimension.column].to_numpy(dtype=float)
                bounds = next((x.lower, x.upper) for x in dimension.levels if x.name == level)
                here &= np.isnan(values) if level == UNKNOWN else _between(values, *bounds)
            for i in box.where:
                values = users[i.column].to_numpy(dtype=float)
                here &= _between(values, i.lower, i.upper) | (np.isnan(values) & i.unknown)
            inside += here
        counts[segment.id] = int(inside.sum())
    return counts


def _between(values: Any, lower: float | None, upper: float | None) -> Any:
    return (
        ~np.isnan(values)
        & (values >= (-np.inf if lower is None else lower))
        & (values < (np.inf if upper is None else upper))
    )


def _universe(carts: Carts, plan: SegmentPlan) -> pd.DataFrame:
    rows = stored(carts.dataset)
    today = pd.Timestamp(carts.universe.as_of)
    rows["days_since_abandonment"] = (today - pd.to_datetime(rows["cart_abandoned_date"])).dt.days
    rows["days_since_last_order"] = (today - pd.to_datetime(rows["last_order_date"])).dt.days
    inside = rows["days_since_abandonment"].between(0, plan.window_days)
    for c in plan.filter:
        compare = {">=": "ge", ">": "gt", "<=": "le", "<": "lt", "=": "eq", "!=": "ne"}[c.op]
        values = pd.to_datetime(rows[c.column]) if c.column.endswith("_date") else rows[c.column]
        value = pd.Timestamp(c.value) if c.column.endswith("_date") else c.value
        inside &= getattr(values, compare)(value) & values.notna()
    return rows[inside]


IDS = st.sampled_from([f"S{i:02d}" for i in (*range(1, 14), *range(1, 14), 14, 15, 40)])
DIMENSIONS = st.sampled_from(
    ["AOV", "aov", "Engagement", "Profit", "profitability_score", "AOV", "Sessions", "nonsense"]
)
NUMBERS = ["sessions_last_30d", "num_cart_items", "days_since_last_order", "avg_order_value", "engagement_score"]
COLUMNS = st.sampled_from([*NUMBERS, *NUMBERS, "last_order_date", "nonsense"])
SHARES = st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9])
VALUES = st.sampled_from([0.0, 0.3, 0.5, 0.7, 2.0, 3.0, 5.0, 30.0, 50.0, 80.0, 130.0])


def _some(values: st.SearchStrategy[float], least: int, most: int) -> st.SearchStrategy[tuple[float, ...]]:
    return st.lists(values, min_size=least, max_size=most, unique=True).map(sorted).map(tuple)


def _levels() -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(
        st.builds(lambda n: {"levels": n}, st.integers(2, 5)),
        st.builds(lambda q: {"quantiles": q}, _some(SHARES, 1, 3)),
        st.builds(lambda c: {"cuts": c}, _some(VALUES, 1, 3)),
    )


def _groups() -> st.SearchStrategy[PlanEdit]:
    several = st.lists(IDS, min_size=2, max_size=3, unique=True).map(tuple)
    return st.one_of(
        st.builds(Merge, segments=several),
        st.builds(Split, segment=IDS, by=st.one_of(DIMENSIONS, COLUMNS)),
        st.builds(Split, segment=IDS, by=COLUMNS, quantiles=_some(SHARES, 1, 2)),
        st.builds(Split, segment=IDS, by=COLUMNS, values=_some(VALUES, 1, 2)),
    )


def _dimensions() -> st.SearchStrategy[PlanEdit]:
    at = st.sampled_from([None, 1, 2])
    return st.one_of(
        st.builds(lambda d, how: SetLevels(dimension=d, **how), DIMENSIONS, _levels()),
        st.builds(SetCut, dimension=DIMENSIONS, position=at, quantile=SHARES),
        st.builds(SetCut, dimension=DIMENSIONS, position=at, value=VALUES),
        st.builds(lambda c, how: AddDimension(column=c, **how), COLUMNS, _levels()),
        st.builds(DropDimension, dimension=DIMENSIONS),
    )


def _names() -> st.SearchStrategy[PlanEdit]:
    some = st.lists(IDS, max_size=2).map(tuple)
    return st.one_of(
        st.builds(Rename, segment=IDS, name=st.sampled_from(["Warm Hearts", "Name_AB", "Bucket", "x y", "Ünder"])),
        st.builds(Lock, segments=st.lists(IDS, min_size=1, max_size=2).map(tuple)),
        st.builds(Unlock, segments=some),
        st.builds(AskAgain, segments=some, guidance=st.sampled_from(["", "more\nplayful"])),
    )


def _others() -> st.SearchStrategy[PlanEdit]:
    condition = st.builds(
        Comparison,
        column=COLUMNS,
        op=st.sampled_from([">=", "<", "!="]),
        value=st.one_of(VALUES, st.just("2026-10-01")),
    )
    dates = st.builds(
        Comparison, column=st.just("last_order_date"), op=st.sampled_from([">=", "<"]), value=st.just("2026-10-01")
    )
    conditions = st.lists(st.one_of(condition, condition, dates), max_size=2).map(tuple)
    return st.one_of(
        st.builds(SetWindow, days=st.sampled_from([0, 3, 7, 30])),
        st.builds(SetSizes, min_size=st.sampled_from([1, 20, 60, 5000]), no_max=st.booleans()),
        st.builds(SetSizes, min_size=st.sampled_from([None, 10]), max_size=st.sampled_from([40, 90, 400])),
        st.builds(SetFilter, conditions=conditions, mode=st.sampled_from(["add", "replace"])),
        st.builds(SetWeights, weights=st.dictionaries(st.sampled_from(["conversion", "size"]), SHARES, min_size=1)),
        st.builds(
            SetPriorities, dimension=DIMENSIONS, levels=st.dictionaries(st.sampled_from(["low", "High"]), SHARES)
        ),
    )


def edits() -> st.SearchStrategy[PlanEdit]:
    """Edits of all kinds, possible or not."""
    return st.one_of(_groups(), _dimensions(), _dimensions(), _names(), _others())
