"""How alike the names of a table are: who reads two of them in a list must not take one for the other."""

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Final

from cartjury.tools.naming import same_name

SIMILAR: Final = 0.8  # from here on two names are taken for each other at a glance


def likeness(names: Mapping[str, str]) -> dict[str, float | None]:
    """Compare the names of a table with each other.

    Similarity is difflib's ratio of the letters, without case and underscores: 2M / T, M letters that match in blocks
    of T in both; of the two directions the larger one.

    Returns:
        duplicates: names that another segment has too; distinct: names whose similarity to every other is under
        `SIMILAR`; similarity_most: the largest of two names (0 to 1), None where there are not two.
    """
    ids = list(names)
    ratios = {(i, j): _similarity(names[i], names[j]) for n, i in enumerate(ids) for j in ids[n + 1 :]}
    close = {i for pair, ratio in ratios.items() if ratio >= SIMILAR for i in pair}
    same = {i for i, j in ratios if same_name(names[i], names[j]) for i in (i, j)}
    return {
        "duplicates": len(same),
        "distinct": len(ids) - len(close),
        "similarity_most": max(ratios.values(), default=None),
    }


def _similarity(one: str, other: str) -> float:
    a, b = (name.replace("_", "").casefold() for name in (one, other))
    return max(SequenceMatcher(None, *pair, autojunk=False).ratio() for pair in ((a, b), (b, a)))
