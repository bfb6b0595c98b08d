"""How much memory an engine may take where the user has not said it, but the system sets a limit (ulimit -v).

Without such a limit DuckDB takes what it needs, up to 80 % of the machine or of its container. It does not look at
the limit of the address space, and would end in the middle of the work.
"""

import contextlib
from pathlib import Path
from typing import Final

SHARE: Final = 0.5  # of what is left of the address space; threads, libraries and buffers need the rest
LEAST: Final = 128 * 2**20  # bytes; with less the engine cannot work at all
M_ARENA_MAX: Final = -8  # glibc's name of the option in mallopt(3)


def address_space() -> int | None:
    """Return the limit of the address space in bytes, None where there is none."""
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if soft == resource.RLIM_INFINITY else soft


def spare_address_space() -> None:
    """Under a limit let all threads share two arenas of the C library; each would reserve 64 MB otherwise."""
    if address_space() is not None:
        import ctypes

        with contextlib.suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def default_limit() -> str | None:
    """Return a memory limit as DuckDB reads it, None where its own default will do."""
    limit = address_space()
    if limit is None:
        return None
    return f"{max(int((limit - _in_use()) * SHARE), LEAST) // 2**20}MiB"


def _in_use() -> int:
    """Bytes of the address space that this process has taken already."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:  # no Linux: the share leaves room enough
        return 0
    return pages * 4096
