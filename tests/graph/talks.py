"""A finished run, and conversations about its plan that start from it, each on a thread of its own."""

import copy
import uuid
from pathlib import Path
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from cartjury.graph.build import build_graph
from cartjury.graph.state import State
from tests.carts import AS_OF

MERGE = {"kind": "merge", "segments": ["S01", "S03"]}
RENAME = {"kind": "rename", "segment": "S02", "name": "Warm Hearts"}
ORDER = {"n_users": 3000, "seed": 7, "as_of": str(AS_OF)}


class Talk:
    """A conversation on one thread."""

    def __init__(self, graph: Any, values: dict[str, Any]) -> None:
        self.graph = graph
        self.config: Any = {"configurable": {"thread_id": uuid.uuid4().hex}}
        graph.update_state(self.config, values, as_node="remember")

    def say(self, text: str, **more: Any) -> str:
        """Say something, and return what is answered."""
        self.graph.invoke({"messages": [{"role": "user", "content": text}], **more}, self.config)
        return self.answer

    def edit(self, *edits: dict[str, Any], **more: Any) -> str:
        """Ask for typed edits, and return what is answered."""
        self.graph.invoke({"edits": list(edits), **more}, self.config)
        return self.answer

    def decide(self, kind: str, **more: Any) -> str:
        """Decide as agent-chat-ui does, and return what is answered."""
        self.graph.invoke(Command(resume={"decisions": [{"type": kind, **more}]}), self.config)
        return self.answer

    def do(self, *edits: dict[str, Any], **more: Any) -> State:
        """Ask for typed edits and approve them."""
        self.edit(*edits, **more)
        self.decide("approve")
        return self.state

    @property
    def state(self) -> State:
        return State.model_validate(self.graph.get_state(self.config).values)

    @property
    def answer(self) -> str:
        return str(self.state.messages[-1].text)

    @property
    def asked(self) -> dict[str, Any] | None:
        """What waits for a person."""
        tasks = self.graph.get_state(self.config).tasks
        found = [i.value for t in tasks for i in t.interrupts]
        return found[0] if found else None


class Finished:
    """A finished run."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder = folder
        self.graph = build_graph(checkpointer=InMemorySaver())
        self.config: Any = {"configurable": {"thread_id": "run"}}
        self.graph.invoke({**ORDER, "options": {"out": str(folder), **options}}, self.config)
        self._values = self.graph.get_state(self.config).values

    def talk(self) -> Talk:
        """Start a conversation from where the run ended."""
        return Talk(self.graph, copy.deepcopy(self._values))


def plan_of(state: State) -> str:
    """The plan to the byte."""
    assert state.plan is not None
    return state.plan.to_json()


def hash_of(state: State) -> str:
    assert state.plan is not None
    return state.plan.plan_hash


def names(state: State) -> dict[str, str]:
    assert state.plan is not None
    return {s.id: s.name for s in state.plan.segments}


def shown(talk: Talk) -> dict[str, Any]:
    """The request that waits for a person."""
    assert talk.asked is not None
    (request,) = talk.asked["action_requests"]
    assert isinstance(request, dict)
    return request
