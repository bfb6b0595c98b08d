"""How a run of a trace looks, made of what langchain notes of it."""

from collections.abc import Callable

import pytest
from langchain_core.tracers.core import _TracerCore
from langgraph.errors import GraphInterrupt
from langgraph.types import Interrupt

from cartjury.data.dimension_wishes import with_wishes
from cartjury.data.errors import InputError
from cartjury.graph.state import Run, State
from cartjury.graph.tracing_view import INTERRUPTED, MESSAGE_STAYS, WAITING, came_of, facts, given, told_end, written

RUN = Run(id="x", folder="/out/x", work="/out/x/.work")


def noted(work: Callable[[], object]) -> str:
    """What langchain notes of an error that work raises."""
    with pytest.raises(Exception) as raised:  # noqa: PT011  any
        work()
    return _TracerCore._get_stacktrace(raised.value)


def bad_row() -> None:
    raise InputError("row 17: user_id 'canary-4711' has engagement_score 7")


def test_a_node_is_told_in_plain_values_and_counts() -> None:
    state = State(n_users=500, run=RUN, guidance={"S01": "short"}, taken=["A", "B"])

    told = given({"input": state})

    assert (told["n_users"], told["run"], told["guidance"], told["taken"]) == (500, "Run", {"S01": "short"}, ["A", "B"])
    assert told["options"] == "Options"


def test_what_is_long_is_told_by_its_number() -> None:
    told = given({"briefs": [{"id": "S01"}] * 12, "text": "x" * 600, "ids": list(range(61))})

    assert told == {"briefs": "12 dict", "text": f"{'x' * 500}... (600 characters)", "ids": "61 int"}


def test_an_interrupt_is_a_question_and_no_failure() -> None:
    def ask() -> None:
        raise GraphInterrupt([Interrupt(value={"action_requests": []}, id="1")])

    assert told_end(noted(ask), "chain", ["graph:step:3"]) == {
        "error": None,
        "outputs": {"interrupt": WAITING},
        "tags": ["graph:step:3", INTERRUPTED],
    }


def test_an_error_is_told_by_its_kind_without_the_values_in_its_message() -> None:
    told = told_end(noted(bad_row), "chain", None)["error"]

    assert told == f"InputError ({MESSAGE_STAYS})"


def test_an_error_says_which_line_of_ours_it_came_from() -> None:
    told = told_end(noted(lambda: with_wishes((), ("nonsense",))), "chain", None)["error"]

    assert told.startswith("InputError in data/dimension_wishes.py:")
    assert "nonsense" not in told


def test_an_error_in_an_error_is_told_by_the_outer_one() -> None:
    def twice() -> None:
        try:
            bad_row()
        except InputError as error:
            raise ValueError("canary-4711 again") from error

    told = told_end(noted(twice), "chain", None)["error"]

    assert told == f"ValueError ({MESSAGE_STAYS})"


def test_an_error_without_a_class_is_told_as_one() -> None:
    assert told_end("canary-4711", "chain", None)["error"] == f"error ({MESSAGE_STAYS})"


def test_what_a_provider_refuses_a_prompt_with_is_kept_without_the_traceback() -> None:
    def refuse() -> None:
        raise RuntimeError("Error code: 429")

    assert told_end(noted(refuse), "llm", None)["error"] == "RuntimeError('Error code: 429')"


VERDICT = {"segment_id": "S01", "name": "Loyal_Core"}
DONE = {
    "run": {"id": "x", "folder": "/out/x"},
    "plan": {"revision": 2, "segments": [{"id": "S01", "name": "Loyal_Core"}]},
    "jury": {"preset": "default", "effort": "quick", "rounds": 1, "verdicts": [VERDICT], "calls": [{}] * 9},
    "certificate": {"plan_hash": "abc"},
    "messages": [{"role": "assistant", "content": "Done."}],
    "turn": "talk",
}


def test_of_a_turn_is_told_what_came_of_it() -> None:
    assert came_of(DONE) == {
        "turn": "talk",
        "revision": 2,
        "names": {"S01": "Loyal_Core"},
        "jury": {"preset": "default", "effort": "quick", "rounds": 1, "names": {"S01": "Loyal_Core"}},
        "said": "Done.",
    }


def test_a_preview_that_waits_is_told_and_one_that_was_decided_is_not() -> None:
    preview = {"plan_hash": "h", "moves": []}

    assert came_of({"preview": preview})["waits"] == {"plan_hash": "h"}
    assert "waits" not in came_of({"preview": preview, "decision": {"type": "approve"}})


def test_a_turn_can_be_found_by_run_revision_plan_and_jury() -> None:
    assert facts(DONE) == {
        "run": "x",
        "revision": 2,
        "plan_hash": "abc",
        "jury_preset": "default",
        "jury_effort": "quick",
    }
    assert facts({}) == {}


def test_the_record_of_a_jury_is_told_in_short_beside_what_else_a_node_wrote() -> None:
    told = written({"jury": DONE["jury"], "timings": {"jury": 0.5}})

    assert told is not None
    assert told["timings"] == {"jury": 0.5}
    assert "calls" not in told["jury"]
