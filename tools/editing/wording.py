"""How edits speak of users, segments and values."""

from collections.abc import Iterable, Sequence

from cartjury.data.records import Segment
from cartjury.tools.figures import told


def users(count: int) -> str:
    """Say how many users: `1 user`, `2,306 users`."""
    return f"{count:,} user{'' if count == 1 else 's'}"


def called(segment: Segment) -> str:
    """A segment by id and name: `S03 Budget_Active`, or the id alone where it has no name."""
    return f"{segment.id} {segment.name}".rstrip()


def sized(segment: Segment, count: int) -> str:
    """A segment with its users: `S03 Budget_Active (545 users)`."""
    return f"{called(segment)} ({users(count)})"


def listed(texts: Iterable[str], last: str = "and") -> str:
    """Join texts as a sentence does: `a, b and c`."""
    *others, final = texts
    return f"{', '.join(others)} {last} {final}" if others else final


def numbers(values: Sequence[float]) -> str:
    """Say values: `49 and 115`."""
    return listed(told(values))


def percent(share: float) -> str:
    """Say a share of the users: `0.5` is `50 %`."""
    return f"{100 * share:.4g} %"
