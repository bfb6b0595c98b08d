"""Where to go next. Pure functions of the state; every branch of the graph is one of these."""

from collections.abc import Mapping
from typing import Final, Literal

from cartjury.data.call_records import Effort
from cartjury.data.chat_records import WhatIf, Wishes, Wondered
from cartjury.data.edit_records import Redo, Reset, Undo
from cartjury.data.jury_records import PERSONAS, Persona
from cartjury.graph.state import JuryState, State

MAX_ROUNDS: Final[Mapping[Effort, int]] = {"offline": 2, "quick": 0, "standard": 0, "thorough": 2}  # of debate


def order_or_talk(state: State) -> Literal["prepare", "listen"]:
    """Talk about the plan where there is a finished one; else whatever is said orders the main job."""
    return "listen" if state.turn == "talk" and state.history else "prepare"


def after_listening(state: State) -> Literal["preview", "travel", "reply"]:
    """Show what edits would do, move between revisions, or say something."""
    reading = state.reading
    if isinstance(reading, Wondered):
        return "preview" if isinstance(reading.topic, WhatIf) else "reply"
    if isinstance(reading, Wishes):
        return "travel" if isinstance(reading.edits[0], Undo | Redo | Reset) else "preview"
    return "reply"


def after_the_preview(state: State) -> Literal["approve", "reply", "__end__"]:
    """A person decides; what cannot be done is said, and on what was only asked about there is nothing to decide."""
    if isinstance(state.reading, Wondered):
        return "__end__"
    return "approve" if state.preview else "reply"


def after_the_decision(state: State) -> Literal["apply", "preview", "__end__"]:
    """Do it, show what other edits would do, or leave everything as it is."""
    decision = state.decision.type if state.decision else "reject"
    return "apply" if decision == "approve" else "preview" if decision == "edit" else "__end__"


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
