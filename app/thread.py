"""A thread: the folder of a run, its checkpoints, and what is said about its plan.

Terminal and server open a thread for one turn at a time; whoever comes meanwhile is told who is at it. All of it is on
disk after every node, so a thread that was killed goes on where it was, also while it waits for approval.
"""

import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.types import Command, StateSnapshot

from cartjury.app.view import Event, View, events_of, view_of
from cartjury.data.edit_records import Edit, Redo, Reset, Undo
from cartjury.data.errors import InputError
from cartjury.data.model_records import ModelTable
from cartjury.data.places import absolute
from cartjury.data.revision_records import Decision
from cartjury.graph.approval import read_decision
from cartjury.graph.build import Compiled, build_graph
from cartjury.graph.folders import WORK, locked, make_work, spare_input, spare_record
from cartjury.graph.state import Input
from cartjury.graph.tracing import of_thread

CHECKPOINTS: Final = "checkpoints.sqlite"
THREAD: Final[RunnableConfig] = {"configurable": {"thread_id": "run"}}


@asynccontextmanager
async def open_thread(
    folder: Path, table: ModelTable | None = None, roots: tuple[Path, ...] | None = None, *, new: bool = False
) -> AsyncIterator["Thread"]:
    """Open the thread of a run for one turn.

    Args:
        folder: of the run.
        table: the models that can be asked; None: those that come with cartjury.
        roots: folders that the caller may name; None trusts the caller.
        new: make it.

    Raises:
        InputError: there is none, or it is a copy of another one.
        BusyError: somebody else is at it.
    """
    if not new and not (folder / WORK / CHECKPOINTS).is_file():
        raise InputError(f"{folder} holds no run that could be talked about (its {WORK}/{CHECKPOINTS} is missing)")
    notes: list[str] = []
    make_work(folder)
    with locked(folder), readable(folder):
        async with AsyncSqliteSaver.from_conn_string(str(folder / WORK / CHECKPOINTS)) as saver:
            graph = build_graph(roots, saver, table, notes.append)
            at_home(folder, await graph.aget_state(THREAD))
            yield Thread(folder, graph, notes)


class Thread:
    """A thread that is open. Every turn is a stream of events, and is on disk as it goes."""

    def __init__(self, folder: Path, graph: Compiled, notes: list[str]) -> None:
        self.folder = folder
        self._graph = graph
        self._notes = notes

    async def look(self) -> View:
        """The thread as it stands."""
        saved = await self._graph.aget_state(THREAD)
        return view_of(saved)

    async def order(self, given: Input) -> AsyncIterator[Event]:
        """Run the main job.

        Raises:
            InputError: bad input.
        """
        async for event in self._turn(ordered(given, self.folder)):
            yield event

    async def say(self, text: str, by: str) -> AsyncIterator[Event]:
        """Say something about the plan; a preview that waits is set aside.

        Raises:
            InputError: the thread was cut off and has to be resumed first.
        """
        await self._rested()
        async for event in self._turn({"messages": [{"role": "user", "content": text}], "by": by}):
            yield event

    async def edit(self, edits: Sequence[Edit], by: str) -> AsyncIterator[Event]:
        """Ask for typed edits, in this order.

        Raises:
            InputError: see `say`.
        """
        await self._rested()
        async for event in self._turn({"edits": [e.model_dump(mode="json") for e in edits], "by": by}):
            yield event

    async def travel(self, wish: Undo | Redo | Reset, by: str) -> AsyncIterator[Event]:
        """Go to another revision of the thread.

        Raises:
            InputError: see `say`.
        """
        async for event in self.edit([wish], by):
            yield event

    async def decide(self, decision: Decision) -> AsyncIterator[Event]:
        """Decide on the preview that waits.

        Raises:
            InputError: none waits, or the decision is on another one; nothing is changed then.
        """
        view = await self.look()
        if view.preview is None:
            raise InputError("nothing waits for approval in this thread")
        said = decision.model_dump(mode="json", exclude_none=True)
        read_decision(said, view.preview)
        async for event in self._turn(Command(resume={"decisions": [said]})):
            yield event

    async def resume(self) -> AsyncIterator[Event]:
        """Go on with what was cut off; where nothing was, nothing happens."""
        view = await self.look()
        if view.status in {"unfinished", "failed"}:
            async for event in self._turn(None):
                yield event

    async def _rested(self) -> None:
        view = await self.look()
        if view.revision is None:
            why = f" ({view.error})" if view.error else ""
            raise InputError(f"the run in {self.folder} has no finished plan yet{why}: there is nothing to talk about")
        if view.status == "unfinished":
            raise InputError(f"the last turn of {self.folder} was cut off: resume it first")

    async def _turn(self, given: object) -> AsyncIterator[Event]:
        config = of_thread(self.folder, THREAD)
        stream = self._graph.astream(given, config, stream_mode="tasks", subgraphs=True, durability="sync")
        async for chunk in stream:
            path, task = cast("tuple[tuple[str, ...], dict[str, Any]]", chunk)
            for event in (*self._said(), *events_of(task, inside=bool(path))):
                yield event
        for event in self._said():
            yield event
        view = await self.look()
        if view.preview is not None:
            yield Event(kind="preview", data=view.preview.model_dump(mode="json"))
        state = {"status": view.status, "revision": view.revision, "plan_hash": view.plan_hash}
        yield Event(kind="state", data=state)
        yield Event(kind="done")

    def _said(self) -> Iterator[Event]:
        while self._notes:
            yield Event(kind="note", data={"text": self._notes.pop(0)})


def ordered(given: Input, folder: Path) -> dict[str, Any]:
    """An order as LangGraph's state holds it: plain JSON, with absolute paths, so that it can be resumed from anywhere.

    Raises:
        InputError: the results would overwrite what is read.
    """
    asked = given.model_dump(mode="json", exclude={"messages", "edits", "turn"}, exclude_none=True)
    asked["options"]["out"] = str(folder.absolute())
    if given.input_path:
        spare_input(given.input_path, folder)
        asked["input_path"] = absolute(given.input_path)
    if given.replay:
        spare_record(Path(given.replay), folder)
        asked["replay"] = str(Path(given.replay).absolute())
    return asked


def at_home(folder: Path, saved: StateSnapshot) -> None:
    """Refuse a run that was moved or copied: it would write where it came from.

    Raises:
        InputError: it says where that is.
    """
    order = saved.values.get("options")
    if order and Path(order["out"]).resolve() != folder.resolve():
        raise InputError(
            f"the run in {folder} was made in {order['out']}, and its files are kept there: "
            "move it back to go on with it, or run it anew here"
        )


@contextmanager
def readable(folder: Path) -> Iterator[None]:
    """Say it plainly where the checkpoints of a thread are damaged.

    Raises:
        InputError: they are.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise InputError(f"the checkpoints of {folder} cannot be used: {error}") from error
