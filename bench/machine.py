"""On what the measurements were taken."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("cartjury", "duckdb", "pandas", "numpy", "pyarrow", "polars", "pyspark")


def facts() -> dict[str, object]:
    """Return machine, versions and load; nothing that names a person, a host or a folder."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": _field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(_kibibytes("MemTotal") / 2**20, 1),
        "kernel": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "versions": {name: found for name in PACKAGES if (found := _version(name))},
        "load_average": load(),
    }


def load() -> list[float]:
    """Return the load average of the last 1, 5 and 15 minutes."""
    return [round(value, 2) for value in os.getloadavg()]


def available() -> int:
    """Return the bytes of memory that can be had without swapping; all there could be where it is unknown."""
    return _kibibytes("MemAvailable") * 1024 or 2**62


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _kibibytes(field: str) -> int:
    return int((_field("/proc/meminfo", field) or "0").split()[0])


def _field(path: str, field: str) -> str | None:
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(field)), None)
