"""The compiled graphs are the pictures in build.py: what Studio draws is what runs."""

import itertools
from collections.abc import Iterable

from langgraph.graph import END, START

from cartjury.data.jury_records import PERSONAS
from cartjury.graph import build
from cartjury.graph.build import Compiled, build_graph, build_jury

Edges = set[tuple[str, str]]


def edges(graph: Compiled, *, conditional: bool) -> Edges:
    return {(e.source, e.target) for e in graph.get_graph().edges if e.conditional == conditional}


def chain(*names: str) -> Edges:
    return set(itertools.pairwise(names))


def pictured(names: Iterable[str]) -> list[str]:
    """The names that the picture on top of build.py lacks."""
    return [name for name in names if name.strip("_") not in (build.__doc__ or "").lower()]


def test_the_main_job_is_one_line_with_one_fork() -> None:
    line = ("load", "universe", "bucket", "size", "profile", "jury", "name", "score", "certify", "publish", "remember")

    assert edges(build_graph(), conditional=False) >= {("generate", "load")} | chain(*line, END)
    assert edges(build_graph(), conditional=True) >= {(START, "prepare"), ("prepare", "generate"), ("prepare", "load")}


def test_what_is_approved_in_the_chat_goes_the_way_of_the_main_job_from_its_profile_on() -> None:
    ends = {("travel", END), ("reply", END)}
    line = edges(build_graph(), conditional=False) - ends

    assert {source for source, target in line if target == "profile"} == {"size", "apply"}
    assert {source for source, target in edges(build_graph(), conditional=True) if target == "apply"} == {"approve"}
    assert edges(build_graph(), conditional=False) >= ends


def test_the_jury_hears_four_side_by_side_and_loops_through_the_debate() -> None:
    line = {(START, "convene"), ("record", END)} | chain("quorum", "ballots", "judge")
    asked = {(before, p) for before in ("convene", "debate") for p in PERSONAS}

    assert edges(build_jury(), conditional=False) == line | {(p, "quorum") for p in PERSONAS}
    assert edges(build_jury(), conditional=True) == asked | {
        ("judge", "debate"),
        ("judge", "record"),
        ("convene", "record"),  # no names are asked for
    }


def test_the_jury_is_seen_inside_the_main_graph() -> None:
    inside = {name for name in build_graph().get_graph(xray=True).nodes if name.startswith("jury:")}

    assert {"jury:judge", "jury:debate", *(f"jury:{p}" for p in PERSONAS)} <= inside


def test_the_picture_names_every_node() -> None:
    names = [*build_graph().get_graph().nodes, *build_jury().get_graph().nodes]

    assert pictured(names) == []


def test_a_server_client_may_send_the_keys_of_the_order_and_no_others() -> None:
    order = {"input_path", "n_users", "seed", "as_of", "options", "replay", "messages", "edits", "by"}

    assert set(build_graph().get_input_jsonschema()["properties"]) == order
    assert set(build_jury().get_input_jsonschema()["properties"]) == {
        *("briefs", "taken", "guidance", "seed", "options", "replay", "run")
    }
