"""Numbers as people and programs write them, as SQL: decimal marks, thousands, currencies, percent.

A column of numbers is read in one style as a whole:

raw -> sign and digits, and what stands beside them -> the number in that style, or NULL
"""

from typing import Literal, NamedTuple

from cartjury.tools.engine.duck import literal

Mark = Literal[".", ","]
BLANKS = " \u00a0\u202f\u2009\u2007\t"
QUOTES = "'\u2019"  # that Switzerland groups thousands by
SPACE = f"[{BLANKS}]"
CORE = rf"[-+]?[\d.,{QUOTES}{BLANKS}]*\d[.,]?(?:[eE][-+]?\d+)?"
PARTS = rf"^{SPACE}*(\D*?){SPACE}*({CORE}){SPACE}*(\D*?){SPACE}*$"
PERCENT = "%"


class NumberStyle(NamedTuple):
    """How the numbers of a column are written.

    Attributes:
        mark: the decimal mark.
        beside: what stands beside every number: a currency, `%` or nothing.
    """

    mark: Mark
    beside: str = ""


def contract_number(raw: str, *, joined: bool) -> str:
    """SQL of a number as the contract has it: what the engine reads, without the underscores it allows.

    Args:
        raw: SQL of the text.
        joined: whether an underscore may stand in it.
    """
    value = f"try_cast({raw} AS DOUBLE)"
    return f"CASE WHEN NOT contains({raw}, '_') THEN {value} END" if joined else value


def beside(raw: str) -> str:
    """SQL of what stands beside the digits of a text, empty where nothing does; NULL where it is no number."""
    parts = f"regexp_extract({raw}, {literal(PARTS)}, ['before', 'number', 'behind'])"
    whole = f"regexp_full_match({raw}, {literal(PARTS)})"
    return f"CASE WHEN {whole} THEN {parts}.before || {parts}.behind END"


def number(raw: str, style: NumberStyle) -> str:
    """SQL of a number in a style; NULL where the text is not written in it.

    Thousands may be grouped, in threes, by the other mark, by spaces or by apostrophes.
    """
    around = f"[{BLANKS}]*"
    digits = _digits(style.mark)
    word = "".join(f"[{c}]" if c in "$.()" else c for c in style.beside)
    pattern = f"(?:{word}{around}{digits}|{digits}{around}{word})" if style.beside else digits
    bare = f"replace({raw}, {literal(style.beside)}, '')" if style.beside else raw
    # The decimal mark becomes a point, and all that groups thousands goes.
    plain = f"translate({bare}, {literal(style.mark + _grouping(style.mark))}, '.')"
    matches = f"regexp_full_match({raw}, {literal(around + pattern + around)})"
    value = f"CASE WHEN {matches} THEN try_cast({plain} AS DOUBLE) END"
    return f"({value} / 100.0)" if style.beside == PERCENT else value


def _grouping(mark: Mark) -> str:
    return f"{'.' if mark == ',' else ','}{QUOTES}{BLANKS}"


def _digits(mark: Mark) -> str:
    other = r"\." if mark == "," else ","
    grouped = "|".join(rf"[1-9]\d{{0,2}}(?:{by}\d{{3}})+" for by in (other, f"[{QUOTES}]", SPACE))
    point = "," if mark == "," else r"\."
    return rf"[-+]?(?:(?:{grouped}|\d+)(?:{point}\d*)?|{point}\d+)(?:[eE][-+]?\d+)?"
