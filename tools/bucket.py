"""Fit dimensions: cut points at exact quantiles of the universe, rounded so that a person can say them."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb

from cartjury.data.options import DimensionSpec, Options
from cartjury.data.records import Baseline, Dimension, LogEntry, Provenance, SegmentPlan, SizePolicy
from cartjury.data.run_records import Dataset, Universe
from cartjury.tools.engine.duck import connect, one, quoted
from cartjury.tools.engine.relation import users
from cartjury.tools.quantiles import bracket, interpolate, order_statistics, users_below
from cartjury.tools.rounding import round_cuts
from cartjury.tools.rules import initial_segments

UNKNOWN_IS_A_LEVEL = 0.05  # from this share of missing values on, Unknown is crossed like any level
BINS = 10  # bins of the baseline that drift is measured against
SPLIT_FEATURES = ("days_since_abandonment", "sessions_last_30d", "num_cart_items")


class Fit(NamedTuple):
    """A dimension as it came out, or None where it was dropped, and what there is to say about it."""

    dimension: Dimension | None
    log: tuple[LogEntry, ...]


def fit_plan(dataset: Dataset, universe: Universe, options: Options, policy: SizePolicy) -> SegmentPlan:
    """Fit the dimensions to the universe and make one segment of every cell.

    Returns:
        A plan before the size policy, with the distributions it was fitted on.
    """
    with connect(Path(dataset.path).parent, options.memory_limit) as connection:
        relation = users(dataset, universe, options.filter)
        columns = dict.fromkeys([*(d.column for d in options.dimensions), *SPLIT_FEATURES])
        known = _known(connection, relation, list(columns))
        wanted = {c: _deciles(known[c]) for c in columns}
        for spec in options.dimensions:
            for share in spec.quantiles:
                wanted[spec.column] += bracket(share, known[spec.column])[:2]
        found = order_statistics(connection, relation, wanted, known)
        fits = [_fit(connection, relation, spec, found, known, universe, options) for spec in options.dimensions]
        baseline = _baseline(connection, relation, found, known, universe.size)
    dimensions = tuple(f.dimension for f in fits if f.dimension)
    return SegmentPlan(
        dimensions=dimensions,
        segments=initial_segments(dimensions),
        window_days=universe.window_days,
        filter=options.filter,
        size_policy=policy,
        scoring=options.scoring,
        weights=options.weights,
        priorities=options.priorities,
        log=tuple(entry for fit in fits for entry in fit.log),
        provenance=Provenance(
            source=dataset.source,
            source_sha256=dataset.sha256,
            as_of=universe.as_of,
            universe_size=universe.size,
            baseline=baseline,
        ),
    )


def _known(connection: duckdb.DuckDBPyConnection, relation: str, columns: Sequence[str]) -> dict[str, int]:
    counts = one(connection, f"SELECT {', '.join(f'count({quoted(c)})' for c in columns)} FROM {relation}")
    return dict(zip(columns, counts, strict=True))


def _deciles(n: int) -> list[int]:
    return [n * i // BINS for i in range(1, BINS)] if n else []


def _fit(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    spec: DimensionSpec,
    found: dict[str, dict[int, float]],
    known: dict[str, int],
    universe: Universe,
    options: Options,
) -> Fit:
    n = known[spec.column]
    if not n:
        return Fit(None, (_dropped(f"{spec.name} is not used: no user has a value of {spec.column}"),))

    def below(cuts: Sequence[float]) -> list[int]:
        counts = users_below(connection, relation, {spec.column: cuts})
        return [counts[spec.column, cut] for cut in cuts]

    exact = spec.cuts or _exact_cuts(spec, found[spec.column], n)
    cuts = exact if spec.cuts or options.exact_cuts else round_cuts(exact, n, below)
    log = [_rounded(spec.name, a, b) for a, b in zip(exact, cuts, strict=True) if a != b]
    kept, dropped = _without_empty_levels(spec.name, cuts, below(cuts), n)
    if not kept:
        log = [_dropped(f"{spec.name} is not used: no cut of {spec.column} leaves users on both sides")]
        return Fit(None, tuple(log))
    missing = (universe.size - n) / universe.size
    dimension = Dimension(
        name=spec.name,
        column=spec.column,
        cuts=kept,
        quantiles=spec.quantiles if kept == cuts else (),
        unknown="level" if missing >= UNKNOWN_IS_A_LEVEL else "else",
    )
    return Fit(dimension, (*log, *dropped))


def _exact_cuts(spec: DimensionSpec, statistics: dict[int, float], n: int) -> tuple[float, ...]:
    brackets = (bracket(share, n) for share in spec.quantiles)
    cuts = [interpolate(statistics[low], statistics[high], weight) for low, high, weight in brackets]
    return tuple(dict.fromkeys(cuts))


def _without_empty_levels(
    name: str, cuts: Sequence[float], below: Sequence[int], n: int
) -> tuple[tuple[float, ...], tuple[LogEntry, ...]]:
    kept: list[float] = []
    log = []
    last = 0
    for cut, count in zip(cuts, below, strict=True):
        if last < count < n:
            kept.append(cut)
            last = count
        else:
            log.append(_dropped(f"{name}: the cut at {cut:g} is dropped, it leaves a level without users"))
    return tuple(kept), tuple(log)


def _rounded(name: str, exact: float, rounded: float) -> LogEntry:
    return LogEntry(action="round", reason=f"{name}: the cut at {exact:.6g} is rounded to {rounded:g}")


def _dropped(reason: str) -> LogEntry:
    return LogEntry(action="drop", reason=reason)


def _baseline(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    found: dict[str, dict[int, float]],
    known: dict[str, int],
    size: int,
) -> tuple[Baseline, ...]:
    """Count the users in ten bins of every feature; equal edges fall together."""
    edges = {c: tuple(sorted({found[c][k] for k in _deciles(n)})) if n else () for c, n in known.items()}
    below = users_below(connection, relation, edges)
    return tuple(
        Baseline(
            column=c, edges=edges[c], shares=_shares([below[c, e] for e in edges[c]], n), missing=(size - n) / size
        )
        for c, n in known.items()
    )


def _shares(below: Sequence[int], n: int) -> tuple[float, ...]:
    if not n:
        return (0.0,)
    bounds = [0, *below, n]
    return tuple((b - a) / n for a, b in zip(bounds, bounds[1:], strict=False))
