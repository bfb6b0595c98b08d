"""A wish for a dimension, and what may stand together."""

import functools
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from importlib import resources
from itertools import count
from typing import Final, Self

from pydantic import Field, model_validator

from cartjury.data.base import Record, Share
from cartjury.data.rule_records import BUCKET_COLUMNS

MAX_DIMENSIONS: Final = 8
MAX_NAME: Final = 30  # characters of a name that is made from a column; a rule holds eight of them


class DimensionSpec(Record):
    """A wish for a dimension: a column, cut at quantiles of the universe or at absolute values.

    Attributes:
        name: what rules call it; letters and digits.
        column: an input column, or `days_since_abandonment` / `days_since_last_order`.
        quantiles: one to four shares between 0 and 1, increasing.
        cuts: absolute cut points instead of quantiles, increasing.
    """

    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9]*$")
    column: str
    quantiles: tuple[Share, ...] = Field(default=(), max_length=4)
    cuts: tuple[float, ...] = Field(default=(), max_length=4)

    @model_validator(mode="after")
    def _one_kind_of_cut(self) -> Self:
        if bool(self.quantiles) == bool(self.cuts):
            raise ValueError(f"dimension {self.name} needs either quantiles or cuts")
        given = self.quantiles or self.cuts
        if list(given) != sorted(set(given)):
            raise ValueError(f"the cuts of dimension {self.name} must increase: {given}")
        return self

    @property
    def bucket_column(self) -> str:
        """Name of the output column that would hold this dimension's level."""
        return BUCKET_COLUMNS.get(self.column, f"{self.column}_bucket")


def check_together(specs: Sequence[DimensionSpec], kept: Iterable[str]) -> None:
    """Refuse dimensions that a plan, its rules or its users file cannot hold together.

    Args:
        specs: the dimensions of a run.
        kept: columns that the users file carries besides.

    Raises:
        ValueError: none or too many of them, or two that claim one name, column or output column.
    """
    if not specs:
        raise ValueError("no dimension is left: a plan needs at least one")
    if len(specs) > MAX_DIMENSIONS:
        raise ValueError(
            f"{len(specs)} dimensions are more than the {MAX_DIMENSIONS} that a plan can have "
            f"({', '.join(s.name for s in specs)}): drop some, as in --dimension {specs[0].column}:off"
        )
    seen: dict[str, str] = {}
    for spec in specs:
        for what, name in (("the name", spec.name), ("the column", spec.column), ("the output", spec.bucket_column)):
            key = f"{what} {name.casefold()}"
            if key in seen:
                raise ValueError(f"two dimensions have {what} {name}: {seen[key]} and {spec.name}={spec.column}")
            seen[key] = f"{spec.name}={spec.column}"
    outputs = {s.bucket_column.casefold(): s for s in specs}
    if taken := next((outputs[name.casefold()] for name in kept if name.casefold() in outputs), None):
        raise ValueError(
            f"--keep-columns {taken.bucket_column}: the levels of {taken.name} go by this name, rename the column"
        )


def default_name(column: str, taken: Collection[str]) -> str:
    """Make the name of a dimension from its column: letters and digits, as readable as the column is.

    Args:
        column: any column.
        taken: names of the other dimensions; the new one differs from them by more than capitals.
    """
    wanted = _known_names().get(column) or _from_words(column)
    others = {name.casefold() for name in taken}
    numbered = (f"{wanted}{n}" for n in count(2))
    return wanted if wanted.casefold() not in others else next(n for n in numbered if n.casefold() not in others)


def _from_words(column: str) -> str:
    plain = unicodedata.normalize("NFKD", column).encode("ascii", "ignore").decode()
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    name = "".join(word[0].upper() + word[1:] for word in words)[:MAX_NAME]
    return name if name[:1].isalpha() else f"Feature{name}"


@functools.cache
def _known_names() -> dict[str, str]:
    text = resources.files("cartjury.data").joinpath("dimensions.toml").read_text(encoding="utf-8")
    return {str(column): str(name) for column, name in tomllib.loads(text)["names"].items()}
