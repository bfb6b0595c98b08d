"""What was said last, and how a question back reads. Pure functions."""

from collections.abc import Sequence

from langchain_core.messages import AnyMessage, HumanMessage

from cartjury.data.chat_records import Asked
from cartjury.tools.focus import readable


def heard(messages: Sequence[AnyMessage]) -> str:
    """The text of the last message that a person wrote, as readers get it."""
    last = next((m for m in reversed(messages) if isinstance(m, HumanMessage)), None)
    return readable(str(last.text)) if last else ""


def in_words(asked: Asked) -> str:
    """A question back with its options, numbered so that a number answers it."""
    options = (f"{n}. {choice.label}" for n, choice in enumerate(asked.options, start=1))
    return "\n".join((asked.question, *options))
