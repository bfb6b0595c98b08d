"""Edits that move cuts of dimensions: by their place, by the level they begin, by where they are now."""

import math
from collections.abc import Mapping
from typing import Final

from cartjury.data.edit_records import SetCut
from cartjury.data.records import Dimension
from cartjury.tools.understand.build_places import one_cut, where
from cartjury.tools.understand.build_segments import Builder, Built
from cartjury.tools.understand.match import Caught
from cartjury.tools.understand.trouble import Trouble, impossible
from cartjury.tools.understand.values import Place
from cartjury.tools.understand.view import View

NEAR: Final = 0.01  # a cut may be said as it is shown, with fewer digits


def _set_cut(caught: Caught, _: View) -> Built:
    dimension: Dimension = caught["dim"]
    if "old" in caught:
        return _from_old(dimension, caught)
    return _moved(dimension, caught["which"], caught["place"], caught.get("way"))


def _from_old(dimension: Dimension, caught: Caught) -> Built:
    """Move the cut that is at 0.45 now; of several, the value says which."""
    old, count = caught["old"], len(dimension.cuts)
    there = [i for i, cut in enumerate(dimension.cuts, 1) if math.isclose(cut, old.at, rel_tol=NEAR)]
    which = caught.get("which", there[0] if there else None)
    named = count if which == -1 else which
    if old.kind not in {"value", "money", "days"} or len(there) != 1 or named != there[0]:
        now = " and ".join(f"{c:g}" for c in dimension.cuts)
        return Trouble(f"{dimension.name} is cut at {now}, not at {old.at:g}. Which cut shall move, and where to?")
    return _moved(dimension, there[0], caught["place"], caught.get("way"))


def _two_cuts(caught: Caught, _: View) -> Built:
    """Move the low cut to one place and the high one to another."""
    if "edge" in caught:
        dimension: Dimension = caught["edge"][0]
        other = (dimension, caught["level"])
        edits = [_edge(caught["edge"], caught["place"], None), _edge(other, caught["place2"], None)]
    else:
        dimension = caught["dim"]
        edits = [_moved(dimension, caught[w], caught[p]) for w, p in (("which", "place"), ("other", "place2"))]
    trouble = next((e for e in edits if isinstance(e, Trouble)), None)
    if trouble:
        return trouble
    moved = tuple(edit for built in edits if not isinstance(built, Trouble) for edit in built)
    if len({edit.position for edit in moved if isinstance(edit, SetCut)}) < len(moved):
        return Trouble(f"These are two places for one cut of {dimension.name}. Where shall it be?")
    return moved


def _moved(dimension: Dimension, which: int | None, place: Place, way: str | None = None) -> Built:
    count = len(dimension.cuts)
    position = count if which == -1 else which
    if position is not None and not 1 <= position <= count:
        return impossible(f"{dimension.name} has {count} cut{'s' * (count > 1)}, none is number {position}.")
    found = where((place,), dimension.column)
    if isinstance(found, Trouble):
        return found
    if position is not None and way and "values" in found:
        before = dimension.cuts[position - 1]
        if (way == "up") != (place.at > before):
            side = "above" if way == "up" else "below"
            return Trouble(
                f"That cut of {dimension.name} is at {before:g}, and {place.at:g} is not {side} it. Where shall it be?"
            )
    return one_cut(dimension, None if position is None or count == 1 else position, place, found)


def _set_edge_end(caught: Caught, _: View) -> Built:
    """Move the cut where a level ends: low AOV ends at 50."""
    dimension, level = caught["edge"]
    names = [name for name in dimension.level_names if name != "Unknown"]
    if level not in names[:-1]:
        return Trouble(f"{level} {dimension.name} ends nowhere. Which cut do you mean, and where shall it be?")
    return _moved(dimension, names.index(level) + 1, caught["place"])


def _set_low(caught: Caught, _: View) -> Built:
    """What lies below a value is the lowest level, and no other."""
    dimension: Dimension = caught["dim"]
    if caught["level"] != next(name for name in dimension.level_names if name != "Unknown"):
        return Trouble(f"Below a cut of {dimension.name} is more than {caught['level']}. Which cut do you mean?")
    return _moved(dimension, 1, caught["place"])


def _set_cut_moved(caught: Caught, _: View) -> Built:
    if "edge" in caught:
        return _edge(caught["edge"], caught["place"], caught["way"])
    dimension: Dimension = caught["dim"]
    which = caught.get("which", 1 if len(dimension.cuts) == 1 else None)
    return _moved(dimension, which, caught["place"], caught["way"])


def _set_edge(caught: Caught, _: View) -> Built:
    if "top" in caught:
        return _top_level(caught["dim"], caught["top"])
    if "edge" not in caught:
        return _edge((caught["dim"], caught.get("level", "High")), caught["place"], None)
    return _edge(caught["edge"], caught["place"], None)


def _set_edge_share(caught: Caught, _: View) -> Built:
    """High means the top quarter, low the bottom third."""
    dimension, level = caught["edge"]
    share, up = caught["part"]
    names = [name for name in dimension.level_names if name != "Unknown"]
    if level != (names[-1] if up else names[0]):
        return Trouble(f"{level} {dimension.name} lies at another end. Which cut do you mean, and where shall it be?")
    if not 0 < share < 1:
        return impossible("A share of users lies between 0 and 100 %.")
    return _moved(dimension, -1 if up else 1, Place("quantile", round(1 - share, 9) if up else share))


def _set_between(caught: Caught, _: View) -> Built:
    """Move the cut between two levels that stand side by side."""
    dimension: Dimension = caught["dim"]
    names = [name for name in dimension.level_names if name != "Unknown"]
    if not {caught["a"], caught["b"]} <= set(names):
        return impossible(f"{dimension.name} has the levels {', '.join(names)}.")
    low, high = sorted((names.index(caught["a"]), names.index(caught["b"])))
    if high != low + 1:
        return Trouble(f"There is no single cut between {names[low]} and {names[high]}. Which one do you mean?")
    return _moved(dimension, high, caught["place"])


def _top_level(dimension: Dimension, share: float) -> Built:
    """Call only the top share of users high."""
    if not 0 < share < 1:
        return impossible("The top share lies between 0 and 100 %.")
    return _moved(dimension, -1, Place("quantile", round(1 - share, 9)))


def _edge(edge: tuple[Dimension, str], place: Place, way: str | None) -> Built:
    """Move the cut where a level begins; where the lowest one ends."""
    dimension, level = edge
    names = [name for name in dimension.level_names if name != "Unknown"]
    if level not in names:
        return impossible(f"{dimension.name} has no level {level} that begins somewhere; there are {', '.join(names)}.")
    return _moved(dimension, max(names.index(level), 1), place, way)


CUTS: Final[Mapping[str, Builder]] = {
    "set_cut": _set_cut,
    "set_between": _set_between,
    "set_two_cuts": _two_cuts,
    "set_cut_moved": _set_cut_moved,
    "set_edge": _set_edge,
    "set_edge_end": _set_edge_end,
    "set_low": _set_low,
    "set_edge_share": _set_edge_share,
}
