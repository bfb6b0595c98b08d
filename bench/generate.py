"""What generating users costs: rows a second, CPU seconds and peak memory, each size in a process of its own.

Run: `python bench/generate.py [ROWS ...] [--format parquet|csv|csv.gz] [--folder DIR]`, by default 1 and 10 million
rows as Parquet. 50 million rows need about 1.5 GB of free disk. The files are deleted afterwards.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

MEBIBYTE = 2**20


def measure(target: Path, rows: int) -> dict[str, float]:
    """Write `rows` users and say what it took; imports count for CPU and memory, not for the wall time."""
    from cartjury.tools.generate import write_mock  # here, so that only the child grows

    start = time.perf_counter()
    write_mock(target, n_users=rows, seed=42, as_of=date(2026, 1, 31))
    wall = time.perf_counter() - start
    usage = resource.getrusage(resource.RUSAGE_SELF)
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss: bytes on macOS, KiB on Linux
    return {
        "wall_s": wall,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_mib": usage.ru_maxrss * unit / MEBIBYTE,
        "file_mib": target.stat().st_size / MEBIBYTE,
    }


def main() -> None:
    """Measure each size in a fresh process and print one line for it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", type=int, default=[1_000_000, 10_000_000])
    parser.add_argument("--format", choices=("parquet", "csv", "csv.gz"), default="parquet")
    parser.add_argument("--folder", help="where to write; by default the folder for temporary files")
    parser.add_argument("--inside", help=argparse.SUPPRESS)  # set in the child: the file to write
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(measure(Path(options.inside), options.rows[0])))
        return
    print(f"{'rows':>12} {'rows/s':>10} {'wall s':>8} {'cpu s':>8} {'peak MiB':>9} {'file MiB':>9}")
    for rows in options.rows:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            command = [sys.executable, __file__, str(rows), "--inside", str(Path(folder) / f"users.{options.format}")]
            cost = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        print(
            f"{rows:>12,} {rows / cost['wall_s']:>10,.0f} {cost['wall_s']:>8.2f} {cost['cpu_s']:>8.2f}"
            f" {cost['peak_mib']:>9.0f} {cost['file_mib']:>9.1f}"
        )


if __name__ == "__main__":
    main()
