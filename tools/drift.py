"""Whether new users still look like those a plan was fitted on.

Population stability index: PSI = sum over bins of (a - e) x ln(a / e), with the expected share e of the
plan and the share a seen now. Under 0.1 is usually read as stable, over 0.2 as moved (Siddiqi, Credit
Risk Scorecards, 2006).
"""

import math
from collections.abc import Sequence

from cartjury.data.contract import COLUMN_NAMES, DERIVED
from cartjury.data.records import Baseline, SegmentPlan
from cartjury.tools.baseline import bin_shares
from cartjury.tools.bucket import UNKNOWN_IS_A_LEVEL
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.distribution import Distribution

MOVED = 0.2
FLOOR = 1e-4  # share that stands for an empty bin, whose logarithm has no value


def stability_index(expected: Sequence[float], actual: Sequence[float]) -> float:
    """Return the PSI of two sequences of shares over the same bins; 0 where they agree."""
    pairs = [(max(e, FLOOR), max(a, FLOOR)) for e, a in zip(expected, actual, strict=True)]
    return math.fsum((a - e) * math.log(a / e) for e, a in pairs)


def drift(carts: Carts, plan: SegmentPlan) -> tuple[str, ...]:
    """Warn of every feature that moved, and of every missing rate that crossed the line where Unknown is a level."""
    read = {*COLUMN_NAMES, *DERIVED, *(d.column for d in plan.dimensions)}  # a dropped dimension's column is not
    features = [b for b in plan.provenance.baseline if b.column in read] if plan.provenance else []
    if not features:
        return ()
    columns = [b.column for b in features]
    now = carts.engine.thresholds(carts.users(plan.filter), columns, carts.universe.size)
    return tuple(w for f in features for w in (*_moved(f, now[f.column]), *_missing(f, now[f.column].missing)))


def _moved(feature: Baseline, now: Distribution) -> list[str]:
    if not now.known or not any(feature.shares):
        return []
    index = stability_index(feature.shares, bin_shares(now, feature.edges))
    if index <= MOVED:
        return []
    return [f"{feature.column} is distributed differently than when the plan was fitted (PSI {index:.2f}): refit it"]


def _missing(feature: Baseline, missing: float) -> list[str]:
    before, now = feature.missing >= UNKNOWN_IS_A_LEVEL, missing >= UNKNOWN_IS_A_LEVEL
    if before == now:
        return []
    line = f"{UNKNOWN_IS_A_LEVEL:.0%} decide whether missing values are a level of their own"
    return [f"{feature.column} is missing for {missing:.1%} of the users, it was {feature.missing:.1%}: {line}"]
