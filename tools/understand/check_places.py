"""What cannot be about levels, cuts and conditions, without asking the data."""

from collections.abc import Iterator

from cartjury.data.chat_records import Scene
from cartjury.data.edit_records import AddDimension, SetCut, SetFilter, SetLevels
from cartjury.data.records import Dimension


def dimension_of(name: str, scene: Scene) -> Dimension | None:
    """The dimension of this name or column."""
    return next((d for d in scene.plan.dimensions if name in {d.name, d.column}), None)


def check_levels(edit: SetLevels | AddDimension, scene: Scene) -> Iterator[str]:
    """A dimension that is there or can be, cut in one way, at increasing places."""
    if isinstance(edit, SetLevels):
        if dimension_of(edit.dimension, scene) is None:
            yield _missing(edit.dimension, scene)
    elif dimension_of(edit.column, scene):
        yield f"{edit.column} is a dimension already."
    elif edit.column not in scene.numeric:
        yield f"There is no column of numbers {edit.column}; there are {', '.join(scene.numeric)}."
    given = [bool(edit.levels), bool(edit.quantiles), bool(edit.cuts)]
    if sum(given) > 1 or (isinstance(edit, SetLevels) and not any(given)):
        yield "Levels are given by their number, by quantiles or by cuts: exactly one of the three."
    for places in (edit.quantiles, edit.cuts):
        if list(places) != sorted(set(places)):
            yield f"Cuts must increase: {', '.join(f'{p:g}' for p in places)}."


def check_cut(edit: SetCut, scene: Scene) -> Iterator[str]:
    """One cut that is there, moved to one place."""
    dimension = dimension_of(edit.dimension, scene)
    if dimension is None:
        yield _missing(edit.dimension, scene)
    elif edit.position is None and len(dimension.cuts) > 1:
        yield f"{dimension.name} has {len(dimension.cuts)} cuts; which one?"
    elif edit.position is not None and edit.position > len(dimension.cuts):
        yield f"{dimension.name} has {len(dimension.cuts)} cuts, none is number {edit.position}."
    if (edit.quantile is None) == (edit.value is None):
        yield "A cut is moved to a quantile or to a value: exactly one of the two."


def check_filter(edit: SetFilter, scene: Scene) -> Iterator[str]:
    """Columns that are there, numbers compared with numbers."""
    for condition in edit.conditions:
        if condition.column not in scene.columns:
            yield f"There is no column {condition.column}; there are {', '.join(scene.columns)}."
        elif condition.column in scene.numeric and isinstance(condition.value, str):
            yield f"{condition.column} holds numbers, so it cannot be compared with a text."
    if edit.mode == "add" and not edit.conditions:
        yield "No condition is given."


def _missing(name: str, scene: Scene) -> str:
    return (
        f"{name} is no dimension of this plan; its dimensions are {', '.join(d.name for d in scene.plan.dimensions)}."
    )
