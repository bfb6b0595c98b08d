"""The log is read: every part typed and stored once, bad rows told or put aside."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb

from cartjury.data.errors import InputError
from cartjury.data.event_presets import Role
from cartjury.tools.events.bad_events import collect, message, write_rejected
from cartjury.tools.events.log_files import Field, name_in
from cartjury.tools.events.log_format import LogFormat
from cartjury.tools.events.parts import Part, open_part
from cartjury.tools.events.record import REJECTED, Wishes
from cartjury.tools.events.staging import TORN, any_naive, stage_part

Watch = Callable[[str], None]


class Job(NamedTuple):
    """What every step of an import needs."""

    connection: duckdb.DuckDBPyConnection
    fmt: LogFormat
    wishes: Wishes
    scratch: Path
    watch: Watch


class Staged(NamedTuple):
    """A log after it was read once."""

    parts: tuple[Part, ...]
    stages: tuple[Path, ...]
    rows: tuple[int, ...]
    bad: int
    naive: bool

    @property
    def name(self) -> str:
        """What messages call the log."""
        return self.parts[0].name if len(self.parts) == 1 else "the log"

    @property
    def roles(self) -> dict[Role, Field]:
        """The column of each role in any of the parts."""
        return {role: field for part in self.parts for role, field in part.roles.items()}


def read_log(job: Job, given: str, files: Sequence[Path]) -> Staged:
    """Read all parts of a log.

    Raises:
        InputError: a part cannot be read, or there are bad rows and they are not to be put aside.
    """
    connection = job.connection
    parts = tuple(open_part(file, name_in(given, file), job.fmt, job.wishes.delimiter, connection) for file in files)
    stages = tuple(job.scratch / f"part{number}.parquet" for number in range(len(parts)))
    connection.execute(TORN)
    rows = []
    for number, (part, stage) in enumerate(zip(parts, stages, strict=True)):
        job.watch(f"reading {part.name}" + (f" ({number + 1} of {len(parts)})" if len(parts) > 1 else ""))
        rows.append(stage_part(connection, part, number, job.fmt, stage))
    bad = collect(connection, parts, stages)
    if bad and job.wishes.on_bad_rows == "fail":
        raise InputError(*message(connection, parts, bad))
    if bad:
        write_rejected(connection, parts, job.scratch / REJECTED)
    return Staged(parts, stages, tuple(rows), bad, any_naive(connection, parts[0], job.fmt))
