"""A second opinion on a set of predicates, from an SMT solver and a translator of its own.

Columns are real numbers with a flag for NULL; a condition is the pair of formulas under which it is
TRUE and under which it is FALSE, so that three-valued logic is written out instead of argued about.
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import z3

TOKEN = re.compile(r'\s*("(?:[^"]|"")*"|-?\d[\d.]*(?:[eE][-+]?\d+)?|<>|[<>]=?|=|[()]|\w+)')


class Both(NamedTuple):
    true: Any
    false: Any


class Translator:
    """A recursive descent over OR, AND, NOT, comparisons and IS [NOT] NULL."""

    def __init__(self, text: str) -> None:
        self.tokens = TOKEN.findall(text)
        assert "".join(self.tokens).replace(" ", "") == text.replace(" ", "")
        self.place = 0

    def take(self) -> str:
        self.place += 1
        token: str = self.tokens[self.place - 1]
        return token

    def next_is(self, *words: str) -> bool:
        return self.place < len(self.tokens) and self.tokens[self.place] in words

    def either(self) -> Both:
        parts = [self.both()]
        while self.next_is("OR") and self.take():
            parts.append(self.both())
        return Both(z3.Or([p.true for p in parts]), z3.And([p.false for p in parts]))

    def both(self) -> Both:
        parts = [self.one()]
        while self.next_is("AND") and self.take():
            parts.append(self.one())
        return Both(z3.And([p.true for p in parts]), z3.Or([p.false for p in parts]))

    def one(self) -> Both:
        token = self.take()
        if token == "NOT":
            return Both(*reversed(self.one()))
        if token == "(":
            inner = self.either()
            assert self.take() == ")"
            return inner
        if token in ("TRUE", "FALSE"):
            return Both(z3.BoolVal(token == "TRUE"), z3.BoolVal(token == "FALSE"))
        null, value, op = z3.Bool(f"{token} is null"), z3.Real(token), self.take()
        if op == "IS":
            inverted = self.next_is("NOT") and bool(self.take())
            assert self.take() == "NULL"
            return Both(z3.Not(null), null) if inverted else Both(null, z3.Not(null))
        fraction = Fraction(float(self.take()))
        cut = z3.Q(fraction.numerator, fraction.denominator)
        truth = {
            "<": value < cut, "<=": value <= cut, ">": value > cut, ">=": value >= cut, "=": value == cut,
            "<>": value != cut,
        }[op]  # fmt: skip
        return Both(z3.And(z3.Not(null), truth), z3.And(z3.Not(null), z3.Not(truth)))


def verdict(predicates: Mapping[str, str]) -> set[str]:
    """Which of "gap" and "overlap" some point of the rule space shows."""
    true = [Translator(text).either().true for text in predicates.values()]
    found = set()
    for kind, condition in (("gap", z3.Not(z3.Or(true))), ("overlap", z3.AtLeast(*true, 2))):
        solver = z3.Solver()
        solver.add(condition)
        answer = solver.check()
        assert answer != z3.unknown
        if answer == z3.sat:
            found.add(kind)
    return found
