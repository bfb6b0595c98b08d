"""The call log: one line of JSON an attempt, on disk before the jury goes on.

It outlives a crash: a line that was being written is cut off, and the request it told of is made again.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from cartjury.data.call_records import Attempt, Stage
from cartjury.data.seats import ALL_SEATS

JOURNAL: Final = "jury.jsonl"  # in the working folder of a run; the published file has the same name
STAGES: Final[tuple[Stage, ...]] = ("proposal", "ballot", "verdict", "reading", "matching", "preference")


def append(path: Path, attempt: Attempt) -> None:
    """Add an attempt and wait until it is on disk."""
    line = attempt.model_dump_json() + "\n"
    with path.open("a+b") as file:
        if file.tell() and not _ends_line(file.fileno(), file.tell()):
            line = "\n" + line  # a crash cut the line before off
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())


def read(path: Path) -> list[Attempt]:
    """The attempts of a log in the order they were made; of two with the same key the later one counts.

    Other lines are left out: the published file also holds what the offline jury said, and a crash may have
    cut off the last line of a log.
    """
    if not path.is_file():
        return []
    found: dict[tuple[str, int, str, int, str, int], Attempt] = {}
    # Only "\n" ends a line: answers may hold other characters that str.splitlines takes for an end.
    for line in path.read_bytes().split(b"\n"):
        attempt = _attempt(line.decode(errors="replace"))
        if attempt is not None:
            found[attempt.key] = attempt
    return list(found.values())


def _attempt(line: str) -> Attempt | None:
    try:
        fields = json.loads(line)
        return Attempt.model_validate({k: v for k, v in fields.items() if k in Attempt.model_fields})
    except (ValueError, AttributeError):  # not JSON, not an object, or not an attempt
        return None


def in_order(attempts: Iterable[Attempt]) -> list[Attempt]:
    """Attempts as a jury makes them: by round, stage, seat, batch and order, whoever answered first."""
    return sorted(
        attempts,
        key=lambda a: (a.round, STAGES.index(a.stage), ALL_SEATS.index(a.persona), a.part, a.order, a.attempt),
    )


def _ends_line(file: int, size: int) -> bool:
    return os.pread(file, 1, size - 1) == b"\n"
