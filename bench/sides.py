"""Who takes part: each side is a program of its own that gets INPUT and OUTDIR. Facts only, nothing heavy."""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

BENCH = Path(__file__).resolve().parent
LIMIT = "500MB"


class Side(NamedTuple):
    """One program of the comparison.

    Attributes:
        what: one line for the reader of the table.
        command: what stands before INPUT and OUTDIR; a script of this folder, or a program of the environment.
        further: what stands after them.
        needs: modules without which it is skipped.
        bytes_per_row: its peak memory, roughly, CSV and Parquet; where the machine has less, it is skipped.
        from_rows: sizes it runs on.
        formats: that it reads.
        tree: its processes outlive or outgrow the first one (a JVM), so all of them are sampled.
    """

    what: str
    command: str
    further: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    bytes_per_row: tuple[int, int] = (60, 60)
    from_rows: int = 0
    tree: bool = False
    formats: tuple[str, ...] = ("csv", "parquet")


SIDES = {
    "floor": Side("reads, checks, filters and writes, nothing else (DuckDB)", "floor_duckdb.py", needs=("duckdb",)),
    "cartjury": Side("load to publish, names given (DuckDB)", "ours.py"),
    "cartjury limited": Side(
        f"the same with --memory-limit {LIMIT}",
        "ours.py",
        ("--memory-limit", LIMIT),
        bytes_per_row=(10, 10),
        from_rows=10_000_000,
    ),
    "cartjury run": Side("the whole command with the offline jury", "cartjury", ("--jury", "offline")),
    "cartjury run limited": Side(
        f"the whole command with --memory-limit {LIMIT}",
        "cartjury",
        ("--jury", "offline", "--memory-limit", LIMIT),
        bytes_per_row=(10, 10),
        from_rows=50_000_000,
    ),
    "cartjury spark": Side(
        "load to publish on Apache Spark, local[2]",
        "ours.py",
        ("--engine", "spark"),
        needs=("pyspark",),
        tree=True,
        formats=("parquet",),
    ),
    "good pandas": Side(
        "pandas and Arrow as an expert writes it", "good_pandas.py", (), ("pandas", "pyarrow"), (220, 215)
    ),
    "polars": Side("lazy and streaming", "polars_lazy.py", needs=("polars",), bytes_per_row=(160, 100)),
    "pandas": Side("the straightforward script", "baseline_pandas.py", (), ("pandas", "pyarrow"), (340, 270)),
}
OURS, FLOOR, LIMITED, GOOD, NAIVE = "cartjury", "floor", "cartjury limited", "good pandas", "pandas"


def command(name: str, source: Path, outdir: Path) -> list[str]:
    """Return the command line of a side."""
    side = SIDES[name]
    if side.command.endswith(".py"):
        return [sys.executable, str(BENCH / side.command), str(source), str(outdir), *side.further]
    program = str(Path(sys.executable).with_name(side.command))
    return [program, "run", str(source), "--out", str(outdir), *side.further]


def why_absent(name: str) -> str | None:
    """Say why a side cannot run on this machine at all; None: it can."""
    side = SIDES[name]
    missing = [module for module in side.needs if find_spec(module) is None]
    if missing:
        return f"{', '.join(missing)} is not installed"
    if "pyspark" in side.needs and not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        return "there is no Java"
    if side.further[:1] == ("--engine",) and not has_option("engine"):
        return "this version has no --engine"
    return None


def has_option(name: str) -> bool:
    """Whether the options of a run know a name; read from the source, because importing it is heavy."""
    return f"\n    {name}:" in (BENCH.parent / "data" / "options.py").read_text(encoding="utf-8")


def why_not(name: str, rows: int, suffix: str, available: int) -> str | None:
    """Say why a side does not run on this size and format, with so many bytes of memory available."""
    side = SIDES[name]
    if suffix not in side.formats:
        return f"reads {' and '.join(side.formats)} only"
    if rows < side.from_rows:
        return f"only measured from {side.from_rows:,} rows on"
    needed = rows * side.bytes_per_row[suffix == "parquet"] + 300 * 2**20
    if needed > available:
        return f"needs about {needed / 2**30:.1f} GiB of memory, {available / 2**30:.1f} are available"
    return None
