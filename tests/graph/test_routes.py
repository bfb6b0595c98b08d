"""Routes are pure functions of the state."""

import pytest

from cartjury.data.jury_records import PERSONAS
from cartjury.graph.routes import MAX_ROUNDS, after_the_vote, all_jurors, where_carts_come_from
from cartjury.graph.state import JuryState, State


def test_a_file_is_loaded_as_it_is() -> None:
    assert where_carts_come_from(State(input_path="carts.csv")) == "load"


@pytest.mark.parametrize("order", [{}, {"n_users": 5}, {"input_path": ""}])
def test_without_a_file_carts_are_generated(order: dict[str, object]) -> None:
    assert where_carts_come_from(State.model_validate(order)) == "generate"


@pytest.mark.parametrize(
    ("contested", "held", "expected"),
    [
        ([], 0, "record"),
        (["S01"], 0, "debate"),
        (["S01"], 1, "debate"),
        (["S01"], 2, "record"),
        ([], 2, "record"),
    ],
)
def test_only_contested_segments_are_debated_for_two_rounds_at_most(
    contested: list[str], held: int, expected: str
) -> None:
    assert after_the_vote(JuryState(briefs=[], contested=contested, round=held)) == expected


def test_who_pays_for_a_debate_gets_one() -> None:
    assert MAX_ROUNDS == {"offline": 2, "quick": 0, "standard": 0, "thorough": 2}


def test_a_debate_hears_all_four() -> None:
    assert all_jurors(JuryState(briefs=[])) == list(PERSONAS)


def test_a_route_leaves_the_state_as_it_was() -> None:
    state = JuryState(briefs=[], contested=["S01"], round=1)
    before = state.model_dump_json()

    after_the_vote(state)
    all_jurors(state)

    assert state.model_dump_json() == before
