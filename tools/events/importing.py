"""From a log to carts: every part read once, all users judged, carts and the record written whole or not at all.

files_of -> read_log   [open_part -> stage_part -> bad rows]
           -> judge      [drop_repeated -> survey -> define_people -> define_outcomes -> write_carts]
           -> <out>, <out>.rejected_rows.csv, <out>.import.json
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from cartjury.data.errors import InputError
from cartjury.tools.engine.duck import connect
from cartjury.tools.events.carts import copy_options
from cartjury.tools.events.judging import Judged, judge, read_times
from cartjury.tools.events.log_files import ENDINGS
from cartjury.tools.events.log_format import log_format
from cartjury.tools.events.moments import day_of, in_words
from cartjury.tools.events.next_step import next_command, window_notice
from cartjury.tools.events.notices import gaps, row_notices, user_notices
from cartjury.tools.events.parts import Part
from cartjury.tools.events.reading import Job, Staged, Watch, read_log
from cartjury.tools.events.record import DRAFT, REJECTED, SUFFIX, ImportRecord, SourceFile, Wishes
from cartjury.tools.events.wording import formulas, rules
from cartjury.tools.publish import write_atomically
from cartjury.tools.reading.parts import files_of
from cartjury.tools.source import sha256_of


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
    fmt, times, copying = (
        log_format(wishes.preset, wishes.columns, wishes.events),
        read_times(wishes),
        copy_options(out),
    )
    files = files_of(given, ENDINGS)
    _spare(files, given, out)
    with (
        tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder,
        connect(Path(folder), wishes.memory_limit) as connection,
    ):
        job = Job(connection, fmt, wishes, Path(folder), watch)
        staged = read_log(job, given, files)
        record = _record(job, staged, judge(job, staged, times, copying), out)
        _publish(job.scratch, out, record)
    return record


def _spare(files: Sequence[Path], given: str, out: Path) -> None:
    """Refuse to write where nothing can be written, or over the log."""
    if not out.parent.is_dir() or out.is_dir():
        raise InputError(f"cannot write {out}: its folder does not exist, or a folder has this name")
    inside = Path(given).is_dir() and out.resolve().is_relative_to(Path(given).resolve())
    if inside or out.resolve() in {file.resolve() for file in files}:
        raise InputError(f"{out} lies in the log itself: choose another --out")


def _record(job: Job, staged: Staged, found: Judged, out: Path) -> ImportRecord:
    seen, counts = found.seen, found.counts
    notices = (
        *gaps(job.fmt, staged.roles, seen, naive=staged.naive),
        *row_notices(found.rows, seen, out.name),
        *user_notices(counts, job.wishes),
        *window_notice(found.ages),
    )
    return ImportRecord(
        out=out.name,
        sha256=sha256_of(job.scratch / DRAFT),
        sources=tuple(_source(part, n) for part, n in zip(staged.parts, staged.rows, strict=True)),
        wishes=job.wishes,
        event_kinds=dict(job.fmt.kinds),
        as_of=in_words(seen.as_of),
        log_start=in_words(seen.start),
        log_end=in_words(seen.end),
        rows=found.rows,
        unknown_events=seen.unknown_names,
        users=counts.users,
        suspected_bots=counts.bots,
        kept=counts.kept,
        notices=notices,
        rules=rules(job.wishes),
        formulas=formulas(found.margin),
        next_command=next_command(out, day_of(seen.as_of), found.ages),
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
