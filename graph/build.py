"""The whole graph on one screen.

START -> prepare -+-> generate -+-> load -> universe -> bucket -> size -> profile -> jury -> name -+
  |               +-------------+                                            ^                     |
  |                                               END <- remember <- publish <- certify <- score <-+
  |                                                                          |
  +----> listen -+-> preview -> approve -+-> apply ---------------------------+      (a thread that has a plan)
                 |      ^---- (edit) ----+-> END
                 +-> travel -> END           (undo, redo, reset)
                 +-> reply -> END            (answers, questions back, refusals)

jury:  START -> convene -> creative_marketer  -+
                           growth_strategist   +-> quorum -> ballots -> judge -+-> record -> END
                           data_scientist      |                               |
                           risk_manager       -+                               |
                           ^                                                   |
                           +-------------------- debate <----------------------+  (contested segments only)
       without names to ask for: convene -> record
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from langchain_core.messages import HumanMessage, convert_to_messages
from langchain_core.runnables import RunnableLambda
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from pydantic import BaseModel

from cartjury.agents.desk import PAUSE
from cartjury.agents.desks import Desks
from cartjury.data.jury_records import PERSONAS
from cartjury.data.model_records import ModelTable
from cartjury.data.model_table import load_table
from cartjury.graph import chat_nodes, jury_nodes, nodes, routes, tracing
from cartjury.graph.chat_nodes import Chat
from cartjury.graph.state import TALK, Input, JuryInput, JuryOutput, JuryQuestion, JuryState, State

Compiled = CompiledStateGraph[Any, Any, Any, Any]


def build_graph(
    roots: tuple[Path, ...] | None = None,
    checkpointer: BaseCheckpointSaver[Any] | None = None,
    table: ModelTable | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Compiled:
    """Wire the main job.

    Args:
        roots: folders that a caller may name; None trusts the caller (command line, notebook).
        checkpointer: where the state is kept after every node; None: nowhere.
        table: the models that a jury can seat; None: those that come with cartjury.
        tell: told where the jury waits for long.
    """
    graph = StateGraph(State, input_schema=Input)

    def add(name: str, node: nodes.Node) -> None:
        graph.add_node(name, nodes.watched(name, node, roots))

    add("prepare", nodes.prepare if roots is None else nodes.prepare_apart)
    add("generate", nodes.generate)
    add("load", nodes.load)
    add("universe", nodes.universe)
    add("bucket", nodes.bucket)
    add("size", nodes.size)
    add("profile", nodes.profile)
    graph.add_node("jury", build_jury(roots, table, tell), input_schema=JuryQuestion)
    add("name", nodes.name)
    add("score", nodes.score)
    add("certify", nodes.certify)
    add("publish", nodes.publish)
    add("remember", nodes.remember)
    add_chat(graph, add, Chat(Desks(table or load_table(None), os.environ, tell)))

    graph.add_conditional_edges(START, routes.order_or_talk)
    graph.add_conditional_edges("prepare", routes.where_carts_come_from)
    graph.add_edge("generate", "load")
    graph.add_edge("load", "universe")
    graph.add_edge("universe", "bucket")
    graph.add_edge("bucket", "size")
    graph.add_edge("size", "profile")
    graph.add_edge("profile", "jury")
    graph.add_edge("jury", "name")
    graph.add_edge("name", "score")
    graph.add_edge("score", "certify")
    graph.add_edge("certify", "publish")
    graph.add_edge("publish", "remember")
    graph.add_edge("remember", END)
    return strict(graph.compile(checkpointer=checkpointer, name="cartjury"), Input)


def add_chat(graph: StateGraph[Any, Any, Any, Any], add: Callable[[str, nodes.Node], None], chat: Chat) -> None:
    """Wire what is said on a thread that has a plan."""
    add("listen", chat.listen)
    add("preview", chat.preview)
    add("approve", chat_nodes.approve)
    add("apply", chat_nodes.apply)
    add("travel", chat_nodes.travel)
    add("reply", chat_nodes.reply)
    graph.add_conditional_edges("listen", routes.after_listening)
    graph.add_conditional_edges("preview", routes.after_the_preview)
    graph.add_conditional_edges("approve", routes.after_the_decision)
    graph.add_edge("apply", "profile")
    graph.add_edge("travel", END)
    graph.add_edge("reply", END)


def build_jury(
    roots: tuple[Path, ...] | None = None,
    table: ModelTable | None = None,
    tell: Callable[[str], None] | None = None,
    pause: float = PAUSE,
    desks: Desks | None = None,
) -> Compiled:
    """Wire the jury, a graph of its own that Studio can open alone.

    Args:
        roots: as for `build_graph`.
        table: as for `build_graph`.
        tell: as for `build_graph`.
        pause: seconds, at least, before a request is made again.
        desks: where its models are asked; None: desks of this table, with the environment of the process.
    """
    tracing.switch_on()
    asked_at = desks or Desks(table or load_table(None), os.environ, tell, pause)
    room = jury_nodes.Room(asked_at, roots)
    jury = StateGraph(JuryState, input_schema=JuryInput, output_schema=JuryOutput)

    def add(name: str, node: jury_nodes.JuryNode) -> None:
        jury.add_node(name, jury_nodes.OnTheLoop(node))

    add("convene", room.convene)
    for persona in PERSONAS:
        add(persona, room.juror(persona))
    add("quorum", room.quorum)
    add("ballots", room.ballots)
    add("judge", room.judge)
    add("debate", room.debate)
    add("record", room.record)

    jury.add_edge(START, "convene")
    jury.add_conditional_edges("convene", routes.who_is_heard, [*PERSONAS, "record"])
    jury.add_edge(list(PERSONAS), "quorum")  # waits for all four
    jury.add_edge("quorum", "ballots")
    jury.add_edge("ballots", "judge")
    jury.add_conditional_edges("judge", routes.after_the_vote)
    jury.add_conditional_edges("debate", routes.all_jurors, list(PERSONAS))
    jury.add_edge("record", END)
    return strict(jury.compile(name="jury"), JuryInput)


def strict(graph: Compiled, schema: type[BaseModel]) -> Compiled:
    """Check and complete what a caller gives before anything runs.

    LangGraph drops keys it does not know: a mistyped `input_path` would segment made-up users. And it keeps
    the keys of a thread's run before: a whole new order must not inherit its `as_of`, nor a message the edits of the
    turn before. Talk alone (messages, edits, by) leaves the order as it stands.
    """

    def checked(given: dict[str, Any] | BaseModel) -> dict[str, Any]:
        order = dict(given)
        if "turn" in order:
            raise ValueError("turn is decided by the graph: leave it out")
        said = {key: order.pop(key) for key in TALK & order.keys()}
        messages = {"messages": said.pop("messages")} if "messages" in said else {}  # its reducer checks it
        if order and said.get("edits"):
            raise ValueError("edits change the plan of a thread: give them without an order, after its run")
        known = {key for key in TALK if key in schema.model_fields}
        whole = schema.model_validate({**order, **said}).model_dump(mode="json", exclude={"messages"})
        if not known:
            return whole
        talk = not order and bool(said or messages)
        if talk and not said.get("edits") and not _says_something(messages.get("messages")):
            raise ValueError("nothing is said: give a message of the user, or edits")
        if not talk:
            return {**whole, **messages, "turn": "order"}
        return {**{key: whole[key] for key in known - {"messages"}}, **messages, "turn": "talk"}

    graph.nodes[START].bound = RunnableLambda(checked)
    return graph


def _says_something(messages: Any) -> bool:
    """Whether a person speaks in what was given: else the message before would be heard again."""
    given = convert_to_messages(messages if isinstance(messages, list) else [messages]) if messages else []
    return any(isinstance(message, HumanMessage) for message in given)
