"""How features were distributed when a plan was fitted, in ten bins each; drift is measured against it."""

import itertools
from collections.abc import Sequence

from cartjury.data.records import Baseline
from cartjury.tools.engine.distribution import Distribution

BINS = 10


def baseline(column: str, values: Distribution) -> Baseline:
    """Count the users between the deciles of a feature; equal deciles fall together."""
    deciles = values.smallest(ranks(values.known)) if values.known else ()
    edges = tuple(sorted(set(deciles)))
    return Baseline(column=column, edges=edges, shares=bin_shares(values, edges), missing=values.missing)


def ranks(known: int) -> list[int]:
    """The ranks (0: the lowest value) of the deciles of so many values."""
    return [known * i // BINS for i in range(1, BINS)]


def bin_shares(values: Distribution, edges: Sequence[float]) -> tuple[float, ...]:
    """Return the share of the known values in each bin between the edges; all 0 where nothing is known."""
    if not values.known:
        return (0.0,) * (len(edges) + 1)
    bounds = [0, *values.below(edges), values.known]
    return tuple((high - low) / values.known for low, high in itertools.pairwise(bounds))
