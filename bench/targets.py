"""The targets, and whether the measured figures meet them. All ratios are medians of ratios within a round."""

from collections.abc import Callable, Iterator, Mapping
from statistics import median
from typing import Any, NamedTuple

from sides import FLOOR, GOOD, LIMITED, NAIVE, OURS

Block = Mapping[str, Any]
MILLION = 1_000_000


class Target(NamedTuple):
    """One figure to reach: what, over what, at least or at most how much."""

    rows: int
    suffix: str
    what: str  # cpu, peak
    above: str
    below: str
    bound: float
    at_least: bool

    def verdict(self, block: Block | None) -> str:
        """One line for the reader: the target, the figure, met or missed."""
        sign = "at least" if self.at_least else "at most"
        said = f"{self.rows:,} {self.suffix}: {self.what} {self.above} / {self.below} {sign} {self.bound:g}"
        found = ratios(block, self.what, self.above, self.below) if block else []
        if not found:
            return f"{'not measured':13} {said}"
        value = median(found)
        met = value >= self.bound if self.at_least else value <= self.bound
        return f"{'met' if met else 'MISSED':13} {said}: {value:.2f} (from {min(found):.2f} to {max(found):.2f})"


def ratios(block: Block, what: str, above: str, below: str) -> list[float]:
    """The ratio in every round that has both sides."""
    return [r[above][what] / r[below][what] for r in block["rounds"] if above in r and below in r]


def targets() -> Iterator[Target]:
    """All figures that are compared within one size and format."""
    for rows, faster, leaner in ((MILLION, 2.0, 1 / 2), (10 * MILLION, 2.2, 1 / 3), (50 * MILLION, 3.0, 1 / 3)):
        for suffix, times, over_floor in (("parquet", faster, 1.8), ("csv", 2.3, 1.4)):
            yield Target(rows, suffix, "cpu", NAIVE, OURS, times, at_least=True)
            yield Target(rows, suffix, "cpu", OURS, FLOOR, over_floor, at_least=False)
            yield Target(rows, suffix, "cpu", GOOD, OURS, 1.0, at_least=True)
            yield Target(rows, suffix, "peak", OURS, NAIVE, round(leaner, 3), at_least=False)
    yield Target(50 * MILLION, "parquet", "cpu", LIMITED, OURS, 2.0, at_least=False)


def verdicts(results: Mapping[str, Any]) -> list[str]:
    """Every target with its figure."""
    blocks = {(b["rows"], b["format"]): b for b in results["blocks"]}
    lines = [target.verdict(blocks.get((target.rows, target.suffix))) for target in targets()]
    for suffix in ("parquet", "csv"):
        lines.append(finishes(blocks.get((50 * MILLION, suffix)), suffix))
        one, fifty = blocks.get((MILLION, suffix)), blocks.get((50 * MILLION, suffix))
        grown = cpu(fifty, OURS) / cpu(one, OURS) if cpu(fifty, OURS) and cpu(one, OURS) else None
        lines.append(at_most(f"{suffix}: cpu of {OURS} at 50M / at 1M", grown, 55))
    return lines


def finishes(block: Block | None, suffix: str) -> str:
    """Whether the largest table goes through with the engine's memory limited."""
    said = f"50,000,000 {suffix}: {LIMITED} comes to its end"
    most = peak(block, LIMITED)
    if most is not None:
        return f"{'met':13} {said}; peak of its process {most:,.0f} MiB"
    failed = block and block["skipped"].get(LIMITED, "").startswith("ended")
    return f"{'MISSED' if failed else 'not measured':13} {said}"


def at_most(said: str, value: float | None, bound: float) -> str:
    """One line for a figure that is no ratio within a block."""
    if value is None:
        return f"{'not measured':13} {said} at most {bound:g}"
    return f"{'met' if value <= bound else 'MISSED':13} {said} at most {bound:g}: {value:.1f}"


def middle(what: str) -> Callable[[Block | None, str], float | None]:
    """Return a function that gives the median of a figure over the rounds of a block, None where there is none."""

    def of(block: Block | None, name: str) -> float | None:
        values = [r[name][what] for r in (block["rounds"] if block else []) if name in r]
        return median(values) if values else None

    return of


cpu, wall, peak = middle("cpu"), middle("wall"), middle("peak")
