"""From a log to carts: every part read once, all users judged, carts and the record written whole or not at all.

find_files -> open_part -> stage_part -> [bad rows] -> drop_repeated -> survey -> define_people -> define_outcomes
           -> write_carts -> <out>, <out>.rejected_rows.csv, <out>.import.json
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import duckdb

from cartjury.data.errors import InputError
from cartjury.data.event_presets import Role
from cartjury.tools.engine.duck import connect
from cartjury.tools.events.bad_events import collect, message, write_rejected
from cartjury.tools.events.carts import ages, copy_options, write_carts
from cartjury.tools.events.log_format import LogFormat, log_format
from cartjury.tools.events.moments import day_of, in_words, read_duration, read_moment
from cartjury.tools.events.next_step import next_command, window_notice
from cartjury.tools.events.notices import gaps, margin_source, nobody, row_notices, user_notices
from cartjury.tools.events.outcomes import define_outcomes
from cartjury.tools.events.parts import Field, Part, find_files, name_in, open_part
from cartjury.tools.events.people import define_people, drop_repeated
from cartjury.tools.events.record import REJECTED, SUFFIX, ImportRecord, RowCounts, SourceFile, Wishes
from cartjury.tools.events.staging import TORN, any_naive, stage_part
from cartjury.tools.events.survey import survey
from cartjury.tools.events.wording import formulas, rules
from cartjury.tools.publish import write_atomically
from cartjury.tools.source import sha256_of

DRAFT = "carts"
Watch = Callable[[str], None]


class Times(NamedTuple):
    """Points and lengths of time that were asked for, in microseconds; as_of None: the end of the log."""

    as_of: int | None
    abandon_after: int
    session_gap: int


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


def import_events(given: str, out: Path, wishes: Wishes, watch: Watch = lambda _: None) -> ImportRecord:
    """Make carts of an event log.

    Args:
        given: a file, a folder or a glob.
        out: the carts file: .parquet, .csv or .csv.gz.
        wishes: what was asked for.
        watch: is told what is being done.

    Returns:
        What was done; the same is in `<out>.import.json`.

    Raises:
        InputError: bad input or options; nothing has been written then.
    """
    fmt, times, copying = log_format(wishes.preset, wishes.columns, wishes.events), _times(wishes), copy_options(out)
    files = find_files(given)
    _spare(files, given, out)
    with (
        _interruptible(),
        tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder,
        connect(Path(folder), wishes.memory_limit) as connection,
    ):
        job = Job(connection, fmt, wishes, Path(folder), watch)
        staged = _stage(job, given, files)
        record = _judge(job, staged, times, out, copying)
        _publish(job.scratch, out, record)
    return record


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let ctrl-C be ctrl-C: the engine tells of it by an error of its own."""
    try:
        yield
    except RuntimeError as error:
        if "Query interrupted" in str(error):
            raise KeyboardInterrupt from error
        raise


def _times(wishes: Wishes) -> Times:
    return Times(
        read_moment(wishes.as_of) if wishes.as_of else None,
        read_duration(wishes.abandon_after, "--abandon-after"),
        read_duration(wishes.session_gap, "--session-gap"),
    )


def _spare(files: Sequence[Path], given: str, out: Path) -> None:
    """Refuse to write where nothing can be written, or over the log."""
    if not out.parent.is_dir() or out.is_dir():
        raise InputError(f"cannot write {out}: its folder does not exist, or a folder has this name")
    inside = Path(given).is_dir() and out.resolve().is_relative_to(Path(given).resolve())
    if inside or out.resolve() in {file.resolve() for file in files}:
        raise InputError(f"{out} lies in the log itself: choose another --out")


def _stage(job: Job, given: str, files: Sequence[Path]) -> Staged:
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


def _judge(job: Job, staged: Staged, times: Times, out: Path, copying: str) -> ImportRecord:
    connection, wishes = job.connection, job.wishes
    job.watch("comparing rows")
    good, repeated = drop_repeated(connection, staged.stages)
    seen = survey(connection, staged.name, times.as_of)
    job.watch("following users")
    define_people(connection, seen.as_of, times.session_gap, wishes.bot_events, job.scratch)
    define_outcomes(connection, seen.as_of, times.abandon_after, quantities="quantity" in staged.roles)
    job.watch("writing carts")
    margin = margin_source(job.fmt, staged.roles)
    counts = write_carts(connection, wishes, times.session_gap, margin, job.scratch / DRAFT, copying)
    if not counts.kept:
        raise InputError(*nobody(staged.name, counts, wishes))
    rows = RowCounts(
        read=good + staged.bad,
        bad=staged.bad,
        repeated=repeated,
        unknown_event=seen.unknown,
        after_as_of=seen.after,
        used=good - repeated - seen.unknown - seen.after,
    )
    by_age = ages(connection, seen.as_of)
    said = [
        *gaps(job.fmt, staged.roles, seen, naive=staged.naive),
        *row_notices(rows, seen, out.name),
        *user_notices(counts, wishes),
    ]
    return ImportRecord(
        out=out.name,
        sha256=sha256_of(job.scratch / DRAFT),
        sources=tuple(_source(part, n) for part, n in zip(staged.parts, staged.rows, strict=True)),
        wishes=wishes,
        event_kinds=dict(job.fmt.kinds),
        as_of=in_words(seen.as_of),
        log_start=in_words(seen.start),
        log_end=in_words(seen.end),
        rows=rows,
        unknown_events=seen.unknown_names,
        users=counts.users,
        suspected_bots=counts.bots,
        kept=counts.kept,
        notices=(*said, *window_notice(by_age)),
        rules=rules(wishes),
        formulas=formulas(margin),
        next_command=next_command(out, day_of(seen.as_of), by_age),
    )


def _source(part: Part, rows: int) -> SourceFile:
    roles = {str(role): field.name for role, field in part.roles.items()}
    return SourceFile(name=part.name, sha256=sha256_of(part.path), rows=rows, roles=roles)


def _publish(scratch: Path, out: Path, record: ImportRecord) -> None:
    """Move the files to their places, the record last: with it beside them, the carts are whole."""
    written, rejected = out.with_name(out.name + SUFFIX), out.with_name(out.name + REJECTED)
    written.unlink(missing_ok=True)
    rejected.unlink(missing_ok=True)
    if record.rows.bad:
        (scratch / REJECTED).replace(rejected)
    (scratch / DRAFT).replace(out)
    write_atomically(written, record.to_json())
