"""Labels of a treemap's boxes: as much of name, users and score as a box has room for.

A report has no script that could measure text, so widths are estimated, and rather too wide than too narrow.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, NamedTuple

FONTS: Final = (17.0, 14.0, 12.0)  # of a name, in units of the canvas, tried from the largest
PADDING: Final = 8.0
LINE_HEIGHT: Final = 1.28
LONG_WORD: Final = 18


class Item(NamedTuple):
    """What one box stands for; `users` is its area and at least 1, `score` is its shade."""

    id: str
    name: str
    users: int
    score: float
    title: str


class Line(NamedTuple):
    """A line of a label: its text, the baseline's y within the box, and the font size."""

    text: str
    y: float
    size: float
    strong: bool


class Label(NamedTuple):
    """Lines that fit into a box (perhaps none), and whether they hold the whole name."""

    lines: tuple[Line, ...]
    named: bool


def fitting_label(item: Item, width: float, height: float) -> Label:
    """Return the fullest label that fits: name, users and score; else id and score; else id; else nothing.

    Args:
        item: its name is broken into lines after underscores and spaces where needed.
        width: of the box, in the unit of the font sizes.
        height: of the box.
    """
    score = f"{item.score:.2f}"
    for size in FONTS:
        names = _wrapped(item.name, width - 2 * PADDING, size)
        facts = [f"{item.users:,} user{'s' * (item.users != 1)}", f"score {score}"]
        for tail in (facts, [f"{item.users:,} \u00b7 {score}"]):
            lines = _placed([*names, *tail], width, height, size=size, strong=len(names))
            if lines:
                return Label(lines, named=True)
    for short in ([f"{item.id} \u00b7 {score}"], [item.id, score], [item.id]):
        lines = _placed(short, width, height, size=FONTS[-1], strong=1)
        if lines:
            return Label(lines, named=False)
    return Label((), named=False)


def text_width(text: str, size: float) -> float:
    """Upper estimate of the width of a bold text in any usual system font, in the unit of `size`."""
    return size * sum(_em(c) for c in text)


def _placed(texts: Sequence[str], width: float, height: float, *, size: float, strong: int) -> tuple[Line, ...]:
    """The texts as lines from the top of the box, the first of them strong; empty if they do not fit."""
    small = max(FONTS[-1], size - 3)
    lines, y = [], PADDING / 2
    for n, text in enumerate(texts):
        line_size = size if n < strong else small
        if text_width(text, line_size) > width - 2 * PADDING:
            return ()
        y += line_size * LINE_HEIGHT + (3 if n == strong else 0)  # a little air between the name and its facts
        lines.append(Line(text, y, line_size, strong=n < strong))
    return tuple(lines) if y + PADDING <= height else ()


def _wrapped(name: str, width: float, size: float) -> list[str]:
    """The name in lines, broken after underscores and spaces (long words: anywhere) where it is wider than the box."""
    parts: list[str] = []
    for word in re.findall(r"[^_\s]*[_\s]*", name):
        # Scripts without spaces, and words nobody would read as a whole, may break anywhere.
        parts += [word] if word.isascii() and len(word) <= LONG_WORD else list(word)
    lines = [""]
    for part in parts:
        if lines[-1] and text_width((lines[-1] + part).rstrip(), size) > width:
            lines.append("")
        lines[-1] += part
    return [line.rstrip() for line in lines]


def _em(char: str) -> float:
    """Width of a character in em, not less than in DejaVu Sans Bold, the widest of the usual system fonts."""
    if unicodedata.east_asian_width(char) in "WF":
        return 1.05
    if char in "il.,:;|!'()[]jI \u00b7":
        return 0.46
    if char in "mwMW@%&":
        return 1.11
    return 0.84 if char.isupper() else 0.72
