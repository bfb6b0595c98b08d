"""How far a run is, on stderr: one changing line on a terminal, a line a step elsewhere.

    profile   [###########---------]  55 %   50,000,000 rows   12 s, about 11 s left

The estimate rests on the share of the work that each step usually takes, measured on large files, and on how far
the engine says its query is. A jury of models takes as long as it takes; it is not in the estimate.
"""

import contextlib
import sys
import time
from collections.abc import Callable, Mapping
from threading import Event, Thread
from typing import Final, Self

import typer

from cartjury.app.terminal import WIPE

UNKNOWN: Final[Mapping[str, int]] = {}  # shares of work that was not measured: nothing is estimated
Percent = Callable[[], float | None]  # how far the engine's query is; None: unknown

# Per cent of the wall time of a run on 10 million rows (bench/ours.py), by step.
PARQUET: Final[Mapping[str, int]] = {"load": 22, "universe": 1, "bucket": 10, "size": 2, "profile": 9, "certify": 6}
CSV: Final[Mapping[str, int]] = {"load": 48, "universe": 1, "bucket": 6, "size": 1, "profile": 7, "certify": 4}
REST: Final = "publish"
TICK, PATIENCE = 0.5, 10.0  # seconds between looks at the engine; between lines where there is no terminal
WIDTH: Final = 20
LEAST: Final = 0.02  # share of the work below which no estimate is made


class Estimate:
    """What is done of a run, and how long the rest may take.

    Attributes:
        rows: of the input, as soon as they are counted.
    """

    def __init__(self, shares: Mapping[str, int]) -> None:
        self.rows: int | None = None
        self._shares = {**shares, REST: 100 - sum(shares.values())} if shares else {}
        self._done = 0
        self._node = ""

    def start(self, node: str) -> None:
        """Count the step before as done."""
        if node in self._shares:
            self._done += self._shares.get(self._node, 0)
            self._node = node

    def share(self, percent: float | None) -> float:
        """The part of the whole work that is done, 0-1; `percent` is that of the running query."""
        return (self._done + self._shares.get(self._node, 0) * min(max(percent or 0.0, 0.0), 100.0) / 100) / 100

    def line(self, node: str, percent: float | None, seconds: float) -> str:
        """Say where a run is after so many seconds of work."""
        if not self._shares:
            return f"{node} ... {f'{percent:.0f} % of this step, ' if percent else ''}{spoken(seconds)} so far"
        share = self.share(percent)
        filled = round(share * WIDTH)
        rows = f"   {self.rows:,} rows" if self.rows else ""
        left = f", about {spoken(seconds / share - seconds)} left" if share >= LEAST else ""
        return f"{node:10}[{'#' * filled}{'-' * (WIDTH - filled)}] {share:4.0%}{rows}   {spoken(seconds)}{left}"


def spoken(seconds: float) -> str:
    """Write a time as people say it: 43 s, 5 min, 1 h 10 min."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def _nothing() -> None:
    """The progress of no engine."""


class Progress:
    """Shows the running step, and of a long one how far it is."""

    def __init__(self, percent: Percent, shares: Mapping[str, int] = PARQUET) -> None:
        self._live = sys.stderr.isatty()
        self._percent, self._estimate = percent, Estimate(shares)
        self._node, self._began, self._said = "", time.monotonic(), time.monotonic()
        self._over = Event()
        self._ticker = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._ticker.start()
        return self

    def __call__(self, node: str) -> None:
        """Show that a node has started."""
        self._estimate.start(node)
        self._node, self._said = node, time.monotonic()
        self._echo(f"{node} ...")

    def counted(self, rows: int) -> None:
        """Take note of how many rows there are."""
        self._estimate.rows = rows

    def note(self, text: str) -> None:
        """Tell something that is to stay on the screen; nothing where there is nothing to tell."""
        with contextlib.suppress(BrokenPipeError):
            if text:
                typer.echo(f"{WIPE if self._live else ''}{text}", err=True)

    def __exit__(self, *_: object) -> None:
        """Wipe the changing line."""
        self._over.set()
        self._ticker.join()
        self._percent = _nothing  # whoever keeps this object does not keep the engine
        if self._live:
            typer.echo(WIPE, err=True, nl=False)

    def _watch(self) -> None:
        while not self._over.wait(TICK):
            now = time.monotonic()
            if self._node and now - self._said >= (TICK if self._live else PATIENCE):
                self._said = now
                self._echo(self._estimate.line(self._node, self._percent(), now - self._began))

    def _echo(self, text: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # whoever watched has left; the work goes on
            typer.echo(f"{WIPE}{text}" if self._live else text, err=True, nl=not self._live)
