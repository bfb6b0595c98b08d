"""Dimensions wished for in one line of text each: `sessions_last_30d:q0.5`, `cart_value:50,200`, `avg_order_value:off`.

A wish changes the dimensions that are there: one for their column replaces its cuts, in its place; any other comes
after them.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from pydantic import ValidationError

from cartjury.data.dimension_spec import DimensionSpec, default_name
from cartjury.data.errors import InputError

FORM: Final = (
    "say a column and where to cut it: COLUMN:q0.5 (1 to 4 quantiles, as in q0.3,0.6), COLUMN:50,200 (1 to 4 values), "
    "NAME=COLUMN:q0.5 to call it by a name of letters and digits, or COLUMN:off to leave it out"
)
OFF: Final = "off"
_NAMED = re.compile(r"([A-Za-z][A-Za-z0-9]*)=(.+)")


def with_wishes(specs: Sequence[DimensionSpec], wishes: Iterable[str]) -> tuple[DimensionSpec, ...]:
    """Return the dimensions as the wishes change them, one after the other.

    Args:
        specs: the dimensions that are there.
        wishes: texts in the form that `FORM` says.

    Raises:
        InputError: it quotes the text and says the form.
    """
    found = tuple(specs)
    for text in wishes:
        found = _with_wish(found, text)
    return found


def _with_wish(specs: tuple[DimensionSpec, ...], text: str) -> tuple[DimensionSpec, ...]:
    asked, _, cuts = (part.strip() for part in text.rpartition(":"))
    if not asked or not cuts:
        raise _wrong(text, FORM)
    if cuts.casefold() == OFF:
        return _without(specs, asked, text)
    named = _NAMED.fullmatch(asked)
    name, column = (named[1], named[2].strip()) if named else ("", asked)
    place = next((i for i, s in enumerate(specs) if s.column == column), len(specs))
    before, old, after = specs[:place], specs[place : place + 1], specs[place + 1 :]
    name = name or (old[0].name if old else default_name(column, {s.name for s in specs}))
    return (*before, _spec(name, column, cuts, text), *after)


def _without(specs: tuple[DimensionSpec, ...], asked: str, text: str) -> tuple[DimensionSpec, ...]:
    left = tuple(s for s in specs if asked not in {s.column, s.name, f"{s.name}={s.column}"})
    if len(left) == len(specs):
        known = ", ".join(f"{s.column} ({s.name})" for s in specs) or "none"
        raise _wrong(text, f"there is no such dimension to leave out, there are: {known}")
    return left


def _spec(name: str, column: str, cuts: str, text: str) -> DimensionSpec:
    kind = "quantiles" if cuts.casefold().startswith("q") else "cuts"
    try:
        numbers = tuple(float(number) for number in cuts.removeprefix("q").removeprefix("Q").split(","))
    except ValueError:
        raise _wrong(text, FORM) from None
    try:
        return DimensionSpec.model_validate({"name": name, "column": column, kind: numbers})
    except ValidationError as error:
        raise _wrong(text, _reason(error)) from error


def _reason(error: ValidationError) -> str:
    fault = error.errors()[0]
    said = {
        "too_long": "at most 4 cuts, which make 5 levels",
        "less_than_equal": f"the quantile {fault['input']} is not between 0 and 1",
        "greater_than_equal": f"the quantile {fault['input']} is not between 0 and 1",
        "finite_number": f"{fault['input']} is no cut",
    }
    return said.get(fault["type"], str(fault["msg"]).removeprefix("Value error, "))


def _wrong(text: str, why: str) -> InputError:
    return InputError(f"--dimension {text!r}: {why}")
