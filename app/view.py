"""What a client sees of a thread: how it stands, and what happens in a turn."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from langchain_core.messages import AIMessage, HumanMessage
from langgraph.types import StateSnapshot
from pydantic import Field

from cartjury.data.chat_records import SegmentLine
from cartjury.data.records import Record
from cartjury.data.revision_records import History, Preview
from cartjury.graph.state import State
from cartjury.tools.lines import segment_lines


class Event(Record):
    """One thing that happened in a turn. `data` is plain JSON and holds no user rows."""

    kind: Literal["started", "node", "note", "message", "preview", "state", "error", "done"]
    data: dict[str, Any] = Field(default_factory=dict)


class View(Record):
    """A thread as it stands.

    Attributes:
        status: "waiting" for a decision on `preview`; "unfinished" was cut off and can be resumed; "failed" stopped
            with `error`; else "idle".
        revision, plan_hash: of the plan that stands; None where none was published yet.
        segments: best first, those without users last.
        messages: the chat, each with `role` and `content`.
    """

    status: Literal["idle", "waiting", "failed", "unfinished"]
    revision: int | None = None
    plan_hash: str | None = None
    segments: tuple[SegmentLine, ...] = ()
    preview: Preview | None = None
    messages: tuple[dict[str, str], ...] = ()
    history: History | None = None
    error: str = ""


def events_of(task: Mapping[str, Any], *, inside: bool) -> Iterator[Event]:
    """What a task that starts or ends means to a client."""
    if "input" in task:
        yield Event(kind="started", data={"node": task["name"], "inside_jury": inside})
        return
    if task.get("error"):
        return
    yield Event(kind="node", data={"node": task["name"], "inside_jury": inside})
    result = dict(task["result"] or {})
    for message in result.get("messages", ()) if not inside else ():
        yield Event(kind="message", data={"role": "assistant", "content": message["content"]})


def view_of(saved: StateSnapshot) -> View:
    """What a saved state says of its thread."""
    if not saved.values.get("options"):
        return View(status="unfinished")
    state = State.model_validate(saved.values)
    waiting = any(task.interrupts for task in saved.tasks)
    error = next((str(task.error) for task in saved.tasks if task.error), "")
    status: Literal["idle", "waiting", "failed", "unfinished"] = "unfinished" if saved.next else "idle"
    plan, history = state.plan, state.history
    lines = segment_lines(plan, state.profiles, state.scores) if plan and state.scores else ()
    return View(
        status="waiting" if waiting else "failed" if error else status,
        revision=history.current.number if history else None,
        plan_hash=history.current.plan_hash if history else None,
        segments=lines,
        preview=state.preview if waiting else None,
        messages=tuple(_message(m) for m in state.messages if isinstance(m, HumanMessage | AIMessage)),
        history=history,
        error=error,
    )


def _message(message: HumanMessage | AIMessage) -> dict[str, str]:
    return {"role": "user" if isinstance(message, HumanMessage) else "assistant", "content": str(message.text)}
