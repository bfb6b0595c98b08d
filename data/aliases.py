"""Other words for what the contract holds: headers by column, texts for an empty cell, totals, currencies."""

import functools
import tomllib
from importlib import resources
from typing import NamedTuple


class Aliases(NamedTuple):
    """The tables of aliases.toml.

    Attributes:
        columns: other headers of each column of the contract.
        missing: texts that mean an empty cell, in lower case.
        totals: what a line of totals has for a user_id, in lower case.
        currencies: what may stand beside an amount.
    """

    columns: dict[str, tuple[str, ...]]
    missing: tuple[str, ...]
    totals: tuple[str, ...]
    currencies: tuple[str, ...]


@functools.cache
def load_aliases() -> Aliases:
    """Read the tables that come with cartjury."""
    text = resources.files("cartjury.data").joinpath("aliases.toml").read_text(encoding="utf-8")
    found = tomllib.loads(text)
    words = found["words"]
    columns = {column: tuple(others) for column, others in found["columns"].items()}
    return Aliases(columns, tuple(words["missing"]), tuple(words["totals"]), tuple(words["currencies"]))
