"""A treemap: boxes whose areas are in proportion to users, with labels that fit into them.

    values -> squarify -> rectangles -> tiles (label lines, shade) -> the report's template draws them as SVG

The geometry is computed here and the markup is made by the template, so every text is escaped at one place.
"""

import itertools
from collections.abc import Sequence
from typing import Final, NamedTuple

from cartjury.tools.treemap_labels import Item, Label, fitting_label

SHADES: Final = 5


class Rect(NamedTuple):
    """A box on the canvas, in the canvas' units; y grows downwards."""

    x: float
    y: float
    width: float
    height: float


class Shade(NamedTuple):
    """A step of the colour scale, 0 (lowest) to SHADES - 1, and the scores it stands for."""

    step: int
    low: float
    high: float


class Tile(NamedTuple):
    """An item, where it is drawn, how it is shaded and what is written on it."""

    item: Item
    rect: Rect
    shade: int
    label: Label

    @property
    def gap(self) -> float:
        """Width of the line around the box; it never covers a tiny box."""
        return min(2.0, self.rect.width / 3, self.rect.height / 3)


class Treemap(NamedTuple):
    """A canvas, its tiles, largest first, and what the shades mean."""

    width: int
    height: int
    tiles: tuple[Tile, ...]
    shades: tuple[Shade, ...]

    @property
    def unnamed(self) -> tuple[Tile, ...]:
        """Tiles too small for their name; a legend lists them."""
        return tuple(t for t in self.tiles if not t.label.named)


def squarify(values: Sequence[float], width: float, height: float) -> list[Rect]:
    """Cut a canvas into one box a value, areas in proportion, as near to squares as the order allows.

    Source: Bruls, Huizing, van Wijk, "Squarified Treemaps" (2000): fill the shorter side with a row, largest
    first, as long as the worst aspect ratio in the row gets no worse.

    Args:
        values: positive numbers, in any order.
        width: of the canvas.
        height: of the canvas.

    Returns:
        The boxes in the order of `values`; they fill the canvas and do not overlap.

    Raises:
        ValueError: a value is not positive.
    """
    if any(v <= 0 for v in values):
        raise ValueError("a treemap needs positive values")
    order = sorted(range(len(values)), key=lambda i: (-values[i], i))
    scale = width * height / sum(values) if values else 0.0
    free = Rect(0.0, 0.0, width, height)
    found: dict[int, Rect] = {}
    while order:
        areas = [values[i] * scale for i in order]
        count = _row_length(areas, min(free.width, free.height))
        boxes, free = _lay_row(areas[:count], free, last=count == len(order))
        found.update(zip(order, boxes, strict=False))
        order = order[count:]
    return [found[i] for i in range(len(values))]


def shades(scores: Sequence[float]) -> tuple[Shade, ...]:
    """Return the steps of the colour scale: equal widths from the lowest to the highest score.

    They are relative to the scores at hand, since on the whole of 0-1 most plans would have one colour; where
    the scores agree in two decimals there is one step, because a difference in colour would say more than they do.
    """
    if not scores:
        return ()
    low, high = min(scores), max(scores)
    if high - low < 0.005:
        return (Shade(SHADES // 2, low, high),)
    edges = [low + (high - low) * i / SHADES for i in range(SHADES)] + [high]
    return tuple(Shade(i, a, b) for i, (a, b) in enumerate(itertools.pairwise(edges)))


def treemap(items: Sequence[Item], width: int, height: int) -> Treemap:
    """Lay out a treemap with labels; items without users are left out.

    Args:
        items: what the boxes stand for, in any order.
        width: of the canvas, in units that a font size is given in.
        height: of the canvas.
    """
    shown = sorted((i for i in items if i.users > 0), key=lambda i: (-i.users, i.id))
    scale = shades([i.score for i in shown])
    boxes = squarify([i.users for i in shown], width, height)
    return Treemap(width, height, tuple(_tile(i, box, scale) for i, box in zip(shown, boxes, strict=True)), scale)


def _row_length(areas: Sequence[float], side: float) -> int:
    """How many of the areas make the first row along a side before its worst aspect ratio worsens."""
    total, worst = 0.0, float("inf")
    for n, area in enumerate(areas):
        total += area
        ratio = max(side**2 * areas[0] / total**2, total**2 / (side**2 * area)) if side > 0 else 0.0
        if ratio > worst:
            return n
        worst = ratio
    return len(areas)


def _lay_row(areas: Sequence[float], free: Rect, *, last: bool) -> tuple[list[Rect], Rect]:
    """Lay a row along the shorter side; return its boxes and what is left of the free space."""
    wide = free.width >= free.height
    side, room = (free.height, free.width) if wide else (free.width, free.height)
    sums = [0.0, *itertools.accumulate(areas)]
    depth = room if last or side <= 0 else min(sums[-1] / side, room)
    # Neighbours take their common edge from the same running sum, so they never overlap by a rounding error.
    edges = [side * (s / sums[-1]) for s in sums]
    if wide:
        boxes = [Rect(free.x, free.y + a, depth, b - a) for a, b in itertools.pairwise(edges)]
        return boxes, Rect(free.x + depth, free.y, free.width - depth, free.height)
    boxes = [Rect(free.x + a, free.y, b - a, depth) for a, b in itertools.pairwise(edges)]
    return boxes, Rect(free.x, free.y + depth, free.width, free.height - depth)


def _tile(item: Item, rect: Rect, scale: Sequence[Shade]) -> Tile:
    shade = max((s.step for s in scale if s.low <= item.score), default=scale[0].step)
    return Tile(item, rect, shade, fitting_label(item, rect.width, rect.height))
