"""The data side of the proof: each predicate is evaluated alone on every user."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from cartjury.data.records import SegmentPlan
from cartjury.data.run_records import Dataset, Universe
from cartjury.tools.engine.duck import connect, one
from cartjury.tools.engine.relation import segment_number, users


class Claims(NamedTuple):
    """What the predicates say of the users.

    Attributes:
        users: users of the universe.
        claimed_once: users whom one predicate claims, and that of the segment they were put into.
        data_sizes: users whom a segment's predicate claims, by segment id.
        label_sizes: users who were put into a segment, by segment id.
    """

    users: int
    claimed_once: int
    data_sizes: dict[str, int]
    label_sizes: dict[str, int]


def count_claims(
    dataset: Dataset,
    universe: Universe,
    plan: SegmentPlan,
    predicates: Mapping[str, str],
    memory_limit: str | None = None,
) -> Claims:
    """Evaluate every predicate on every user, and compare with the segment the user was put into."""
    ids = [s.id for s in plan.segments]
    claims = ", ".join(f"coalesce(({predicates[sid]}), false) AS claim_{i}" for i, sid in enumerate(ids, start=1))
    numbers = range(1, len(ids) + 1)
    matches = " + ".join(f"claim_{i}::INTEGER" for i in numbers)
    own = " ".join(f"WHEN {i} THEN claim_{i}" for i in numbers)
    sizes = ", ".join(f"count(*) FILTER (claim_{i}), count(*) FILTER (segment = {i})" for i in numbers)
    query = (
        f"SELECT count(*), count(*) FILTER ({matches} = 1 AND CASE segment {own} END), {sizes} FROM "
        f"(SELECT {segment_number(plan)} AS segment, {claims} FROM {users(dataset, universe, plan.filter)})"
    )
    with connect(Path(dataset.path).parent, memory_limit) as connection:
        total, once, *counts = one(connection, query)
    return Claims(
        users=total,
        claimed_once=once,
        data_sizes=dict(zip(ids, counts[::2], strict=True)),
        label_sizes=dict(zip(ids, counts[1::2], strict=True)),
    )
