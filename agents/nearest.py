"""What could stand in for a model that is gone."""

import difflib
import re
from collections.abc import Collection
from typing import Final

from cartjury.data.model_records import Model, ModelTable
from cartjury.data.model_table import family_of

# Other things that providers list: they cannot speak for a persona.
NO_CHAT: Final = re.compile(r"guard|whisper|tts|embed|rerank|ocr", re.IGNORECASE)


def nearest(model: Model, ids: Collection[str], table: ModelTable) -> str | None:
    """Choose what could stand in for a model that is gone.

    Args:
        model: the one that is gone.
        ids: what its provider lists.
        table: what is known of them.

    Returns:
        The id of one of the same family, those of the table first; else the one of the table that comes closest in
        price and context; None where nothing is left.
    """
    known = [m for m in table.models.values() if m.provider == model.provider and m.id in ids and m.id != model.id]
    relatives = [m.id for m in known if m.family == model.family]
    relatives = relatives or [i for i in ids if family_of(i) == family_of(model.id) and not NO_CHAT.search(i)]
    if relatives:
        return max(relatives, key=lambda i: _likeness(i, model.id))
    return min(known, key=lambda m: _distance(m, model)).id if known else None


def _distance(one: Model, other: Model) -> tuple[float, int]:
    prices = [p for p in (one.price_out, other.price_out) if p is not None]
    apart = abs(prices[0] - prices[1]) if len(prices) == 2 else float("inf")
    return apart, abs(one.context - other.context)


def _likeness(one: str, other: str) -> float:
    """How alike two ids are, their makers left aside."""
    return difflib.SequenceMatcher(None, one.rpartition("/")[2], other.rpartition("/")[2]).ratio()
