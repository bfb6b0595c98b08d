"""A thread without a graph: it remembers what was asked of it in a file, and does what the words say.

| said | what happens |
|---|---|
| merge ... | a preview waits |
| wait | the turn goes on until `gate` is opened |
| break | an event, then bad input |
| boom | an event, then a fault that nobody foresaw |
| refuse | refused before anything happened |
| anything else | it is said back |
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

from cartjury.app.thread import CHECKPOINTS
from cartjury.app.view import Event, View
from cartjury.data.chat_records import SegmentLine
from cartjury.data.edit_records import Edit, Merge, Redo, Reset, Undo
from cartjury.data.errors import BusyError, EditError, InputError
from cartjury.data.revision_records import Decision, History, Journey, Preview, Revision
from cartjury.data.run_records import Certificate, Universe
from cartjury.data.step_records import MergeStep, ResolvedEdit
from cartjury.graph.folders import WORK
from cartjury.graph.state import Input
from tests.tools.plan_examples import twelve

VIEW = "fake.json"
ELSEWHERE = "elsewhere"  # a file that stands for another program's lock
PLAN = twelve(names={"S01": "<script>alert(1)</script>"})
FILES = {"mece_strategy.csv": "Segment Name\n", "plan.json": "{}\n"}


def line(segment: str, name: str) -> SegmentLine:
    return SegmentLine(
        id=segment,
        name=name,
        named_by="person",
        rule="AOV_Low",
        in_words="low order value",
        users=40,
        rank=1,
        overall=0.5,
        valid=True,
        locked=False,
    )


LINES = (line("S01", "<script>alert(1)</script>"), line("S02", '=cmd|"/c calc"!A0\u202e'))


def preview_of(base: str) -> Preview:
    """What a merge of S01 and S02 would do; its hash is one further than the base's."""
    merge = MergeStep(segments=("S01", "S02"), sizes=(40, 40), reason="asked for")
    wish = ResolvedEdit(edit=Merge(segments=("S01", "S02")), steps=(merge,), said="S02 joins S01.")
    proof = Certificate(
        plan_hash="p",
        predicates={},
        witnesses=1,
        rule_space_proven=True,
        users=80,
        claimed_once=80,
        sizes={},
        data_proven=True,
    )
    return Preview(
        edits=(wish,),
        base_revision=1,
        base_hash=base,
        plan_hash=f"{int(base, 16) + 1:064x}",
        plan=PLAN,
        universe=Universe(as_of=date(2026, 10, 1), window_days=7, size=80),
        profiles=(),
        scores=(),
        certificate=proof,
        before=LINES,
        after=LINES[:1],
        moves=(),
    )


def words(preview: Preview) -> str:
    return " ".join(edit.said for edit in preview.edits)


class FakeThread:
    """One that is open. `gate`: what "wait" waits for."""

    def __init__(self, folder: Path, gate: asyncio.Event) -> None:
        self.folder, self._gate = folder, gate

    @property
    def _file(self) -> Path:
        return self.folder / WORK / VIEW

    async def look(self) -> View:
        return View.model_validate_json(self._file.read_bytes()) if self._file.exists() else View(status="unfinished")

    def _keep(self, view: View) -> View:
        (self.folder / WORK / CHECKPOINTS).touch()
        self._file.write_text(view.model_dump_json(), encoding="utf-8")
        return view

    async def order(self, given: Input) -> AsyncIterator[Event]:
        if given.seed == 13:
            raise InputError("this seed is refused")
        self._keep(View(status="unfinished"))
        yield Event(kind="started", data={"node": "prepare"})
        if given.seed == 666:
            self._keep(View(status="failed", error="row 1, column engagement_score: '7'"))
            raise InputError("row 1, column engagement_score: '7'")
        entries = {name: {"sha256": "0" * 64, "bytes": len(text)} for name, text in FILES.items()}
        for name, text in FILES.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        (self.folder / "manifest.json").write_text(json.dumps(manifest(self.folder.name, entries)), encoding="utf-8")
        first = Revision(number=1, plan_hash="1", by="user", at="2026-10-01T00:00:00", folder=str(self.folder))
        history = History(revisions=(first,), way=(1,))
        self._keep(View(status="idle", revision=1, plan_hash=f"{1:064x}", segments=LINES, history=history))
        yield Event(kind="done")

    async def say(self, text: str, by: str) -> AsyncIterator[Event]:
        if text == "refuse":
            raise EditError("a minimum of 30,000 is more than the universe of 80")
        view = await self.look()
        said = (*view.messages, {"role": "user", "content": text, "by": by})
        yield Event(kind="message", data=said[-1])
        if text == "boom":
            raise RuntimeError("secret of the inside")
        if text == "break":
            raise InputError("it broke in the middle")
        if text == "wait":
            await self._gate.wait()
        preview = preview_of(view.plan_hash or "0") if text.startswith("merge") else None
        self._keep(
            view.model_copy(update={"status": "waiting" if preview else "idle", "messages": said, "preview": preview})
        )
        if preview:
            yield Event(kind="preview", data=preview.model_dump(mode="json"))
        yield Event(kind="done")

    async def edit(self, edits: Sequence[Edit], by: str) -> AsyncIterator[Event]:
        async for event in self.say(f"merge {[e.kind for e in edits]}", by):
            yield event

    async def decide(self, decision: Decision) -> AsyncIterator[Event]:
        view = await self.look()
        assert view.preview
        if decision.plan_hash != view.preview.plan_hash:
            raise InputError("the service lets this through")
        yield Event(kind="node", data=decision.model_dump(mode="json"))
        self._keep(view.model_copy(update={"status": "idle", "preview": None, "plan_hash": view.preview.plan_hash}))
        yield Event(kind="done")

    async def travel(self, wish: Undo | Redo | Reset, by: str) -> AsyncIterator[Event]:
        view = await self.look()
        assert view.history
        journey = Journey(what=wish.kind, revision=1, by=by, at="2026-10-01T00:00:00", reason=wish.model_dump_json())
        history = view.history.model_copy(update={"journeys": (*view.history.journeys, journey)})
        self._keep(view.model_copy(update={"history": history}))
        yield Event(kind="node", data=wish.model_dump(mode="json"))
        yield Event(kind="done")

    async def resume(self) -> AsyncIterator[Event]:
        view = await self.look()
        if view.status in {"unfinished", "failed"}:
            yield Event(kind="node", data={"node": "resumed"})
            self._keep(view.model_copy(update={"status": "idle", "error": ""}))
            yield Event(kind="done")


class FakeThreads:
    """Opens them, each once at a time."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.roots: tuple[Path, ...] = ()
        self._open: set[Path] = set()

    @asynccontextmanager
    async def __call__(self, folder: Path, *, new: bool = False) -> AsyncIterator[FakeThread]:
        work = folder / WORK
        if not new and not (work / CHECKPOINTS).is_file():
            raise InputError(f"{folder} holds no run")
        if folder in self._open or (work / ELSEWHERE).exists():
            raise BusyError(f"somebody else is working on {folder}")
        work.mkdir(parents=True, exist_ok=True)
        self._open.add(folder)
        try:
            yield FakeThread(folder, self.gate)
        finally:
            self._open.discard(folder)


def manifest(run: str, files: dict[str, dict[str, object]]) -> dict[str, object]:
    """As small a manifest as there can be."""
    source = {"source": "carts.csv", "generated": False, "path": "carts.csv", "sha256": "0" * 64, "rows": 80}
    return {
        "run_id": run,
        "cartjury": "0.1.0",
        "versions": {},
        "source": source,
        "seed": 1,
        "as_of": "2026-10-01",
        "options": {},
        "plan_hash": "p",
        "segments": 2,
        "users": 80,
        "mece_proven": True,
        "jury": "offline",
        "files": files,
        "timings": {},
    }
