"""What was said last, and how a question back reads. Pure functions."""

from collections.abc import Sequence

from langchain_core.messages import AnyMessage, HumanMessage

from cartjury.data.chat_records import Asked
from cartjury.data.text import one_line
from cartjury.tools.focus import LONGEST


def heard(messages: Sequence[AnyMessage]) -> str:
    """The text of the last message that a person wrote, cleaned and cut."""
    last = next((m for m in reversed(messages) if isinstance(m, HumanMessage)), None)
    return one_line(str(last.text), LONGEST) if last else ""


def in_words(asked: Asked) -> str:
    """A question back with its options, numbered so that a number answers it."""
    options = (f"{n}. {choice.label}" for n, choice in enumerate(asked.options, start=1))
    return "\n".join((asked.question, *options))
