"""What a mention of segments comes to."""

from typing import NamedTuple

from cartjury.tools.understand.trouble import Trouble


class Mention(NamedTuple):
    """Segments that are mentioned.

    Attributes:
        ids: the segments.
        one: only one of them is meant, and it is open which.
        all_too: or perhaps all of them.
        trouble: why there are none.
    """

    ids: tuple[str, ...] = ()
    one: bool = False
    all_too: bool = False
    trouble: Trouble | None = None


def no_mention(reason: str, *, is_impossible: bool = False) -> Mention:
    """A mention of what there is not."""
    return Mention(trouble=Trouble(reason, impossible=is_impossible))
