"""The witnesses of a rule space, and the search for one that not exactly one formula claims.

A witness is a point of the rule space: for every column a cut point, a value between two cut points
or a missing value. Whatever user may come, some witness has the same comparisons true, so what
holds on all witnesses holds for everyone.
"""

import itertools
import math
from collections.abc import Iterator, Mapping

from cartjury.data.run_records import Counterexample
from cartjury.tools.grammar import Atom, Formula, Group, atoms

Axes = Mapping[str, list[float | None]]  # the witnesses of every column
Point = Mapping[str, float | None]


def witnesses(found: set[Atom]) -> list[float | None]:
    """Return values of one column that stand for all others: each truth the atoms can have, once.

    Args:
        found: all atoms on the column.

    Returns:
        Numbers upwards, then None for missing. Of the values that have the same atoms TRUE only one
        is there, a cut where possible.
    """
    seen: dict[tuple[bool, ...], float | None] = {}
    for value in (*_values(sorted({a.cut for a in found if a.cut is not None})), None):
        seen.setdefault(tuple(atom.holds(value) for atom in found), value)
    numbers = sorted(value for value in seen.values() if value is not None)
    return [*numbers, *(value for value in seen.values() if value is None)]


def atoms_on(column: str, formulas: Mapping[str, Formula]) -> set[Atom]:
    """Return all atoms on a column, in whatever formula."""
    return {atom for formula in formulas.values() for atom in atoms(formula) if atom.column == column}


def not_claimed_once(formulas: Mapping[str, Formula], axes: Axes) -> Iterator[Counterexample]:
    """Find the witnesses that none or several of the formulas claim.

    The witnesses are not visited one by one: columns are fixed one after the other, the formulas
    shrink, and where nothing is left to decide all remaining witnesses are judged at once.

    Args:
        formulas: by segment id.
        axes: the witnesses of every column; the order decides how fast the formulas shrink.

    Yields:
        One counterexample for each such region; none means that every witness is claimed once.
    """
    yield from _search(formulas, (), axes, {})


def _values(cuts: list[float]) -> Iterator[float]:
    """Every cut, then one value in every open interval between them, if there is a double in it."""
    yield from cuts or [0.0]
    ends = (-math.inf, *cuts, math.inf) if cuts else ()
    for low, high in itertools.pairwise(ends):
        value = _between(low, high)
        if low < value < high and math.isfinite(value):
            yield value


def _between(low: float, high: float) -> float:
    if math.isinf(low):
        return min(high - 1, math.nextafter(high, low))
    if math.isinf(high):
        return max(low + 1, math.nextafter(low, high))
    return low / 2 + high / 2


def _search(
    undecided: Mapping[str, Formula], claimed: tuple[str, ...], axes: Axes, point: Point
) -> Iterator[Counterexample]:
    claimed = (*claimed, *(i for i, formula in undecided.items() if formula is True))
    undecided = {i: formula for i, formula in undecided.items() if not isinstance(formula, bool)}
    if not undecided:
        if len(claimed) != 1:
            full = {column: point.get(column, values[0]) for column, values in axes.items()}
            yield Counterexample(kind="overlap" if claimed else "gap", segments=tuple(sorted(claimed)), point=full)
        return
    column = next(c for c in axes if c not in point)
    present = atoms_on(column, undecided)
    # Values that these predicates cannot tell apart are tried once.
    apart = {tuple(atom.holds(value) for atom in present): value for value in reversed(axes[column])}
    for value in reversed(apart.values()):
        rest = {i: _given(formula, column, value) for i, formula in undecided.items()}
        yield from _search(rest, claimed, axes, {**point, column: value})


def _given(formula: Formula, column: str, value: float | None) -> Formula:
    """What is left of a formula once a column has a value."""
    if isinstance(formula, Atom):
        return formula.holds(value) if formula.column == column else formula
    if isinstance(formula, bool):
        return formula
    left: list[Formula] = []
    for part in formula.parts:
        rest = _given(part, column, value)
        if rest is (not formula.every):
            return rest  # one FALSE decides an AND, one TRUE an OR
        if rest is not formula.every:
            left.append(rest)
    return Group(formula.every, tuple(left)) if left else formula.every
