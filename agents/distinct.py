"""Whether there are enough names: each segment needs one that no other has."""

from collections.abc import Collection, Mapping


def same(name: str) -> str:
    """What two names share that nobody would tell apart: case and underscores do not count."""
    return name.replace("_", "").casefold()


def placed(names: Mapping[str, Collection[str]]) -> int:
    """How many segments can have one of their names at the same time, by segment id.

    By augmenting paths; source: H. W. Kuhn, 1955.
    """
    holders: dict[str, str] = {}

    def place(segment_id: str, tried: set[str]) -> bool:
        for name in sorted({same(n) for n in names[segment_id]} - tried):
            tried.add(name)
            if name not in holders or place(holders[name], tried):
                holders[name] = segment_id
                return True
        return False

    return sum(place(segment_id, set()) for segment_id in names)
