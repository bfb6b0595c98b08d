"""The whole graph on one screen.

START -+-> generate -+-> load -> universe -> bucket -> size -> profile -> jury -> name -> score -> certify -> publish
       +-------------+

jury:  START -> creative_marketer  -+
                growth_strategist   +-> ballots -> judge -+-> record -> END
                data_scientist      |                     |
                risk_manager       -+                     |
                ^                                         |
                +--------------- debate <-----------------+  (contested segments only, two rounds at most)
"""

from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from cartjury.data.jury_records import PERSONAS
from cartjury.graph import jury_nodes, nodes, routes
from cartjury.graph.state import Input, JuryInput, JuryOutput, JuryState, State

Compiled = CompiledStateGraph[Any, Any, Any, Any]


def build_graph(
    roots: tuple[Path, ...] | None = None, checkpointer: BaseCheckpointSaver[Any] | None = None
) -> Compiled:
    """Wire the main job.

    Args:
        roots: folders that a caller may name; None trusts the caller (command line, notebook).
        checkpointer: where the state is kept after every node; None: nowhere.
    """
    graph = StateGraph(State, input_schema=Input)
    graph.add_node("prepare", nodes.timed("prepare", nodes.prepare(roots)))
    graph.add_node("generate", nodes.timed("generate", nodes.generate))
    graph.add_node("load", nodes.timed("load", nodes.load))
    graph.add_node("universe", nodes.timed("universe", nodes.universe))
    graph.add_node("bucket", nodes.timed("bucket", nodes.bucket))
    graph.add_node("size", nodes.timed("size", nodes.size))
    graph.add_node("profile", nodes.timed("profile", nodes.profile))
    graph.add_node("jury", build_jury())
    graph.add_node("name", nodes.timed("name", nodes.name))
    graph.add_node("score", nodes.timed("score", nodes.score))
    graph.add_node("certify", nodes.timed("certify", nodes.certify))
    graph.add_node("publish", nodes.timed("publish", nodes.publish))

    graph.add_edge(START, "prepare")
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
    graph.add_edge("publish", END)
    return graph.compile(checkpointer=checkpointer, name="cartjury")


def build_jury() -> Compiled:
    """Wire the jury, a graph of its own that Studio can open alone."""
    jury = StateGraph(JuryState, input_schema=JuryInput, output_schema=JuryOutput)
    for persona in PERSONAS:
        jury.add_node(persona, jury_nodes.juror(persona))
        jury.add_edge(START, persona)
    jury.add_node("ballots", jury_nodes.ballots)
    jury.add_node("judge", jury_nodes.judge)
    jury.add_node("debate", jury_nodes.debate)
    jury.add_node("record", jury_nodes.record)

    jury.add_edge(list(PERSONAS), "ballots")  # waits for all four
    jury.add_edge("ballots", "judge")
    jury.add_conditional_edges("judge", routes.after_the_vote)
    jury.add_conditional_edges("debate", routes.all_jurors)
    jury.add_edge("record", END)
    return jury.compile(name="jury")
