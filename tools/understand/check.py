"""Why a reading, whoever made it, cannot be: what it names must be there."""

from collections.abc import Iterator

from cartjury.data.chat_records import Asked, Reading, Refused, Scene, Topic, WhatChanged, WhatIf, WhyRank, Wishes
from cartjury.data.edit_records import (
    AddDimension,
    AskAgain,
    DropDimension,
    Edit,
    Lock,
    Merge,
    Redo,
    Rename,
    Reset,
    SetCut,
    SetFilter,
    SetLevels,
    SetPriorities,
    SetSizes,
    SetWeights,
    Split,
    Undo,
    Unlock,
)
from cartjury.tools.understand.check_places import check_cut, check_filter, check_levels, dimension_of


def check_reading(reading: Reading, scene: Scene) -> tuple[str, ...]:
    """Say what a reading names that is not there, or cannot be together; without asking the data.

    Ids that an earlier edit of the same message would make, by a split, are not known: they are objected to.

    Returns:
        One sentence each; none where nothing speaks against the reading.
    """
    match reading:
        case Wishes(edits=edits):
            found = _edits(edits, scene)
        case Asked(options=options):
            found = (said for option in options for said in check_reading(option.reading, scene))
        case Refused():
            found = iter(())
        case _:
            found = _topic(reading.topic, scene)
    return tuple(dict.fromkeys(found))


def _topic(topic: Topic, scene: Scene) -> Iterator[str]:
    match topic:
        case WhatIf(edits=edits):
            yield from _edits(edits, scene)
        case WhatChanged(since=int() as since) if since > scene.revisions:
            yield f"There is no revision {since}; there are {scene.revisions}."
        case WhyRank(segment=segment, against=against):
            yield from _ids((segment, *((against,) if against else ())), scene)
            if segment == against:
                yield f"{segment} cannot be compared with itself."
        case _:
            named = getattr(topic, "segment", None)
            yield from _ids((named,) if named else (), scene)


def _edits(edits: tuple[Edit, ...], scene: Scene) -> Iterator[str]:
    if len(edits) > 1 and any(isinstance(e, Undo | Redo | Reset) for e in edits):
        yield "Undo, redo and reset stand alone."
    gone: set[str] = set()
    for edit in edits:
        named = _named(edit)
        yield from (f"{i} is merged into another segment by then." for i in named if i in gone)
        yield from _ids(named, scene)
        yield from _edit(edit, scene)
        if isinstance(edit, Merge):
            gone |= set(edit.segments) - {min(edit.segments)}


def _named(edit: Edit) -> tuple[str, ...]:
    match edit:
        case Rename(segment=segment) | Split(segment=segment):
            return (segment,)
        case Merge(segments=ids) | Lock(segments=ids) | Unlock(segments=ids) | AskAgain(segments=ids):
            return ids
    return ()


def _ids(ids: tuple[str, ...], scene: Scene) -> Iterator[str]:
    there = {line.id for line in scene.lines}
    yield from (f"There is no segment {i}; there are {', '.join(sorted(there))}." for i in ids if i not in there)


def _edit(edit: Edit, scene: Scene) -> Iterator[str]:  # noqa: C901, PLR0912 - a case for each edit
    match edit:
        case Merge(segments=ids) if len(set(ids)) < 2:
            yield f"{ids[0]} cannot be merged with itself."
        case Split(by=by):
            if by not in scene.numeric and dimension_of(by, scene) is None:
                yield f"There is no feature {by} to split by; there are {', '.join(scene.numeric)}."
        case SetLevels() | AddDimension():
            yield from check_levels(edit, scene)
        case SetCut():
            yield from check_cut(edit, scene)
        case DropDimension(dimension=name) if dimension_of(name, scene) is None:
            yield _no_dimension(name, scene)
        case SetPriorities(dimension=name, levels=levels):
            dimension = dimension_of(name, scene)
            if dimension is None:
                yield _no_dimension(name, scene)
            else:
                known = dimension.level_names
                yield from (
                    f"{name} has no level {level}; there are {', '.join(known)}."
                    for level in levels
                    if level not in known
                )
        case SetFilter():
            yield from check_filter(edit, scene)
        case SetSizes(min_size=int() as least, max_size=int() as most) if least > most:
            yield f"The minimum of {least:,} users is more than the maximum of {most:,}."
        case SetSizes(min_size=least, max_size=most) if any(n is not None and n < 1 for n in (least, most)):
            yield "A limit is at least one user."
        case SetSizes(min_size=None, max_size=None, no_max=False):
            yield "No limit is given."
        case SetWeights(weights=weights) if sum(weights.values()) > 1 + 1e-9:
            yield f"The weights add up to {sum(weights.values()):.0%}, more than 100 %."
        case Reset(revision=number) if number > scene.revisions:
            yield f"There is no revision {number}; there are {scene.revisions}."


def _no_dimension(name: str, scene: Scene) -> str:
    return (
        f"{name} is no dimension of this plan; its dimensions are {', '.join(d.name for d in scene.plan.dimensions)}."
    )
