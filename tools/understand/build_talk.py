"""Undo, redo and reset; questions; and what the chat cannot be told to do."""

from collections.abc import Callable, Mapping
from typing import Final

from cartjury.data.chat_records import Overview, Topic, WhatChanged, WhoIsIn, WhyName, WhyRank
from cartjury.data.edit_records import Edit, Redo, Reset, Undo
from cartjury.tools.understand.match import Caught
from cartjury.tools.understand.trouble import Trouble, impossible
from cartjury.tools.understand.view import View

APPROVAL: Final = "Nothing was approved: a preview is decided at its own prompt, button or call, not in a message."
SHOWN: Final = f"{APPROVAL} What was only shown is done when you say it as a wish."
UNCHANGED: Final = "Nothing was changed."
NOTHING_WAITS: Final = "Nothing is waiting."
BARE: Final = frozenset({APPROVAL, SHOWN, UNCHANGED, NOTHING_WAITS})  # answers to a bare yes or no
Travelled = tuple[Edit, ...] | Trouble
Answered = Topic | Trouble


def _undo_kind(caught: Caught, view: View) -> Travelled:
    recent = view.scene.recent
    if recent and recent[0][0] == caught["kind"]:
        return (Undo(),)
    last = f"The last step was of the kind '{recent[0][0].replace('_', ' ')}'." if recent else "I know of no step."
    return Trouble(
        f"{last} Steps are undone one after the other, the last one first. Undo the last step?", options=((Undo(),),)
    )


def _reset_to(caught: Caught, view: View) -> Travelled:
    return (
        (Reset(revision=caught["n"]),) if 0 < caught["n"] <= view.scene.revisions else _no_revision(caught["n"], view)
    )


def _no_revision(number: int, view: View) -> Trouble:
    there = view.scene.revisions
    return impossible(
        f"There is no revision {number}; there {'is only revision 1' if there == 1 else f'are 1 to {there}'}."
    )


def _steps(caught: Caught, make: Callable[[int], Edit]) -> Travelled:
    return (make(caught["n"]),) if 0 < caught["n"] <= 1000 else impossible(f"{caught['n']} steps cannot be taken.")


TRAVEL: Final[Mapping[str, Callable[[Caught, View], Travelled]]] = {
    "undo": lambda _c, _v: (Undo(),),
    "undo_steps": lambda caught, _: _steps(caught, lambda n: Undo(steps=n)),
    "undo_twice": lambda _c, _v: (Undo(steps=2),),
    "undo_kind": _undo_kind,
    "undo_all": lambda _c, _v: (Reset(),),
    "redo": lambda _c, _v: (Redo(),),
    "redo_twice": lambda _c, _v: (Redo(steps=2),),
    "redo_steps": lambda caught, _: _steps(caught, lambda n: Redo(steps=n)),
    "reset": lambda _c, _v: (Reset(),),
    "reset_to": _reset_to,
}


def _why_name(caught: Caught, view: View) -> Answered:
    segment = caught.get("seg") or (view.focus[0] if len(view.focus) == 1 else None)
    if segment is None:
        return Trouble("Which segment's name do you mean?")
    if caught.get("other", segment) != segment:
        return Trouble(f"Do you ask why {segment} has its name, or about {caught['other']}?")
    return WhyName(segment=segment)


def _why_rank(caught: Caught, view: View) -> Answered:
    """Why a segment is ranked where it is; asked where the question says another place than it has."""
    asked = WhyRank(segment=caught["seg"])
    ranked = [line.id for line in view.lines if line.rank is not None]
    said = {"first": 1, "last": len(ranked)}.get(caught.get("standing", ""))
    if said is None or caught["seg"] not in ranked or ranked[said - 1] == caught["seg"]:
        return asked
    there, place = ranked[said - 1], ranked.index(caught["seg"]) + 1
    return Trouble(
        f"{caught['seg']} is number {place} of {len(ranked)}; {there} is the {caught['standing']} one. Which?",
        topics=(asked, WhyRank(segment=there)),
    )


def _why_above(caught: Caught, _: View) -> Answered:
    if caught["a"] == caught["b"]:
        return impossible(f"{caught['a']} cannot be compared with itself.")
    return WhyRank(segment=caught["a"], against=caught["b"])


def _changed_since(caught: Caught, view: View) -> Answered:
    there = 0 < caught["n"] <= view.scene.revisions
    return WhatChanged(since=caught["n"]) if there else _no_revision(caught["n"], view)


def _cancel(_: Caught, view: View) -> Answered:
    return Trouble(UNCHANGED if view.scene.asked else NOTHING_WAITS, impossible=True, final=True)


QUESTIONS: Final[Mapping[str, Callable[[Caught, View], Answered]]] = {
    "why_name": _why_name,
    "why_rank": _why_rank,
    "why_above": _why_above,
    "who_is_in": lambda caught, _: WhoIsIn(segment=caught["seg"]),
    "what_changed": lambda _c, _v: WhatChanged(),
    "what_changed_since": _changed_since,
    "what_changed_start": lambda _c, _v: WhatChanged(since=1),
    "overview": lambda _c, _v: Overview(),
    "history": lambda _c, _v: Overview(of="history"),
    "help": lambda _c, _v: Overview(of="help"),
    "approve": lambda _c, _v: Trouble(APPROVAL, impossible=True, final=True),
    "do_it": lambda _c, _v: Trouble(SHOWN, impossible=True, final=True),
    "cancel": _cancel,
}
