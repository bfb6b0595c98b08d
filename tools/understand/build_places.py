"""Edits that say where to cut: splits at places, cuts and levels of dimensions."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cartjury.data.edit_records import SetCut, SetLevels
from cartjury.data.records import Dimension
from cartjury.tools.columns import KINDS
from cartjury.tools.understand.build_segments import Builder, Built, splits
from cartjury.tools.understand.match import Caught
from cartjury.tools.understand.trouble import Trouble, impossible
from cartjury.tools.understand.values import Place
from cartjury.tools.understand.view import View


def where(places: Sequence[Place], column: str) -> dict[str, Any] | Trouble:  # noqa: PLR0911 - each says what is wrong
    """Say places as `values` or `quantiles`, in increasing order.

    Returns:
        One of the two, or what is open: a percentage of a score may be a value or a share of users.
    """
    kinds = {p.kind for p in places}
    at = sorted({p.at for p in places})
    score = KINDS.get(column) == "score"
    if len(at) != len(places):
        return impossible("Two cuts at one place make no level between them.")
    if len(at) > 4:
        return impossible(f"There can be at most 4 cuts, not {len(at)}.")
    if kinds == {"quantile"} or (kinds == {"percent"} and not score):
        if not (at[0] > 0 and at[-1] < 1):
            return impossible("A share of users to cut at lies between 0 and 100 %.")
        return {"quantiles": tuple(at)}
    if kinds == {"percent"}:
        return Trouble(f"Is {at[0]:.0%} a value of {column}, or that share of users? Write {at[0]:g}, or 'percentile'.")
    if "days" in kinds and not (column.startswith("days_") or column not in KINDS):
        return Trouble(f"{column} is no number of days. Which column do you mean?")
    if not kinds <= {"value", "money", "days"}:
        return Trouble("Values or shares of users? Write all cuts the same way.")
    if "money" in kinds and (score or (column not in {"avg_order_value"} and column in KINDS)):
        return Trouble(f"{column} is no amount of money. Which column do you mean?")
    if score and not (at[0] > 0 and at[-1] <= 1):
        return impossible(f"{column} goes from 0 to 1, so it cannot be cut at {at[-1]:g}.")
    return {"values": tuple(at)}


def _split_at(caught: Caught, view: View) -> Built:
    if "parted" in caught:
        column, found = caught["parted"]
        return _split_at({"segs": caught["segs"], "feature": column, "places": found}, view)
    places, by = caught["places"], caught.get("feature")
    if caught.get("n", len(places) + 1) != len(places) + 1:
        return Trouble(f"{caught['n']} parts have {caught['n'] - 1} cuts between them. Where are they?")
    if by is not None and caught.get("feature2", by) != by:
        return Trouble(f"By {by} or by {caught['feature2']}?")
    if by is None and {p.kind for p in places} == {"money"} and "avg_order_value" in view.scene.numeric:
        by = "avg_order_value"
    if by is None:
        return Trouble("A place of which feature? Say it like: split S01 by AOV at 200.")
    found = where(places, by)
    if isinstance(found, Trouble):
        return found
    # The median is where a column is cut anyway; of a dimension it says that levels do not count.
    plain = found == {"quantiles": (0.5,)} and all(d.column != by for d in view.scene.plan.dimensions)
    return splits(caught["segs"], view, by=by, **({} if plain else found))


def _split_top(caught: Caught, view: View) -> Built:
    share = caught["share"]
    if not 0 < share < 1:
        return impossible("The top share lies between 0 and 100 %.")
    return splits(caught["segs"], view, by=caught["feature"], quantiles=(round(1 - share, 9),))


def _set_levels(caught: Caught, _: View) -> Built:
    if not 2 <= caught["n"] <= 5:
        return impossible(f"A dimension has 2 to 5 levels, not {caught['n']}.")
    now = len(caught["dim"].cuts) + 1
    if caught.get("old", now) != now:
        return Trouble(f"{caught['dim'].name} has {now} levels now, not {caught['old']}. How many shall it have?")
    return (SetLevels(dimension=caught["dim"].name, levels=caught["n"]),)


def _set_levels_it(caught: Caught, view: View) -> Built:
    spoken_of = [d for d in view.scene.plan.dimensions if d.column in view.topic]
    if len(spoken_of) != 1:
        return Trouble(f"{caught['n']} levels of which dimension? Such as: {caught['n']} levels for AOV.")
    return _set_levels({**caught, "dim": spoken_of[0]}, view)


def _set_cuts(caught: Caught, _: View) -> Built:
    dimension: Dimension = caught["dim"]
    found = where(caught["places"], dimension.column)
    if isinstance(found, Trouble):
        return found
    if caught.get("n", len(caught["places"]) + 1) != len(caught["places"]) + 1:
        return Trouble(f"{caught['n']} levels have {caught['n'] - 1} cuts between them. Which ones?")
    if len(caught["places"]) == 1 and "n" not in caught:
        return one_cut(dimension, None, caught["places"][0], found)
    cuts = {"quantiles": found["quantiles"]} if "quantiles" in found else {"cuts": found["values"]}
    return (SetLevels(dimension=dimension.name, **cuts),)


def one_cut(dimension: Dimension, position: int | None, place: Place, found: dict[str, Any]) -> Built:
    """Move one cut; where it is open which one, each of them is offered."""
    share, value = (place.at, None) if "quantiles" in found else (None, place.at)
    if position is None and len(dimension.cuts) > 1:
        moved = tuple(
            (SetCut(dimension=dimension.name, position=i, quantile=share, value=value),)
            for i in range(1, len(dimension.cuts) + 1)
        )
        single = (place.at,)
        fewer = (
            SetLevels(dimension=dimension.name, quantiles=single)
            if share is not None
            else SetLevels(dimension=dimension.name, cuts=single)
        )
        at = ", ".join(f"{c:g}" for c in dimension.cuts)
        return Trouble(
            f"{dimension.name} is cut at {at}. Which cut shall move, or shall there be only one?",
            options=(*moved, (fewer,)),
        )
    return (SetCut(dimension=dimension.name, position=position, quantile=share, value=value),)


PLACES: Final[Mapping[str, Builder]] = {
    "split_at": _split_at,
    "split_top": _split_top,
    "set_levels": _set_levels,
    "set_levels_named": _set_levels,
    "set_levels_it": _set_levels_it,
    "set_cuts": _set_cuts,
}
