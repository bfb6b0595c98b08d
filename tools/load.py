"""Read carts strictly: one pass types, checks and stores every row; a bad row never gives a wrong number.

file -> source (source.py) -> styles of its columns (reading/decide.py)
 -> rows that were typed and checked, in a Parquet input itself or in a copy (clean_file.py)
 -> facts, faults (bad_rows.py) -> error, or rows.parquet with notices
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb

from cartjury.data.contract import CONTRACT, Column
from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.data.run_records import Dataset
from cartjury.tools.bad_rows import collect, hints, message, unreadable, write_rejected
from cartjury.tools.clean_file import copy_checked, copy_chosen, in_place, link, stands_as_it_is
from cartjury.tools.columns import further_numbers, further_texts
from cartjury.tools.engine.duck import connect, literal, one
from cartjury.tools.reading.decide import Decision, decide, wished_styles
from cartjury.tools.reading.facts import Facts, facts_of, told_of_facts
from cartjury.tools.reading.ids import told_of_ids
from cartjury.tools.reading.marks import RECOVERED
from cartjury.tools.reading.styles import Style
from cartjury.tools.reading.told import told_of_marks, told_of_styles
from cartjury.tools.source import TEXT, Source, open_source


class Job(NamedTuple):
    """What is read, and how."""

    connection: duckdb.DuckDBPyConnection
    source: Source
    columns: Sequence[Column]
    kept: Sequence[str]
    options: Options
    as_of: date | None
    rows: Path

    @property
    def leaves_out(self) -> bool:
        """Whether bad rows are left out rather than an error."""
        return self.options.on_bad_rows == "quarantine"


class Checked(NamedTuple):
    """Rows that were typed and checked.

    Attributes:
        relation: SQL of them.
        is_copy: whether they lie at `rows`, or still in the source.
        decision: how the columns of texts were read.
        facts: counts over them.
        bad: rows that are bad, torn lines among them.
    """

    relation: str
    is_copy: bool
    decision: Decision
    facts: Facts
    bad: int


def load(place: Path | str, work: Path, options: Options, as_of: date | None, *, generated: bool = False) -> Dataset:
    """Check a file against the contract and store its rows as `work/rows.parquet`, in the file's order.

    Args:
        place: CSV, CSV.gz or Parquet; a folder or pattern of Parquet files; an address.
        work: an existing folder of the run.
        options: how to read it, `on_bad_rows`, `keep_columns`, `dimensions`, `filter` and `memory_limit` matter.
        as_of: where given, dates more than a day after it are bad.
        generated: whether the rows are mock data.

    Returns:
        A reference to the stored rows. With `on_bad_rows="quarantine"` the bad ones are in
        `work/rejected_rows.csv`.

    Raises:
        InputError: unreadable file, broken header, or bad rows: the first 20 and how many more.
    """
    rows = work / "rows.parquet"
    try:
        with connect(work, options.memory_limit) as connection:
            source = open_source(place, connection, work, options)
            columns = (*CONTRACT, *further_numbers(source.types, options))
            kept = [t for t in further_texts(source.types, options) if t not in {c.name for c in columns}]
            rows.unlink(missing_ok=True)  # it may be another name of an input file, which must not be written over
            job = Job(connection, source, columns, kept, options, as_of, rows)
            try:
                found = _checked(job)
                notices = _finish(job, found, work)
                (count,) = one(connection, f"SELECT count(*) FROM {literal(str(rows))}")
            except duckdb.OutOfMemoryException:
                raise
            except duckdb.Error as error:
                raise InputError(f"{Path(place).name} cannot be read: {_why(error)}") from error
    finally:
        (work / TEXT).unlink(missing_ok=True)
    return Dataset(
        source="generated" if generated else Path(place).name,
        generated=generated,
        sha256=source.sha256,
        path=str(rows),
        rows=count,
        rejected=found.bad,
        notices=notices,
    )


def _checked(job: Job) -> Checked:
    """Decide how columns of texts are read and check all rows; where cells do not read, look at all ways again."""
    types = job.source.types
    texts = [c for c in job.columns if c.kind != "text" and types[c.name] == "VARCHAR"]
    styles = wished_styles(job.columns, job.options, joined=job.source.is_joined)
    wished = {c.name: styles[c.name] for c in texts}
    name, glance = job.source.path.name, job.source.glance
    first = decide(job.connection, name, glance, texts, wished, {})
    found = _read(job, first, {**styles, **first.styles})
    examples = unreadable(job.connection) if found.bad else {}
    if not examples:
        return found
    again = decide(job.connection, name, glance, texts, wished, examples)
    if again.styles == first.styles:
        return found._replace(decision=again)
    return _read(job, again, {**styles, **again.styles})


def _read(job: Job, decision: Decision, styles: Mapping[str, Style]) -> Checked:
    source, columns, connection = job.source, job.columns, job.connection
    _forget_rejects(connection)
    if stands_as_it_is(source, columns, styles):
        relation = in_place(source, columns, job.kept, job.as_of)
        facts = facts_of(connection, relation, columns, "is_odd", is_ascii=False)
        is_copy = bool(facts.odd)
    else:
        is_copy = True
    if is_copy:
        relation = copy_checked(connection, source, columns, job.kept, job.as_of, styles, job.rows)
        facts = facts_of(connection, relation, columns, "false", is_ascii=source.is_ascii)
    bad = collect(connection, relation, [c.name for c in columns], source, facts, recovered=job.leaves_out)
    return Checked(relation, is_copy, decision, facts, bad)


def _forget_rejects(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("DROP TABLE IF EXISTS reject_errors")
    connection.execute("DROP TABLE IF EXISTS reject_scans")


def _finish(job: Job, found: Checked, work: Path) -> tuple[str, ...]:
    """Refuse bad rows or leave them out, bring the rows to `rows`, and say what the user should know.

    Raises:
        InputError: there are bad rows that are not to be left out, or no good ones.
    """
    connection, name = job.connection, job.source.path.name
    said: list[str] = []
    if found.bad:
        said = [*found.decision.hints, *hints(connection, found.facts.rows, job.source.delimiter)]
        if not job.leaves_out:
            raise InputError(*message(connection, name, found.bad, said))
        write_rejected(connection, work / "rejected_rows.csv")
    (out,) = one(connection, "SELECT count(*) FROM left_out")
    if found.facts.rows == out:
        why = "usable rows: all were rejected" if found.bad else "rows below its header"
        raise InputError(f"{name} has no {why}", tuple(said))
    notices = _notices(job, found, said)
    if out or not (found.is_copy or link(job.source, job.rows)):
        copy_chosen(connection, found.relation, job.columns, job.kept, job.rows)
    return notices


def _notices(job: Job, found: Checked, hints: Sequence[str]) -> tuple[str, ...]:
    facts, bad = found.facts, found.bad
    marks = [(mark & ~RECOVERED if job.leaves_out else mark, n) for mark, n in facts.marks]
    rejected = f"{bad:,} bad row{'s were' if bad > 1 else ' was'} left out and written to rejected_rows.csv"
    scaled = [c for c in job.options.scale if job.source.types[c] != "VARCHAR"]
    return (
        *job.source.notices,
        *(f"{c}: {facts.filled[c]:,} values were divided by {job.options.scale[c]:g}" for c in scaled),
        *told_of_styles(job.columns, found.decision, facts.filled),
        *((rejected, *hints) if bad else ()),
        *told_of_marks(marks),
        *told_of_facts(facts, job.columns),
        *told_of_ids(job.connection, found.relation, facts.odd_ids, facts.unicode_ids),
    )


def _why(error: Exception) -> str:
    if "state machine" in str(error):
        return "its lines end in different ways (CR LF here, LF there); save it anew"
    if "format specifier" in str(error):
        return f"--date-format is not understood: {str(error).splitlines()[0].rpartition(': ')[2]} is unknown"
    return str(error).splitlines()[0]
