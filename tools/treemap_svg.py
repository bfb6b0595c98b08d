"""A treemap as one SVG that needs no style sheet: for notebooks, whose pages are not ours."""

from html import escape
from typing import Final

from cartjury.tools.treemap import Tile, Treemap

# Box and text by shade; every text has at least 4.5:1 on its box.
COLOURS: Final = (
    ("#e6eff8", "#17202a"),
    ("#bfd9ee", "#17202a"),
    ("#8fbfe2", "#17202a"),
    ("#2a6ea8", "#ffffff"),
    ("#123f6b", "#ffffff"),
)
FONT: Final = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def treemap_svg(drawn: Treemap) -> str:
    """Draw a treemap; boxes are labelled where there is room, and say more when the mouse rests on them."""
    n = len(drawn.tiles)
    said = f"Treemap of {n:,} segment{'s' * (n != 1)}: area is users, shade is overall score."
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {drawn.width} {drawn.height}" width="100%" role="img" '
        f'style="max-width: {drawn.width}px" font-family="{FONT}"><title>{escape(said)}</title>'
        f"{''.join(map(_tile, drawn.tiles))}</svg>"
    )


def _tile(tile: Tile) -> str:
    fill, ink = COLOURS[tile.shade]
    x, y, width, height = (f"{value:.2f}" for value in tile.rect)
    lines = "".join(
        f'<text x="8" y="{line.y:.2f}" font-size="{line.size:g}" fill="{ink}" '
        f'font-weight="{650 if line.strong else 400}">{escape(line.text)}</text>'
        for line in tile.label.lines
    )
    return (
        f'<g transform="translate({x} {y})"><title>{escape(tile.item.title)}</title>'
        f'<rect width="{width}" height="{height}" fill="{fill}" stroke="#ffffff" stroke-width="{tile.gap:.2f}"/>'
        f"{lines}</g>"
    )
