"""What a clause can refer to: the scene, and what the clauses before it would have done to it."""

from dataclasses import dataclass, replace

from cartjury.data.chat_records import Scene, SegmentLine
from cartjury.data.edit_records import AskAgain, Edit, Lock, Merge, Rename, SetPriorities, SetWeights, Split, Unlock

Ids = tuple[str, ...]


@dataclass(frozen=True)
class View:
    """A scene as a clause finds it.

    Attributes:
        focus: what "it" and "them" mean.
        gone: segments that an earlier clause merged into others, and into which.
        stale: an earlier clause changes who is where, so ranks, sizes and rules of the scene hold no longer.
        clause: number of the clause, from 0.
        parted: an earlier clause splits a segment, so "it" means no part for sure.
        spoken: segments that remarks before this clause spoke of.
        topic: columns and components of the score that "it" means, where a remark spoke of one feature only.
    """

    scene: Scene
    focus: Ids
    gone: tuple[tuple[str, str], ...] = ()
    stale: bool = False
    clause: int = 0
    parted: bool = False
    topic: frozenset[str] = frozenset()
    spoken: Ids = ()

    @property
    def lines(self) -> tuple[SegmentLine, ...]:
        """The segments, best first."""
        return self.scene.lines

    @property
    def ids(self) -> Ids:
        """All ids, in order."""
        return tuple(sorted(line.id for line in self.lines))

    @property
    def peopled(self) -> Ids:
        """The ids of segments with users, in order; "all segments" means these."""
        return tuple(sorted(line.id for line in self.lines if line.rank is not None)) or self.ids

    def after(self, edits: tuple[Edit, ...]) -> "View":
        """What the next clause finds."""
        view = self
        for edit in edits:
            view = view._after(edit)
        return replace(view, clause=view.clause + 1, spoken=())

    def _after(self, edit: Edit) -> "View":
        match edit:
            case Merge(segments=ids):
                first = min(ids)
                return replace(
                    self, focus=(first,), stale=True, gone=(*self.gone, *((i, first) for i in ids if i != first))
                )
            case Split():
                return replace(self, focus=(), stale=True, parted=True)
            case Rename(segment=segment):
                return replace(self, focus=(segment,))
            case Lock(segments=ids) | Unlock(segments=ids) | AskAgain(segments=ids):
                return replace(self, focus=ids or self.focus)
            case SetWeights() | SetPriorities():
                return replace(self, stale=True)
        return replace(self, stale=True)


def first_view(scene: Scene) -> View:
    """What the first clause finds; of what was talked of, only what there still is."""
    there = {line.id for line in scene.lines}
    return View(scene, tuple(dict.fromkeys(i for i in scene.focus if i in there)))
