"""Merge segments at a person's wish."""

from cartjury.data.edit_records import Merge
from cartjury.data.errors import EditError
from cartjury.data.records import SegmentPlan
from cartjury.data.step_records import MergeStep
from cartjury.tools.boxes import products
from cartjury.tools.editing.drafts import Draft
from cartjury.tools.editing.lookup import segments_of
from cartjury.tools.editing.measure import sizes_of
from cartjury.tools.editing.remake import refuse_two_locks
from cartjury.tools.editing.wording import listed, sized, users
from cartjury.tools.engine.carts import Carts


def merge(edit: Merge, plan: SegmentPlan, carts: Carts) -> Draft:
    """Make one segment of several; the lowest id stays."""
    found = segments_of(plan, edit.segments)
    if len(found) < 2:
        raise EditError(f"{found[0].id} alone cannot be merged: say which other segment joins it")
    refuse_two_locks(found, plan.locks)
    sizes = sizes_of(carts, plan)
    ids, counts = tuple(s.id for s in found), tuple(sizes[s.id] for s in found)
    step = MergeStep(segments=ids, sizes=counts, reason=f"{listed(ids)} were merged at a person's wish")
    draft = Draft(plan, before=sizes, sizes=sizes).then(step)
    merged = draft.plan.segment(ids[0])
    said = (
        f"Merge {listed(sized(s, sizes[s.id]) for s in found)} into {ids[0]}: {users(sum(counts))}, rule {merged.rule}."
    )
    apart = len(products(plan.dimensions, merged.boxes)) > 1
    return draft.saying(said, ["they are no neighbours, so the rule needs an 'or'"] * apart)
