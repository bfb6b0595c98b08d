"""Where a split may lie: against trying every value."""

import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from cartjury.tools.editing.places import nearest_cuts
from cartjury.tools.engine.distribution import distributions
from cartjury.tools.engine.duck_engine import DuckEngine


def by_trying_all(values: npt.NDArray[np.float64], missing: int, share: float, least: int) -> list[float]:
    """All values that are as near the quantile as can be and leave both parts large enough."""
    wished = float(np.quantile(values, share)) if len(values) else 0.0
    enough = [
        float(v)
        for v in np.unique(values)
        if (values < v).sum() + missing >= least and (values >= v).sum() >= least and (values < v).any()
    ]
    nearest = min((abs(v - wished) for v in enough), default=0.0)
    return [v for v in enough if abs(v - wished) == nearest]


@settings(max_examples=60, deadline=None)
@given(
    known=st.lists(st.sampled_from([1.0, 2.0, 2.5, 7.0, 8.0, 100.0]), min_size=1, max_size=30),
    missing=st.integers(0, 5),
    share=st.sampled_from([0.1, 0.5, 0.8]),
    least=st.integers(1, 12),
)
def test_the_cut_is_the_nearest_value_that_leaves_both_parts_large_enough(
    known: list[float], missing: int, share: float, least: int
) -> None:
    engine = DuckEngine(Path(tempfile.gettempdir()))
    rows = ", ".join(f"({v})" for v in [*known, *["NULL"] * missing])
    relation = f"(SELECT CAST(v AS DOUBLE) AS v FROM (VALUES {rows}) t(v))"
    values = distributions(engine.aggregate, engine.sql, relation, ["v"], len(known) + missing)["v"]

    found = nearest_cuts(values, [share], least)

    allowed = by_trying_all(np.array(known), missing, share, least)
    assert (found is not None) == bool(allowed)
    if found:
        assert found.cuts[0] in allowed
        below = sum(v < found.cuts[0] for v in known) + missing
        assert found.sizes == (below, len(known) + missing - below)
