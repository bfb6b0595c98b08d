"""The tables that are measured: generated once into a folder, and used again."""

import shutil
import sys
from pathlib import Path

from measure import measured

SEED, AS_OF = 42, "2026-03-10"
# Bytes a row: the input, and what the hungriest side writes beside it (users file, working file, spilled tables).
INPUT_BYTES = {"csv": 56, "parquet": 17}
OUTPUT_BYTES = 150
# In another process, so that the driver stays light.
GENERATE = """
import sys
from datetime import date
from pathlib import Path
from cartjury.tools.generate import write_mock
write_mock(Path(sys.argv[1]), n_users=int(sys.argv[2]), seed=int(sys.argv[3]), as_of=date.fromisoformat(sys.argv[4]))
"""


def table(folder: Path, rows: int, suffix: str) -> Path:
    """Return the table of a size and format; it is generated where the folder does not have it."""
    path = folder / f"carts_{rows}.{suffix}"
    if not path.exists():
        draft = folder / f"draft_{rows}.{suffix}"
        measured([sys.executable, "-c", GENERATE, str(draft), str(rows), str(SEED), AS_OF])
        draft.replace(path)
    return path


def why_no_room(folder: Path, rows: int, suffix: str) -> str | None:
    """Say why a size does not fit on the disk; None: it does."""
    made = 0 if (folder / f"carts_{rows}.{suffix}").exists() else INPUT_BYTES[suffix]
    needed, free = rows * (made + OUTPUT_BYTES), shutil.disk_usage(folder).free
    if needed > free:
        return f"needs about {needed / 2**30:.1f} GiB of disk, {free / 2**30:.1f} are free"
    return None
