"""Edits in a few words, as the labels of options."""

from collections.abc import Iterable

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
    SetWindow,
    Split,
    Undo,
    Unlock,
)
from cartjury.data.text import one_line


def described(edits: Iterable[Edit]) -> str:
    """Say edits one after the other."""
    return ", then ".join(_one(edit) for edit in edits)


def _one(edit: Edit) -> str:  # noqa: C901, PLR0911, PLR0912 - a table of one line an edit
    match edit:
        case Rename():
            return f"call {edit.segment} {one_line(edit.name, 40)}"
        case Merge():
            return f"merge {listed(edit.segments)}"
        case Split():
            return f"split {edit.segment} by {edit.by}{_where(edit.quantiles, edit.values)}"
        case SetLevels(levels=int() as levels):
            return f"{levels} levels of {edit.dimension}"
        case SetLevels():
            return f"cut {edit.dimension} anew{_where(edit.quantiles, edit.cuts)}"
        case SetCut():
            which = f"cut {edit.position} of" if edit.position else "the cut of"
            at = f"the {edit.quantile:.0%} quantile" if edit.quantile is not None else f"{edit.value:g}"
            return f"move {which} {edit.dimension} to {at}"
        case AddDimension():
            return f"add {edit.column} as a dimension"
        case DropDimension():
            return f"drop the dimension {edit.dimension}"
        case SetWindow():
            return f"a window of {edit.days} days"
        case SetSizes():
            least = [f"at least {edit.min_size:,} users"] if edit.min_size else []
            most = [f"at most {edit.max_size:,} users"] if edit.max_size else ["no maximum"] if edit.no_max else []
            return f"{' and '.join(least + most)} a segment"
        case SetWeights():
            return "weigh " + ", ".join(f"{name} {share:.0%}" for name, share in edit.weights.items())
        case SetPriorities():
            shares = ", ".join(f"{name} {share:g}" for name, share in edit.levels.items())
            return f"priorities of {edit.dimension}: {shares or 'none'}"
        case SetFilter():
            said = " and ".join(f"{c.column} {c.op} {c.value}" for c in edit.conditions)
            return f"only users with {said}" if said else "no filter"
        case Lock():
            return f"lock the name of {listed(edit.segments)}"
        case Unlock():
            return f"unlock the name of {listed(edit.segments)}"
        case AskAgain():
            style = f" ({one_line(edit.guidance, 60)})" if edit.guidance else ""
            return f"ask the jury for another name of {listed(edit.segments)}{style}"
        case Undo():
            return f"undo {edit.steps} step{'s' * (edit.steps > 1)}"
        case Redo():
            return f"redo {edit.steps} step{'s' * (edit.steps > 1)}"
        case Reset():
            return f"go back to revision {edit.revision}"


def _where(quantiles: tuple[float, ...], values: tuple[float, ...]) -> str:
    said = [f"{q:.0%}" for q in quantiles] or [f"{v:g}" for v in values]
    return f" at {listed(said)}{' of the users' * bool(quantiles)}" if said else ""


def listed(parts: Iterable[str]) -> str:
    """Write a list: A, B and C; "all" where there is nothing in it."""
    found = list(parts)
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found) or "all"
