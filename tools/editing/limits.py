"""Set the limits of sizes, and merge and split what is outside them."""

from cartjury.data.edit_records import SetSizes
from cartjury.data.errors import EditError
from cartjury.data.options import MAX_COUNT
from cartjury.data.records import Segment, SegmentPlan, SizePolicy
from cartjury.data.step_records import PolicyStep
from cartjury.tools.editing.drafts import Draft
from cartjury.tools.editing.measure import sizes_of
from cartjury.tools.editing.notes import limits_left
from cartjury.tools.editing.outcome import outcome
from cartjury.tools.editing.shape import check_size
from cartjury.tools.editing.tidy import merged, split_up
from cartjury.tools.editing.wording import listed, users
from cartjury.tools.engine.carts import Carts
from cartjury.tools.profile import feature_histogram
from cartjury.tools.split import Histogram


def set_sizes(edit: SetSizes, plan: SegmentPlan, carts: Carts) -> Draft:
    """Set limits; segments outside them are merged, then split."""
    old, new = plan.size_policy, _policy(edit, plan, carts)
    before = sizes_of(carts, plan)
    draft = Draft(plan, before=before, sizes=before)
    if new != old:
        draft = draft.then(PolicyStep(policy=new))
    lowered = new.min_size < old.min_size
    if not lowered:
        draft = merged(draft)
    draft = split_up(draft, lambda p: _histogram(carts, p))
    check_size(draft.plan)
    if not draft.steps:
        raise EditError(f"segments have {_limits(old)} already, and no segment can be merged or split to keep to that")
    notes = [*limits_left(draft.plan, draft.sizes)]
    if lowered and any(entry.action == "merge" for entry in plan.log):
        notes.append("segments that were merged stay merged: split them where you want them apart")
    done = outcome(plan, draft, ": ") or ": all segments stay as they are"
    return draft.saying(f"{_changed(old, new)}{done}.", notes)


def _policy(edit: SetSizes, plan: SegmentPlan, carts: Carts) -> SizePolicy:
    """Fill in what the edit leaves as it is, and refuse limits that make no sense."""
    if edit.min_size is None and edit.max_size is None and not edit.no_max:
        raise EditError("say a minimum or a maximum of users")
    if edit.no_max and edit.max_size is not None:
        raise EditError("say either a maximum or that there is none")
    for what, given in (("min", edit.min_size), ("max", edit.max_size)):
        if given is not None and not 1 <= given <= MAX_COUNT:
            raise EditError(f"{what} size {given:,} is no number of users: say a whole number from 1")
    old, size = plan.size_policy, carts.universe.size
    if edit.min_size is not None and edit.min_size > size:
        raise EditError(f"min size {edit.min_size:,} is more than the universe of {size:,} users")
    least = old.min_size if edit.min_size is None else edit.min_size
    most = None if edit.no_max else old.max_size if edit.max_size is None else edit.max_size
    if most is not None and least > most:
        stays = "max" if edit.max_size is None else "min" if edit.min_size is None else ""
        hint = f", which is the limit now: say a new {stays}imum too" if stays else ""
        raise EditError(f"min size {least:,} is more than max size {most:,}{hint}")
    return SizePolicy(min_size=least, max_size=most)


def _histogram(carts: Carts, plan: SegmentPlan) -> Histogram:
    def counted(segment: Segment, column: str) -> list[tuple[float, int]]:
        return feature_histogram(carts, plan, segment, column)

    return counted


def _changed(old: SizePolicy, new: SizePolicy) -> str:
    """Say which limit is another one; where none is, the limits are only applied once more."""
    if new == old:
        return f"Apply the limits again, {_limits(new)}"
    given = [f"the minimum to {users(new.min_size)}"] if new.min_size != old.min_size else []
    if new.max_size is not None and new.max_size != old.max_size:
        given.append(f"the maximum to {users(new.max_size)}")
    said = [f"set {listed(given)}"] if given else []
    if new.max_size is None and old.max_size is not None:
        said.append("take the maximum away")
    text = listed(said)
    return text[0].upper() + text[1:]


def _limits(policy: SizePolicy) -> str:
    most = "no maximum" if policy.max_size is None else f"a maximum of {policy.max_size:,}"
    return f"a minimum of {policy.min_size:,} and {most} users"
