"""Whether a wish goes the way its verb says: "shorten the window to 10 days" where it has 7 would lengthen it."""

from collections.abc import Iterator
from typing import Final

from cartjury.data.chat_words import chat_words
from cartjury.data.edit_records import Edit, SetLevels, SetSizes, SetWeights, SetWindow
from cartjury.tools.understand.match import Line
from cartjury.tools.understand.trouble import Trouble
from cartjury.tools.understand.view import View

CUTTING: Final = frozenset({"cut"})
LIMITS: Final = frozenset({"limit", "bound", "cap", "size", "ceiling", "to"})  # "lower limit", "up to" say no way


def against_verb(line: Line, at: int, end: int, edits: tuple[Edit, ...]) -> Trouble | None:
    """Say that a value does not lie on the side of the present one that the verb of the clause names.

    Args:
        line: what is read.
        at: where the clause begins.
        end: where it ends.
        edits: what it comes to.

    Returns:
        A question that offers the wish as it was written; None where it goes the right way, or none is named.
    """
    ways = {way for way in ("growing", "shrinking") if _says(line, at, end, way)}
    if len(ways) != 1:
        return None
    grows = ways == {"growing"}
    for what, now, wanted in (found for edit in edits for found in _values(edit, line.view)):
        if (wanted > now) != grows or wanted == now:
            side = "above" if grows else "below"
            return Trouble(
                f"{what} is {now:,g} now, and {wanted:,g} is not {side} it. Shall it be {wanted:,g}?", options=(edits,)
            )
    return None


def _says(line: Line, at: int, end: int, way: str) -> bool:
    words = chat_words().words
    if line.word(at) in _cutting(line, at, end):
        return False
    first = any(line.word(stop) not in LIMITS for stop in line.any_of(words[f"{way}_first"], at))
    return first or any(True for i in range(at, end) for _ in line.any_of(words[f"{way}_verbs"], i))


def _cutting(line: Line, at: int, end: int) -> frozenset[str]:
    """What is cut into parts gets more of them; what is cut to a number gets less."""
    return CUTTING if any(line.word(i) in {"in", "into"} for i in range(at, end)) else frozenset()


def _values(edit: Edit, view: View) -> Iterator[tuple[str, float, float]]:
    """What an edit sets: its name, its present value and the wanted one."""
    plan = view.scene.plan
    match edit:
        case SetWindow():
            yield "The window in days", plan.window_days, edit.days
        case SetSizes():
            if edit.min_size is not None:
                yield "The minimum size", plan.size_policy.min_size, edit.min_size
            if edit.max_size is not None and plan.size_policy.max_size is not None:
                yield "The maximum size", plan.size_policy.max_size, edit.max_size
        case SetWeights():
            yield from ((f"The weight of {m}", getattr(plan.weights, m), share) for m, share in edit.weights.items())
        case SetLevels(levels=int() as levels):
            cuts = (len(d.cuts) for d in plan.dimensions if d.name == edit.dimension)
            yield from ((f"The number of levels of {edit.dimension}", n + 1, levels) for n in cuts)
