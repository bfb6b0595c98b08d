"""Each of several things once, in their order."""

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def distinct(things: Iterable[T]) -> list[T]:
    """Return what is different; edits may hold dicts, so it is compared and not hashed."""
    found: list[T] = []
    for thing in things:
        if thing not in found:
            found.append(thing)
    return found
