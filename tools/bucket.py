"""Fit dimensions: cut points at exact quantiles of the universe, rounded so that a person can say them."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from cartjury.data.errors import InputError
from cartjury.data.options import DimensionSpec, Options
from cartjury.data.records import LEVEL_NAMES, UNKNOWN, Dimension, LogEntry, Provenance, SegmentPlan, SizePolicy
from cartjury.tools.baseline import baseline
from cartjury.tools.baseline import ranks as baseline_ranks
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.distribution import Distribution
from cartjury.tools.figures import number, told
from cartjury.tools.quantiles import quantiles
from cartjury.tools.quantiles import ranks as quantile_ranks
from cartjury.tools.rounding import round_cuts
from cartjury.tools.rules import initial_segments
from cartjury.tools.split import SPLIT_FEATURES

TIED, AWAY = 0.25, 0.15  # share of equal values, and distance from the quantile, from which on a tie is told
ENOUGH = 100  # users with a value; of fewer each is a large share
UNKNOWN_IS_A_LEVEL = 0.05  # from this share of missing values on, Unknown is crossed like any level


class Fit(NamedTuple):
    """A dimension as it came out, None where it was dropped, and what there is to say about it."""

    dimension: Dimension | None
    log: tuple[LogEntry, ...]


def fit_plan(carts: Carts, options: Options, policy: SizePolicy) -> SegmentPlan:
    """Fit the dimensions to the universe and make one segment of every cell.

    Returns:
        A plan before the size policy, with the distributions it was fitted on.

    Raises:
        InputError: a priority for a dimension or a level that does not exist.
    """
    _check_priorities(options)
    columns = list(dict.fromkeys([*(d.column for d in options.dimensions), *SPLIT_FEATURES]))
    _, dataset, universe = carts
    values = carts.engine.thresholds(carts.users(options.filter), columns, universe.size)
    for column, found in values.items():  # all ranks at once: one look at the users instead of two
        shares = [q for spec in options.dimensions if spec.column == column for q in spec.quantiles]
        if found.known:
            found.smallest([*baseline_ranks(found.known), *quantile_ranks(found.known, shares)])
    baselines = tuple(baseline(column, values[column]) for column in columns)
    fits = [fit_dimension(spec, values[spec.column], exact=options.exact_cuts) for spec in options.dimensions]
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
            baseline=baselines,
        ),
    )


def _check_priorities(options: Options) -> None:
    known = {s.name: len(s.quantiles or s.cuts) + 1 for s in options.dimensions}
    for name, by_level in options.priorities.items():
        if name not in known:
            raise InputError(f"priorities: there is no dimension {name}, only {', '.join(known)}")
        # Dropped cuts leave fewer levels, so their names are good too.
        levels = {UNKNOWN, *(level for n in range(2, known[name] + 1) for level in LEVEL_NAMES[n])}
        if wrong := sorted(set(by_level) - levels):
            raise InputError(f"priorities.{name}: no level {', '.join(wrong)}, only {', '.join(sorted(levels))}")


def fit_dimension(spec: DimensionSpec, values: Distribution, *, exact: bool) -> Fit:
    """Cut one feature; a cut that leaves a level without users is dropped, and so is a dimension without cuts.

    Args:
        spec: the column and where to cut it.
        values: how the column is distributed in the universe.
        exact: keep quantiles as they are instead of rounding them.
    """
    if not values.known:
        return Fit(None, (_dropped(f"{spec.name} is not used: no user has a value of {spec.column}"),))
    wanted = spec.cuts or tuple(dict.fromkeys(quantiles(values, spec.quantiles)))
    cuts = wanted if spec.cuts or exact else round_cuts(wanted, values)
    rounded = [_rounded(spec.name, a, b) for a, b in zip(wanted, cuts, strict=True) if a != b]
    kept, dropped = _without_empty_levels(spec.name, cuts, values)
    if not kept:
        reason = f"{spec.name} is not used: no cut of {spec.column} leaves users on both sides"
        return Fit(None, (_dropped(reason), *_ties(spec, values)))
    dimension = Dimension(
        name=spec.name,
        column=spec.column,
        cuts=kept,
        quantiles=spec.quantiles if kept == cuts else (),
        unknown="level" if values.missing >= UNKNOWN_IS_A_LEVEL else "else",
    )
    return Fit(dimension, (*rounded, *dropped, *_ties(spec, values)))


def _without_empty_levels(
    name: str, cuts: Sequence[float], values: Distribution
) -> tuple[tuple[float, ...], list[LogEntry]]:
    kept: list[float] = []
    log = []
    last = 0
    for cut, count in zip(cuts, values.below(cuts), strict=True):
        if last < count < values.known:
            kept.append(cut)
            last = count
        else:
            log.append(_dropped(f"{name}: the cut at {number(cut)} is dropped, it leaves a level without users"))
    return tuple(kept), log


def _ties(spec: DimensionSpec, values: Distribution) -> list[LogEntry]:
    """Tell of quantiles that fall among many equal values: equal values are never split, so the share is another."""
    cuts = quantiles(values, spec.quantiles) if values.known >= ENOUGH else ()
    log = []
    for share, cut in zip(spec.quantiles, cuts, strict=False):
        below, upto = (count / values.known for count in values.below([cut, math.nextafter(cut, math.inf)]))
        if upto - below >= TIED and abs(below - share) >= AWAY:
            tied = f"{upto - below:.0%} of the users share the value {number(cut)}"
            said = f"{tied}, so {below:.0%} instead of {share:.0%} lie"
            log.append(LogEntry(action="tie", reason=f"{spec.name}: {said} below it"))
    return log


def _rounded(name: str, exact: float, rounded: float) -> LogEntry:
    before, after = told((exact, rounded))
    return LogEntry(action="round", reason=f"{name}: the cut at {before} is rounded to {after}")


def _dropped(reason: str) -> LogEntry:
    return LogEntry(action="drop", reason=reason)
