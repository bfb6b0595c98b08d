"""What is told while an arm is under way."""

import itertools
from collections.abc import Callable


def counted(tell: Callable[[str], None], arm: str, total: int) -> Callable[[str], None]:
    """Tell each case as it begins, and how many there are."""
    numbers = itertools.count(1)
    return lambda case: tell(f"{arm}: {case}, {next(numbers)} of {total}")


def unsaid(_: str) -> None:
    """Say nothing: without a model a case takes no longer than to say so."""
