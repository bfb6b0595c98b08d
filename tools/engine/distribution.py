"""How the known values of a column are distributed over the users: exact order statistics and counts.

    lowest and highest value -> the range in equal buckets, counted in one pass -> the bucket a question falls into,
    divided again, until all its values are equal or it lies on one side of the cut that was asked for

Dividing keeps the order in floating point too, so equal values share a bucket, and what a bucket says of the
ranks in it is exact. No pass holds more than its counts: memory does not grow with the users. (The engines' own
quantile functions hold all values or approximate, and their interpolation differs from numpy's in the last bit.)
"""

import bisect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from cartjury.tools.engine.sql import Sql

LEAST, MOST = 1_024, 65_536  # buckets of a first pass
USERS_A_BUCKET: Final = 64  # wished for there: many counts cost more to fetch than a second pass
INNER: Final = 1_024  # buckets into which a bucket is divided

Aggregate = Callable[[str], list[tuple[Any, ...]]]
Question = TypeVar("Question", int, float)


class Bucket(NamedTuple):
    """Neighbouring values: the lowest and highest that occur, how many users have a lower value, and how many these."""

    low: float
    high: float
    below: int
    users: int


class Table:
    """Buckets that do not overlap, lowest first."""

    def __init__(self, counts: Iterable[tuple[float, float, int]], below: int) -> None:
        self._buckets: list[Bucket] = []
        for low, high, users in sorted(counts):
            self._buckets.append(Bucket(low, high, below, users))
            below += users
        self._end = Bucket(math.inf, math.inf, below, 0)

    def holding(self, rank: int) -> Bucket:
        """The bucket of the user with this rank (0: the lowest value of all)."""
        return self._buckets[bisect.bisect_right(self._buckets, rank, key=lambda b: b.below) - 1]

    def reaching(self, cut: float) -> Bucket:
        """The first bucket that has a value of at least `cut`."""
        place = bisect.bisect_left(self._buckets, cut, key=lambda b: b.high)
        return self._buckets[place] if place < len(self._buckets) else self._end


class Distribution:
    """The values of one column; questions are answered from counts, which are made as they are needed.

    Attributes:
        known: users with a value.
        users: all users.
    """

    def __init__(self, aggregate: Aggregate, sql: Sql, values: str, whole: Bucket, users: int) -> None:
        """Prepare to answer.

        Args:
            aggregate: runs a query with a small result.
            sql: how the engine writes SQL.
            values: SQL relation with one column `value` of doubles.
            whole: all known values.
            users: rows of the relation.
        """
        self.known, self.users = whole.users, users
        self._aggregate, self._sql, self._values, self._whole = aggregate, sql, values, whole
        self._root = Table([(whole.low, whole.high, whole.users)], 0)
        self._tables: dict[Bucket, Table] = {}

    @property
    def missing(self) -> float:
        """Share of the users without a value."""
        return 1 - self.known / self.users if self.users else 0.0

    def smallest(self, positions: Sequence[int]) -> tuple[float, ...]:
        """Return the k-th smallest values, for each k of `positions` (0: the smallest)."""
        found = self._settle(positions, Table.holding, lambda bucket, _: bucket.low == bucket.high)
        return tuple(found[k].low for k in positions)

    def below(self, cuts: Sequence[float]) -> tuple[int, ...]:
        """Count the users whose value is under each cut."""
        if not self.known:
            return (0,) * len(cuts)
        found = self._settle(cuts, Table.reaching, _decided)
        return tuple(found[cut].below for cut in cuts)

    def between(self, cut: float) -> tuple[int, int]:
        """Bounds of the number of users under a cut, from what was counted already; often they are equal."""
        if not self.known:
            return (0, 0)
        bucket = self._find(cut, Table.reaching, _decided)
        return bucket.below, bucket.below if _decided(bucket, cut) else bucket.below + bucket.users

    def _settle(
        self,
        questions: Sequence[Question],
        find: Callable[[Table, Question], Bucket],
        settled: Callable[[Bucket, Question], bool],
    ) -> Mapping[Question, Bucket]:
        """Divide buckets until each question has one that settles it."""
        while True:
            found = {question: self._find(question, find, settled) for question in questions}
            unsettled = {bucket for question, bucket in found.items() if not settled(bucket, question)}
            if not unsettled:
                return found
            self._divide(sorted(unsettled))

    def _find(
        self,
        question: Question,
        find: Callable[[Table, Question], Bucket],
        settled: Callable[[Bucket, Question], bool],
    ) -> Bucket:
        """Go down through what was counted already."""
        bucket = find(self._root, question)
        while bucket in self._tables and not settled(bucket, question):
            bucket = find(self._tables[bucket], question)
        return bucket

    def _divide(self, buckets: Sequence[Bucket]) -> None:
        """Count the parts of some buckets that lie apart, in one pass."""
        whole = buckets == [self._whole]
        number = min(max(self.known // USERS_A_BUCKET, LEAST), MOST) if whole else INNER
        inside = [self._inside(bucket) for bucket in buckets]
        where = "value IS NOT NULL" if whole else " OR ".join(inside)
        parts = self._aggregate(
            f"SELECT bucket, min(value), max(value), count(*) FROM (SELECT value, {_which(inside)} AS bucket, "
            f"{_choice(inside, [self._part(bucket, number) for bucket in buckets])} AS part "
            f"FROM {self._values} WHERE {where}) GROUP BY bucket, part"
        )
        for i, bucket in enumerate(buckets):
            self._tables[bucket] = Table((part[1:] for part in parts if part[0] == i), bucket.below)

    def _inside(self, bucket: Bucket) -> str:
        return f"value BETWEEN {self._sql.number(bucket.low)} AND {self._sql.number(bucket.high)}"

    def _part(self, bucket: Bucket, number: int) -> str:
        """SQL of a value's part of a bucket. It subtracts, divides, multiplies: nothing that an engine can fuse."""
        low, width = self._sql.number(bucket.low), self._sql.number(bucket.high - bucket.low)
        return f"CAST(floor((value - {low}) / {width} * {self._sql.number(number)}) AS INTEGER)"


def _which(conditions: Sequence[str]) -> str:
    return _choice(conditions, [str(i) for i in range(len(conditions))])


def _choice(conditions: Sequence[str], answers: Sequence[str]) -> str:
    """SQL of the answer whose condition holds, where one does."""
    if len(answers) == 1:
        return answers[0]
    cases = " ".join(f"WHEN {when} THEN {then}" for when, then in zip(conditions, answers, strict=True))
    return f"CASE {cases} END"


def _decided(bucket: Bucket, cut: float) -> bool:
    """Whether all users of a bucket are on one side of a cut that its highest value reaches."""
    return bucket.low >= cut


def distributions(
    aggregate: Aggregate, sql: Sql, relation: str, columns: Sequence[str], users: int
) -> dict[str, Distribution]:
    """Prepare the distributions of columns, in one pass.

    Args:
        aggregate: runs a query with a small result.
        sql: how the engine writes SQL.
        relation: SQL relation of the users; it must give the same rows each time.
        columns: numeric columns of it.
        users: rows of the relation.
    """
    value = {column: f"CAST({sql.quoted(column)} AS DOUBLE)" for column in columns}
    asked = ", ".join(f"min({v}), max({v}), count({v})" for v in value.values())
    (row,) = aggregate(f"SELECT {asked} FROM {relation}")
    wholes = (Bucket(low, high, 0, known) for low, high, known in zip(*[iter(row)] * 3, strict=True))
    return {
        column: Distribution(aggregate, sql, f"(SELECT {value[column]} AS value FROM {relation})", whole, users)
        for column, whole in zip(columns, wholes, strict=True)
    }
