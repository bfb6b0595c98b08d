"""The data side of the proof: each predicate is evaluated alone on every user."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from cartjury.data.records import SegmentPlan
from cartjury.data.run_records import Dataset, Universe
from cartjury.tools.engine.duck import connect
from cartjury.tools.engine.relation import segment_number, users

BITS = 60  # predicates whose answers share one number


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
    masks = [_mask([predicates[sid] for sid in ids[i : i + BITS]]) for i in range(0, len(ids), BITS)]
    named = ", ".join(f"{mask} AS mask_{i}" for i, mask in enumerate(masks))
    query = (
        f"SELECT *, count(*) FROM (SELECT {segment_number(plan)} AS segment, {named} "
        f"FROM {users(dataset, universe, plan.filter)}) GROUP BY ALL"
    )
    with connect(Path(dataset.path).parent, memory_limit) as connection:
        found = connection.execute(query).fetchall()
    claimed, labelled = Counter[str](), Counter[str]()
    total = once = 0
    for number, *bits, count in found:
        claims = [ids[i * BITS + bit] for i, mask in enumerate(bits) for bit in range(BITS) if mask >> bit & 1]
        own = ids[number - 1]
        total += count
        once += count if claims == [own] else 0
        labelled[own] += count
        claimed.update(dict.fromkeys(claims, count))
    return Claims(total, once, {sid: claimed[sid] for sid in ids}, {sid: labelled[sid] for sid in ids})


def _mask(predicates: Sequence[str]) -> str:
    """SQL of a number with one bit for each predicate that is true; each is evaluated by itself."""
    return " + ".join(f"CASE WHEN {text} THEN {1 << bit}::BIGINT ELSE 0 END" for bit, text in enumerate(predicates))
