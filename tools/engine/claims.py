"""The data side of the proof: each predicate is evaluated alone on every user."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cartjury.data.records import SegmentPlan
from cartjury.tools.engine.carts import Carts

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


def count_claims(carts: Carts, plan: SegmentPlan, predicates: Mapping[str, str]) -> Claims:
    """Evaluate every predicate on every user, and compare with the segment the user was put into.

    Args:
        carts: the users.
        plan: puts them into segments.
        predicates: each segment's own condition as the engine writes it, by segment id.
    """
    ids = [s.id for s in plan.segments]
    masks = [_mask([predicates[sid] for sid in ids[i : i + BITS]]) for i in range(0, len(ids), BITS)]
    named = ", ".join(f"{mask} AS mask_{i}" for i, mask in enumerate(masks))
    keys = ", ".join(["segment", *(f"mask_{i}" for i in range(len(masks)))])
    found = carts.engine.aggregate(
        f"SELECT {keys}, count(*) FROM (SELECT {carts.engine.assign(plan)} AS segment, {named} "
        f"FROM {carts.users(plan.filter)}) GROUP BY {keys}"
    )
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
    return " + ".join(
        f"CASE WHEN {text} THEN CAST({1 << bit} AS BIGINT) ELSE 0 END" for bit, text in enumerate(predicates)
    )
