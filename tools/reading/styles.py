"""How one column of texts is read: its missing words, its dates or numbers, and what they are divided by."""

import re
from typing import NamedTuple

from cartjury.data.aliases import load_aliases
from cartjury.data.contract import Column
from cartjury.tools.engine.duck import literal
from cartjury.tools.reading.dates import CONTRACT, DateStyle, date_style
from cartjury.tools.reading.numbers import Mark, NumberStyle, contract_number, number


class Style(NamedTuple):
    """How a column is read; the defaults are the contract's way.

    Attributes:
        form: the format of a date.
        number: the style of a number; None: what the contract takes.
        mark: the decimal mark that the user asks for.
        words: whether NA, null and the like are empty cells.
        scale: what numbers are divided by.
        joined: whether an underscore may stand between digits, which the engine would read over.
    """

    form: str = CONTRACT
    number: NumberStyle | None = None
    mark: Mark | None = None
    words: bool = False
    scale: float | None = None
    joined: bool = True


def is_word(raw: str) -> str:
    """SQL that is true of a text that means an empty cell, blanks among them."""
    words = "|".join(re.escape(word) for word in load_aliases().missing)
    blanks = r"[\s\x{00a0}]*"
    return f"regexp_full_match({raw}, {literal(f'(?i){blanks}(?:{words})?{blanks}')})"


def is_missing(raw: str, style: Style) -> str:
    """SQL that is true of an empty cell."""
    return f"({raw} IS NULL OR {raw} = ''{' OR ' + is_word(raw) if style.words else ''})"


def number_of(raw: str, style: Style) -> str:
    """SQL of a number in a style; NULL where the cell is empty or not written in it."""
    value = contract_number(raw, joined=style.joined) if style.number is None else number(raw, style.number)
    value = f"({value} / {literal(style.scale)})" if style.scale else value
    return _unless_word(raw, value, style)


def date_of(raw: str, style: Style) -> DateStyle:
    """SQL of a date in a style; NULL where the cell is empty or not written in it."""
    found = date_style(raw, style.form)
    return found._replace(day=_unless_word(raw, found.day, style))


def value_of(column: Column, raw: str, style: Style) -> str:
    """SQL of what a cell holds."""
    return date_of(raw, style).day if column.kind == "date" else number_of(raw, style)


def _unless_word(raw: str, value: str, style: Style) -> str:
    return f"CASE WHEN NOT {is_word(raw)} THEN {value} END" if style.words else value
