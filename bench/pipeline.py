"""The table of the README, in one command: CPU, wall time and memory of the whole job, side by side.

    python bench/pipeline.py [--sizes 25000,1000000] [--formats csv,parquet] [--sides cartjury,pandas]
                             [--rounds N] [--budget-minutes M] [--folder DIR] [--results FILE] [--add FILE]
                             [--no-check]

Every side runs as a process of its own on the same generated table, in rounds that alternate their order, so that a
busy machine hits all of them; ratios are paired within a round. CPU is user + system time and is the figure to trust
on a shared machine. The results are written as JSON after every round; bench/table.py renders them again.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import inputs
import machine
import table
from measure import Cost, FailedError, measured
from results import Block, Results
from sides import BENCH, SIDES, command, why_absent, why_not

SIZES = (25_000, 1_000_000, 10_000_000, 50_000_000)
FORMATS = ("parquet", "csv")
ROUNDS = {25_000: 7, 1_000_000: 5, 10_000_000: 3}  # by size; 1 for larger ones
WARM_UP_ROWS = 5_000


class Budget:
    """Minutes that may be spent; a round begins only where the last one of its kind would still fit."""

    def __init__(self, minutes: float) -> None:
        self.end = time.monotonic() + 60 * minutes
        self.seconds_a_row = 0.0

    def has_room(self, rows: int) -> bool:
        return time.monotonic() + self.seconds_a_row * rows <= self.end

    def learn(self, rows: int, seconds: float) -> None:
        """Remember what a round took; starting costs are in it, so a guess for a larger size is on the safe side."""
        self.seconds_a_row = seconds / rows


def main() -> None:
    args = arguments()
    results = Results(machine.facts(), {name: SIDES[name].what for name in args.sides})
    if args.add:
        results.keep(args.add)
    path = args.results or BENCH / "results" / f"{datetime.now(UTC):%Y-%m-%d}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    sides = [name for name in args.sides if not results.skip_everywhere(name, why_absent(name))]
    if args.check:
        results.agree = agree(args.rows_to_check)
    with tempfile.TemporaryDirectory(prefix="cartjury-bench-") as scratch:
        folder = args.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        warm_up(folder, sides)
        budget = Budget(args.budget_minutes)
        for rows in args.sizes:
            for suffix in args.formats:
                block = results.block(rows, suffix)
                compare(folder, block, sides, args.rounds or ROUNDS.get(rows, 1), budget, lambda: results.write(path))
    results.write(path)
    print(table.rendered(results.as_json()))
    print(table.rendered_targets(results.as_json()))
    print(f"\nkept in {path}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=lambda text: [int(size) for size in text.split(",")], default=list(SIZES))
    parser.add_argument("--formats", type=lambda text: text.split(","), default=list(FORMATS))
    parser.add_argument("--sides", type=lambda text: text.split(","), default=list(SIDES))
    parser.add_argument("--rounds", type=int, help="by default 7, 5, 3 and 1, by size")
    parser.add_argument("--budget-minutes", type=float, default=240)
    parser.add_argument("--folder", type=Path, help="where the tables are kept for the next time; by default nowhere")
    parser.add_argument("--results", type=Path, help="by default bench/results/<date>.json")
    parser.add_argument("--add", type=Path, help="results of an earlier run, kept where nothing is measured again")
    parser.add_argument("--rows-to-check", type=int, default=25_000)
    parser.add_argument("--no-check", dest="check", action="store_false", help="do not prove that all sides agree")
    args = parser.parse_args()
    if unknown := {*args.sides} - {*SIDES} | {*args.formats} - {*FORMATS}:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; sides are {', '.join(SIDES)}")
    return args


def agree(rows: int) -> str:
    """Let bench/check.py prove that all sides do the same job, and stop where they do not."""
    asked = [sys.executable, str(BENCH / "check.py"), "--rows", str(rows)]
    done = subprocess.run(asked, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"the sides do not do the same job:\n{done.stdout}{done.stderr[-2000:]}")
    return done.stdout.strip()


def warm_up(folder: Path, sides: Sequence[str]) -> None:
    """Compile bytecode and fill the page cache; a side that cannot even do this stops everything."""
    for name in sides:
        run(folder, name, inputs.table(folder, WARM_UP_ROWS, "parquet"))


def compare(
    folder: Path, block: Block, sides: Sequence[str], rounds: int, budget: Budget, keep: Callable[[], None]
) -> None:
    """Measure all sides that fit on one size and format, every round in another order."""
    rows, suffix = block.rows, block.suffix
    late = None if budget.has_room(rows) else "the time budget is spent"
    if block.skip(sides, late or inputs.why_no_room(folder, rows, suffix)):
        return
    source = inputs.table(folder, rows, suffix)
    taking = [name for name in sides if not block.skip([name], why_not(name, rows, suffix, machine.available()))]
    for number in range(rounds):
        if not taking or (number and not budget.has_room(rows)):
            break
        started = time.monotonic()
        turn = number % len(taking)
        measure_round(folder, block, source, [*taking[turn:], *taking[:turn]])
        taking = [name for name in taking if name not in block.skipped]
        budget.learn(rows, time.monotonic() - started)
        keep()
        print(f"{rows:,} rows, {suffix}: round {number + 1} of {rounds} done", file=sys.stderr, flush=True)


def measure_round(folder: Path, block: Block, source: Path, order: Sequence[str]) -> None:
    """Run every side once; one that fails is left out from then on, with what it said."""
    block.begin_round(machine.load())
    for name in order:
        try:
            block.add(name, run(folder, name, source))
        except FailedError as failure:
            print(f"{name} {failure}:\n{failure.told}", file=sys.stderr)
            block.skip([name], str(failure))


def run(folder: Path, name: str, source: Path) -> Cost:
    with tempfile.TemporaryDirectory(dir=folder) as out:
        return measured(command(name, source, Path(out) / "run"), tree=SIDES[name].tree)


if __name__ == "__main__":
    main()
