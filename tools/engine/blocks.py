"""Sets of boxes as blocks of bits, and the shortest way to say them.

A column's axis is cut into parts by bounds. A set of parts is an int: bit 0 stands for missing
values, bit i for the i-th part of the number line. A block is one such set an axis and means their
product. So a cell is a block of single bits, and what a merge makes is often a block again.
"""

import itertools
import math
from collections.abc import Iterable
from typing import NamedTuple

Block = tuple[int, ...]
MISSING = 1


class Axis(NamedTuple):
    """A column and the bounds that cut it into parts; the part above a bound contains the bound."""

    column: str
    bounds: tuple[float, ...]

    @property
    def full(self) -> int:
        """The set of all parts, missing values among them."""
        return (1 << len(self.bounds) + 2) - 1

    def between(self, lower: float | None, upper: float | None) -> int:
        """The parts of `lower <= x < upper` (both bounds of this axis), without missing values."""
        first = 1 if lower is None else self.bounds.index(lower) + 2
        last = len(self.bounds) + 1 if upper is None else self.bounds.index(upper) + 1
        return sum(1 << part for part in range(first, last + 1))


def runs(parts: int) -> list[tuple[int, int]]:
    """Return first and last index of every run of consecutive bits, lowest first."""
    indices = [i for i in range(parts.bit_length()) if parts >> i & 1]
    grouped = itertools.groupby(enumerate(indices), key=lambda pair: pair[1] - pair[0])
    ranges = ([index for _, index in run] for _, run in grouped)
    return [(found[0], found[-1]) for found in ranges]


def alternatives(axis: Axis, parts: int) -> int:
    """How many conditions on one column it takes to say a set of parts; 0 where every value will do."""
    return 0 if parts == axis.full else (parts & MISSING) + len(runs(parts >> 1))


def joined(blocks: list[Block]) -> list[Block]:
    """Unite blocks that differ on a single axis, until none do; disjoint blocks stay disjoint."""
    before = -1
    while len(blocks) != before:
        before = len(blocks)
        for axis in range(len(blocks[0]) if blocks else 0):
            by_rest: dict[tuple[Block, Block], int] = {}
            for block in blocks:
                rest = (block[:axis], block[axis + 1 :])
                by_rest[rest] = by_rest.get(rest, 0) | block[axis]
            blocks = [(*left, parts, *right) for (left, right), parts in by_rest.items()]
    return blocks


def shortest(axes: list[Axis], disjoint: list[Block]) -> list[Block]:
    """Describe a union of disjoint blocks by fewer and wider ones, which may overlap each other.

    Each block is widened as far as the union allows; the widest are taken first, and those that
    add nothing are left out. A short description, not always the shortest of all.
    """
    widened = {_widened(axes, block, disjoint) for block in disjoint}
    left, kept = disjoint, []
    for block in sorted(widened, key=lambda b: (-_volume(b), b)):
        outside = [old for old in left if _common(old, block) != old]
        if len(outside) < len(left):
            left = outside
            kept.append(block)
    return sorted(kept)


def _widened(axes: list[Axis], block: Block, disjoint: list[Block]) -> Block:
    for index, axis in enumerate(axes):
        line = _with(block, index, axis.full)
        near = [hit for other in disjoint if all(hit := _common(line, other))]
        parts = block[index]
        for part in (1 << i for i in range(len(axis.bounds) + 2)):
            slab = _with(block, index, part)
            # The blocks are disjoint, so a slab lies in their union exactly if the volumes add up to its own.
            if _volume(slab) == sum(_volume(_common(slab, hit)) for hit in near):
                parts |= part
        if alternatives(axis, parts) <= alternatives(axis, block[index]):
            block = _with(block, index, parts)
    return block


def _with(block: Block, index: int, parts: int) -> Block:
    return (*block[:index], parts, *block[index + 1 :])


def _common(block: Block, other: Block) -> Block:
    return tuple(a & b for a, b in zip(block, other, strict=True))


def _volume(block: Iterable[int]) -> int:
    return math.prod(parts.bit_count() for parts in block)
