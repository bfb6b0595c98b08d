"""Set the limits of sizes, and merge and split what is outside them."""

from cartjury.data.edit_records import SetSizes
from cartjury.data.errors import EditError
from cartjury.data.options import MAX_COUNT
from cartjury.data.records import Segment, SegmentPlan, SizePolicy
from cartjury.data.step_records import PolicyStep
from cartjury.tools.editing.drafts import Draft
from cartjury.tools.editing.measure import sizes_of
from cartjury.tools.editing.notes import limits_left
from cartjury.tools.editing.shape import check_size
from cartjury.tools.editing.tidy import merged, split_up
from cartjury.tools.editing.wording import listed
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
        raise EditError(f"{_in_words(old)} already, and no segment can be merged or split to keep to that")
    notes = [*limits_left(draft.plan, draft.sizes)]
    if lowered:
        notes.append("segments that were merged stay merged: split them where you want them apart")
    return draft.saying(f"Let {_in_words(new)}: {_outcome(draft)}.", notes)


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


def _outcome(draft: Draft) -> str:
    merges = sum(len(s.segments) - 1 for s in draft.steps if s.kind == "merge")
    splits = sum(s.kind == "split" for s in draft.steps)
    done = [f"{merges} merge{'s' * (merges > 1)}"] * bool(merges) + [f"{splits} split{'s' * (splits > 1)}"] * bool(
        splits
    )
    return listed(done) if done else "all segments stay as they are"


def _in_words(policy: SizePolicy) -> str:
    most = "no maximum" if policy.max_size is None else f"a maximum of {policy.max_size:,} users"
    return f"segments have a minimum of {policy.min_size:,} and {most}"
