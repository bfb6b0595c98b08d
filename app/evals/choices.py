"""What of an evaluation is asked for, by name."""

from collections.abc import Iterable, Sequence

from cartjury.data.model_table import known


def chosen(kind: str, names: Sequence[str], there: Iterable[str], usual: Iterable[str], option: str) -> list[str]:
    """The names that are asked for, each once; without any the usual ones.

    Raises:
        InputError: one that there is not; the message has the option and the nearest name.
    """
    every = tuple(there)
    for name in names:
        known(kind, name, every, option)
    return list(dict.fromkeys(names or usual))
