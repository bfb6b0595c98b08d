"""Dimensions that are added or dropped."""

from collections.abc import Mapping
from typing import Any, Final

from cartjury.data.edit_records import AddDimension, DropDimension
from cartjury.tools.understand.build_places import where
from cartjury.tools.understand.build_segments import Builder, Built
from cartjury.tools.understand.match import Caught
from cartjury.tools.understand.trouble import Trouble, impossible
from cartjury.tools.understand.view import View


def _add_dimension(caught: Caught, view: View) -> Built:
    return added(caught["column"], view)


def added(column: str, view: View, **cuts: Any) -> Built:
    """A new dimension, if the plan has none of that column."""
    taken = next((d.name for d in view.scene.plan.dimensions if d.column == column), None)
    if taken:
        return impossible(f"{column} is a dimension already: {taken}.")
    return (AddDimension(column=column, **cuts),)


def _add_named(caught: Caught, view: View) -> Built:
    if not 2 <= caught.get("n", 2) <= 5:
        return impossible(f"A dimension has 2 to 5 levels, not {caught['n']}.")
    found = _add_at(caught, view) if "places" in caught else added(caught["column"], view, **_levels(caught))
    if isinstance(found, Trouble):
        return found
    return tuple(e.model_copy(update={"name": caught["name"]}) for e in found)


def _levels(caught: Caught) -> dict[str, int]:
    return {"levels": caught["n"]} if "n" in caught else {}


def _add_levels(caught: Caught, view: View) -> Built:
    if not 2 <= caught["n"] <= 5:
        return impossible(f"A dimension has 2 to 5 levels, not {caught['n']}.")
    return added(caught["column"], view, levels=caught["n"])


def _add_at(caught: Caught, view: View) -> Built:
    column, places = caught.get("parted") or (caught["column"], caught["places"])
    found = where(places, column)
    if isinstance(found, Trouble):
        return found
    cuts = {"quantiles": found["quantiles"]} if "quantiles" in found else {"cuts": found["values"]}
    nth, there = caught.get("nth"), len(view.scene.plan.dimensions)
    if nth is not None and nth != there + 1 and not view.stale:
        return Trouble(f"The plan has {there} dimensions, so this would be number {there + 1}. Which one do you mean?")
    return added(column, view, **cuts)


def _add_two(caught: Caught, view: View) -> Built:
    if caught["a"] == caught["b"]:
        return impossible(f"{caught['a']} can be a dimension once only.")
    first, second = added(caught["a"], view), added(caught["b"], view)
    if isinstance(first, Trouble):
        return first
    return second if isinstance(second, Trouble) else (*first, *second)


def _drop_two(caught: Caught, _: View) -> Built:
    names = [caught[key].name for key in "ab"]
    if names[0] == names[1]:
        return Trouble(f"{names[0]} is named twice. Which dimensions shall go?")
    return tuple(DropDimension(dimension=name) for name in names)


def _keep(caught: Caught, view: View) -> Built:
    """All dimensions go but these."""
    kept = {d.name for d in caught["dims"]}
    left = tuple(d.name for d in view.scene.plan.dimensions if d.name not in kept)
    if view.stale or caught.get("n", len(kept)) != len(kept):
        return Trouble("Which dimensions shall stay? Name those that shall go.")
    if not left:
        return impossible(f"{' and '.join(sorted(kept))} are all the dimensions that this plan has.")
    return tuple(DropDimension(dimension=name) for name in left)


def _swap(caught: Caught, view: View) -> Built:
    """One dimension goes, another comes."""
    new = added(caught["column"], view)
    return new if isinstance(new, Trouble) else (DropDimension(dimension=caught["dim"].name), *new)


DIMENSIONS: Final[Mapping[str, Builder]] = {
    "add_dimension": _add_dimension,
    "add_two": _add_two,
    "drop_two": _drop_two,
    "keep_dimensions": _keep,
    "swap_dimension": _swap,
    "add_dimension_named": _add_named,
    "add_dimension_levels": _add_levels,
    "add_dimension_at": _add_at,
    "drop_dimension": lambda caught, _: (DropDimension(dimension=caught["dim"].name),),
}
