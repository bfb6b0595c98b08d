"""Carts for the tests of the notebook door, and its five steps in one call."""

from typing import Any

import pandas as pd

from cartjury.app import notebook

AS_OF = "2026-11-23"
Row = dict[str, Any]


def handmade(users: int) -> pd.DataFrame:
    """Carts of one day in which the order value has three values, and each score two."""
    numbers = range(users)
    return pd.DataFrame(
        {
            "user_id": [f"{n:04d}" for n in numbers],
            "cart_abandoned_date": pd.Timestamp(AS_OF),
            "last_order_date": pd.NaT,
            "avg_order_value": [(10.0, 50.0, 100.0)[n % 3] for n in numbers],
            "sessions_last_30d": [1 + n % 3 for n in numbers],
            "num_cart_items": 2,
            "engagement_score": [0.2 + 0.5 * (n // 2 % 2) for n in numbers],
            "profitability_score": [0.1 + 0.8 * (n // 4 % 2) for n in numbers],
        }
    )


def stepwise(carts: pd.DataFrame, **options: Any) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    universe = notebook.create_bucket_combinations(notebook.define_universe(carts, **options))
    names, rules = notebook.generate_segment_names_with_langchain_jury(universe)
    results = notebook.compute_segment_scores(universe, rules)
    return universe.assign(segment_name=universe["segment_id"].map(names)), results, rules
