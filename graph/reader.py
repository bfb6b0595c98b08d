"""Who reads a message: what needs no model at once, a model where one can be asked, else the grammar.

message, scene -> plainly? -> model? -> grammar -> Reading, and who read it
"""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cartjury.agents import loop
from cartjury.agents.desks import Desks
from cartjury.agents.interpreter import Interpreted, interpret
from cartjury.agents.listing import name_own_models
from cartjury.agents.panel import reader_panel
from cartjury.data.chat_records import Reading, Scene, Wishes
from cartjury.graph.held import carts_of, needed, standing_of
from cartjury.graph.revisions import base_run
from cartjury.graph.state import State
from cartjury.graph.talk import heard
from cartjury.tools.history import recent
from cartjury.tools.lines import columns_of, scene
from cartjury.tools.understand.check import check_reading
from cartjury.tools.understand.read import read_message, read_plainly

CHAT: Final = "chat.jsonl"  # what models made of messages, in the working folder of the first revision
GRAMMAR: Final = "grammar"


@dataclass(frozen=True)
class Reader:
    """Reads the last message of a thread."""

    desks: Desks

    def read(self, state: State) -> tuple[Reading, str, str]:
        """What the last message comes to, who read it, and why no model did where one was asked."""
        if state.edits:
            return Wishes(edits=tuple(state.edits)), "edits", ""
        text, shown = heard(state.messages), scene_of(state)
        plainly = read_plainly(text, shown)
        if plainly is not None:
            return plainly, GRAMMAR, ""
        log = Path(base_run(needed(state.history)).work) / CHAT
        told = loop.run(self.ask(state, text, shown, log))
        if told.reading is not None:
            return told.reading, told.model, ""
        return read_message(text, shown), GRAMMAR, told.why_not if told.calls else ""

    async def ask(self, state: State, text: str, shown: Scene, log: Path) -> Interpreted:
        """Ask a model to read a message; without one, or where it fails, the reading is None."""
        panel = reader_panel(self.desks.table, state.options, self.desks.environ)
        if not panel.seats:
            return Interpreted(why_not="; ".join(panel.empty.values()))
        panel = await name_own_models(panel, self.desks.table, self.desks.environ)
        session = secrets.token_hex(8)
        desk = await self.desks.at(session, panel, log, None)
        try:
            return await interpret(desk, text, shown, lambda r: check_reading(r, shown), turn=len(state.messages))
        finally:
            await self.desks.close(session)


def scene_of(state: State) -> Scene:
    """All that a reader is shown."""
    history = needed(state.history)
    return scene(
        standing_of(state),
        columns_of(carts_of(state)),
        focus=state.talk.focus,
        recent=recent(history),
        asked=state.talk.asked,
        revision=history.current.number,
        revisions=len(history.revisions),
    )
