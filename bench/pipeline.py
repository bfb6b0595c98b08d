"""CPU, wall time and memory of the whole job: a pandas baseline, the least possible floor, and cartjury.

    python bench/pipeline.py [--rows 1000000] [--format parquet|csv] [--rounds 5] [--growth]

Every program runs as a process of its own on the same generated input, in rounds that alternate their order,
so that a busy machine hits all of them. CPU is user + system time of the process and is the figure to trust
on a shared machine; ratios are paired within a round. `ours` is cartjury from load to publish without graph and
jury (bench/ours.py). `--growth` compares it at 1x and 10x --rows.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

BENCH = Path(__file__).resolve().parent
PROGRAMS = {"baseline": "baseline_pandas.py", "floor": "floor_duckdb.py", "ours": "ours.py"}
WARM_UP_ROWS = 20_000
SEED, AS_OF = 42, "2026-03-10"
GENERATE = """
import sys
from datetime import date
from pathlib import Path
from cartjury.tools.generate import write_mock
write_mock(Path(sys.argv[1]), n_users=int(sys.argv[2]), seed=int(sys.argv[3]), as_of=date.fromisoformat(sys.argv[4]))
"""


@dataclass(frozen=True)
class Cost:
    """What one process took: CPU and wall in seconds, peak resident memory in MiB."""

    cpu: float
    wall: float
    rss: float


Rounds = list[dict[str, Cost]]


def measured(command: list[str]) -> Cost:
    """Run a command to its end.

    This driver imports nothing heavy and generates inputs in another process: on Linux a child's peak
    memory starts at that of the process that started it.
    """
    # Without cached bytecode every run would compile its imports again.
    env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile() as output:
        before = time.perf_counter()
        process = subprocess.Popen(command, env=env, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - before
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            output.seek(0)
            sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{output.read().decode()[-2000:]}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / unit)


def generate(folder: Path, rows: int, suffix: str) -> Path:
    path = folder / f"carts_{rows}.{suffix}"
    measured([sys.executable, "-c", GENERATE, str(path), str(rows), str(SEED), AS_OF])
    return path


def run(program: str, source: Path) -> Cost:
    with tempfile.TemporaryDirectory(dir=source.parent) as out:
        return measured([sys.executable, str(BENCH / PROGRAMS[program]), str(source), str(Path(out) / "run")])


def alternate(jobs: Mapping[str, Callable[[], Cost]], rounds: int) -> Rounds:
    """Run all jobs once a round, every round in another order."""
    found = []
    for number in range(rounds):
        turn = number % len(jobs)
        order = [*list(jobs)[turn:], *list(jobs)[:turn]]
        found.append({name: jobs[name]() for name in order})
        print(f"round {number + 1} of {rounds} done", file=sys.stderr)
    return found


def show_medians(rounds: Rounds, jobs: Mapping[str, Callable[[], Cost]]) -> None:
    print(f"{'':10}{'cpu s':>9}{'wall s':>9}{'peak MiB':>10}")
    for name in jobs:
        costs = [costs[name] for costs in rounds]
        cpu, wall, rss = (median(getattr(c, what) for c in costs) for what in ("cpu", "wall", "rss"))
        print(f"{name:10}{cpu:9.2f}{wall:9.2f}{rss:10.0f}")


def show_ratio(rounds: Rounds, above: str, below: str, what: str) -> None:
    """Print the median and the range of a ratio taken within each round."""
    if above in rounds[0] and below in rounds[0]:
        ratios = sorted(getattr(costs[above], what) / getattr(costs[below], what) for costs in rounds)
        print(f"{above}/{below} {what}: {median(ratios):.2f} (from {ratios[0]:.2f} to {ratios[-1]:.2f})")


def compare(folder: Path, programs: list[str], args: argparse.Namespace) -> None:
    source = generate(folder, args.rows, args.format)
    jobs = {name: (lambda name=name: run(name, source)) for name in programs}
    rounds = alternate(jobs, args.rounds)
    print(f"{args.rows:,} rows, {args.format}, medians of {args.rounds} rounds")
    show_medians(rounds, jobs)
    show_ratio(rounds, "baseline", "floor", "cpu")
    show_ratio(rounds, "baseline", "ours", "cpu")
    show_ratio(rounds, "ours", "floor", "cpu")
    show_ratio(rounds, "ours", "baseline", "rss")


def grow(folder: Path, args: argparse.Namespace) -> None:
    sources = {f"{rows:,}": generate(folder, rows, args.format) for rows in (args.rows, 10 * args.rows)}
    jobs = {name: (lambda source=source: run("ours", source)) for name, source in sources.items()}
    rounds = alternate(jobs, args.rounds)
    print(f"ours, {args.format}, medians of {args.rounds} rounds")
    show_medians(rounds, jobs)
    small, large = jobs
    show_ratio(rounds, large, small, "cpu")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure cartjury against a pandas baseline and a floor.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--format", choices=("parquet", "csv"), default="parquet")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--growth", action="store_true", help="CPU of cartjury at 10 x rows over that at rows")
    args = parser.parse_args()
    programs = [name for name, script in PROGRAMS.items() if (BENCH / script).exists()]
    if "ours" not in programs:
        print(f"ours is skipped: {BENCH / PROGRAMS['ours']} does not exist", flush=True)
    if args.growth:
        if "ours" not in programs:
            sys.exit("--growth needs ours")
        programs = ["ours"]
    with tempfile.TemporaryDirectory(prefix="cartjury-bench-") as name:
        folder = Path(name)
        small = generate(folder, WARM_UP_ROWS, args.format)
        for program in programs:
            run(program, small)
        if args.growth:
            grow(folder, args)
        else:
            compare(folder, programs, args)


if __name__ == "__main__":
    main()
