"""Edits of segments, from what the slots of a phrase hold."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from cartjury.data.chat_words import chat_words
from cartjury.data.edit_records import AddDimension, Edit, Merge, Rename, Split
from cartjury.data.text import one_line
from cartjury.tools.understand.match import Caught
from cartjury.tools.understand.siblings import siblings
from cartjury.tools.understand.trouble import Trouble, impossible
from cartjury.tools.understand.view import View

Built = tuple[Edit, ...] | Trouble
Builder = Callable[[Caught, View], Built]


def _merge(caught: Caught, view: View) -> Built:
    return merged(caught["segs"], view)


def merged(ids: tuple[str, ...], view: View) -> Built:
    """Merge segments, each named once."""
    distinct = tuple(sorted(set(ids), key=lambda i: (len(i), i)))
    if len(distinct) < 2:
        beside = siblings(view.scene.plan, distinct[0])
        options = tuple((Merge(segments=tuple(sorted((distinct[0], other)))),) for other in beside)
        return Trouble(
            f"A merge needs at least two segments, and only {distinct[0]} is named. Merge it with which one?",
            options=options,
        )
    if set(distinct) >= set(view.peopled):
        return Trouble(
            "Merge all segments into a single one? Then nothing is left to tell apart.",
            options=((Merge(segments=distinct),),),
        )
    return (Merge(segments=distinct),)


def _merge_pair(caught: Caught, view: View) -> Built:
    a, b = (x if isinstance(x, tuple) else (x,) for x in (caught["a"], caught["b"]))
    if set(a) & set(b):
        both = ", ".join(sorted(set(a) & set(b)))
        return impossible(f"{both} cannot be merged with itself.")
    return merged((*a, *b), view)


def _merge_pairs(caught: Caught, view: View) -> Built:
    a, b, c, d = (caught[k] for k in "abcd")
    if len({a, b, c, d}) < 4:
        return Trouble("A segment stands in both pairs. Which merges do you want?")
    first, second = merged((a, b), view), merged((c, d), view)
    if isinstance(first, Trouble):
        return first
    return second if isinstance(second, Trouble) else (*first, *second)


def _merge_as(caught: Caught, view: View) -> Built:
    found = merged(caught["segs"], view)
    if isinstance(found, Trouble):
        return found
    return (*found, Rename(segment=min(caught["segs"]), name=caught["name"]))


def _is_one(name: str) -> bool:
    """Whether words that may be a name say "into a single bucket"."""
    said = tuple(w for w in name.casefold().split() if w not in chat_words().fillers)
    return said in chat_words().words["up_one"]


def _merge_into_name(caught: Caught, view: View) -> Built:
    found = merged(caught["segs"], view) if _is_one(caught["name"]) else _merge_as(caught, view)
    if isinstance(found, Trouble) or _is_one(caught["name"]):
        return found
    return Trouble(
        f"Shall the merged segment be called {one_line(caught['name'], 40)}? I know no segment of that name.",
        options=(found,),
    )


def _split(caught: Caught, view: View) -> Built:
    if "feature" not in caught:
        return open_split(caught["segs"], view)
    return splits(caught["segs"], view, by=caught["feature"])


def splits(ids: tuple[str, ...], view: View, *, by: str, **where: Any) -> Built:
    """One split for each segment."""
    if set(ids) >= set(view.peopled) and len(ids) > 2:
        taken = any(d.column == by for d in view.scene.plan.dimensions)
        options = () if taken else ((AddDimension(column=by),),)
        return Trouble(f"Split every segment by {by}? Then make it a dimension.", options=options)
    return tuple(Split(segment=i, by=_said(by, view), **where) for i in ids)


def _said(column: str, view: View) -> str:
    """A dimension goes by its name: where a segment spans several of its levels, these are its parts."""
    return next((d.name for d in view.scene.plan.dimensions if d.column == column), column)


def open_split(ids: tuple[str, ...], view: View, **where: Any) -> Trouble:
    """Ask which feature to split by; what tells users apart beside the dimensions comes first."""
    taken = {d.column for d in view.scene.plan.dimensions}
    columns = sorted(view.scene.numeric, key=lambda c: c in taken)[:5]
    options = [found for c in columns if not isinstance(found := splits(ids, view, by=c, **where), Trouble)]
    return Trouble(f"By which feature shall {' and '.join(ids)} be split?", options=tuple(options))


def _split_half(caught: Caught, view: View) -> Built:
    by = caught.get("feature")
    if by is None:
        return open_split(caught["segs"], view)
    if caught.get("feature2", by) != by:
        return Trouble(f"By {by} or by {caught['feature2']}?")
    # Two parts are wanted, also of a segment with three levels of that dimension.
    dimension = any(d.column == by for d in view.scene.plan.dimensions)
    return splits(caught["segs"], view, by=by, quantiles=(0.5,) if dimension else ())


def _split_parts(caught: Caught, view: View) -> Built:
    n = caught["n"]
    if n == 2:
        return _split_half(caught, view)
    if not 2 <= n <= 5:
        return impossible(f"A split makes 2 to 5 parts, not {n}.")
    quantiles = tuple(round(i / n, 12) for i in range(1, n))
    by = caught.get("feature")
    if by is None:
        return open_split(caught["segs"], view, quantiles=quantiles)
    return splits(caught["segs"], view, by=by, quantiles=quantiles)


def _split_open(caught: Caught, view: View) -> Built:
    by = caught.get("feature")
    if "segs" in caught:
        return open_split(caught["segs"], view)
    if by is None or len(view.focus) != 1:
        return Trouble("Which segment shall be split, and by which feature? Such as: split S01 by sessions.")
    options: list[tuple[Edit, ...]] = [(Split(segment=view.focus[0], by=_said(by, view)),)]
    options += [] if any(d.column == by for d in view.scene.plan.dimensions) else [(AddDimension(column=by),)]
    return Trouble(f"Split {view.focus[0]} only, or all segments?", options=tuple(options))


def _remove(caught: Caught, _: View) -> Built:
    said = " and ".join(caught["segs"])
    return Trouble(
        f"{said} cannot be taken away: every user belongs to a segment. Merge it with which one? "
        "Or leave users out by a filter, such as: only users with at least 2 sessions."
    )


SEGMENTS: Final[Mapping[str, Builder]] = {
    "merge": _merge,
    "merge_pair": _merge_pair,
    "merge_pairs": _merge_pairs,
    "merge_as": _merge_as,
    "merge_into_name": _merge_into_name,
    "split": _split,
    "split_half": _split_half,
    "split_open": _split_open,
    "remove": _remove,
    "split_parts": _split_parts,
}
