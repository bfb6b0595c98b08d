"""Read predicates back from their text, as conditions that can be tried on a value.

Only the grammar of a segment's predicate is read: AND, OR, NOT, comparisons of a column with a
number, IS [NOT] NULL, TRUE, FALSE and parentheses. Whatever else stands there is an error, because
a condition that is not understood proves nothing.

Three-valued logic: a row is taken where its predicate is TRUE, not where it is FALSE or NULL.
NOT is moved down to the comparisons, which is sound with NULL as well (De Morgan's laws hold, and
`NOT x < c` and `x >= c` are NULL together). What remains are ANDs and ORs of comparisons, and such
a tree is TRUE exactly where it is TRUE with every NULL in it read as false.

Numbers are doubles, as the columns are: float() reads a literal to the nearest double like the
databases do, doubles compare exactly, and between two neighbouring doubles there is no value.
A value is missing (NULL; NaN counts as NULL) or finite.
"""

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import sqlglot
from sqlglot import exp

from cartjury.data.errors import PlanError

SHOWN = 500  # characters of a predicate that an error quotes
OPERATORS: Mapping[type[exp.Expr], str] = {
    exp.GTE: ">=", exp.GT: ">", exp.LTE: "<=", exp.LT: "<", exp.EQ: "=", exp.NEQ: "<>",
}  # fmt: skip
OPPOSITE = {">=": "<", "<": ">=", ">": "<=", "<=": ">", "=": "<>", "<>": "=", "IS": "IS NOT", "IS NOT": "IS"}
HOLDS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt, "=": operator.eq, "<>": operator.ne,
}  # fmt: skip


class Atom(NamedTuple):
    """`column op cut`, or `column IS NULL` / `IS NOT NULL` without a cut."""

    column: str
    op: str
    cut: float | None = None

    def holds(self, value: float | None) -> bool:
        """Whether the atom is TRUE, not FALSE or NULL, for a value (None: missing)."""
        if self.cut is None:
            return (value is None) == (self.op == "IS")
        return value is not None and HOLDS[self.op](value, self.cut)


class Group(NamedTuple):
    """Parts of which all (AND) or any (OR) must be TRUE."""

    every: bool
    parts: tuple["Formula", ...]


Formula = Atom | Group | bool


def read(segment_id: str, text: str) -> Formula:
    """Parse one segment's predicate.

    Raises:
        PlanError: the text is no predicate of the grammar above; names the segment and what is wrong.
    """
    try:
        trees = sqlglot.parse(text, read="duckdb")
        if len(trees) == 1 and trees[0] is not None:
            return _formula(trees[0], negated=False)
        problem = f"one condition is expected, found {len(trees)}" if any(trees) else "it is empty"
    except sqlglot.errors.SqlglotError as error:
        problem = f"it cannot be parsed: {str(error).splitlines()[0]}"
    except RecursionError:
        problem = "it is nested too deeply"
    except ValueError as error:
        problem = str(error)
    raise PlanError(f"the predicate of {segment_id} cannot be proven: {problem}", (text[:SHOWN],))


def atoms(formula: Formula) -> Iterator[Atom]:
    """Yield the atoms of a formula, from left to right."""
    if isinstance(formula, Atom):
        yield formula
    elif isinstance(formula, Group):
        for part in formula.parts:
            yield from atoms(part)


def _formula(node: exp.Expr, *, negated: bool) -> Formula:
    match node:
        case exp.Paren():
            return _formula(node.this, negated=negated)
        case exp.Not():
            return _formula(node.this, negated=not negated)
        case exp.And() | exp.Or():
            parts = tuple(_formula(part, negated=negated) for part in node.flatten())
            return Group(isinstance(node, exp.And) != negated, parts)
        case exp.Boolean():
            return bool(node.this) != negated
        case exp.Is(this=exp.Column() as column, expression=exp.Null()):
            return Atom(_name(column), OPPOSITE["IS"] if negated else "IS")
    op = OPERATORS.get(type(node))
    if op is None:
        raise ValueError(f"`{node.sql('duckdb')}` is no comparison of a column with a number")
    return Atom(_name(node.this), OPPOSITE[op] if negated else op, _number(node.expression))


def _name(node: exp.Expr) -> str:
    if not isinstance(node, exp.Column) or len(node.parts) != 1 or not isinstance(node.this, exp.Identifier):
        raise ValueError(f"`{node.sql('duckdb')}` is no column")
    return node.name


def _number(node: exp.Expr) -> float:
    digits = node.this if isinstance(node, exp.Neg) else node
    if not isinstance(digits, exp.Literal) or digits.is_string:
        raise ValueError(f"`{node.sql('duckdb')}` is no number")
    value = float(digits.name)
    if not math.isfinite(value):
        raise ValueError(f"`{node.sql('duckdb')}` is no finite number")
    return -value if isinstance(node, exp.Neg) else value
