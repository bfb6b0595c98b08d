"""Why a wish that was understood is not taken: it is impossible, or something in it is open."""

from typing import NamedTuple

from cartjury.data.chat_records import Topic
from cartjury.data.edit_records import Edit


class Trouble(NamedTuple):
    """What stands in the way.

    Attributes:
        reason: a sentence for the user; a question where it is not impossible.
        impossible: whether it is refused; else the user is asked.
        options: edits that may be meant instead.
        topics: questions that may be meant instead.
        mild: it is no wish yet: with a wish behind it, it is a remark.
        final: whether no other way to read the message counts beside it.
    """

    reason: str
    impossible: bool = False
    options: tuple[tuple[Edit, ...], ...] = ()
    final: bool = False
    mild: bool = False
    topics: tuple[Topic, ...] = ()


def impossible(reason: str) -> Trouble:
    """What cannot be, whatever is answered."""
    return Trouble(reason, impossible=True)
