"""What a model makes of a message of the chat: edits, a question back, a question about the plan, or a refusal.

message, scene -> message_question.py -> the ladder of ask.py -> flat answer -> readings.py -> typed, checked reading

The model has no tools and approves nothing. What it writes becomes text for people only where it holds no number and
no segment of its own making; otherwise a sentence of ours stands instead.
"""

import os
from collections.abc import Mapping

from cartjury.agents import loop
from cartjury.agents.ask import ask
from cartjury.agents.desk import Desk
from cartjury.agents.forms import MESSAGE
from cartjury.agents.listing import name_own_models
from cartjury.agents.message_question import MessageQuestion
from cartjury.agents.panel import reader_panel
from cartjury.agents.readings import Check
from cartjury.agents.wire import ProviderWire
from cartjury.data.base import Record
from cartjury.data.call_records import Call
from cartjury.data.chat_records import Reading, Scene
from cartjury.data.model_records import ModelTable
from cartjury.data.model_table import load_table
from cartjury.data.options import Options


class Interpreted(Record):
    """What came of asking a model.

    Attributes:
        reading: None where no model gave one that can be.
        model: whose reading it is, "provider/id"; empty where there is none.
        why_not: why there is none, in a sentence.
        calls: every request.
    """

    reading: Reading | None = None
    model: str = ""
    why_not: str = ""
    calls: tuple[Call, ...] = ()


async def interpret(desk: Desk, text: str, scene: Scene, check: Check, *, turn: int = 0) -> Interpreted:
    """Ask the seat "interpreter" what a message means.

    Args:
        desk: with a panel of `reader_panel`.
        text: what the user said; the first 1,000 characters are read.
        scene: the plan as it is now, and what was talked of.
        check: why a reading cannot be, whoever made it.
        turn: which message of the thread this is, where all share a log.

    Raises:
        ReplayError: the record of a replay holds another conversation.
    """
    asked = MessageQuestion(text, scene, check)
    if not asked.message:
        return Interpreted(why_not="the message is empty")
    answer = await ask(desk, asked.question(turn))
    said = answer.said.get(MESSAGE)
    if said is None:
        return Interpreted(why_not=answer.missing[MESSAGE], calls=answer.calls)
    return Interpreted(reading=said.value, model=f"{said.provider}/{said.model}", calls=answer.calls)


def read_with_models(
    text: str,
    scene: Scene,
    options: Options,
    check: Check,
    *,
    table: ModelTable | None = None,
    environ: Mapping[str, str] | None = None,
) -> Interpreted:
    """Do the same from a place without an event loop and without a desk, with the keys of the environment.

    Raises:
        InputError: see `reader_panel`.
    """
    known, keys = table or load_table(None), os.environ if environ is None else environ
    panel = reader_panel(known, options, keys)

    async def work() -> Interpreted:
        wire = ProviderWire(known.providers, keys)
        try:
            return await interpret(Desk(await name_own_models(panel, known, keys), wire), text, scene, check)
        finally:
            await wire.aclose()

    return loop.run(work())
