"""Where to go next. Pure functions of the state; every branch of the graph is one of these."""

from collections.abc import Mapping
from typing import Final, Literal

from cartjury.data.call_records import Effort
from cartjury.data.jury_records import PERSONAS, Persona
from cartjury.graph.state import JuryState, State

MAX_ROUNDS: Final[Mapping[Effort, int]] = {"offline": 2, "quick": 0, "standard": 0, "thorough": 2}  # of debate


def where_carts_come_from(state: State) -> Literal["generate", "load"]:
    """Generate mock carts unless a file was given."""
    return "load" if state.input_path else "generate"


def after_the_vote(state: JuryState) -> Literal["debate", "record"]:
    """Debate the contested segments for as many rounds as the effort allows, then put the verdicts on record."""
    return "debate" if state.contested and state.round < max(MAX_ROUNDS.values()) else "record"


def who_is_heard(state: JuryState) -> list[Persona] | Literal["record"]:
    """Hear the jurors, unless no names are asked for."""
    return all_jurors(state) if state.briefs else "record"


def all_jurors(state: JuryState) -> list[Persona]:
    """Hear the four personas side by side; a debate round asks all of them again."""
    del state
    return list(PERSONAS)
