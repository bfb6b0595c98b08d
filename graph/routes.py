"""Where to go next. Pure functions of the state; every branch of the graph is one of these."""

from typing import Literal

from cartjury.data.jury_records import PERSONAS, Persona
from cartjury.graph.state import JuryState, State

MAX_ROUNDS = 2  # debate rounds, after the first vote


def where_carts_come_from(state: State) -> Literal["generate", "load"]:
    """Generate mock carts unless a file was given."""
    return "load" if state.input_path else "generate"


def after_the_vote(state: JuryState) -> Literal["debate", "record"]:
    """Debate the contested segments for at most two rounds, then put the verdicts on record."""
    return "debate" if state.contested and state.round < MAX_ROUNDS else "record"


def all_jurors(state: JuryState) -> list[Persona]:
    """Hear the four personas side by side; a debate round asks all of them again."""
    del state
    return list(PERSONAS)
