"""Results as a notebook shows them."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cartjury.app.finished import SHOWN
from cartjury.app.steps import checked, plain_errors
from cartjury.data.errors import InputError
from cartjury.tools.treemap import treemap as lay_out
from cartjury.tools.treemap_labels import Item
from cartjury.tools.treemap_svg import treemap_svg

WIDTH, HEIGHT = 960, 430
NEEDED = (*SHOWN, "segment_id", "rule_in_words")


class Picture:
    """HTML that a notebook shows in place of the object."""

    def __init__(self, html: str) -> None:
        self.html = html

    def _repr_html_(self) -> str:
        return self.html


@plain_errors
def treemap(results_df: pd.DataFrame) -> Picture:
    """Show the segments: a treemap (area is users, shade is overall score) above a table.

    Args:
        results_df: of `main` or `compute_segment_scores`.

    Raises:
        InputError: a column is missing.
    """
    missing = [c for c in NEEDED if c not in checked(results_df).columns]
    if missing:
        raise InputError(f"treemap draws the results of main or compute_segment_scores: no column {missing[0]}")
    rows = results_df.to_dict("records")
    items = [Item(r["segment_id"], r["Segment Name"], r["Size"], r["Overall_Score"], _described(r)) for r in rows]
    table = results_df[["segment_id", *SHOWN]].to_html(
        index=False,
        border=0,
        na_rep="unknown",
        float_format="{:.3f}".format,
        formatters={"Size": "{:,}".format},
    )
    return Picture(treemap_svg(lay_out(items, WIDTH, HEIGHT)) + table)


def _described(row: Mapping[Any, Any]) -> str:
    return f"{row['Segment Name']} ({row['segment_id']}): {row['Size']:,} users. {row['rule_in_words']}"
