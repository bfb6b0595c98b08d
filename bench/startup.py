"""The first minute: `cartjury run` on 25,000 mock users as a process, without imports, and `--help`.

    python bench/startup.py [--rounds 5]

"Without imports" is the same run once more in a process that has imported everything.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

CARTJURY = str(Path(sys.executable).with_name("cartjury"))
# Without cached bytecode every run would compile its imports again.
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
AGAIN = """
import gc, sys, time
from datetime import date
from pathlib import Path
from cartjury.app import runner
from cartjury.graph.state import Input
gc.set_threshold(1_000_000)  # as the command line does
given = Input(n_users=25_000, as_of=date(2026, 3, 10))
for folder in ("first", "second"):
    started = time.perf_counter()
    runner.run(given, Path(sys.argv[1]) / folder, runner.Watch())
print(time.perf_counter() - started)
"""


def process(*command: str) -> float:
    """Return the wall seconds of a process."""
    started = time.perf_counter()
    subprocess.run(command, env=ENVIRONMENT, check=True, capture_output=True)
    return time.perf_counter() - started


def whole_run() -> float:
    with tempfile.TemporaryDirectory() as folder:
        return process(CARTJURY, "run", "--out", f"{folder}/run", "--as-of", "2026-03-10")


def run_again() -> float:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", AGAIN, folder]
        return float(subprocess.run(command, env=ENVIRONMENT, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    measures: dict[str, Callable[[], float]] = {
        "cartjury run, whole process": whole_run,
        "the same without imports": run_again,
        "cartjury --help": lambda: process(CARTJURY, "--help"),
    }
    for measure in measures.values():
        measure()  # compiles bytecode, fills the page cache
    for name, measure in measures.items():
        seconds = [measure() for _ in range(rounds)]
        print(f"{name:30} {median(seconds):6.2f} s (from {min(seconds):.2f} to {max(seconds):.2f})")


if __name__ == "__main__":
    main()
