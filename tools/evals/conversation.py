"""A thread without its graph: revisions, the way through them, and what was talked of, as the chat keeps them.

Conversation -> reading -> the Conversation after it, where edits are approved

It goes through the same functions as the graph (resolve_all, gone_to, focus_of); only the jury is left out, so
segments that changed have no name until they are given one (`called`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from cartjury.data.chat_records import Asked, Choice, Reading, WhatIf, Wishes, Wondered
from cartjury.data.edit_records import PlanEdit, Redo, Reset, Undo
from cartjury.data.revision_records import History, Revision
from cartjury.tools.chat_plans import Ground, ground_of, named
from cartjury.tools.edit import resolve_all
from cartjury.tools.focus import focus_of
from cartjury.tools.history import begun, gone_on, gone_to, recent

WHO: Final = {"by": "evaluation", "at": "1970-01-01T00:00:00+00:00", "folder": "-"}  # a Revision needs them


@dataclass(frozen=True)
class Conversation:
    """What stands, and how it came about.

    Attributes:
        grounds: what stands at each revision.
        focus, asked: as in `Talk`.
    """

    history: History
    grounds: Mapping[int, Ground]
    focus: tuple[str, ...] = ()
    asked: Asked | None = None

    @cached_property
    def ground(self) -> Ground:
        """What is talked about now, as a reader is shown it."""
        scene, carts = self.grounds[self.history.current.number]
        shown = {
            "focus": self.focus,
            "recent": recent(self.history),
            "asked": self.asked,
            "revision": self.history.current.number,
            "revisions": len(self.history.revisions),
        }
        return Ground(scene.model_copy(update=shown), carts)

    @property
    def plan_hash(self) -> str:
        """Of the plan that stands."""
        return self.history.current.plan_hash

    def called(self, names: Mapping[str, str]) -> "Conversation":
        """Return it with names, as a jury gives them, for those segments that have none."""
        scene, carts = self.grounds[self.history.current.number]
        fresh = {s.id: names[s.id] for s in scene.plan.segments if not s.name and s.id in names}
        if not fresh:
            return self
        ground = ground_of(named(scene.plan, fresh), carts)
        return replace(self, grounds={**self.grounds, self.history.current.number: ground})

    def after(self, reading: Reading) -> "Conversation":
        """Return what follows from a reading; edits are approved.

        Raises:
            EditError: it is impossible.
        """
        heard = replace(
            self,
            focus=focus_of(reading, self.focus, self.ground.scene.plan),
            asked=_open_question(reading),
        )
        if not isinstance(reading, Wishes):
            return heard
        first = reading.edits[0]
        if isinstance(first, Undo | Redo | Reset):
            return replace(heard, history=gone_to(self.history, first, WHO["by"], WHO["at"]))
        return heard._edited(tuple(e for e in reading.edits if not isinstance(e, Undo | Redo | Reset)))

    def _edited(self, edits: tuple[PlanEdit, ...]) -> "Conversation":
        scene, carts = self.grounds[self.history.current.number]
        done = resolve_all(edits, scene.plan, carts)
        number, parent = len(self.history.revisions) + 1, self.history.current.number
        made = {"number": number, "parent": parent, "plan_hash": done.plan.plan_hash, "edits": done.edits, **WHO}
        history = gone_on(self.history, Revision.model_validate(made))
        return replace(self, history=history, grounds={**self.grounds, number: ground_of(done.plan, done.carts)})


def begin(ground: Ground) -> Conversation:
    """Begin at a plan as it was first published; what was talked of before is kept."""
    first = Revision.model_validate({"number": 1, "plan_hash": ground.scene.plan.plan_hash, **WHO})
    return Conversation(begun(first), {1: ground}, ground.scene.focus, ground.scene.asked)


def _open_question(reading: Reading) -> Asked | None:
    """A question back stays open for the next message; so does the offer to do what was wondered about."""
    if isinstance(reading, Asked):
        return reading
    if isinstance(reading, Wondered) and isinstance(reading.topic, WhatIf):
        offer = Choice(label="do it", reading=Wishes(edits=tuple(reading.topic.edits)))
        return Asked(question="Shall it be put before you for approval?", options=(offer,))
    return None
